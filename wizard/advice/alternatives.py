"""Alternatives: what is possible on a machine if a request is not. Pure, from the facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from packaging.version import Version

from backends.manager import managers
from wizard import target_environment
from wizard.advice import external_alternatives
from wizard.advice.external_alternatives import (
    Candidate,
    Effort,
    command_words,
    detailed,
)
from wizard.choices import Choices, described
from wizard.errors import Alternative, WizardError
from wizard.facts import Listed, Privilege, Python
from wizard.needs.case import Case
from wizard.target_environment import usable
from wizard.wording import typed

__all__ = ["Alternative", "find"]

OTHER_PYTHONS = 2
"""The largest number of other Pythons that are listed."""


def find(case: Case) -> tuple[Alternative, ...]:
    """What is possible where the choices of ``case`` are not, best first; each holds here.

    What was asked for comes first where another way leads to it; then come the newest releases
    and, of one release, what is the least trouble.
    """
    facts, choices = case.facts, case.choices
    releases = [each for each in case.releases if _good(each)]
    # What was asked for is impossible: only the folder is kept, where it is not the usual one.
    usual = target_environment.same_folder(
        facts, choices.venv, target_environment.default_folder(facts)
    )
    elsewhere = case.choosing(
        Choices(
            venv="" if usual else choices.venv,
            python=choices.python,
            wheelhouse=choices.wheelhouse,
            targets=choices.targets,
            from_wheelhouse=choices.from_wheelhouse,
        )
    )
    try:
        python: Python | None = elsewhere.target.python
    except WizardError:
        python = None
    asked = list(_asked(elsewhere, python, choices.release))
    found: list[Candidate] = []
    if python is not None:
        found += _here(elsewhere, python, releases)
    found += _other_pythons(elsewhere, python, releases)
    wheel = max(
        (Version(each.release) for each in found if each.trouble <= Effort.OTHER_PYTHON),
        default=None,
    )
    if releases and (wheel is None or wheel < Version(releases[0].version)):
        found += external_alternatives.new_python(elsewhere, python, releases, wheel)
    found.sort(key=lambda each: each.trouble)
    found.sort(key=lambda each: Version(each.release), reverse=True)
    ways = [each.way for each in (*asked, *found)]
    ways += external_alternatives.packages(facts, case.knowledge)
    ways += external_alternatives.conda(facts)
    here = {each.release for each in found if each.trouble <= Effort.NEW_PYTHON}
    if releases and releases[0].version not in here:
        ways += external_alternatives.newer_system(elsewhere, python, releases[0])
    return tuple(dict.fromkeys(ways))


def _good(listed: Listed) -> bool:
    return not listed.yanked and not Version(listed.version).is_prerelease


# --- by the wizard, on this machine


def _asked(case: Case, python: Python | None, release: str) -> Iterator[Candidate]:
    """The requested release, by another method."""
    if not release:
        return
    try:
        listed = case.find(release)
    except WizardError:
        return
    if python is not None:
        offer = case.offer(listed)
        if not offer.wheel_blocked_by:
            yield _by_wheel(case, listed)
        if not offer.source_blocked_by:
            yield _by_source(case, listed)
    yield from _other_pythons(case, python, [listed])


def _here(case: Case, python: Python, releases: list[Listed]) -> Iterator[Candidate]:
    """The newest release with a wheel for the target, and the newest that can be compiled."""
    wheel = case.newest_wheel(python, releases)
    source = _newest_source(case, releases)
    if wheel is not None:
        yield _by_wheel(case, wheel)
    if source is not None and (wheel is None or _newer(source, wheel)):
        yield _by_source(case, source)
    if case.facts.privilege.method == "none":
        root = replace(case, facts=replace(case.facts, privilege=Privilege("root")))
        helped = _newest_source(root, releases)
        best = max((each for each in (wheel, source) if each), key=_version, default=None)
        if helped is not None and (best is None or _newer(helped, best)):
            yield from _by_administrator(root, helped)
            return
    if wheel is None and source is None and releases:
        yield from _by_hand(case, releases[0])


def _by_wheel(case: Case, listed: Listed) -> Candidate:
    title = f"cryptography {listed.version}, as a wheel"
    detail = detailed("A ready-made wheel fits this computer.", case.row(listed))
    command = _wizard(case.with_(release=listed.version, method="wheel"))
    return Candidate(listed.version, Effort.WHEEL, Alternative(title, detail, command))


def _by_source(case: Case, listed: Listed) -> Candidate:
    detail = detailed("Compiling takes minutes.", case.row(listed), bundled=False)
    command = _wizard(case.with_(release=listed.version, method="source"))
    title = f"cryptography {listed.version}, compiled here from source"
    return Candidate(listed.version, Effort.SOURCE, Alternative(title, detail, command))


def _by_administrator(case: Case, listed: Listed) -> Iterator[Candidate]:
    """What somebody with root rights must do first, so that the release can be compiled without
    them.

    ``case`` is the machine as that somebody has it.
    """
    needs = case.offer(listed).needs
    manager = case.facts.manager(needs.manager) if needs else None
    if needs is None or manager is None:
        return
    backend = managers()[manager.name]
    command = backend.refresh() if needs.refresh else backend.install(needs.missing)
    if command is None:
        return
    what = "updates the package lists" if needs.refresh else "installs what a build needs"
    sentence = f"Somebody with administrator rights {what}. Then it can be compiled here."
    detail = detailed(sentence, case.row(listed), bundled=False)
    title = f"cryptography {listed.version}, with an administrator's help"
    yield Candidate(
        listed.version,
        Effort.ADMINISTRATOR,
        Alternative(title, detail, command_words(case.facts, manager, command)),
    )


def _by_hand(case: Case, listed: Listed) -> Iterator[Candidate]:
    """What the user must install to compile it, if the wizard cannot."""
    blocked = case.offer(listed).source_blocked_by
    # No wheel fits, so the advice to use one does not apply.
    hints = [hint for hint in blocked.hints if "wheel" not in hint] if blocked else []
    if blocked and hints:
        title = (
            f"cryptography {listed.version}, compiled here, once the missing parts are installed"
        )
        detail = " ".join((blocked.reason, *hints))
        yield Candidate(listed.version, Effort.BY_HAND, Alternative(title, detail))


def _other_pythons(case: Case, target: Python | None, releases: list[Listed]) -> list[Candidate]:
    """The newest wheels for other Pythons of this machine, if they are newer than for this one."""
    here = case.newest_wheel(target, releases) if target else None
    found: dict[tuple[str, str], Candidate] = {}
    for python in target_environment.bases(case.facts):
        if not usable(python) or (target and python.path == target.path):
            continue
        listed = case.newest_wheel(python, releases)
        if listed is None or (here is not None and not _newer(listed, here)):
            continue
        # The named environment has its own Python.
        other = case.with_(venv="", targets="", python=python.path, release=listed.version)
        detail = detailed(f"A ready-made wheel fits {python.path}.", case.row(listed))
        title = f"cryptography {listed.version}, with {_name(python)}"
        way = Alternative(title, detail, _wizard(other))
        candidate = Candidate(listed.version, Effort.OTHER_PYTHON, way)
        found.setdefault((listed.version, _name(python)), candidate)
    best = sorted(found.values(), key=lambda each: Version(each.release), reverse=True)
    return best[:OTHER_PYTHONS]


def _newest_source(case: Case, releases: list[Listed]) -> Listed | None:
    return next((r for r in releases if not case.offer(r).source_blocked_by), None)


def _version(listed: Listed) -> Version:
    return Version(listed.version)


def _newer(one: Listed, other: Listed) -> bool:
    return _version(one) > _version(other)


def _name(python: Python) -> str:
    name = {"cpython": "Python", "pypy": "PyPy"}.get(python.implementation, python.implementation)
    free = "free-threaded " if python.free_threaded else ""
    return f"{free}{name} {python.version}"


def _wizard(case: Case) -> str:
    """The wizard's own command for these choices, as it is typed here."""
    argv = ["cryptography-wizard"]
    for name, value in case.choices.answered().items():
        argv += described()[name].words(value)
    return typed(argv, case.facts.system.name)
