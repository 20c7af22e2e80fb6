"""What a release needs on a machine: a matching wheel, or everything for a source build."""
