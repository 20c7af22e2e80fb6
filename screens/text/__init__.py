"""The line-by-line interfaces: prompts, plain text, and runs without questions."""
