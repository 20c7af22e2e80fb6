"""The same request with another folder, if only a folder prevents it: on a disk with more room."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.errors import WizardError
from wizard.method import compiles
from wizard.needs import conditions, storage
from wizard.needs.case import Case
from wizard.needs.condition import WAYS, Subject
from wizard.target_environment import (
    NAME,
    Target,
    base_of,
    default_folder,
    path_rules,
    same_folder,
)


def in_other_folders(case: Case) -> Iterator[tuple[str, str, Case]]:
    """Yield a title, a detail and the case with another folder, for which it is possible."""
    try:
        target = case.target
    except WizardError:  # the request is wrong in another way
        return
    yield from _other_temporary_folder(case, target)
    yield from _other_environment(case, target)


def _other_temporary_folder(case: Case, target: Target) -> Iterator[tuple[str, str, Case]]:
    builds = compiles(case.choices.method)
    found = storage.roomier_temporary(
        Subject(case.facts, target.python, case.choices),
        target.folder,
        storage.BUILD if builds else storage.DOWNLOADED,
    )
    if found is None:
        return
    other = case.with_(temporary_folder=found.folder)
    if _helps(case, other, target.folder, target.folder):
        title = f"The same, with temporary files in {found.folder}"
        yield title, storage.roomy(found), other


def _other_environment(case: Case, target: Target) -> Iterator[tuple[str, str, Case]]:
    facts = case.facts
    folder = path_rules(facts).join(facts.home, NAME) if facts.home else ""
    known = {python.environment for python in facts.pythons} | set(facts.occupied)
    if not folder or same_folder(facts, folder, target.folder):
        return
    if any(same_folder(facts, folder, other) for other in known if other):
        return
    if not target.new:
        yield from _beside_the_environment(case, target, folder)
        return
    python = "" if same_folder(facts, target.folder, default_folder(facts)) else target.python.path
    other = case.with_(venv=folder, python=case.choices.python or python)
    if _helps(case, other, target.folder, folder):
        yield f"The same, in {folder}", "That is in your home folder.", other


def _beside_the_environment(
    case: Case, target: Target, folder: str
) -> Iterator[tuple[str, str, Case]]:
    """Yield a new environment in another folder, made from the same Python as the present one."""
    base = base_of(case.facts, target.python)
    if base is None:
        return
    other = case.with_(venv=folder, python=base.path, reinstall="", dependents="", upgrade_pip="")
    if _helps(case, other, target.folder, folder):
        detail = f"That is in your home folder. {target.folder} stays as it is."
        yield f"The same, in a new environment in {folder}", detail, other


def _helps(case: Case, other: Case, folder: str, other_folder: str) -> bool:
    """Return whether something is possible in the other case that is not in the first one."""
    try:
        now, then = case.target.python, other.target.python
    except WizardError:
        return False
    before, after = case.conditions(now, folder), other.conditions(then, other_folder)
    return any(
        conditions.refusing(before, way) and not conditions.refusing(after, way) for way in WAYS
    )
