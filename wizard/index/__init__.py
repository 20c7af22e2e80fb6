"""The package index: its pages fetched and read, and what they list."""
