"""The proof: that an installed cryptography works, and which OpenSSL is inside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Check:
    """One thing that was tried: its name, whether it worked, and what was seen."""

    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True)
class Linkage:
    """How OpenSSL is in the extension file ``file``.

    ``kind`` is ``static`` (OpenSSL inside) or ``dynamic`` (linked to the ``libraries``);
    ``unknown`` where the file could not be read, with the reason in ``problem``.
    """

    kind: Literal["static", "dynamic", "unknown"]
    file: str = ""
    libraries: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Report:
    """What was proved about the cryptography that ``python`` imports.

    ``ok`` is True when every check passed and what was found is what was expected.
    """

    python: str
    ok: bool
    version: str = ""
    openssl: str = ""
    linkage: Linkage = Linkage("unknown")
    checks: tuple[Check, ...] = ()
    problems: tuple[str, ...] = ()
