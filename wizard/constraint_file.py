"""The constraint file that the wizard writes for pip and uv, and how it recognizes it later."""

from __future__ import annotations

import re
from pathlib import Path

MARK = "# Written by cryptography-wizard, which replaces this file when it writes it again."
_OWN = re.compile(re.escape(MARK) + r"\ncryptography==[\w.!+-]+\n")
_LARGEST = 1000
"""The size of the largest file that is read, in bytes: the wizard's own has about 100."""


def text(release: str) -> str:
    """Return the contents of a constraint file for a release."""
    return f"{MARK}\ncryptography=={release}\n"


def is_own(path: Path) -> bool:
    """Return whether a file is a constraint file of the wizard, unchanged since it was written.

    A link is not. Raises OSError if the file cannot be read.
    """
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
        return False
    return _OWN.fullmatch(path.read_text(encoding="utf-8", errors="replace")) is not None
