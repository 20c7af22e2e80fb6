"""What is installed: proved by using it, and by reading the files."""
