"""Every face of the wizard: the front door, the full-screen app, the prompts and the plain text."""
