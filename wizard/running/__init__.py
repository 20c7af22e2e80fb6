"""A plan carried out: which step when, how, what has happened, and what went wrong."""
