"""A plan carried out: which step when, how, what is told, and what went wrong."""
