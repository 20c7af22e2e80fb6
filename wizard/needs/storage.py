"""Disks: folders that are full, or from which nothing can be loaded."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wizard import invocation
from wizard.facts import Facts, Space
from wizard.needs.condition import Condition, Effect, Subject
from wizard.plan import Plan
from wizard.refused import Refused
from wizard.target_environment import NAME, path_rules
from wizard.wording import amount, is_unicode

MB = 1_000_000
ENVIRONMENT = 60 * MB
"""Bytes that a new environment with pip, cryptography and cffi takes (measured: from 25 MB without
bytecode to 60 MB)."""
OTHER_FOLDER = "Choose a folder on another disk: --venv FOLDER"
BUILD = 340 * MB
"""Bytes that a source build takes in the temporary folder (measured with 50.0.2 and Rust 1.85)."""
INSTALLED = 25 * MB
"""Bytes that cryptography and cffi take in an environment (measured: 18 to 22 MB)."""
DOWNLOADED = 20 * MB
"""Bytes that the installation of a wheel takes in the temporary folder: the file, and its contents
before they are moved."""
RUST = 750 * MB
"""Bytes that rustup takes for rustc, cargo and the standard library, with their archives (measured
with 1.95.0: 612 MB without the archives)."""
OPENSSL = 300 * MB
"""Bytes that a build of OpenSSL takes: its archive, source, objects and result. They were 139 MB
for 3.0.22; the source of 3.5 is nearly twice as large."""
LOGS = 20 * MB
"""Bytes for the logs of a run: those of a source build have up to some megabytes."""


def space(facts: Facts, folder: str) -> Space | None:
    """Return what is known about the disk of a folder, also if only a folder above it is known."""
    if not facts.spaces:
        return None
    rules = path_rules(facts)
    path = rules.normcase(rules.normpath(folder)) if folder else ""
    known = {rules.normcase(rules.normpath(entry.folder)): entry for entry in facts.spaces}
    while path:
        if path in known:
            return known[path]
        above = rules.dirname(path)
        path = above if above != path else ""
    return None


@dataclass(frozen=True)
class Room:
    """How many bytes a plan needs in a folder, and how many are ``free`` there; -1 if unknown."""

    folder: str
    needed: int
    free: int


def rooms(plan: Plan, facts: Facts, temporary: str = "") -> tuple[Room, ...]:
    """Return where a plan needs room, and how much; empty if it needs none.

    ``temporary`` is the folder for temporary files, if it is not the system's. Without the packages
    of the system: only their manager knows how large they are.
    """
    roles = {step.role for step in plan.steps}
    ids = {step.id for step in plan.steps}
    wanted: dict[str, int] = {}
    if plan.environment and not plan.repairs and not plan.undoes and not plan.only_proves:
        wanted[plan.environment] = ENVIRONMENT if plan.new else INSTALLED
    if plan.wheelhouse:
        wanted[plan.wheelhouse] = DOWNLOADED
    if roles & {"build", "install", "wheels"}:
        folder = temporary or facts.system.temporary
        wanted[folder] = BUILD if "build" in roles else DOWNLOADED
    cached = RUST * ("rust" in roles) + OPENSSL * ("openssl-build" in ids)
    if cached:
        wanted[facts.cache] = wanted.get(facts.cache, 0) + cached
    return tuple(_room(facts, folder, needed) for folder, needed in wanted.items() if folder)


def _room(facts: Facts, folder: str, needed: int) -> Room:
    disk = space(facts, folder)
    free = disk.free if disk else -1
    if folder == facts.system.temporary and free < 0:
        free = facts.system.temporary_free or -1  # 0 also means that it is unknown
    return Room(folder, needed, free)


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


def undecodable_environment(subject: Subject) -> Condition | None:
    """Return a condition if the path of the environment is not valid UTF-8.

    Neither venv nor uv makes an environment there: pyvenv.cfg could not name it.
    """
    folder = subject.folder
    if is_unicode(folder):
        return None
    refused = Refused(
        f"The path {folder} is not valid UTF-8, so no environment can be made there.",
        ("Choose a folder with another name: --venv FOLDER",),
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
    """Return a condition if what is installed does not fit on the disk of the environment."""
    folder = subject.folder
    disk = space(subject.facts, folder)
    exists = any(python.environment == folder for python in subject.facts.pythons)
    needed = INSTALLED if exists else ENVIRONMENT
    if disk is None or disk.readonly or disk.free >= needed:
        return None
    if exists and subject.python.cryptography and not subject.python.is_damaged:
        return None  # what is replaced makes room, and perhaps there is nothing to do
    what = "cryptography" if exists else "a new environment with cryptography"
    refused = Refused(
        f"The disk of {folder} has only {disk.free // MB} MB left, but {what} takes "
        f"{needed // MB} MB.",
        ("Free some space.", OTHER_FOLDER),
    )
    return _impossible("Environment", refused, bundled=refused, compiled=refused)


def temporary_folder(subject: Subject) -> Space:
    """Return the folder for temporary files and its disk; ``free`` -1 if that is unknown."""
    facts, system = subject.facts, subject.facts.system
    folder = subject.choices.temporary_folder or system.temporary
    disk = space(facts, folder)
    if folder != system.temporary:
        return replace(disk, folder=folder) if disk else Space(folder, -1)
    free = disk.free if disk else system.temporary_free or -1  # 0 also means that it is unknown
    return Space(folder, free, noexec=system.temporary_noexec)


NOTICEABLE = 16 * MB
"""A disk with at least so many more free bytes is another one, or has become emptier."""


def roomier_temporary(
    subject: Subject, environment: str, needed: int, *, noexec: bool = False
) -> Space | None:
    """Return another folder for temporary files, on the disk with the most free bytes, or None.

    It has ``needed`` bytes, and programs can run there. If the present one is not ``noexec``, it
    also has more than that one. ``environment`` is the folder of the environment.
    """
    facts, now = subject.facts, temporary_folder(subject)
    rules = path_rules(facts)
    found = []
    for parent in (facts.cache, facts.state, facts.home, environment, facts.folder):
        disk = space(facts, parent)
        if not parent or disk is None or disk.readonly or disk.noexec or disk.free < needed:
            continue
        emptier = now.free < 0 or disk.free > now.free + NOTICEABLE
        if emptier or noexec or now.noexec:
            above = rules.dirname(parent) if parent == environment else parent
            found.append(Space(rules.join(above, "temporary"), disk.free))
    best = max(found, key=lambda disk: (disk.free, disk.folder), default=None)
    return None if best is None or best.folder == subject.choices.temporary_folder else best


def roomier_environment(facts: Facts, folder: str, *, readonly: bool = False) -> Space | None:
    """Return the usual folder for an environment, of the user or here, on a disk with the most free
    bytes, or None.

    A new environment fits there, and it is not the disk of ``folder``. It has more space than that
    one, unless that one has become ``readonly``, which the facts do not say.
    """
    now = space(facts, folder)
    found = []
    for parent in filter(None, (facts.home, facts.folder)):
        disk = space(facts, parent)
        if disk is None or disk.readonly or disk.noexec or disk.cloud or disk.free < ENVIRONMENT:
            continue
        if now is None:
            continue
        more = disk.free - now.free
        if (abs(more) if readonly else more) > NOTICEABLE:
            found.append(Space(path_rules(facts).join(parent, NAME), disk.free))
    return max(found, key=lambda disk: disk.free, default=None)


def roomy(disk: Space) -> str:
    """Return how much is free in a new folder for temporary files, as sentences."""
    return f"{amount(disk.free)} are free there. It is removed when it is empty."


def unusable_temporary(subject: Subject) -> Condition | None:
    """Return a condition if no program can run in the temporary folder."""
    disk = temporary_folder(subject)
    if not disk.noexec:
        return None
    refused = Refused(
        f"Programs cannot run in {disk.folder} (noexec), so source builds fail.",
        ("Use another folder: --temporary-folder FOLDER",),
    )
    return _impossible("Temporary", refused, compiled=refused)


def full_temporary(subject: Subject) -> Condition | None:
    """Return a condition if a build, or even a wheel, does not fit into the temporary folder."""
    disk = temporary_folder(subject)
    free = disk.free
    if free >= BUILD or free < 0:
        return None
    why = f"{disk.folder} has only {free // MB} MB left, but "
    hints = ("Free some space, or use a folder on another disk: --temporary-folder FOLDER",)
    build = Refused(f"{why}a source build takes {BUILD // MB} MB there.", hints)
    if free >= DOWNLOADED or _may_be_there(subject):
        return _impossible("Temporary", build, compiled=build)
    wheel = Refused(f"{why}an installation takes {DOWNLOADED // MB} MB there.", hints)
    return _impossible("Temporary", wheel, bundled=wheel, compiled=build)


def _may_be_there(subject: Subject) -> bool:
    """Return whether perhaps nothing is to be installed: the release, if it is chosen, is there."""
    choices, python = subject.choices, subject.python
    if not python.environment or subject.facts.project or choices.from_wheelhouse:
        return False
    there = python.cryptography
    return (
        bool(there)
        and not (choices.reinstall or python.is_damaged)
        and choices.release in ("", there)
    )


def full_state(subject: Subject) -> Condition | None:
    """Return a condition if the logs of a run cannot be written, or do not fit on their disk."""
    folder = subject.facts.state
    disk = space(subject.facts, folder)
    if disk is None or (disk.free >= LOGS and not disk.readonly):
        return None
    other = "et CRYPTOGRAPHY_WIZARD_STATE to a folder on another disk."
    refused = Refused(
        f"The disk of {folder} has only {disk.free // MB} MB left, but the wizard keeps the logs "
        f"of its runs there, which take up to {LOGS // MB} MB.",
        (f"Free some space, or s{other}",),
    )
    if disk.readonly:
        what = "but the wizard keeps the logs of its runs there."
        refused = Refused(f"The disk of {folder} is read-only, {what}", (f"S{other}",))
    return _impossible("Logs", refused, bundled=refused, compiled=refused)


def cache_blocked_by(facts: Facts, *, rust: bool, openssl: bool) -> Refused | None:
    """Return why the Rust that is downloaded, or the OpenSSL that is built, does not fit."""
    disk = space(facts, facts.cache)
    needed = RUST * rust + OPENSSL * openssl
    if disk is None or disk.free >= needed:
        return None
    what = " and ".join(["Rust"] * rust + ["the build of OpenSSL"] * openssl)
    return Refused(
        f"The disk of {facts.cache} has only {disk.free // MB} MB left, but {what} "
        f"take{'' if rust and openssl else 's'} {needed // MB} MB there.",
        (
            "Free some space: "
            f"{invocation.command('cache', 'clear')} removes what earlier runs kept.",
            "Or set CRYPTOGRAPHY_WIZARD_CACHE to a folder on another disk.",
        ),
    )


def _impossible(
    title: str, refused: Refused, *, bundled: Effect = "", compiled: Effect = ""
) -> Condition:
    return Condition(title, refused.reason, "\n".join(refused.hints), bundled, compiled)
