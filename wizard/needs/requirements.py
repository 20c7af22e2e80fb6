"""Which packages a release of cryptography needs to run."""

from __future__ import annotations

from wizard.facts import Python
from wizard.knowledge import Release

CRYPTOGRAPHY = "cryptography"
FURTHER = ("pycparser",)
"""What those packages need in turn: cffi needs pycparser."""


def of_release(row: Release, python: Python) -> tuple[str, ...]:
    """Return what the releases of a row need with this Python, without markers: ``cffi>=2.0.0``."""
    from packaging.requirements import Requirement  # slow to import

    names = {"cpython": "CPython", "pypy": "PyPy"}
    markers = {
        "python_version": python.minor,
        "python_full_version": python.version,
        "platform_python_implementation": names.get(python.implementation, python.implementation),
    }
    found = map(Requirement, row.requires)
    return tuple(
        f"{each.name}{each.specifier}"
        for each in found
        if each.marker is None or each.marker.evaluate({**markers})
    )
