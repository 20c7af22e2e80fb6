"""Environments and packages that pretend, so that a proof can be seen to fail."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

BACKEND = """
class backend:
    @staticmethod
    def openssl_version_text():
        return "OpenSSL 4.0.3 29 Sep 2026"
"""


def environment(folder: Path) -> str:
    """Make a virtual environment with nothing in it and return its interpreter."""
    command = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
    subprocess.run(command, check=True, timeout=60, capture_output=True)
    return str(
        next(p for p in (folder / "bin/python", folder / "Scripts/python.exe") if p.exists())
    )


def package(
    folder: Path,
    *,
    start: str = "__version__ = '50.0.2'",
    rust: str = "",
    backend: str = BACKEND,
    fernet: str = "raise ImportError('no Fernet here')",
) -> str:
    """Write a package ``cryptography`` of such modules into ``folder`` and return the folder."""
    modules = {
        "__init__.py": start,
        "fernet.py": fernet,
        "hazmat/__init__.py": "",
        "hazmat/bindings/__init__.py": "",
        "hazmat/bindings/_rust.py": rust,
        "hazmat/backends/__init__.py": "",
        "hazmat/backends/openssl/__init__.py": "",
        "hazmat/backends/openssl/backend.py": backend,
    }
    for name, code in modules.items():
        path = folder / "cryptography" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(code), encoding="utf-8")
    return str(folder)
