"""Whether cffi, which every build of cryptography needs, must be compiled too."""

from __future__ import annotations

from wizard.facts import Python
from wizard.versions import at_least, key

WHEEL_MACHINES = {
    "glibc": ("x86_64", "i686", "aarch64", "ppc64le", "s390x"),
    "musl": ("x86_64", "i686", "aarch64"),
}
"""The kinds of Linux for which cffi has wheels. Elsewhere it is compiled, and needs libffi's
headers. Source: the index's list of cffi 1.15.1 to 2.1.1, 2026-11-23."""
NEWEST_PYTHON = "3.15"
OLDEST_FREE_THREADED = "3.14"
"""The newest Python that those wheels support, and the oldest free-threaded one."""


def is_compiled(python: Python) -> bool:
    """Return whether pip must compile cffi, because no wheel fits this Python.

    PyPy includes cffi.
    """
    if python.implementation == "pypy" or not python.libc:
        return False
    if python.free_threaded and not at_least(python.version, OLDEST_FREE_THREADED):
        return True
    machine = "i686" if python.bits == 32 and python.machine == "x86_64" else python.machine
    served = machine in WHEEL_MACHINES.get(python.libc, ())
    return not served or key(python.minor) > key(NEWEST_PYTHON)
