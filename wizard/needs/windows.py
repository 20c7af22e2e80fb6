"""Wheels that a Windows, or a Python on it, cannot load although their tags fit."""

from __future__ import annotations

import re

from packaging.version import Version

from wizard.facts import Facts, Python
from wizard.refused import Refused

WINDOWS_8 = (6, 2)
"""The first Windows whose bcryptprimitives.dll has ProcessPrng (rust-lang/rust#121337)."""

NEEDS_WINDOWS_8 = (Version("42.0.6"), Version("43.0.0"))
"""The releases whose wheel calls ProcessPrng: this one alone, and all since the second (measured:
the imports of ``_rust.pyd`` in 42.0.5 to 43.0.0, 43.0.3 and 50.0.2; pyca/cryptography#10944)."""

LACKS_PYCMETHOD = ("3.9.0", "3.9.1")
"""Pythons whose python3.dll lacks PyCMethod_New, which the wheels for ``cp39-abi3`` call and those
for ``cp37-abi3`` do not (measured: both wheels of 42.0.8; pyca/cryptography#12043 and #12045)."""


def wheel_blocked_by(facts: Facts, python: Python, release: str, wheel: str) -> Refused | None:
    """Return why this Windows cannot load a wheel (its tag) of a release, or None if it can.

    On other systems, and if the version of Windows is unknown, the answer is None.
    """
    if facts.system.name != "windows":
        return None
    number, version = Version(release), facts.system.distribution_version
    found = re.match(r"(\d+)\.(\d+)", version)
    alone, since = NEEDS_WINDOWS_8
    if (
        found
        and (int(found[1]), int(found[2])) < WINDOWS_8
        and (number == alone or number >= since)
    ):
        return Refused(
            f"The wheels of cryptography {release} need a newer Windows: they call ProcessPrng, "
            f"which {facts.system.distribution_name} does not have. 42.0.8 is the last release "
            "without it."
        )
    if python.version in LACKS_PYCMETHOD and wheel.startswith("cp39-abi3"):
        return Refused(
            f"The wheel of cryptography {release} cannot be loaded by Python {python.version} on "
            "Windows: its python3.dll lacks PyCMethod_New, which Python 3.9.2 and later have."
        )
    return None
