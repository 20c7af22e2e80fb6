"""From facts and choices to a plan: for an environment, or for a wheelhouse."""
