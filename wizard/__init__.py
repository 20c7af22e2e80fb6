"""The engine: facts, questions, choices, plan, run and proof. It does not depend on a user
interface."""

__version__ = "0.1.0"
