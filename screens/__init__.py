"""The interfaces of the wizard: the command line, the full-screen app, prompts and plain text."""
