"""Fetches newer tables, checks them as strictly as the built-in ones, and keeps them."""
