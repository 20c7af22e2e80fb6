"""Versions of macOS: what they are really called."""

from __future__ import annotations

import re

_FIRST_RENUMBERED = 20
"""The kernel (Darwin) of macOS 11. From there, macOS 15 has Darwin 24, and macOS 26 Darwin 25."""


def real_version(stated: str, kernel: str) -> str:
    """Return Apple's name of the version that macOS states to a program built for an older one.

    To a program built before macOS 11, any newer one is 10.16. To one built before macOS 26, newer
    ones are 16 (python/cpython#135675, dotnet/runtime#116536). Apple never used these two numbers,
    and the kernel's version, here ``kernel``, shows the right one. Its second number is unknown.
    Other versions stay as they are.
    """
    if not re.match(r"(10\.16|1[6-9])\b", stated):
        return stated
    found = re.match(r"\d+", kernel)
    darwin = int(found[0]) if found else 0
    if darwin < _FIRST_RENUMBERED:
        return "11" if stated.startswith("10.") else "26"
    return str(darwin - 9 if darwin < 25 else darwin + 1)
