"""The methods, one per module: see `wizard.method`. Nothing imports them by name."""
