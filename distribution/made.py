"""Makes all files of a release in a folder: archives, the one file, lists and manifests."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

from distribution import manifests, pyz
from distribution.pyz import CHECKOUT

EPOCH = 1580601600
"""The time of all files in the archives, if SOURCE_DATE_EPOCH states none: hatchling's, in 2020."""
MINUTES = 10
"""The longest time for each program that is started."""
PROGRAM = "cryptography-wizard.pyz"
SUMS = "SHA256SUMS"
CONTENTS = "cryptography-wizard.cdx.json"


def epoch(environ: Mapping[str, str]) -> int:
    """Return the time, in seconds since 1970, that all files in the archives get.

    Raises ValueError if SOURCE_DATE_EPOCH states none that a zip file can have.
    """
    stated = environ.get("SOURCE_DATE_EPOCH", "")
    if not stated:
        return EPOCH
    if not stated.isascii() or not stated.isdigit() or time.gmtime(int(stated)).tm_year < 1980:
        raise ValueError(f"SOURCE_DATE_EPOCH={stated}: it must be seconds since 1970, from 1980 on")
    return int(stated)


def everything(folder: Path) -> None:
    """Make all files in ``folder``, which must be empty. Raises CalledProcessError and OSError."""
    seconds = epoch(os.environ)
    build(folder, "sdist", seconds)
    wheel = build(folder, "wheel", seconds)
    with tempfile.TemporaryDirectory(prefix="cryptography-wizard-dist-") as work:
        files = Path(work) / "files"
        pyz.install(wheel, files)
        moment = time.gmtime(seconds)[:6]
        pyz.write(pyz.contents(files), folder / PROGRAM, moment)
        list_contents(files, folder / CONTENTS)
    manifests.write(folder, folder / PROGRAM)
    write_sums(folder)


def build(folder: Path, kind: str, seconds: int = EPOCH, checkout: Path = CHECKOUT) -> Path:
    """Build the ``wheel`` or the ``sdist`` in ``folder`` and return its path."""
    before = set(folder.glob("*"))
    _run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)],
        checkout,
        {"SOURCE_DATE_EPOCH": str(seconds)},
    )
    (made,) = set(folder.glob("*")) - before
    return made


def list_contents(files: Path, target: Path) -> None:
    """Write a CycloneDX list of the libraries in ``files``, with their versions and licences."""
    environment = files.with_name("environment")
    venv.create(environment, with_pip=False, symlinks=os.name != "nt")
    (packages,) = (environment / "Lib", *environment.glob("lib/python*"))[-1:]
    (packages / "site-packages" / "files.pth").write_text(f"{files}\n", encoding="utf-8")
    python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    words = ("--pyproject", "pyproject.toml", "--output-reproducible", "--output-file", str(target))
    tool = (sys.executable, "-m", "cyclonedx_py", "environment")
    _run([*tool, *words, str(python)], CHECKOUT)


def write_sums(folder: Path) -> None:
    """Write the SHA-256 of every file, as ``sha256sum --check`` reads it."""
    lines = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != SUMS:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f"{digest}  {path.relative_to(folder).as_posix()}\n")
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def _run(argv: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> None:
    """Run a program; show what it printed only if it fails. Raises CalledProcessError."""
    done = subprocess.run(
        argv,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=MINUTES * 60,
        check=False,
    )
    if done.returncode:
        sys.stderr.buffer.write(done.stdout)
        raise subprocess.CalledProcessError(done.returncode, list(argv))
