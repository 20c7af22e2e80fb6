"""Projects: what their files require, and which releases of cryptography that allows."""
