"""Environment markers (PEP 508) of a Python that is not this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wizard.facts import Python

if TYPE_CHECKING:
    from packaging.markers import Marker

_SYSTEMS = {
    "linux": ("linux", "posix", "Linux"),
    "macos": ("darwin", "posix", "Darwin"),
    "windows": ("win32", "nt", "Windows"),
}
_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalVM"}


def marker_environment(python: Python, system: str = "") -> dict[str, str]:
    """Return the values of all markers for ``python``.

    ``system`` is `wizard.facts.System.name`; without it, those about the system are empty.
    """
    sys_platform, os_name, platform_system = _SYSTEMS.get(system, ("", "posix", ""))
    return {
        "python_version": python.minor,
        "python_full_version": python.version,
        "implementation_name": python.implementation,
        "implementation_version": python.version,
        "platform_python_implementation": _IMPLEMENTATIONS.get(python.implementation, ""),
        "sys_platform": sys_platform,
        "os_name": os_name,
        "platform_system": platform_system,
        "platform_machine": python.machine,
        "platform_release": "",
        "platform_version": "",
    }


def is_true(marker: Marker, environment: Mapping[str, str], extra: str = "") -> bool:
    """Return whether a marker is true with this extra, and without dependency groups.

    ``environment`` are the values of its variables. True if it cannot be evaluated: then the
    installer judges it.
    """
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName  # slow to import

    try:
        return marker.evaluate({**environment, "extra": extra}, context="lock_file")
    except (UndefinedComparison, UndefinedEnvironmentName):
        return True
