"""The package index: downloading and reading its pages."""
