"""Ways out: what a machine can have where a request is impossible. Pure, from the facts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
    newest_wheel,
    typed,
)
from wizard.choices import Choices
from wizard.errors import Alternative, Impossible, WizardError
from wizard.facts import Facts, Listed, Privilege, Python
from wizard.knowledge import Knowledge
from wizard.needs import offers
from wizard.target_environment import Target, usable

__all__ = ["Alternative", "find", "suggested"]

OTHER_PYTHONS = 2
"""So many other Pythons of this machine are named at most."""


@contextmanager
def suggested(facts: Facts, knowledge: Knowledge, choices: Choices) -> Iterator[None]:
    """Give every `Impossible` that is raised in here the ways out of it."""
    try:
        yield
    except Impossible as error:
        error.ways = find(facts, knowledge, choices)
        raise


def find(facts: Facts, knowledge: Knowledge, choices: Choices) -> tuple[Alternative, ...]:
    """What is possible where ``choices`` are not, best first; each holds for this machine.

    What was asked for stands first where another way leads to it; then come the newest releases
    and, of one release, what is the least trouble.
    """
    releases = [each for each in offers.listing(facts, knowledge).releases if _good(each)]
    # What was asked for is impossible: only the place is kept, where it is not the usual one.
    usual = target_environment.same_folder(
        facts, choices.venv, target_environment.default_folder(facts)
    )
    place = Choices(
        venv="" if usual else choices.venv,
        python=choices.python,
        wheelhouse=choices.wheelhouse,
        targets=choices.targets,
        from_wheelhouse=choices.from_wheelhouse,
    )
    try:
        target = target_environment.target(facts, place)
    except WizardError:
        target = None
    asked = list(_asked(facts, knowledge, target, place, choices))
    had: list[Candidate] = []
    if target is not None:
        had += _here(facts, knowledge, target, place, releases)
    had += _other_pythons(facts, knowledge, target, place, releases)
    wheel = max(
        (Version(each.release) for each in had if each.trouble <= Effort.OTHER_PYTHON),
        default=None,
    )
    python = target.python if target else None
    if releases and (wheel is None or wheel < Version(releases[0].version)):
        had += external_alternatives.new_python(facts, knowledge, python, releases, wheel)
    had.sort(key=lambda each: each.trouble)
    had.sort(key=lambda each: Version(each.release), reverse=True)
    found = [each.way for each in (*asked, *had)]
    found += external_alternatives.packages(facts, knowledge)
    found += external_alternatives.conda(facts)
    here = {each.release for each in had if each.trouble <= Effort.NEW_PYTHON}
    if releases and releases[0].version not in here:
        found += external_alternatives.newer_system(facts, knowledge, python, releases[0])
    return tuple(dict.fromkeys(found))


def _good(listed: Listed) -> bool:
    return not listed.yanked and not Version(listed.version).is_prerelease


# --- by the wizard, on this machine


def _asked(
    facts: Facts, knowledge: Knowledge, target: Target | None, place: Choices, choices: Choices
) -> Iterator[Candidate]:
    """The release that was asked for, in another way than it was asked for."""
    if not choices.release:
        return
    try:
        listed = offers.find(facts, knowledge, choices.release)
    except WizardError:
        return
    if target is not None:
        offer = offers.offer(facts, knowledge, target, place, listed)
        if not offer.wheel:
            yield _by_wheel(facts, knowledge, listed, place)
        if not offer.source.reason:
            yield _by_source(facts, knowledge, listed, place)
    yield from _other_pythons(facts, knowledge, target, place, [listed])


def _here(
    facts: Facts, knowledge: Knowledge, target: Target, place: Choices, releases: list[Listed]
) -> Iterator[Candidate]:
    """The newest release with a wheel for the target, and the newest that can be compiled."""
    wheel = newest_wheel(knowledge, target.python, releases)
    source = _newest_source(facts, knowledge, target, place, releases)
    if wheel is not None:
        yield _by_wheel(facts, knowledge, wheel, place)
    if source is not None and (wheel is None or _newer(source, wheel)):
        yield _by_source(facts, knowledge, source, place)
    if facts.privilege.method == "none":
        root = replace(facts, privilege=Privilege("root"))
        helped = _newest_source(root, knowledge, target, place, releases)
        best = max((each for each in (wheel, source) if each), key=_version, default=None)
        if helped is not None and (best is None or _newer(helped, best)):
            yield from _by_administrator(root, knowledge, target, place, helped)
            return
    if wheel is None and source is None and releases:
        yield from _by_hand(facts, knowledge, target, place, releases[0])


def _by_wheel(facts: Facts, knowledge: Knowledge, listed: Listed, place: Choices) -> Candidate:
    title = f"cryptography {listed.version}, as a wheel"
    detail = detailed("A ready-made wheel of it fits.", knowledge, listed)
    command = _wizard(facts, replace(place, release=listed.version, method="wheel"))
    return Candidate(listed.version, Effort.WHEEL, Alternative(title, detail, command))


def _by_source(facts: Facts, knowledge: Knowledge, listed: Listed, place: Choices) -> Candidate:
    detail = detailed("Compiling takes minutes.", knowledge, listed, "source")
    command = _wizard(facts, replace(place, release=listed.version, method="source"))
    title = f"cryptography {listed.version}, compiled here from its source"
    return Candidate(listed.version, Effort.SOURCE, Alternative(title, detail, command))


def _by_administrator(
    root: Facts, knowledge: Knowledge, target: Target, place: Choices, listed: Listed
) -> Iterator[Candidate]:
    """What somebody with root has to do before the release can be compiled without."""
    source = offers.offer(root, knowledge, target, place, listed).source
    manager = root.manager(source.manager)
    if manager is None:
        return
    backend = managers()[manager.name]
    command = backend.refresh() if source.refresh else backend.install(source.missing)
    if command is None:
        return
    what = "fetches the lists of packages" if source.refresh else "installs what a build needs"
    words = f"Somebody with administrator rights {what}; then it can be compiled here."
    detail = detailed(words, knowledge, listed, "source")
    title = f"cryptography {listed.version}, with an administrator's help"
    yield Candidate(
        listed.version,
        Effort.ADMINISTRATOR,
        Alternative(title, detail, command_words(root, manager, command)),
    )


def _by_hand(
    facts: Facts, knowledge: Knowledge, target: Target, place: Choices, listed: Listed
) -> Iterator[Candidate]:
    """What the user would have to install to compile it, where the wizard cannot."""
    source = offers.offer(facts, knowledge, target, place, listed).source
    # No wheel fits: the advice to take one is for others.
    hints = [hint for hint in source.hints if "wheel" not in hint]
    if hints:
        title = f"cryptography {listed.version}, compiled once its needs are met"
        yield Candidate(
            listed.version, Effort.BY_HAND, Alternative(title, " ".join((source.reason, *hints)))
        )


def _other_pythons(
    facts: Facts,
    knowledge: Knowledge,
    target: Target | None,
    place: Choices,
    releases: list[Listed],
) -> list[Candidate]:
    """The newest wheels for other Pythons of this machine, where they are newer than here."""
    here = newest_wheel(knowledge, target.python, releases) if target else None
    found: dict[tuple[str, str], Candidate] = {}
    for python in target_environment.bases(facts):
        if not usable(python) or (target and python.path == target.python.path):
            continue
        listed = newest_wheel(knowledge, python, releases)
        if listed is None or (here is not None and not _newer(listed, here)):
            continue
        # The environment that was named has its own Python.
        other = replace(place, venv="", targets="", python=python.path, release=listed.version)
        command = _wizard(facts, other)
        detail = detailed(f"A ready-made wheel fits {python.path}.", knowledge, listed)
        title = f"cryptography {listed.version}, with {_name(python)}"
        kind = (listed.version, _name(python))
        found.setdefault(
            kind,
            Candidate(listed.version, Effort.OTHER_PYTHON, Alternative(title, detail, command)),
        )
    best = sorted(found.values(), key=lambda each: Version(each.release), reverse=True)
    return best[:OTHER_PYTHONS]


def _newest_source(
    facts: Facts, knowledge: Knowledge, target: Target, place: Choices, releases: list[Listed]
) -> Listed | None:
    for listed in releases:
        if not offers.offer(facts, knowledge, target, place, listed).source.reason:
            return listed
    return None


def _version(listed: Listed) -> Version:
    return Version(listed.version)


def _newer(one: Listed, other: Listed) -> bool:
    return _version(one) > _version(other)


def _name(python: Python) -> str:
    name = {"cpython": "Python", "pypy": "PyPy"}.get(python.implementation, python.implementation)
    free = "free-threaded " if python.free_threaded else ""
    return f"{free}{name} {python.version}"


def _wizard(facts: Facts, choices: Choices) -> str:
    words = ["cryptography-wizard"]
    for name, value in choices.answered().items():
        words += [f"--{name.replace('_', '-')}", value]
    return typed(facts, words)
