"""The probe: reads the facts of this machine in parallel, each part with a time limit."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Optional

from wizard import locations, openssl_archive
from wizard.choices import ALONE, Choices
from wizard.facts import (
    Facts,
    Fips,
    Headers,
    HeldWheel,
    Listing,
    Manager,
    Privilege,
    Proxies,
    Python,
    Setting,
    System,
    Tool,
)
from wizard.index.source import UNREACHABLE, IndexSource
from wizard.machine import (
    authorities,
    fips,
    occupied,
    proxies,
    python_variables,
    pythons,
    storage,
    system,
    tools,
)
from wizard.machine.inspection import inspect
from wizard.machine.parallel import Task
from wizard.method import methods
from wizard.openssl_choice import OpenSSLFolder
from wizard.programs import keychain
from wizard.programs.variables import AUTHORITIES
from wizard.project.found import find_project, is_wizards_clone

if TYPE_CHECKING:
    from wizard.machine.uv_settings import UvSettings

Found = tuple[tuple[Python, ...], dict[str, IndexSource]]

# The Pythons take longest to answer, so they are asked as soon as possible. What is slow to import
# is imported while they answer: by the thread that called the probe, never by those that it starts,
# because two threads that import parts of the same package can block each other.


def _nothing() -> None:
    """Do nothing meanwhile."""


def _tell_nobody(_field: str, _value: object) -> None:
    """Let nobody know what was found before all is known."""


def probe(
    choices: Choices,
    *,
    everything: bool = False,
    after: Optional[Facts] = None,
    folder: str | None = None,
    meanwhile: Callable[[], None] = _nothing,
    tell: Callable[[str, object], None] = _tell_nobody,
) -> Facts:
    """Read the facts of this machine; ``folder`` replaces the current working folder.

    Without ``everything``, it reads only what the choices need: a wheel needs its target and the
    index; a source build also needs the tools and the package managers. ``after`` are the facts of
    a quicker probe for the same choices, a moment ago: an index that was asked then is not asked
    again. Errors of the machine are not raised: the facts contain a sentence for each part that
    could not be read. ``meanwhile`` is called while the machine answers. ``tell`` is called, in
    other threads, with what the first page shows: the name of a field of the facts and its value,
    as soon as it is known, because one slow answer delays the return by up to its time limit.
    """
    return measure(
        choices,
        everything=everything,
        after=after,
        folder=folder,
        meanwhile=meanwhile,
        tell=tell,
    ).facts


def probe_folders(choices: Choices, known: Facts) -> Optional[Facts]:
    """Return ``known``, which is all of this machine, with what is in the folders of these choices.

    None if more than that may be different: see `answered.look`.
    """
    from wizard.machine import answered  # after the first look only

    return answered.look(known, choices, _uv_settings(choices, known.folder))


@dataclass(frozen=True)
class Measured:
    """Facts, and how many seconds each part of the probe took."""

    facts: Facts
    seconds: dict[str, float]


def measure(
    choices: Choices,
    *,
    everything: bool = False,
    after: Optional[Facts] = None,
    folder: str | None = None,
    meanwhile: Callable[[], None] = _nothing,
    tell: Callable[[str, object], None] = _tell_nobody,
) -> Measured:
    """Do the same as `probe`, and return how long each part took."""
    working_folder = str(Path(folder or ".").absolute())
    certificates = system.certificates()
    fips_mode = fips.read(certificates, os.environ)
    # In FIPS mode a build is recommended, so its tools must be known.
    undecided = fips_mode.demanded and not choices.method
    deep = everything or bool(choices.manager) or _needs_tools(choices) or undecided
    minors = pythons.minors(choices, working_folder) if deep else ()
    of_uv = _uv_settings(choices, working_folder)
    listings = _Listings(needed=not choices.from_wheelhouse, of_uv=of_uv, after=after)

    def find() -> Found:
        return pythons.find(
            choices, working_folder, everything=everything, on_found=listings.fetch_first
        )

    python_task: Task[Found] = Task("Pythons", 300, find, lambda found: tell("pythons", found[0]))
    system.prepare()
    system_task = Task("System", 15, system.read, partial(tell, "system"))
    space_task = Task("Disks", 10, lambda: storage.read(storage.filled(choices, working_folder)))
    named = choices.project not in ("", ALONE)
    few = ("uv", "pipx") if named else ("uv",)
    tool_task = Task(
        "Tools", 60, lambda: tools.read() if deep else tools.read(few), partial(tell, "tools")
    )
    is_mac = system.system_name() == "macos"
    keychain_task = Task("Keychain", 15, _authorities) if is_mac else None
    cache_task = Task("Cache", 30, _read_builds) if deep else None
    build_probe = _BuildProbe(minors, _openssl_folder(choices), tell) if deep else None
    listings.prepare()
    meanwhile()
    here = _read_at_once(Path(working_folder), certificates, fips_mode, deep=deep)

    found, sources = python_task.answer(((), {}))
    tools_found = tool_task.answer(())
    if build_probe is None and not _can_make_environment(found, tools_found):
        build_probe = _BuildProbe(_minors(found))  # a system package is needed
    of_wheelhouse, held = _read_wheelhouse(choices)
    listing = of_wheelhouse or listings.recommended(found, sources)
    settings: tuple[Setting, ...] = ()
    if of_uv is not None:
        usable = next((python for python in found if not python.problem), None)
        settings = of_uv.facts(usable)
        sources = {p.path: of_uv.source(p, sources[p.path]) for p in found if p.path in sources}
        found = tuple(map(of_uv.with_index, found))
    machine = system_task.answer(System(system.system_name(), ""))
    here = replace(
        here, system=machine, pythons=found, tools=tools_found, listing=listing, settings=settings
    )
    if named:
        here = _with_project(here, choices, sources)
    archive_probe = _ArchiveProbe(tools_found, choices, here.variables) if deep else None
    managers, openssl, privilege = build_probe.answers() if build_probe else ((), (), Privilege())
    archives, signers = archive_probe.answers() if archive_probe else ((), ())
    built, damaged = cache_task.answer(((), ())) if cache_task else ((), ())

    tasks: list[Task[Any]] = [*(build_probe.tasks if build_probe else ())]
    tasks += [keychain_task] if keychain_task else []
    tasks += [cache_task] if cache_task else []
    tasks += [python_task, system_task, space_task, tool_task, *listings.tasks.values()]
    tasks += archive_probe.tasks if archive_probe else ()
    problems = (*machine.problems, *(task.problem for task in tasks if task.problem))
    facts = replace(
        here,
        system=replace(machine, problems=problems),
        managers=managers,
        openssl=openssl,
        privilege=privilege,
        built=built,
        damaged=damaged,
        archives=archives,
        signers=signers,
        spaces=space_task.answer(()),
        authorities=keychain_task.answer(0) if keychain_task else 0,
        held=held,
        taken=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    return Measured(facts, {task.name: task.seconds for task in tasks})


def _read_at_once(folder: Path, certificates: str, fips_mode: Fips, *, deep: bool) -> Facts:
    """Return the facts that need no program and no network; those of the system come later."""
    cargo_config = system.cargo_config() if deep else ""
    return Facts(
        System(system.system_name(), ""),
        terminal=system.terminal(),
        folder=str(folder),
        home=str(Path.home()),
        cache=str(locations.cache()),
        state=str(locations.state()),
        certificates=certificates if deep else "",
        multiarch=system.multiarch() if deep else "",
        variables=system.variables() if deep else (),
        cargo_config=cargo_config,
        cargo_authorities=system.cargo_authorities(cargo_config),
        found_project=find_project(folder),
        in_wizards_clone=is_wizards_clone(folder),
        occupied=occupied.find((folder, Path.home())),
        fips=fips_mode,
        python_home=os.environ.get("PYTHONHOME", ""),
        shadowing=python_variables.shadowing(os.environ),
        proxies=proxies.read(os.environ) if deep else Proxies(),
        lost_authorities=authorities.lost(os.environ),
    )


def _with_project(known: Facts, choices: Choices, sources: dict[str, IndexSource]) -> Facts:
    """Return these facts with the project that the choices name, and with pipx.

    The listing is then the one that the project's own settings allow.
    """
    from wizard.machine import pipx  # rarely needed
    from wizard.machine.projects import read_project

    tool = next((t for t in known.tools if t.name == "pipx" and not t.problem), None)
    project, listing = read_project(known, choices, sources)
    return replace(known, pipx=pipx.read(tool), project=project, listing=listing)


def _authorities() -> int:
    """Return how many authorities of the keychain some programs do not know."""
    if any(os.environ.get(name) for name in AUTHORITIES):
        return 0
    return len(keychain.authorities())


def _uv_settings(choices: Choices, working_folder: str) -> Optional[UvSettings]:
    """Return the settings of uv, or None if uv is not used."""
    if choices.installer == "pip" or choices.from_wheelhouse:
        return None
    program = next(tools.find_programs("uv"), None)
    if program is None:
        return None
    from wizard.machine import uv_settings  # it reads TOML, which is slow to import

    return uv_settings.UvSettings(working_folder, program)


def _needs_tools(choices: Choices) -> bool:
    return bool(choices.method) and methods()[choices.method].needs_tools


def _read_wheelhouse(choices: Choices) -> tuple[Optional[Listing], tuple[HeldWheel, ...]]:
    """Return the listing of the wheelhouse to install from, if there is one, and its wheels."""
    if not choices.from_wheelhouse:
        return None, ()
    from wizard.proof import manifest  # rarely needed

    folder = Path(choices.from_wheelhouse)
    found = manifest.load(folder)
    return manifest.listing(found), manifest.held(folder, found)


def _openssl_folder(choices: Choices) -> str:
    """Return the folder of the named OpenSSL, or empty if none was named."""
    chosen = choices.custom_openssl
    return chosen.path if isinstance(chosen, OpenSSLFolder) else ""


def _read_builds() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the OpenSSL builds in the cache: the unchanged ones, the damaged ones."""
    from wizard.cache import integrity

    folder = locations.cache() / "openssl"
    damaged = integrity.damaged_folders(folder)
    whole = tuple(name for name in integrity.sealed_folders(folder) if name not in damaged)
    return whole, damaged


class _BuildProbe:
    """Reads what only a source build, or a Python without ensurepip, needs."""

    def __init__(
        self,
        minors: tuple[str, ...],
        openssl_folder: str = "",
        tell: Callable[[str, object], None] = _tell_nobody,
    ) -> None:
        from wizard.machine import headers, packages

        self._managers = Task("Package managers", 90, lambda: packages.read(minors))
        self._headers = Task(
            "OpenSSL headers",
            15,
            lambda: headers.read(openssl_folder),
            partial(tell, "openssl"),
        )
        self._privilege = Task("Privilege", 15, system.privilege)
        self.tasks: tuple[Task[Any], ...] = (self._managers, self._headers, self._privilege)

    def answers(self) -> tuple[tuple[Manager, ...], tuple[Headers, ...], Privilege]:
        return (
            self._managers.answer(()),
            self._headers.answer(()),
            self._privilege.answer(Privilege()),
        )


class _ArchiveProbe:
    """Reads what is needed to check an OpenSSL archive: local archives, and the keyring."""

    def __init__(
        self, tools: tuple[Tool, ...], choices: Choices, variables: tuple[tuple[str, str], ...]
    ) -> None:
        from wizard.knowledge import load
        from wizard.machine import keyring

        location = choices.openssl_source or dict(variables).get(openssl_archive.VARIABLE, "")
        sources = load().openssls
        signers = tuple(dict.fromkeys(source.signer for source in sources if source.signer))
        self.tasks = (
            Task("OpenSSL's archives", 10, lambda: openssl_archive.local_files(location)),
            Task("Keyring", 10, lambda: keyring.find_keys(tools, signers)),
        )

    def answers(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        archives, signers = self.tasks
        return archives.answer(()), signers.answer(())


class _Listings:
    """Fetches the listing of each index at most once. None is fetched unless ``needed``.

    What an index answered to the probe ``after`` which this one follows counts, also that it did
    not answer: another wait of half a minute would tell nothing new.
    """

    def __init__(
        self,
        *,
        needed: bool,
        of_uv: Optional[UvSettings] = None,
        after: Optional[Facts] = None,
    ) -> None:
        self.tasks: dict[IndexSource, Task[Listing]] = {}
        self._after = after if after is not None and after.listing is not None else None
        self._needed = needed
        self._of_uv = of_uv
        self._prepared = threading.Event()

    def prepare(self) -> None:
        """Import what fetches: it is slow, and `fetch_first` is called in another thread."""
        if self._needed:
            from wizard.index import listing, web  # noqa: F401 - the listing imports it late
        self._prepared.set()

    def fetch_first(self, python: Python, source: IndexSource) -> None:
        """Start to fetch the index of the first Python that works.

        That Python is nearly always the recommended one, and all Pythons usually have the same
        index, so the request starts while other facts are still being read.
        """
        if self._needed and self._after is None and not self.tasks:
            self._start(self._place(python, source))

    def recommended(
        self, found: tuple[Python, ...], sources: dict[str, IndexSource]
    ) -> Optional[Listing]:
        """Return the listing of the recommended Python's index; of the next one's without pip.

        If no Python has pip (Debian without python3-venv), it is the index of the Python that runs
        the wizard. None if no Python works.
        """
        python = _first_with_pip(found, sources)
        if self._after is not None:
            asked = _first_with_pip(self._after.pythons, sources)
            if (asked and asked.path) == (python and python.path):
                return self._after.listing
        source = sources[python.path] if python else None
        if source is None and any(not python.problem for python in found):
            python, source = inspect(sys.executable, "wizard")
        if source is None or python is None:
            return None
        source = self._place(python, source)
        if source not in self.tasks:
            self._start(source)
        return self.tasks[source].answer(
            Listing(problem="The index did not answer in time.", failure=UNREACHABLE)
        )

    def _place(self, python: Python, source: IndexSource) -> IndexSource:
        return self._of_uv.source(python, source) if self._of_uv else source

    def _start(self, source: IndexSource) -> None:
        def fetch() -> Listing:
            self._prepared.wait(30)  # seconds; the calling thread imports what follows
            from wizard.index import listing

            return listing.fetch(source)

        self.tasks[source] = Task("Index", 45, fetch)


def _first_with_pip(
    pythons_found: tuple[Python, ...], sources: dict[str, IndexSource]
) -> Optional[Python]:
    usable = (p for p in pythons_found if p.path in sources and not p.problem)
    return next(usable, None)


def _can_make_environment(found: tuple[Python, ...], tools_found: tuple[Tool, ...]) -> bool:
    """Return whether some Python can make an environment without a system package."""
    if any(tool.name == "uv" and not tool.problem for tool in tools_found):
        return True
    return any(not p.problem and (p.environment or p.ensurepip) for p in found)


def _minors(found: tuple[Python, ...]) -> tuple[str, ...]:
    versions = (p.minor for p in found if p.version)
    return tuple(dict.fromkeys(versions))
