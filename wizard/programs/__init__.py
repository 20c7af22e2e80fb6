"""Other programs: started and ended with all their children, and what they say, read."""
