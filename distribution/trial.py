"""Tries the one file with the Python that runs this, as a user would, and proves what it installs.

``python distribution/trial.py cryptography-wizard.pyz``. Any Python 3.9 or newer can run this: it
imports the standard library only.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

MINUTES = 10
"""The longest time for each command."""


def main() -> int:
    """Try each command; return 0 if all of them did what they should."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        sys.stderr.write(f"Usage: {sys.argv[0]} cryptography-wizard.pyz\n")
        return 2
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "it's a folder")
        folder.mkdir()
        program = Path(shutil.copy(sys.argv[1], folder))
        env = {
            **os.environ,
            "CRYPTOGRAPHY_WIZARD_STATE": str(folder / "state"),
            "CRYPTOGRAPHY_WIZARD_CACHE": str(folder / "cache"),
        }
        run(program, env, "--version")
        facts = json.loads(run(program, env, "doctor", "--json"))
        if not facts["pythons"]:
            raise SystemExit("It has found no Python.")
        run(program, env, "plan", "--venv", str(folder / "env"))
        report = json.loads(run(program, env, "--yes", "--json", "--venv", str(folder / "env")))
        if report["report"]["ok"] is not True:
            raise SystemExit(f"It was not proved: {report}")
        print(f"Proved: cryptography {report['report']['version']} by Python {sys.version}")
        read_only = {**env, "CRYPTOGRAPHY_WIZARD_CACHE": os.devnull}  # no copy: from the file
        run(program, read_only, "plan", "--venv", str(folder / "env"))
    return 0


def run(program: Path, env: Mapping[str, str], *words: str) -> str:
    """Run the wizard and return what it printed. Raises CalledProcessError and TimeoutExpired."""
    print("+", program.name, *words, flush=True)
    done = subprocess.run(
        [sys.executable, str(program), *words],
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=MINUTES * 60,
        check=False,
    )
    if done.returncode:
        sys.stdout.write(done.stdout.decode(errors="replace"))
    done.check_returncode()
    return done.stdout.decode()


if __name__ == "__main__":
    sys.exit(main())
