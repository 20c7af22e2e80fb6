"""The methods, one a module: see `wizard.method`. Nothing imports them by name."""
