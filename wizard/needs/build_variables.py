"""The user's environment variables that steer compilers and cargo: what a build does about them.

Sources: GCC's manual, "Environment Variables"; xcrun(1) and xcode-select(1); the cargo book,
"Configuration"; setuptools-rust reads CARGO_BUILD_TARGET (``setuptools_rust/build.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

UNSET = ("CPATH", "C_INCLUDE_PATH", "LIBRARY_PATH", "CARGO_BUILD_TARGET")
"""Variables that the build does not see.

The first three name folders that a compiler searches before the system's, so the headers of one
OpenSSL could be used with the libraries of another. The last one makes cargo build for another kind
of machine, so that this Python could not import the result.
"""
KEPT = ("SDKROOT", "DEVELOPER_DIR", "MACOSX_DEPLOYMENT_TARGET")
"""Variables that the build sees: they choose Apple's tools, or for which macOS they build."""
_KEPT_OF_CARGO = re.compile(r"CARGO_TARGET_\w+_(?:LINKER|RUSTFLAGS)", re.ASCII)
"""The linker and flags for one kind of machine. On some systems, nothing links without them."""


def steering(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of ``names`` that steer compilers or cargo."""
    return tuple(name for name in names if name in UNSET or is_kept(name))


def is_kept(name: str) -> bool:
    """Return whether a build sees this variable if the plan does not set it."""
    return name in KEPT or _KEPT_OF_CARGO.fullmatch(name) is not None
