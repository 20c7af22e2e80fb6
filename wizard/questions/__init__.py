"""The questions, and the answers however they come: prompt, flag or file."""
