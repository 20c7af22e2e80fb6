"""Lets a Linux CPython answer as the CPython of a Mac does: the one place where this is done.

``start`` runs at the start of every Python in the tree (as ``sitecustomize``), also of its virtual
environments. It changes what Python asks the system for; what follows from the answers (platform
tags, markers, the names of extension files) is computed by the real code of the standard library,
`packaging` and pip. ``README.md`` says what is not imitated.
"""

from __future__ import annotations

import importlib.machinery
import json
import os
import sys
from collections import namedtuple
from typing import Any

from tests.mac.inside import dyld, places

_LINUX_ONLY = {
    "os": (
        *("sched_getaffinity", "sched_setaffinity", "memfd_create", "getrandom", "pipe2"),
        *("getxattr", "setxattr", "listxattr", "removexattr", "posix_fadvise", "posix_fallocate"),
        *("eventfd", "splice", "copy_file_range", "pidfd_open", "getresuid", "getresgid"),
    ),
    "select": ("epoll",),
}
"""Functions that CPython has on Linux but not on macOS."""


def start() -> None:
    """Be the Python that ``rig.json`` in the base prefix describes."""
    with open(os.path.join(sys.base_prefix, "rig.json"), encoding="utf-8") as file:
        python = json.load(file)
    with open(places.STATE, encoding="utf-8") as file:
        system = json.load(file)
    machine = _architecture(python["machines"], system["machine"])
    os.environ[places.ARCHITECTURE] = machine  # a program's children prefer its architecture
    sys.platform = "darwin"
    implementation: Any = sys.implementation
    implementation._multiarch = "darwin"
    setattr(sys, "_framework", python["framework"])  # noqa: B010
    if sys.prefix == sys.base_prefix:
        setattr(sys, "_base_executable", python["executable"])  # noqa: B010
    kernel = (
        "Darwin",
        "ada-mac.local",
        system["kernel"],
        _kernel(system["kernel"], machine),
        machine,
    )
    os.uname = lambda: os.uname_result(kernel)
    for module, names in _LINUX_ONLY.items():
        loaded = __import__(module)
        for name in names:
            if hasattr(loaded, name):
                delattr(loaded, name)
    if python["version"] != sys.version.split()[0]:
        _claim_version(python["version"])
    if python["compat"]:
        _call_it(python["compat"])
    _install_loader(machine)


def _architecture(slices: list[str], machine: str) -> str:
    """Return which slice of a universal program runs: the parent's, else the machine's own."""
    wanted = os.environ.get(places.ARCHITECTURE) or machine
    return wanted if wanted in slices else slices[0]


def _kernel(release: str, machine: str) -> str:
    kind = "ARM64_T6000" if machine == "arm64" else "X86_64"
    return f"Darwin Kernel Version {release}: root:xnu/RELEASE_{kind}"


def _claim_version(version: str) -> None:
    """Claim another version. The standard library stays that of the real one."""
    import site

    fields = namedtuple("fields", ("major", "minor", "micro", "releaselevel", "serial"))
    numbers = [int(number) for number in version.split(".")]
    claimed: Any = fields(numbers[0], numbers[1], numbers[2], "final", 0)
    sys.version_info = claimed
    sys.implementation.version = claimed
    sys.hexversion = int("%02x%02x%02xf0" % tuple(numbers), 16)  # noqa: UP031
    # Apple's build of 3.9.6, as it introduces itself.
    sys.version = (
        f"{version} (default, Oct 18 2022, 12:41:40) \n[Clang 14.0.0 (clang-1400.0.29.202)]"
    )
    sys.path.remove(places.CHECKOUT)  # a .pth file may name it
    minor = f"python{claimed[0]}.{claimed[1]}"
    site.addsitedir(os.path.join(sys.prefix, "lib", minor, "site-packages"))
    sys.path.insert(0, places.CHECKOUT)


def _call_it(name: str) -> None:
    """Let ``platform.mac_ver`` say ``name``: what a Python built with an old SDK reads.

    python/cpython#135675: macOS gives such programs another SystemVersion.plist.
    """
    import platform

    real = platform.mac_ver

    def mac_ver(*arguments: Any, **named: Any) -> Any:
        answer = real(*arguments, **named)
        compatible = os.environ.get("SYSTEM_VERSION_COMPAT") != "0"
        return (name, *answer[1:]) if compatible else answer

    platform.mac_ver = mac_ver


def _install_loader(machine: str) -> None:
    """Find extension files by a Mac's names, and load them as dyld would."""
    from importlib._bootstrap_external import FileFinder  # type: ignore[import-not-found,attr-defined,unused-ignore]

    linux = list(importlib.machinery.EXTENSION_SUFFIXES)
    own = [f".cpython-{sys.version_info[0]}{sys.version_info[1]}-darwin.so", ".abi3.so", ".so"]
    importlib.machinery.EXTENSION_SUFFIXES[:] = own
    sources = (importlib.machinery.SourceFileLoader, importlib.machinery.SOURCE_SUFFIXES)
    compiled = (
        importlib.machinery.SourcelessFileLoader,
        importlib.machinery.BYTECODE_SUFFIXES,
    )
    loader = dyld.loader(machine, linux)

    def hook(path: str) -> Any:
        ours = path.startswith(f"{places.RIG}/") or path.endswith("/lib-dynload")
        extensions = (importlib.machinery.ExtensionFileLoader, linux) if ours else (loader, own)
        return FileFinder.path_hook(extensions, sources, compiled)(path)

    sys.path_hooks[-1] = hook
    sys.path_importer_cache.clear()
