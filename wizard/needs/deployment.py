"""The oldest macOS for which a build is made, and how the wheel is named for it.

* Each Python was made for one macOS and newer ones, and says so in ``sysconfig.get_platform()``. An
  extension cannot be made for an older one: distutils refuses it
  (“$MACOSX_DEPLOYMENT_TARGET mismatch”, ``distutils/spawn.py`` of CPython 3.8).
* Rust makes nothing for macOS before 11.0 on Apple silicon, and 10.12 on Intel (the rustc book,
  ``*-apple-darwin``). Upstream's wheels need the same.
* Without a setting, maturin and setuptools use different versions, and the C compiler uses the
  version of its SDK. ``MACOSX_DEPLOYMENT_TARGET`` decides for all of them, and for clang.
* setuptools names a wheel after the Python, which says ``universal2`` if it is universal itself,
  even if ``ARCHFLAGS`` leaves only one architecture (pypa/setuptools#2520, pypa/wheel#406).
  ``_PYTHON_HOST_PLATFORM`` is what sysconfig then says; maturin takes its name from there too
  (``get_platform_tag`` in its source; measured with maturin 1.16 and a current setuptools).
  cibuildwheel sets the same three variables (pypa/setuptools#4914).
* pip accepts only names with 0 as second number since macOS 11 (pypa/packaging#435).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The probe imports this module for names of variables only, before it asks the Pythons.
    from wizard.facts import Python
    from wizard.needs.build_request import BuildRequest
    from wizard.needs.openssl import Library

VARIABLE = "MACOSX_DEPLOYMENT_TARGET"
HOST_PLATFORM = "_PYTHON_HOST_PLATFORM"
OLDEST = {"arm64": (11, 0), "x86_64": (10, 12)}
"""The oldest macOS that Rust makes programs for."""
Version = tuple[int, int]


def own_version(python: Python) -> str:
    """Return the oldest macOS for which a build with this Python can be made: ``11.0``.

    Empty on other systems.
    """
    version = _own_version(python)
    return _text(version) if version else ""


def version(request: BuildRequest, library: Library) -> str:
    """Return the oldest macOS on which the result will work; empty on other systems.

    A static OpenSSL that the wizard did not build was made for this macOS: Homebrew and MacPorts
    have one for each. If the user set the variable to a newer one, that one counts.
    """
    python, facts = request.python, request.facts
    oldest = _own_version(python)
    if oldest is None:
        return ""
    stated = [_numbers(facts.variable(VARIABLE))]
    if request.link == "static" and library.build is None:
        stated.append(_named(_numbers(python.macos)))
    return _text(max([oldest, *filter(None, stated)]))


def variables(request: BuildRequest, library: Library) -> tuple[tuple[str, str], ...]:
    """Return the variables with which the build and its name are for one macOS and architecture."""
    python, oldest = request.python, version(request, library)
    if not oldest:
        return ()
    target = (VARIABLE, oldest)
    if not python.platform.endswith("universal2"):
        return (target,)
    # Such a Python builds for both architectures, but its OpenSSL here has only one.
    named = _text(_named(_numbers(oldest)) or OLDEST["arm64"])
    return (
        ("ARCHFLAGS", f"-arch {python.machine}"),
        (HOST_PLATFORM, f"macosx-{named}-{python.machine}"),
        target,
    )


def _own_version(python: Python) -> Version | None:
    match = re.match(r"macosx-(\d+)(?:\.(\d+))?-", python.platform)
    if not match:
        return None
    return max((int(match[1]), int(match[2] or 0)), OLDEST.get(python.machine, (0, 0)))


def _named(version: Version | None) -> Version | None:
    """Return the version as a name of a wheel may state it; None if there is no such name.

    A Python made before macOS 26 calls it 16, and its pip accepts nothing that is named 26.
    """
    if version is None or version == (10, 16) or 16 <= version[0] <= 25:
        return None
    return (version[0], 0) if version[0] >= 11 else version


def _numbers(text: str) -> Version | None:
    match = re.match(r"(\d+)(?:\.(\d+))?", text)
    return (int(match[1]), int(match[2] or 0)) if match else None


def _text(version: Version) -> str:
    return f"{version[0]}.{version[1]}"
