"""What can go wrong, done on purpose and counted: ``make faults``.

Each module with a tuple ``KINDS`` is found by `tests.faults.kind.kinds`. docs/reliability.md says
what came out.
"""
