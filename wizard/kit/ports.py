"""The port at which a kit was served last, so that the line to join stays the same."""

from __future__ import annotations

import hashlib
from pathlib import Path

from wizard import locations


def _file(kit: Path) -> Path:
    name = hashlib.sha256(str(kit.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return locations.state() / "kits" / f"{name}.port"


def load(kit: Path) -> int:
    """Return the port at which the kit in this folder was served last; 0 if none is known.

    Raises OSError if the file cannot be read.
    """
    try:
        text = _file(kit).read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return 0
    known = text.isascii() and text.isdigit() and len(text) < 6
    return int(text) if known and int(text) < 65536 else 0


def save(kit: Path, port: int) -> None:
    """Keep the port of the kit in this folder. Raises OSError."""
    file = _file(kit)
    file.parent.mkdir(parents=True, exist_ok=True)
    locations.write_private(file, f"{port}\n")
