"""One file per tool: its commands as data, and how to read its output. Nothing here runs
anything.
"""
