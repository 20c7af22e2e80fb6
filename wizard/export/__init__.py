"""A plan or a command as text, or for a shell, PowerShell or Docker."""
