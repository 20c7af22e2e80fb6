"""What is installed: proved by use, and read from the files themselves."""
