"""What the wizard itself can do after a failure: other choices, with which it goes on."""
