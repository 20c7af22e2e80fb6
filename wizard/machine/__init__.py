"""The machine: each of its facts read, and whether they fit together."""
