"""The entry point: the console script and ``python -m cryptography_wizard`` start here."""

from __future__ import annotations

import sys

from cryptography_wizard import finder


def main() -> int:
    """Run the command line in ``sys.argv`` and return the exit code."""
    finder.install()
    from screens import cli, ending  # found by the finder only

    ending.guarantee()
    try:
        return cli.main()
    finally:
        ending.end_programs()


if __name__ == "__main__":
    sys.exit(main())
