"""Comparing version numbers of tools and libraries, as package managers write them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from wizard.errors import BadRequest

if TYPE_CHECKING:
    from packaging.version import Version

_NUMBER = re.compile(r"\d+(?:\.\d+)*(?:[a-z](?![a-z0-9]))?")


def upstream(version: str) -> str:
    """Return the project's own version: ``1.63.0`` for ``1:1.63.0+dfsg1-2``.

    Empty if it contains no number. OpenSSL's letter is kept: ``1.1.1w`` for ``1.1.1w-0+deb11u1``.
    """
    match = _NUMBER.match(version.split(":", 1)[-1].lstrip("v"))
    return match.group() if match else ""


@lru_cache(maxsize=4096)
def key(version: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key: ``key("1.1.1w") > key("1.1.1d")``, and 1.10 is above 1.9."""
    parts = re.findall(r"\d+|[a-z]", upstream(version))
    numbers = [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
    while numbers and numbers[-1] == (0, ""):
        numbers.pop()  # 1.65 and 1.65.0 are the same
    return tuple(numbers)


def minor(version: str) -> str:
    """Return the first two numbers of a version: ``3.11`` for ``3.11.7``."""
    return ".".join(version.split(".")[:2])


def python_label(implementation: str, version: str, *, free: bool) -> str:
    """Return a short name for the Pythons that can use the same wheels: ``3.11``, ``3.14t``.

    ``free`` says that it is free-threaded; then the version may end in ``t`` too.
    """
    kind = "" if implementation == "cpython" else implementation
    return f"{kind}{minor(version.rstrip('t'))}{'t' if free else ''}"


def at_least(version: str, oldest: str) -> bool:
    """Return whether ``version`` is ``oldest`` or newer; False if ``version`` has no number."""
    numbers = key(version)
    return numbers >= key(oldest) and (bool(numbers) or bool(upstream(version)))


def allows(specifier: str, version: str) -> bool:
    """Return whether a rule (PEP 440) allows a version; a rule that cannot be read allows any."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # slow to import

    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidSpecifier:
        return True


@lru_cache(maxsize=4096)
def release_number(version: str) -> Version:
    """Return the number of a release (PEP 440). Each is read once. Raises InvalidVersion."""
    from packaging.version import Version  # slow to import

    return Version(version)


@lru_cache(maxsize=4096)
def openssl_order(version: str) -> tuple[int, int, int, str]:
    """Return a sort key for OpenSSL versions; ``1.1.1w`` is not a PEP 440 version.

    Also accepts the versions of package managers (``1:3.0.17-1~deb12u2``). The letter of the old
    scheme is part of the key. Raises BadRequest if the text contains no version.
    """
    match = re.match(r"(?:\d+:)?(\d+)\.(\d+)(?:\.(\d+))?([a-z]*)", version)
    if not match:
        raise BadRequest(f"{version!r} is not a version of OpenSSL.")
    major, minor, patch, letter = match.groups()
    return int(major), int(minor), int(patch or 0), letter


def openssl_series_name(version: str) -> str:
    """Return the numbers that a series of OpenSSL has in common: ``3.5``, but ``1.1.1``.

    Raises BadRequest if the text is not a version.
    """
    major, minor, patch, _ = openssl_order(version)
    return f"{major}.{minor}" if major > 1 else f"{major}.{minor}.{patch}"
