"""Wheel tags (PEP 425): compressing them, and computing those that a current pip accepts.

A Python's own pip lists the tags that it accepts. If there is no pip, or if it will be upgraded,
`current_pip_tags` computes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Optional

from packaging import tags as pep425

from wizard.facts import Python

MANYLINUX = {
    "x86_64": 5,
    "i686": 5,
    "aarch64": 17,
    "armv7l": 17,
    "armv8l": 17,
    "ppc64": 17,
    "ppc64le": 17,
    "s390x": 17,
    "loongarch64": 17,
    "riscv64": 17,
}
"""The machines that manylinux supports, with the minor version of the oldest glibc 2 (PEP 513, 599;
``_manylinux.py`` of the library packaging)."""

LEGACY = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
"""The older names of ``manylinux_2_N`` (PEP 600)."""

NAME_32_BIT = {"x86_64": "i686", "aarch64": "armv8l"}
"""How a 32-bit Python on a 64-bit Linux names its machine."""


def compress(tags: Iterable[str]) -> tuple[str, ...]:
    """Join consecutive tags of one interpreter and ABI, as in `wizard.facts.Pip.tags`."""
    split = (tag.rsplit("-", 1) for tag in tags)
    return tuple(
        f"{head}-{'.'.join(platform for _, platform in group)}"
        for head, group in groupby(split, key=lambda parts: parts[0])
    )


def expand(compressed: Iterable[str]) -> Iterator[str]:
    """Return the single tags, in order. Accepts the result of `compress`, and the tags of wheel
    names."""
    for entry in compressed:
        interpreters, abis, platforms = entry.split("-")
        for interpreter in interpreters.split("."):
            for abi in abis.split("."):
                for platform in platforms.split("."):
                    yield f"{interpreter}-{abi}-{platform}"


def current_pip_tags(python: Python) -> tuple[str, ...]:
    """Return the tags (compressed, best first) that a current pip accepts for this interpreter.

    They are computed only from the facts, so this also works for other machines. A debug build
    counts as a normal one, and PyPy as version 7.3. Empty if the facts are not sufficient.
    """
    version = _numbers(python.version)
    supported = platforms(python)
    if not version or not supported:
        return ()
    return _pip_tags(python.implementation, version, python.free_threaded, supported)


@lru_cache(maxsize=64)
def _pip_tags(
    implementation: str, version: tuple[int, int], free_threaded: bool, supported: tuple[str, ...]
) -> tuple[str, ...]:
    tags: list[pep425.Tag] = []
    digits = f"{version[0]}{version[1]}"
    if implementation == "cpython":
        interpreter = f"cp{digits}"
        flags = "m" if version < (3, 8) else "t" if free_threaded else ""
        tags += pep425.cpython_tags(version, [interpreter + flags], supported)
    elif implementation == "pypy":
        interpreter = f"pp{digits}"
        tags += pep425.generic_tags(interpreter, [f"pypy{digits}_pp73"], supported)
    else:
        interpreter = f"{implementation}{digits}"
    tags += pep425.compatible_tags(version, interpreter, supported)
    return compress(str(tag) for tag in tags)


def platforms(python: Python) -> tuple[str, ...]:
    """Return the platform tags that fit the interpreter, best first; empty if unknown."""
    if python.platform.startswith("macosx"):
        version = _numbers(python.macos)
        if version == (10, 16):  # a Python built for an older macOS calls any newer one this
            version = (11, 0)
        return _mac_platforms(version, python.machine) if version else ()
    platform = python.platform.replace("-", "_").replace(".", "_")
    if not platform.startswith("linux_"):
        return (platform,) if platform else ()
    machine = platform[len("linux_") :]
    if python.bits == 32:
        machine = NAME_32_BIT.get(machine, machine)
    return _linux_platforms(machine, *_libc(python))


@lru_cache(maxsize=64)
def _mac_platforms(version: tuple[int, int], machine: str) -> tuple[str, ...]:
    return tuple(pep425.mac_platforms(version, machine))


@lru_cache(maxsize=64)
def _linux_platforms(
    machine: str, libc: str, version: Optional[tuple[int, int]]
) -> tuple[str, ...]:
    # An armv8l is a 64-bit ARM that runs 32-bit programs, including those of armv7.
    machines = ["armv8l", "armv7l"] if machine == "armv8l" else [machine]
    # pip 26.3 puts the plain linux tags first; before, they were last.
    tags = [f"linux_{name}" for name in machines]
    if version:
        tags += [tag for name in machines for tag in _libc_platforms(libc, version, name)]
    return tuple(tags)


def _libc_platforms(kind: str, version: tuple[int, int], machine: str) -> Iterator[str]:
    major, newest = version
    if kind == "musl":
        for minor in range(newest, -1, -1):
            yield f"musllinux_{major}_{minor}_{machine}"
    elif kind == "glibc" and machine in MANYLINUX:
        for minor in range(newest, MANYLINUX[machine] - 1, -1):
            yield f"manylinux_{major}_{minor}_{machine}"
            if minor in LEGACY:
                yield f"{LEGACY[minor]}_{machine}"


def _libc(python: Python) -> tuple[str, Optional[tuple[int, int]]]:
    """Return the C library and its version: what the Python says, otherwise what its pip found."""
    version = _numbers(python.libc_version)
    if version:
        return python.libc, version
    for tag in expand(python.pip.tags) if python.pip else ():
        match = re.search(r"-(many|musl)linux_(\d+)_(\d+)_", tag)
        if match:
            kind = "glibc" if match[1] == "many" else "musl"
            return kind, (int(match[2]), int(match[3]))
    return "", None


def _numbers(version: str) -> Optional[tuple[int, int]]:
    """Return the first two numbers of a version: (3, 14) for ``3.14.0rc1``."""
    match = re.match(r"(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2])) if match else None
