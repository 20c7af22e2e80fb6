"""Other programs: starting and ending them with all their children, and reading their output."""
