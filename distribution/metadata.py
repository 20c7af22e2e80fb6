"""``python -m distribution.metadata``: builds wheel and sdist once, and lets others review them.

twine and pyroma read what an index would show, check-wheel-contents what would be installed. They
run at the same time.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from distribution import made

MINUTES = 5
"""The longest time for each."""


def reviews(sdist: Path, wheel: Path) -> Mapping[str, Sequence[str]]:
    """Return the command of each reviewer."""
    programs = Path(sys.executable).parent
    return {
        "twine": (str(programs / "twine"), "check", "--strict", str(sdist), str(wheel)),
        "check-wheel-contents": (str(programs / "check-wheel-contents"), str(wheel)),
        "pyroma": (str(programs / "pyroma"), "--min", "10", str(sdist)),
    }


def main() -> int:
    """Return 0 if all are content, and 1 after showing what the others say."""
    with tempfile.TemporaryDirectory(prefix="cryptography-wizard-metadata-") as folder:
        sdist = made.build(Path(folder), "sdist")
        wheel = made.build(Path(folder), "wheel")
        running = {
            name: subprocess.Popen(
                argv,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            for name, argv in reviews(sdist, wheel).items()
        }
        bad = []
        for name, process in running.items():
            output, _ = process.communicate(timeout=MINUTES * 60)
            if process.returncode:
                bad.append(name)
                sys.stdout.write(f"{name}:\n{output.decode(errors='replace')}\n")
    print(f"Not content: {', '.join(bad)}" if bad else f"Content: {', '.join(running)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
