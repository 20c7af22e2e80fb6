"""cffi, which every build of cryptography needs: has it a wheel, or is it compiled too?"""

from __future__ import annotations

from wizard.facts import Python
from wizard.versions import at_least, key

WHEELS = {
    "glibc": ("x86_64", "i686", "aarch64", "ppc64le", "s390x"),
    "musl": ("x86_64", "i686", "aarch64"),
}
"""The kinds of Linux that cffi has wheels for: elsewhere it is compiled too, and needs libffi's
headers. Source: the index's list of cffi 1.15.1 to 2.1.1, 2026-11-23."""
NEWEST = "3.15"
FREE_THREADED = "3.14"
"""The newest Python that those wheels serve, and the oldest free-threaded one."""


def is_compiled(python: Python) -> bool:
    """Whether no wheel of cffi fits this Python, so that pip compiles it. PyPy has it inside."""
    if python.implementation == "pypy" or not python.libc:
        return False
    if python.free_threaded and not at_least(python.version, FREE_THREADED):
        return True
    machine = "i686" if python.bits == 32 and python.machine == "x86_64" else python.machine
    served = machine in WHEELS.get(python.libc, ())
    return not served or key(python.minor) > key(NEWEST)
