"""Programs that run inside the target Python (3.6 and later): standard library only."""
