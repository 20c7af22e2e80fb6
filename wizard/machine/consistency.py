"""Check whether a facts file describes a possible machine.

It rejects only what would make a plan wrong. Unusual but real combinations are accepted: dnf on
Debian, Homebrew on Linux, an Intel Python on a Mac with Apple silicon (Rosetta), a 32-bit Python on
a 64-bit system, a musl Python on glibc, values that are only outdated.
"""

from __future__ import annotations

import ntpath
import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass

from backends.manager import managers
from wizard import invocation
from wizard.errors import BadRequest
from wizard.facts import Facts, Headers, Installed, Listing, Manager, Pip, Python, System, Tool
from wizard.installed import normalized
from wizard.wording import MAX_DIGITS, control_characters, has_long_number

MAX_SHOWN = 5
"""The number of contradictions that are shown; the first ones usually cause the others."""
_VERSION = re.compile(r"\d+(\.\d+)+\S*", re.ASCII)
_TAG_PART = re.compile(r"[\w.]+", re.ASCII)
"""A part of a wheel's tag."""
_TAG = re.compile(r"[\w.]+-[\w.]+-[\w.]+", re.ASCII)
_PYTHON_PLATFORMS = {"linux": ("linux-",), "macos": ("macosx-",), "windows": ("win", "mingw")}
"""Beginnings of ``sysconfig.get_platform()``; MinGW is also Windows."""
_TAG_PLATFORMS = {
    "linux": ("linux_", "manylinux", "musllinux_"),
    "macos": ("macosx_",),
    "windows": ("win", "mingw"),
}
"""Beginnings of the platform in a wheel's tag; ``any`` is for all of them."""

_FOR_PEOPLE = re.compile(r"(externally_managed|problems?(\[\d+\])?)$")
"""Keys of texts that are only shown, and may have several lines."""

Problems = Iterator[tuple[str, str]]
"""The key of a wrong value, and a clause that says what the value is and what is allowed."""


def check(facts: Facts, *, source: str) -> None:
    """Raise BadRequest if no machine can have these facts.

    ``source`` names the file in the message, which names each wrong key and what is allowed.
    """
    problems = [f"{key} {clause}" for key, clause in _contradictions(facts)]
    if not problems:
        return
    more = f"… and {len(problems) - MAX_SHOWN} more" if len(problems) > MAX_SHOWN else ""
    raise BadRequest(
        f"{source} describes an impossible machine.",
        shown="\n".join([*problems[:MAX_SHOWN], *([more] if more else [])]),
        hints=(
            "Correct these values.",
            f"Or save the machine again: {invocation.command('doctor', '--json')} > machine.json",
        ),
    )


def _contradictions(facts: Facts) -> Problems:
    yield from _texts("", facts)
    yield from _system(facts.system)
    for number, python in enumerate(facts.pythons):
        yield from _python(f"pythons[{number}]", python, facts.system.name)
    if facts.listing is not None:
        yield from _listing(facts.listing)
    yield from _managers(facts.managers)
    for number, tool in enumerate(facts.tools):
        yield from _tool(f"tools[{number}]", tool)
    for number, headers in enumerate(facts.openssl):
        yield from _headers(f"openssl[{number}]", headers)
    for number, space in enumerate(facts.spaces):
        key = f"spaces[{number}]"
        yield from _at_least(f"{key}.free", space.free, 0)
        yield from _absolute(f"{key}.folder", space.folder, facts.system.name)
    yield from _at_least("terminal.columns", facts.terminal.columns, 0)
    yield from _at_least("terminal.lines", facts.terminal.lines, 0)
    yield from _absolute("folder", facts.folder, facts.system.name)
    yield from _absolute("cache", facts.cache, facts.system.name)
    yield from _repeated("variables", (name for name, _ in facts.variables))


def _texts(key: str, value: object) -> Problems:
    """Check every text: a line break in it would begin a new line in a script or Dockerfile."""
    if isinstance(value, str):
        if control_characters(value, "\n\t" if _FOR_PEOPLE.search(key) else ""):
            yield key, f"is {value[:60]!r}, but no line break or control character is allowed"
        elif has_long_number(value):
            yield key, f"has a number of more than {MAX_DIGITS} digits"
    elif isinstance(value, tuple):
        for number, part in enumerate(value):
            yield from _texts(f"{key}[{number}]", part)
    elif is_dataclass(value):
        for field in fields(value):
            part = getattr(value, field.name)
            yield from _texts(f"{key}.{field.name}" if key else field.name, part)


def _system(system: System) -> Problems:
    if system.libc and system.name in ("macos", "windows"):
        yield "system.libc", f"is {system.libc!r}, but {system.name} has neither: allowed is ''."
    wrong = {
        "macos": system.distribution not in ("", "macos"),
        "windows": system.distribution not in ("", "windows"),
    }.get(system.name, system.distribution in ("macos", "windows"))
    if wrong:
        allowed = {"macos": "'macos' or ''", "windows": "'windows' or ''"}.get(
            system.name, "the ID of /etc/os-release"
        )
        clause = f"is {system.distribution!r}, but system.name is {system.name!r}"
        yield "system.distribution", f"{clause}: allowed is {allowed}."
    yield from _at_least("system.memory", system.memory, 0)
    yield from _at_least("system.temporary_free", system.temporary_free, 0)
    yield from _at_least("system.swap", system.swap, 0)
    yield from _at_least("system.cores", system.cores, 1)
    if system.wsl not in (0, 1, 2):
        yield "system.wsl", f"is {system.wsl}: allowed are 0, 1 and 2."
    for name in ("container", "wsl", "sandbox"):
        if getattr(system, name) and system.name != "linux":
            clause = f"is {getattr(system, name)!r}, but system.name is {system.name!r}"
            yield f"system.{name}", f"{clause}: only linux has one."
    yield from _absolute("system.temporary", system.temporary, system.name)


def _python(key: str, python: Python, system: str) -> Problems:
    if not python.path:
        yield f"{key}.path", "is empty, but every Python has one."
    if python.problem:
        return  # hardly anything is known about it, and it is not used
    yield from _absolute(f"{key}.path", python.path, system)
    yield from _absolute(f"{key}.environment", python.environment, system)
    if not _VERSION.fullmatch(python.version):
        clause = (
            f"is {python.version!r}, but a Python without a problem has a version, like '3.11.7'."
        )
        yield f"{key}.version", clause
    for name, value in (("implementation", python.implementation), ("machine", python.machine)):
        if value and not _TAG_PART.fullmatch(value):
            example = {"implementation": "cpython", "machine": "x86_64"}[name]
            yield f"{key}.{name}", f"is {value!r}: allowed is one word, like '{example}'."
    if python.bits not in (32, 64):
        yield f"{key}.bits", f"is {python.bits}: allowed are 32 and 64."
    prefixes = _PYTHON_PLATFORMS.get(system, ())
    if python.platform and prefixes and not python.platform.startswith(prefixes):
        allowed = " or ".join(f"'{value}…'" for value in prefixes)
        clause = f"is {python.platform!r}, but system.name is {system!r}: allowed is {allowed}."
        yield f"{key}.platform", clause
    if python.libc and system in ("macos", "windows"):
        yield f"{key}.libc", f"is {python.libc!r}, but {system} has neither: allowed is ''."
    if python.macos and system in ("linux", "windows"):
        yield f"{key}.macos", f"is {python.macos!r}, but system.name is {system!r}: allowed is ''."
    if python.pip is not None:
        yield from _pip(f"{key}.pip", python.pip, system)
    yield from _installed(f"{key}.packages", python.packages or ())


def _installed(key: str, packages: tuple[Installed, ...]) -> Problems:
    from packaging.requirements import InvalidRequirement, Requirement  # slow to import

    yield from _repeated(key, (normalized(package.name) for package in packages))
    for number, package in enumerate(packages):
        if not package.version:
            yield f"{key}[{number}].version", "is empty, but every installed package has one."
        for index, text in enumerate(package.requires):
            try:
                marker = Requirement(text).marker
            except InvalidRequirement:
                clause = f"is {text!r}: allowed is a requirement, like 'cryptography<44'."
                yield f"{key}[{number}].requires[{index}]", clause
            else:
                if marker is not None:
                    clause = f"is {text!r}: markers are left out, because they were evaluated."
                    yield f"{key}[{number}].requires[{index}]", clause


def _pip(key: str, pip: Pip, system: str) -> Problems:
    if not _VERSION.fullmatch(pip.version):
        yield f"{key}.version", f"is {pip.version!r}: allowed is a version, like '24.0'."
    prefixes = ("any", *_TAG_PLATFORMS[system]) if system in _TAG_PLATFORMS else ("",)
    for number, tag in enumerate(pip.tags):
        if not _is_tag(tag):
            yield f"{key}.tags[{number}]", _wrong_tag(tag)
            return
        for platform in tag.rpartition("-")[2].split("."):
            if not platform.startswith(prefixes):
                allowed = " or ".join(f"'{prefix}…'" for prefix in prefixes)
                clause = (
                    f"is for {platform!r}, but system.name is {system!r}: allowed is {allowed}."
                )
                yield f"{key}.tags[{number}]", clause
                return  # it is the same for all others


def _listing(listing: Listing) -> Problems:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # both are slow to import
    from packaging.version import InvalidVersion, Version

    previous: Version | None = None
    for number, listed in enumerate(listing.releases):
        key = f"listing.releases[{number}]"
        try:
            version = Version(listed.version)
        except InvalidVersion:
            yield f"{key}.version", f"is {listed.version!r}: allowed is a version, like '50.0.2'."
            continue
        if previous is not None and version >= previous:
            clause = (
                f"is {listed.version!r}, after {previous}: each version appears once, the "
                "newest first."
            )
            yield f"{key}.version", clause
        previous = version
        try:
            SpecifierSet(listed.requires_python)
        except InvalidSpecifier:
            clause = f"is {listed.requires_python!r}: allowed is a range of versions, like '>=3.8'."
            yield f"{key}.requires_python", clause
        for index, tag in enumerate(listed.wheels):
            if not _is_tag(tag):
                yield f"{key}.wheels[{index}]", _wrong_tag(tag)


def _managers(found: tuple[Manager, ...]) -> Problems:
    known = managers()
    for number, manager in enumerate(found):
        key = f"managers[{number}]"
        if manager.name not in known:
            clause = f"is {manager.name!r}: this wizard knows {', '.join(sorted(known))}."
            yield f"{key}.name", clause
        yield from _repeated(f"{key}.packages", (package.name for package in manager.packages))
        if manager.machine and not _TAG_PART.fullmatch(manager.machine):
            yield f"{key}.machine", _wrong_machine(manager.machine)
    for name, count in Counter((m.name, m.machine) for m in found).items():
        if count > 1:
            clause = f"names {name[0]!r} {count} times: each may appear once for each architecture."
            yield "managers", clause


def _tool(key: str, tool: Tool) -> Problems:
    if tool.version and tool.problem:
        clause = f"is {tool.version!r}, but a tool that has a problem has no version."
        yield f"{key}.version", clause
    if tool.machine and not _TAG_PART.fullmatch(tool.machine):
        yield f"{key}.machine", _wrong_machine(tool.machine)
    if not tool.path and not tool.problem:
        yield f"{key}.path", "is empty, but a tool that works has one."


def _headers(key: str, headers: Headers) -> Problems:
    if not headers.folder:
        yield f"{key}.folder", "is empty: allowed is the folder that has openssl/opensslv.h."
    for kind in ("static", "shared"):
        if getattr(headers, kind) and not headers.libraries:
            yield f"{key}.{kind}", "is true, but libraries, the folder they are in, is empty."

    if headers.more_machines and not headers.machine:
        yield f"{key}.more_machines", "is not empty, but machine, the first one, is."
    yield from _repeated(f"{key}.more_machines", headers.machines)


def _wrong_machine(value: str) -> str:
    return f"is {value!r}: allowed is one word, like 'x86_64'."


def _at_least(key: str, value: int, least: int) -> Problems:
    if value < least:
        yield key, f"is {value}: allowed is {least} or more."


def _absolute(key: str, path: str, system: str) -> Problems:
    """An empty path is unknown. Paths of Windows follow its rules, on any machine."""
    if system == "windows":
        is_absolute = bool(ntpath.splitdrive(path)[0]) and ntpath.isabs(path)
        example = r"C:\Users\ada"
    else:
        is_absolute = posixpath.isabs(path)
        example = "/home/ada"
    if path and not is_absolute:
        yield key, f"is {path!r}: allowed is an absolute path, like {example}."


def _repeated(key: str, names: Iterable[str]) -> Problems:
    for name, count in Counter(names).items():
        if not name:
            yield key, "has an entry whose name is empty."
        elif count > 1:
            yield key, f"names {name!r} {count} times: each may appear once."


def _is_tag(tag: str) -> bool:
    return bool(_TAG.fullmatch(tag)) and all(part for part in re.split(r"[-.]", tag))


def _wrong_tag(tag: str) -> str:
    return f"is {tag!r}: allowed is a tag of three parts, like 'cp311-abi3-macosx_11_0_arm64'."
