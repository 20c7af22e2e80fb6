"""The values of environment markers (PEP 508) for the target Python."""

from __future__ import annotations

from wizard.facts import Python
from wizard.versions import minor

_SYSTEMS = {
    "linux": ("linux", "posix", "Linux"),
    "macos": ("darwin", "posix", "Darwin"),
    "windows": ("win32", "nt", "Windows"),
}
_IMPLEMENTATIONS = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalVM"}


def marker_environment(python: Python, system: str) -> dict[str, str]:
    """Return the values for ``python`` on a system (`wizard.facts.System.name`)."""
    sys_platform, os_name, platform_system = _SYSTEMS.get(system, ("", "posix", ""))
    return {
        "python_version": minor(python.version),
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
