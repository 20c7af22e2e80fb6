"""A plan or a command written out: as text, for a shell, PowerShell or Docker."""
