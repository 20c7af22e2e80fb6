"""The imitated programs: one module each, with ``main(program, arguments)`` that returns the exit code.

Every sentence that they print was printed by the real program; each module names its sources.
"""
