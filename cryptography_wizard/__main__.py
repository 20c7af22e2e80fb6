"""The entry point: the console script and ``python -m cryptography_wizard`` start here.

Only a program imports this module: it decides at once what Ctrl-C does.
"""

from __future__ import annotations

import gc
import os
import sys

CANCELLED = 130
"""The exit code after Ctrl-C, as in `wizard.errors.Exit`, which is not imported yet."""

try:
    import signal
except KeyboardInterrupt:
    os._exit(CANCELLED)


def _end_quietly(_signal: int, _frame: object) -> None:
    os._exit(CANCELLED)


# Until the command line takes over, nothing has begun that must be ended: Ctrl-C says nothing.
if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _end_quietly)


def main() -> int:
    """Run the command line in ``sys.argv`` and return the exit code."""
    from cryptography_wizard import finder

    _search_less_often()
    finder.install()
    from screens import cli, ending  # found by the finder only

    ending.guarantee()
    try:
        return cli.main()
    finally:
        ending.end_programs()
        _end_soon()


def _search_less_often() -> None:
    """Let Python look for unused objects after more new ones: imports make many, and all stay."""
    gc.set_threshold(50_000)


def _end_soon() -> None:
    """Spare Python its last search for unused objects: what is left ends with the process."""
    gc.freeze()


if __name__ == "__main__":
    sys.exit(main())
