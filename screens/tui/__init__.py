"""The full-screen app: one page per file."""
