"""The machine: reading its facts, and checking that they are consistent."""
