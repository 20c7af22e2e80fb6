"""The package that is installed: it starts the wizard, and makes its imports safe."""
