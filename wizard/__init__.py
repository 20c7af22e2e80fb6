"""The engine: facts, questions, choices, plan, run and proof. It knows no face."""

__version__ = "0.1.0"
