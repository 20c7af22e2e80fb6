"""Alternatives: what is possible on a machine if a request is not. Pure, from the facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from packaging.version import Version

from backends.manager import managers
from wizard import invocation, target_environment
from wizard.advice import external_alternatives, other_folders
from wizard.advice.external_alternatives import (
    Candidate,
    Effort,
    typed_command,
    with_caveat,
)
from wizard.choices import Choices, described
from wizard.errors import Alternative, WizardError
from wizard.facts import Listed, Privilege, Python
from wizard.needs import conditions, project_conflict, wheels
from wizard.needs.case import Case
from wizard.needs.condition import WAYS
from wizard.refused import without_wheel
from wizard.target_environment import usable
from wizard.wording import joined, quoted_command

__all__ = ["Alternative", "find_alternatives"]

OTHER_PYTHONS = 2
"""The largest number of other Pythons that are listed."""


def find_alternatives(case: Case) -> tuple[Alternative, ...]:
    """Return what is possible on this machine instead of the choices of ``case``, best first.

    The requested release comes first if another method can install it. Then come the newest
    releases and, of one release, the alternative with the least effort.
    """
    if project_conflict.find_conflict(case):
        return ()  # no way of installing changes what the project requires
    facts, choices = case.facts, case.choices
    if facts.python_home or facts.shadowing:
        return ()  # no Python and no package works before these variables are removed
    # The same in another folder is what was asked for.
    elsewhere = [_by_the_wizard(*other) for other in other_folders.in_other_folders(case)]
    # The request is impossible. The alternatives keep the environment, unless it is the default.
    is_default = target_environment.same_folder(
        facts, choices.venv, target_environment.default_folder(facts)
    )
    reduced = case.choosing(
        Choices(
            project=choices.project,
            venv="" if is_default else choices.venv,
            python=choices.python,
            wheelhouse=choices.wheelhouse,
            targets=choices.targets,
            from_wheelhouse=choices.from_wheelhouse,
        )
    )
    try:
        python: Python | None = reduced.target.python
        releases = list(reduced.permitted)
    except WizardError:
        python, releases = None, list(case.releases)
    if python is not None and _only_the_folder_prevents_it(reduced, python):
        return tuple(elsewhere)  # everything is possible in another folder, as the hint says
    requested = list(_for_requested_release(reduced, python, choices.release))
    candidates: list[Candidate] = []
    if python is not None:
        harmless = [listed for listed in releases if not reduced.broken_by(listed)]
        candidates += _for_target(reduced, python, harmless)
    candidates += _with_other_pythons(reduced, python, releases)
    wheel = max(
        (
            Version(candidate.release)
            for candidate in (*requested, *candidates)
            if candidate.effort <= Effort.OTHER_PYTHON
        ),
        default=None,
    )
    if releases and (wheel is None or wheel < Version(releases[0].version)):
        candidates += external_alternatives.new_python_candidates(reduced, python, releases, wheel)
    candidates.sort(key=lambda candidate: candidate.effort)
    candidates.sort(key=lambda candidate: Version(candidate.release), reverse=True)
    alternatives = [candidate.alternative for candidate in (*requested, *candidates)]
    alternatives += external_alternatives.package_alternatives(facts, case.knowledge)
    alternatives += external_alternatives.conda_alternative(facts, python)
    reachable = {
        candidate.release for candidate in candidates if candidate.effort <= Effort.NEW_PYTHON
    }
    if releases and releases[0].version not in reachable:
        alternatives += external_alternatives.newer_system_alternative(reduced, python, releases[0])
    return tuple(dict.fromkeys((*elsewhere, *alternatives)))


def _only_the_folder_prevents_it(case: Case, python: Python) -> bool:
    with_folder, without = case.conditions(python, case.target.folder), case.conditions(python)
    return any(
        conditions.refusing(with_folder, way) and not conditions.refusing(without, way)
        for way in WAYS
    )


# --- by the wizard, on this machine


def _for_requested_release(case: Case, python: Python | None, release: str) -> Iterator[Candidate]:
    """Yield the requested release, by another method or with another Python."""
    if not release:
        return
    try:
        listed = case.find(release)
    except WizardError:
        return
    if python is not None and case.broken_by(listed):
        yield from _despite_other_packages(case.with_(release=listed.version), listed)
    elif python is not None and listed in case.permitted:
        offer = case.offer(listed)
        if not offer.wheel_blocked_by:
            yield _wheel_candidate(case, listed)
        if not offer.source_blocked_by:
            yield _source_candidate(case, listed)
    yield from _with_other_pythons(case, python, [listed])


def _despite_other_packages(case: Case, listed: Listed) -> Iterator[Candidate]:
    """Yield what can be done about packages that the release would break."""
    names = joined(dict.fromkeys(limit.package for limit in case.broken_by(listed)))
    ways = {
        "upgrade": (
            f"with a newer {names}",
            f"The installer upgrades {names} too. If no version allows this release, it changes "
            "nothing.",
        ),
        "new": (
            "in a new environment",
            "The existing environment stays as it is.",
        ),
        "ignore": (
            f"although it breaks {names}",
            f"Do this only if nothing in this environment needs {names}.",
        ),
    }
    for value, (how, detail) in ways.items():
        if value == "upgrade" and case.choices.from_wheelhouse:
            continue  # it contains only cryptography and what it needs
        title = f"cryptography {listed.version}, {how}"
        detail = with_caveat(case, detail, listed)
        alternative = _by_the_wizard(title, detail, case.with_(dependents=value))
        yield Candidate(listed.version, Effort.WHEEL, alternative)


def _for_target(case: Case, python: Python, releases: list[Listed]) -> Iterator[Candidate]:
    """Yield the newest release with a wheel for the target, and the newest that can be compiled."""
    wheel = case.newest_wheel(python, releases)
    source = _newest_source(case, releases)
    if wheel is not None:
        yield _wheel_candidate(case, wheel)
    if source is not None and (wheel is None or _newer(source, wheel)):
        yield _source_candidate(case, source)
    if case.facts.privilege.method == "none":
        as_root = replace(case, facts=replace(case.facts, privilege=Privilege("root")))
        with_root = _newest_source(as_root, releases)
        best = max((listed for listed in (wheel, source) if listed), key=_version, default=None)
        if with_root is not None and (best is None or _newer(with_root, best)):
            yield from _with_administrator(as_root, with_root)
            return
    prevented = conditions.refusing(case.conditions(python), "compiled")
    if wheel is None and source is None and releases and not prevented:
        yield from _after_manual_installation(case, releases[0])


def _wheel_candidate(case: Case, listed: Listed) -> Candidate:
    title = f"cryptography {listed.version}, as a wheel"
    detail = with_caveat(case, "A ready-made wheel fits this computer.", listed)
    chosen = case.with_(release=listed.version, method="wheel")
    return Candidate(listed.version, Effort.WHEEL, _by_the_wizard(title, detail, chosen))


def _source_candidate(case: Case, listed: Listed) -> Candidate:
    detail = with_caveat(case, "Compiling takes minutes.", listed, bundled=False)
    chosen = case.with_(release=listed.version, method="source")
    title = f"cryptography {listed.version}, compiled here from source"
    return Candidate(listed.version, Effort.SOURCE, _by_the_wizard(title, detail, chosen))


def _with_administrator(case: Case, listed: Listed) -> Iterator[Candidate]:
    """Yield what an administrator must do first, so that the release can be compiled without root.

    ``case`` is this machine as the administrator, who has root rights, sees it.
    """
    needs = case.offer(listed).needs
    machine = case.targets[0].python.machine
    manager = case.facts.manager(needs.manager, machine) if needs else None
    if needs is None or manager is None:
        return
    backend = managers()[manager.name]
    command = backend.refresh() if needs.refresh else backend.install(needs.missing)
    if command is None:
        return
    task = "updates the package lists" if needs.refresh else "installs what a build needs"
    sentence = f"Somebody with administrator rights {task}. Then it can be compiled here."
    detail = with_caveat(case, sentence, listed, bundled=False)
    title = f"cryptography {listed.version}, with an administrator's help"
    yield Candidate(
        listed.version,
        Effort.ADMINISTRATOR,
        Alternative(title, detail, typed_command(case.facts, manager, command)),
    )


def _after_manual_installation(case: Case, listed: Listed) -> Iterator[Candidate]:
    """Yield what the user must install to compile it, if the wizard cannot."""
    if case.python_blocked_by(case.target.python, listed):
        return  # nothing that could be installed would help
    blocked = case.offer(listed).source_blocked_by
    # No wheel fits, so the advice to use one does not apply.
    hints = without_wheel(blocked.hints) if blocked else ()
    if blocked and hints:
        title = (
            f"cryptography {listed.version}, compiled here, once the missing parts are installed"
        )
        detail = " ".join((blocked.reason, *hints))
        yield Candidate(listed.version, Effort.BY_HAND, Alternative(title, detail))


def _with_other_pythons(
    case: Case, target: Python | None, releases: list[Listed]
) -> list[Candidate]:
    """Return the newest wheels for other Pythons here, if they are newer than the target's."""
    for_target = case.newest_wheel(target, releases) if target else None
    # An environment that exists has its own Python, so another one needs another environment.
    exists = target_environment.environment_in(case.facts, case.choices.venv) is not None
    venv = "" if exists else case.choices.venv
    candidates: dict[tuple[str, str], Candidate] = {}
    for python in target_environment.bases(case.facts):
        if not usable(python) or (target and python.path == target.path):
            continue
        listed = case.newest_wheel(python, releases)
        if listed is None or (for_target is not None and not _newer(listed, for_target)):
            continue
        other = case.with_(venv=venv, targets="", python=python.path, release=listed.version)
        detail = with_caveat(case, f"A ready-made wheel fits {python.path}.", listed)
        title = f"cryptography {listed.version}, with {wheels.python_name(python)}"
        alternative = _by_the_wizard(title, detail, other)
        candidate = Candidate(listed.version, Effort.OTHER_PYTHON, alternative)
        candidates.setdefault((listed.version, wheels.python_name(python)), candidate)
    best = sorted(
        candidates.values(), key=lambda candidate: Version(candidate.release), reverse=True
    )
    return best[:OTHER_PYTHONS]


def _newest_source(case: Case, releases: list[Listed]) -> Listed | None:
    return next((r for r in releases if not case.offer(r).source_blocked_by), None)


def _version(listed: Listed) -> Version:
    return Version(listed.version)


def _newer(one: Listed, other: Listed) -> bool:
    return _version(one) > _version(other)


def _by_the_wizard(title: str, detail: str, case: Case) -> Alternative:
    """Return what the wizard does with these choices, with the command for this machine."""
    answered = case.choices.answered()
    argv = [*invocation.words()]
    for name, value in answered.items():
        argv += described()[name].argv(value)
    command = quoted_command(argv, case.facts.system.name)
    return Alternative(title, detail, command, tuple(answered.items()))
