"""The same request with another folder, if only a folder prevents it: on a disk with more room."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.errors import WizardError
from wizard.method import compiles
from wizard.needs import conditions, storage
from wizard.needs.case import Case
from wizard.needs.condition import WAYS, Subject
from wizard.target_environment import NAME, Target, default_folder, path_rules, same_folder


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
    if not folder or not target.new or same_folder(facts, folder, target.folder):
        return
    if any(same_folder(facts, folder, other) for other in known if other):
        return
    python = "" if same_folder(facts, target.folder, default_folder(facts)) else target.python.path
    other = case.with_(venv=folder, python=case.choices.python or python)
    if _helps(case, other, target.folder, folder):
        yield f"The same, in {folder}", "That is in your home folder.", other


def _helps(case: Case, other: Case, folder: str, other_folder: str) -> bool:
    """Return whether something is possible in the other case that is not in the first one."""
    try:
        python = other.target.python
    except WizardError:
        return False
    before, after = case.conditions(python, folder), other.conditions(python, other_folder)
    return any(
        conditions.refusing(before, way) and not conditions.refusing(after, way) for way in WAYS
    )
