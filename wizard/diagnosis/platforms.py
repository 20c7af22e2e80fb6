"""What follows from the facts of a log: the family of the system, and which wheels exist for it.

The facts of a machine, ``os``, ``system``, ``libc``, ``machine``, ``python``, ``place``, have short
values in lower case. A fact that is not known is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from packaging.version import InvalidVersion, Version

from wizard.diagnosis import systems
from wizard.diagnosis.context import MACHINES
from wizard.facts import Facts, System
from wizard.table_source import reader


def complete(told: Mapping[str, str], machine: Mapping[str, str]) -> dict[str, str]:
    """Return the facts of a log with those of a known machine, and what follows from them.

    Adds ``family`` (of the distribution), and, for cryptography, ``wheel`` (``yes`` or ``no`` for
    the release and machine) and ``newest`` (the newest release that has one).
    """
    facts = {**told, **machine}
    family = systems.family(facts)
    if facts.get("place") == "termux":
        facts["os"] = "android"
    if family and facts.get("os", "linux") == "linux":
        facts["family"], facts["os"] = family, "linux"
    if family == "alpine":
        facts["libc"] = "musl"
    if facts.get("place") in ("lambda", "docker"):
        facts.setdefault("os", "linux")
    if facts.get("machine") == "":
        del facts["machine"]
    facts.update(_wheels(facts))
    return facts


def of_machine(facts: Facts) -> dict[str, str]:
    """Return the facts of this machine, for a diagnosis inside a run."""
    return of_system(facts.system)


def of_system(system: System) -> dict[str, str]:
    """Return what `of_machine` does, of the system alone."""
    found = {
        "os": "" if system.name == "other" else system.name,
        "machine": MACHINES.get(system.machine, system.machine),
        "system": system.distribution,
        "libc": system.libc,
        "place": "termux" if system.distribution == "termux" else "",
    }
    return {name: value.lower() for name, value in found.items() if value}


def _wheels(facts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    tag = tag_pattern(facts)
    if tag is None:
        return
    with_wheel = _releases_with_wheel(tag) if tag else []
    if with_wheel:
        yield "newest", with_wheel[0]
    release = _release(facts.get("release", ""))
    if not release and _was_not_meant_to_build(facts):
        yield "wheel", "no"
        return
    if not release and with_wheel[:1] != [_releases()[0][0]]:
        return  # older releases may have a wheel
    if not release or any(
        version == release or version.startswith(f"{release}.") for version in with_wheel
    ):
        yield "wheel", "yes"
    elif (
        any(version == release or version.startswith(f"{release}.") for version, _ in _releases())
        or not tag
    ):
        yield "wheel", "no"


def _was_not_meant_to_build(facts: Mapping[str, str]) -> bool:
    """Return whether there was no wheel for an Intel Mac.

    A release that maturin builds was compiled although nobody asked for it, and those before 49
    have wheels for all Macs.
    """
    return (
        (facts.get("os"), facts.get("machine")) == ("macos", "x86_64")
        and facts.get("builder") == "maturin"
        and "setting" not in facts
    )


def _release(text: str) -> str:
    try:
        return str(Version(text)) if text else ""
    except InvalidVersion:
        return ""


def tag_pattern(facts: Mapping[str, str]) -> str | None:
    """Return a regex for the platform tags of wheels that fit; empty if none ever did, None if the
    machine is not known well enough."""
    system, machine = facts.get("os", ""), facts.get("machine", "")
    if system in ("android", "freebsd", "openbsd", "netbsd", "solaris", "aix", "ios"):
        return ""
    if not system or not machine:
        return None
    if system == "macos":
        return (
            "macosx_\\d+_\\w+_(?:arm64|universal2)"
            if machine == "aarch64"
            else "macosx_\\w+_(?:x86_64|universal2|intel)"
        )
    if system == "windows":
        return {"x86_64": "win_amd64", "i686": r"\bwin32|-win32", "aarch64": "win_arm64"}.get(
            machine, ""
        )
    if system == "linux":
        kind = "musllinux" if facts.get("libc") == "musl" else "manylinux"
        return rf"{kind}\w*_{re.escape(machine)}\b"
    return None


def _releases_with_wheel(tag: str) -> list[str]:
    known = _known_wheels()
    if tag not in known:
        known[tag] = [version for version, tags in _releases() if re.search(tag, tags)]
    return known[tag]


@reader
def _known_wheels() -> dict[str, list[str]]:
    """What `_releases_with_wheel` has found for each pattern of tags: it reads long texts."""
    return {}


@reader
def _releases() -> tuple[tuple[str, str], ...]:
    """Every release, newest first, and the tags of its wheels in one text."""
    from wizard.knowledge import load
    from wizard.needs.wheels import documented

    rows = [(one.version, " ".join(one.wheels)) for one in documented(load()).releases]
    return tuple(sorted(rows, key=lambda row: Version(row[0]), reverse=True))
