"""Earlier runs: which there were, how each ended, how one is resumed or undone."""
