"""The probe: reads the facts of this machine in parallel, each part with a time limit."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Optional

from wizard import locations, openssl_archive
from wizard.cache import integrity
from wizard.choices import Choices
from wizard.facts import Facts, Headers, Listing, Manager, Privilege, Python, System, Tool
from wizard.index.source import IndexSource
from wizard.knowledge import load
from wizard.machine import headers, keyring, packages, pythons, system, tools
from wizard.machine.inspection import inspect
from wizard.machine.parallel import Task
from wizard.method import methods
from wizard.openssl_choice import OpenSSLFolder

Found = tuple[tuple[Python, ...], dict[str, IndexSource]]


def probe(choices: Choices, *, everything: bool = False, folder: str | None = None) -> Facts:
    """Read the facts of this machine; ``folder`` is the working folder, if not the current one.

    Without ``everything``, it reads only what the choices need: a wheel needs its target and the
    index; a source build also needs the tools and the package managers. Errors of the machine are
    not raised: the facts contain a sentence for each part that could not be read.
    """
    return measure(choices, everything=everything, folder=folder).facts


@dataclass(frozen=True)
class Measured:
    """Facts, and how many seconds each part of the probe took."""

    facts: Facts
    seconds: dict[str, float]


def measure(choices: Choices, *, everything: bool = False, folder: str | None = None) -> Measured:
    """Do the same as `probe`, and return how long each part took."""
    here = str(Path(folder or ".").absolute())
    wanted = bool(choices.method) and methods()[choices.method].looks_deep
    deep = everything or wanted or bool(choices.manager)
    versions = pythons.minors(choices, here) if deep else ()
    listings: dict[IndexSource, Task[Listing]] = {}

    def listing(_python: Python, source: IndexSource) -> None:
        # The first Python that works is nearly always the recommended one, and all usually have the
        # same index. So the network request starts while the rest is still being read.
        if not listings and not choices.from_wheelhouse:
            listings[source] = _list(source)

    def find() -> Found:
        return pythons.find(choices, here, everything=everything, seen=listing)

    the_pythons: Task[Found] = Task("Pythons", 120, find)
    the_system = Task("System", 15, system.read)
    the_tools = Task("Tools", 60, lambda: tools.read() if deep else tools.read(("uv",)))
    deep_tasks = _Deep(versions, _folder(choices)) if deep else None

    found, sources = the_pythons.answer(((), {}))
    brought = the_tools.answer(())
    if deep_tasks is None and not _can_install(found, brought):
        deep_tasks = _Deep(_minors(found))  # a system package is needed
    if choices.from_wheelhouse:
        from wizard.proof import manifest  # no index is asked

        listed: Optional[Listing] = manifest.listing(manifest.load(Path(choices.from_wheelhouse)))
    else:
        listed = _listing(found, sources, listings)
    tasks: list[
        Task[Listing] | Task[Found] | Task[System] | Task[tuple[Tool, ...]] | Task[tuple[str, ...]]
    ]
    tasks = [the_pythons, the_system, the_tools, *listings.values()]
    the_machine = the_system.answer(System(system.name(), ""))
    managers: tuple[Manager, ...] = ()
    openssl: tuple[Headers, ...] = ()
    privilege = Privilege()
    variables = system.variables() if deep else ()
    the_trust = _Trust(brought, choices, variables) if deep else None
    seconds = {}
    problems = list(the_machine.problems)
    if deep_tasks is not None:
        managers, openssl, privilege = deep_tasks.answers()
        problems += deep_tasks.problems()
        seconds.update(deep_tasks.seconds())
    archives, signers = the_trust.answers() if the_trust else ((), ())
    tasks += the_trust.tasks if the_trust else ()
    problems += [task.problem for task in tasks if task.problem]
    seconds.update({task.name: task.seconds for task in tasks})
    facts = Facts(
        system=replace(the_machine, problems=tuple(problems)),
        pythons=found,
        listing=listed,
        managers=managers,
        tools=brought,
        openssl=openssl,
        privilege=privilege,
        terminal=system.terminal(),
        folder=here,
        cache=str(locations.cache()),
        certificates=system.certificates() if deep else "",
        multiarch=system.multiarch() if deep else "",
        built=integrity.sealed(locations.cache() / "openssl") if deep else (),
        archives=archives,
        signers=signers,
        variables=variables,
        cargo_config=system.cargo_config() if deep else "",
        taken=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    return Measured(facts, seconds)


def _folder(choices: Choices) -> str:
    """Return the folder of the named OpenSSL, or empty if none was named."""
    chosen = choices.own_openssl
    return chosen.path if isinstance(chosen, OpenSSLFolder) else ""


class _Deep:
    """Read what only a source build, or a Python without ensurepip, needs."""

    def __init__(self, minors: tuple[str, ...], named: str = "") -> None:
        self._managers = Task("Package managers", 90, lambda: packages.read(minors))
        self._headers = Task("OpenSSL headers", 15, lambda: headers.read(named))
        self._privilege = Task("Privilege", 15, system.privilege)
        self._all = (self._managers, self._headers, self._privilege)

    def answers(self) -> tuple[tuple[Manager, ...], tuple[Headers, ...], Privilege]:
        return (
            self._managers.answer(()),
            self._headers.answer(()),
            self._privilege.answer(Privilege()),
        )

    def problems(self) -> list[str]:
        return [task.problem for task in self._all if task.problem]

    def seconds(self) -> dict[str, float]:
        return {task.name: task.seconds for task in self._all}


class _Trust:
    """Read what is needed to check an OpenSSL archive: local archives, and the keyring."""

    def __init__(
        self, tools: tuple[Tool, ...], choices: Choices, variables: tuple[tuple[str, str], ...]
    ) -> None:
        place = choices.openssl_source or dict(variables).get(openssl_archive.VARIABLE, "")
        signers = tuple(dict.fromkeys(row.signer for row in load().openssls if row.signer))
        self.tasks = (
            Task("OpenSSL's archives", 10, lambda: openssl_archive.local_files(place)),
            Task("Keyring", 10, lambda: keyring.known(tools, signers)),
        )

    def answers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        archives, signers = self.tasks
        return archives.answer(()), signers.answer(())


def _list(source: IndexSource) -> Task[Listing]:
    def fetch() -> Listing:
        from wizard.index import listing

        return listing.fetch(source)

    return Task("Index", 45, fetch)


def _listing(
    found: tuple[Python, ...],
    sources: dict[str, IndexSource],
    asked: dict[IndexSource, Task[Listing]],
) -> Optional[Listing]:
    """Return the listing of the recommended Python's index, or the next Python's if it has no pip.

    If no Python has pip (Debian without python3-venv), use the index of the wizard's environment.
    """
    source = next((sources[p.path] for p in found if p.path in sources and not p.problem), None)
    if source is None and any(not python.problem for python in found):
        source = inspect(sys.executable, "wizard")[1]
    if source is None:
        return None
    if source not in asked:
        asked[source] = _list(source)
    task = asked[source]
    nothing = Listing(problem="The index did not answer in time.")
    return task.answer(nothing)


def _can_install(found: tuple[Python, ...], brought: tuple[Tool, ...]) -> bool:
    """Return whether some Python can make an environment without a system package."""
    if any(tool.name == "uv" and not tool.problem for tool in brought):
        return True
    return any(not p.problem and (p.environment or p.ensurepip) for p in found)


def _minors(found: tuple[Python, ...]) -> tuple[str, ...]:
    versions = (p.minor for p in found if p.version)
    return tuple(dict.fromkeys(versions))
