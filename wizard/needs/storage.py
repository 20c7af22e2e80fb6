"""Disks: folders that are full, or from which nothing can be loaded."""

from __future__ import annotations

from wizard.facts import Facts, Space
from wizard.needs.condition import Condition, Effect, Subject
from wizard.refused import Refused
from wizard.target_environment import NAME, path_rules

MIB = 1 << 20
ENVIRONMENT = 50 * MIB
"""Bytes that a new environment with pip, cryptography and cffi takes (measured: 43 to 60 MB)."""
OTHER_FOLDER = "Choose a folder on another disk: --venv FOLDER"
BUILD = 340 * MIB
"""Bytes that a source build takes in the temporary folder (measured with 50.0.2 and Rust 1.85)."""


def space(facts: Facts, folder: str) -> Space | None:
    """Return what is known about the disk of a folder, also if only a folder above it is known."""
    rules = path_rules(facts)
    path = rules.normcase(rules.normpath(folder)) if folder else ""
    known = {rules.normcase(rules.normpath(entry.folder)): entry for entry in facts.spaces}
    while path:
        if path in known:
            return known[path]
        above = rules.dirname(path)
        path = above if above != path else ""
    return None


def unusable_environment(subject: Subject) -> Condition | None:
    """Return a condition if no library can be loaded from the environment's disk."""
    folder = subject.folder
    disk = space(subject.facts, folder)
    if disk is None or not disk.noexec:
        return None
    refused = Refused(
        f"The disk of {folder} is mounted noexec, so nothing compiled can be loaded from it.",
        (OTHER_FOLDER,),
    )
    return _impossible("Environment", refused, bundled=refused, compiled=refused)


def read_only_environment(subject: Subject) -> Condition | None:
    """Return a condition if nothing can be written to the environment's disk."""
    folder = subject.folder
    disk = space(subject.facts, folder)
    if disk is None or not disk.readonly:
        return None
    hints: tuple[str, ...] = (OTHER_FOLDER,)
    if folder.startswith("/Volumes/"):
        hints = ("A disk image (.dmg) is always read-only: work in your home folder.", *hints)
    refused = Refused(f"The disk of {folder} is read-only, so nothing can be installed.", hints)
    return _impossible("Environment", refused, bundled=refused, compiled=refused)


def cloud_environment(subject: Subject) -> Condition | None:
    """Return a condition if a service such as iCloud keeps the files of the environment."""
    facts, folder = subject.facts, subject.folder
    disk = space(facts, folder)
    if disk is None or not disk.cloud:
        return None
    better = path_rules(facts).join(facts.home, NAME) if facts.home else "FOLDER"
    note = (
        f"{folder} is in a folder that {disk.cloud} keeps. It uploads each of the environment's "
        "many files, and may remove some from this Mac until they are used, so that programs "
        f"become slow or fail. A folder outside is better: --venv {better}"
    )
    return Condition("Cloud", note, f"Use a folder outside: --venv {better}", note, note)


def full_environment(subject: Subject) -> Condition | None:
    """Return a condition if a new environment does not fit on its disk."""
    folder = subject.folder
    disk = space(subject.facts, folder)
    exists = any(python.environment == folder for python in subject.facts.pythons)
    if disk is None or exists or disk.readonly or disk.free >= ENVIRONMENT:
        return None
    refused = Refused(
        f"The disk of {folder} has only {disk.free // MIB} MB left, but a new environment with "
        f"cryptography takes {ENVIRONMENT // MIB} MB.",
        ("Free some space.", OTHER_FOLDER),
    )
    return _impossible("Environment", refused, bundled=refused, compiled=refused)


def unusable_temporary(subject: Subject) -> Condition | None:
    """Return a condition if no program can run in the temporary folder."""
    system = subject.facts.system
    if not system.temporary_noexec:
        return None
    refused = Refused(
        f"Programs cannot run in {system.temporary} (noexec), so source builds fail.",
        ('Use another folder: mkdir -p "$HOME/tmp" && export TMPDIR="$HOME/tmp"',),
    )
    return _impossible("Temporary", refused, compiled=refused)


def full_temporary(subject: Subject) -> Condition | None:
    """Return a condition if a build does not fit into the temporary folder."""
    system = subject.facts.system
    if not 0 < system.temporary_free < BUILD:
        return None
    refused = Refused(
        f"{system.temporary} has only {system.temporary_free // MIB} MB left, but a source build "
        f"takes {BUILD // MIB} MB there.",
        ("Free some space, or set TMPDIR to a folder with more space.",),
    )
    return _impossible("Temporary", refused, compiled=refused)


def _impossible(
    title: str, refused: Refused, *, bundled: Effect = "", compiled: Effect = ""
) -> Condition:
    return Condition(title, refused.reason, "\n".join(refused.hints), bundled, compiled)
