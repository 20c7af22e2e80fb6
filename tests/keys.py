"""Throw-away keys of GnuPG, in a keyring of the test's own."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Keyring:
    """GnuPG's folder ``home`` with two keys: ``signer`` and ``stranger`` are fingerprints."""

    home: Path
    signer: str
    stranger: str

    def sign(self, file: Path, by: str) -> Path:
        """Sign a file; return the signature beside it."""
        signature = file.with_name(f"{file.name}.asc")
        signature.unlink(missing_ok=True)
        _gpg(self.home, "--armor", "-u", by, "--detach-sign", str(file))
        return signature


@contextlib.contextmanager
def keyring() -> Iterator[Keyring]:
    """Make such a keyring and remove it afterwards; skips the test if there is no gpg."""
    for program in ("gpg", "gpg-agent", "gpgconf"):
        if shutil.which(program) is None:
            pytest.skip(f"signatures are made with a real gpg, and {program} is not on PATH")
    # Its agent's socket is in there, and the path of a socket must be short.
    home = Path(tempfile.mkdtemp(prefix="gpg-"))
    try:
        yield Keyring(home, _key(home, "signer"), _key(home, "stranger"))
    finally:
        argv = ("gpgconf", "--homedir", str(home), "--kill", "all")
        subprocess.run(argv, check=True, capture_output=True, timeout=30)
        shutil.rmtree(home, ignore_errors=True)  # its agent removes sockets at the same time


def _key(home: Path, name: str) -> str:
    _gpg(home, "--passphrase", "", "--quick-gen-key", f"{name}@keys.example", "ed25519", "sign")
    listed = _gpg(home, "--with-colons", "--list-keys", f"={name}@keys.example")
    return next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr:"))


def _gpg(home: Path, *arguments: str) -> str:
    done = subprocess.run(
        ("gpg", "--homedir", str(home), "--batch", *arguments),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
