"""Compares the tables in ``assets`` with the index and with the archives of distributions.

``python -m tests.knowledge`` prints what is out of date, and ends with 1 if something is;
``tests/live/test_live_knowledge.py`` runs the same comparison.
"""
