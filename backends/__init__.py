"""One file a tool: its commands as data, and how to read its answers. Nothing here runs."""
