"""Many machines over SSH: each gets the wizard, and carries out its own plan."""
