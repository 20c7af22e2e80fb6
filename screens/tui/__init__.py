"""The full-screen app: one page a file."""
