"""What a release needs on a machine: a wheel that fits, or all that a source build takes."""
