"""A web server with bounds, and the addresses of this machine."""
