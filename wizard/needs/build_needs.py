"""What a source build of one release needs on one machine, and whether it can have it."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace

from backends.manager import managers
from wizard.choices import Choices
from wizard.facts import Facts, Manager, Python
from wizard.knowledge import Knowledge, Packages, Release
from wizard.needs import build_notes, cffi, compiler, linking, openssl, openssl_build, rust
from wizard.needs.openssl import Library
from wizard.needs.rust import Toolchain
from wizard.plan import Step
from wizard.refused import Refused
from wizard.target_environment import bases, usable
from wizard.versions import upstream


@dataclass(frozen=True)
class BuildNeeds:
    """The outcome: what has to be installed, or why a source build cannot work here.

    ``reason`` is empty where it can work; otherwise one sentence, and ``hints`` say what would
    help. ``refresh`` says that the manager's package lists are empty: they have to be fetched
    before anybody can tell more. ``missing`` are the packages to install with ``manager``.
    ``rust`` and ``openssl`` are what will be used, ``compiler`` the steps that bring a C
    compiler. ``env``, ``lists``, ``unset`` and ``path`` are for the build: see
    `backends.action.Command`. ``notes`` are sentences for the plan.
    """

    reason: str = ""
    hints: tuple[str, ...] = ()
    manager: str = ""
    refresh: bool = False
    missing: tuple[str, ...] = ()
    rust: Toolchain | None = None
    openssl: Library | None = None
    compiler: tuple[Step, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    lists: tuple[tuple[str, str], ...] = ()
    unset: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Wish:
    """What is asked of `assess`, for all that answer a part of it."""

    facts: Facts
    knowledge: Knowledge
    python: Python
    row: Release
    choices: Choices
    folder: str


def available(facts: Facts, knowledge: Knowledge) -> tuple[tuple[Manager, Packages], ...]:
    """The package managers of this machine that the wizard can use, with their names for things.

    The one that the system is made with comes first, and one that other systems are made with
    last: a Debian can have dnf, and a Fedora apt.
    """
    pairs = ((m, knowledge.packages_of(m.name)) for m in facts.managers if m.name in managers())
    usable = [(manager, names) for manager, names in pairs if names is not None]
    return tuple(
        sorted(usable, key=lambda pair: (not _native(facts, pair[1]), foreign(facts, pair[1])))
    )


def foreign(facts: Facts, names: Packages) -> bool:
    """Whether other systems are made with that package manager, and this one is not."""
    return bool(names.distributions) and not _native(facts, names)


def _native(facts: Facts, names: Packages) -> bool:
    return not {facts.system.distribution, *facts.system.like}.isdisjoint(names.distributions)


def assess(
    facts: Facts,
    knowledge: Knowledge,
    python: Python,
    row: Release,
    choices: Choices = Choices(),  # noqa: B008 - frozen
    folder: str = "",
) -> BuildNeeds:
    """Find out what a source build under the rules of ``row`` needs here.

    Of the choices, ``manager``, ``openssl``, ``link`` and ``rust`` matter; open ones are
    recommended here. ``folder`` is that of the environment.
    """
    if not usable(python):
        return BuildNeeds("The Python cannot be used.")
    tools = compiler.needed(facts, python)
    if isinstance(tools, Refused):
        return _refused(tools)
    wish = _Wish(facts, knowledge, python, row, choices, folder)
    found = _found(wish)
    if found.reason and not choices.link and choices.openssl not in ("", "system"):
        inside = _found(replace(wish, choices=replace(choices, link="static")))
        found = found if inside.reason else inside
    return found if found.reason else replace(found, compiler=tools)


def _found(wish: _Wish) -> BuildNeeds:
    """What `assess` finds, but for the compiler."""
    facts, choices = wish.facts, wish.choices
    pairs = available(facts, wish.knowledge)
    if not choices.manager:  # one that cannot be asked gives way to the next
        pairs = tuple(sorted(pairs, key=lambda pair: bool(pair[0].problem)))
    pair = next((pair for pair in pairs if choices.manager in ("", pair[0].name)), None)
    if pair is None or pair[0].problem:
        because = pair[0].problem if pair else ""
        found = _by_hand(wish, because)
    else:
        found = _with_lists(wish, *pair)
        if not choices.manager and (found.reason or not _native(facts, pair[1])):
            others = (
                _with_lists(wish, *other)
                for other in pairs
                if not other[0].problem and not foreign(facts, other[1])
            )
            working = [other for other in others if not other.reason]
            found = min(working, key=lambda other: len(other.missing), default=found)
    return found


def _with_lists(wish: _Wish, manager: Manager, names: Packages) -> BuildNeeds:
    """What `_with_manager` finds, unless that is for want of the package lists."""
    other = _other_architecture(wish.facts, wish.python, manager, names)
    if other:
        return _refused(other, manager)
    library = _library(wish)
    if isinstance(library, Refused):  # no package list would change that
        return _refused(library, manager)
    found = _with_manager(wish, manager, names)
    # What is installed is a candidate even where the lists are empty.
    offered = any(package.candidate and not package.installed for package in manager.packages)
    return found if offered or not found.reason else _unasked(wish.facts, manager)


def _with_manager(wish: _Wish, manager: Manager, names: Packages) -> BuildNeeds:
    facts, python, row, choices = wish.facts, wish.python, wish.row, wish.choices
    known = {package.name: package for package in manager.packages}
    wanted = list(names.build)
    if names.libffi and cffi.is_compiled(python):
        wanted.append(names.libffi)
    headers = _python_headers(facts, python, manager, names)
    if isinstance(headers, Refused):
        return _refused(headers, manager)
    library = _library(wish) or openssl.packaged(
        facts, wish.knowledge, row, manager, names, choices.link
    )
    if isinstance(library, Refused):
        return _refused(library, manager)
    if library.own and not library.own.built:
        wanted += names.openssl_build
    toolchain = rust.choose(facts, wish.knowledge, python, row, manager, names, choices.rust)
    if isinstance(toolchain, Refused):
        return _refused(toolchain, manager)
    wanted += [*library.packages, *headers, *toolchain.packages]
    missing = tuple(name for name in wanted if name not in known or not known[name].installed)
    unknown = [n for n in missing if n not in known or not known[n].candidate]
    if unknown:
        return BuildNeeds(
            f"{manager.name} does not have: {' '.join(unknown)}.", manager=manager.name
        )
    if missing and _needs_root(manager) and facts.privilege.method == "none":
        return BuildNeeds(
            "Packages are missing, and this user cannot become root.",
            hints=(f"Ask whoever administers this machine to install: {' '.join(missing)}",),
            manager=manager.name,
            missing=missing,
        )
    found = _build(wish, toolchain, library)
    return replace(found, manager=manager.name, missing=missing)


def _by_hand(wish: _Wish, because: str) -> BuildNeeds:
    """A build with what is there already, where no package manager can be asked."""
    facts, python, row, choices = wish.facts, wish.python, wish.row, wish.choices
    lacks = []
    if facts.system.name not in ("macos", "windows"):
        lacks += [tool for tool in ("cc", "pkg-config") if not facts.tool(tool)]
    toolchain = rust.choose(facts, wish.knowledge, python, row, None, None, choices.rust)
    library = _library(wish) or openssl.present(facts, wish.knowledge, row, python, choices.link)
    building = not isinstance(library, Refused) and library.own and not library.own.built
    if building and facts.system.name != "macos":  # its Command Line Tools have both
        lacks += [tool for tool in ("make", "perl") if not facts.tool(tool)]
    if isinstance(toolchain, Refused):
        lacks.append(f"Rust {row.msrv} or newer (rustc and cargo)")
    if isinstance(library, Refused):
        if facts.openssl or choices.openssl not in ("", "system"):
            return _refused(library)
        lacks.append("OpenSSL with its header files")
    if not python.headers:
        lacks.append("the header files of Python (Python.h)")
    if lacks or isinstance(toolchain, Refused) or isinstance(library, Refused):
        alone = isinstance(library, Refused) and len(lacks) == 1
        hint = openssl.own_hint(facts, wish.knowledge, row, choices.link) if alone else ()
        return BuildNeeds(
            because or _NO_MANAGER.get(facts.system.name, _NO_MANAGER["linux"]),
            hints=(
                f"A source build still lacks: {', '.join(lacks)}.",
                *_how_to_get(facts, python),
                *hint,
            ),
        )
    return _build(wish, toolchain, library)


def _library(wish: _Wish) -> Library | Refused | None:
    """The OpenSSL that was asked for; None where it is to be the system's."""
    facts, python, row, link = wish.facts, wish.python, wish.row, wish.choices.link
    asked = wish.choices.openssl
    if asked in ("", "system"):
        return None
    if openssl.is_folder(asked):
        return openssl.named(facts, wish.knowledge, row, python, asked, link)
    return openssl_build.plan_build(facts, wish.knowledge, python, row, wish.choices, wish.folder)


_NO_MANAGER = {
    "macos": "This Mac has neither Homebrew nor MacPorts, and macOS has no OpenSSL for developers.",
    "windows": "This Windows has no OpenSSL for developers that the wizard could find.",
    "linux": "This machine has no package manager that the wizard can use.",
}


def _how_to_get(facts: Facts, python: Python) -> tuple[str, ...]:
    if facts.system.name == "macos":
        return ("Install Homebrew (brew.sh) or MacPorts (macports.org), then start again.",)
    if facts.system.name == "windows":
        place = r"C:\Program Files\OpenSSL-Win64"
        if python.bits == 32:
            place = r"C:\Program Files (x86)\OpenSSL-Win32"
        elif python.machine == "arm64":
            place = r"C:\Program Files\OpenSSL-Win64-ARM"
        return (
            f"Install OpenSSL with its headers into {place}, or set OPENSSL_DIR to its folder, "
            "then start again.",
        )
    return ()


def _build(wish: _Wish, toolchain: Toolchain, library: Library) -> BuildNeeds:
    facts, python = wish.facts, wish.python
    link = wish.choices.link or "dynamic"
    words = linking.settings(facts, wish.row, python, library, link)
    if isinstance(words, Refused):
        return _refused(words)
    env = _joined((*words.env, *toolchain.env))
    taken = {name for name, _ in env}
    unset = tuple(
        name for name, _ in facts.variables if name in openssl.STEERING and name not in taken
    )
    return BuildNeeds(
        rust=toolchain,
        openssl=library,
        env=env,
        lists=words.lists,
        unset=unset,
        path=toolchain.path,
        notes=build_notes.notes_for(facts, python, toolchain, library, link, env, unset),
    )


def _python_headers(
    facts: Facts, python: Python, manager: Manager, names: Packages
) -> tuple[str, ...] | Refused:
    """The package with the target's ``Python.h``; none where it is there or comes with Python."""
    if python.headers:
        return ()
    if python.prefix not in ("/usr", "") or facts.system.name != "linux":
        return Refused(
            f"{python.path} came without its header files (Python.h), and no package has them.",
            hints=("Choose another Python.",),
        )
    minor = _minor(python)
    known = {package.name: package for package in manager.packages}
    if python.implementation == "pypy":
        templates: tuple[str, ...] = (names.pypy_headers,) if names.pypy_headers else ()
    else:
        templates = names.python_headers
    if not templates:
        return ()
    for template in templates:
        name = template.format(minor=minor, digits=minor.replace(".", ""))
        package = known.get(name)
        if package is None:
            continue
        version = upstream(package.installed or package.candidate)
        # A name without a version is that of the system's own Python, which may be another.
        fits = name != template or python.implementation == "pypy"
        if fits or _minor_of(version) == minor:
            return (name,)
    first = templates[0].format(minor=minor, digits=minor.replace(".", ""))
    return Refused(
        f"{manager.name} has no header files for Python {minor}: {first} is not there.",
        hints=("Choose another Python.",),
    )


def _other_architecture(
    facts: Facts, python: Python, manager: Manager, names: Packages
) -> Refused | None:
    """Homebrew's and MacPorts' packages are for one architecture, and Python may be of another."""
    if facts.system.name != "macos":
        return None
    root = posixpath.dirname(posixpath.dirname(manager.program))
    has = dict(names.architectures).get(root, facts.system.machine)
    if has == python.machine:
        return None
    others = [p.path for p in bases(facts) if usable(p) and p.machine == has]
    return Refused(
        f"{manager.name} in {root} has packages for {has}, and this Python is for "
        f"{python.machine}{_rosetta(facts, python)}.",
        hints=(f"Take a Python for {has}: --python {others[0]}",) if others else (),
    )


def _rosetta(facts: Facts, python: Python) -> str:
    emulated = facts.system.machine == "arm64" and python.machine == "x86_64"
    return " (it runs under Rosetta)" if emulated else ""


def _unasked(facts: Facts, manager: Manager) -> BuildNeeds:
    if _needs_root(manager) and facts.privilege.method == "none":
        return BuildNeeds(
            f"{manager.name}'s package lists are empty, and this user cannot become root.",
            hints=("Ask whoever administers this machine to fetch them.",),
            manager=manager.name,
        )
    return BuildNeeds(manager=manager.name, refresh=True)


def _needs_root(manager: Manager) -> bool:
    return managers()[manager.name].refresh().root


def _refused(refused: Refused, manager: Manager | None = None) -> BuildNeeds:
    name = manager.name if manager else ""
    return BuildNeeds(refused.reason, hints=refused.hints, manager=name)


def _joined(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Each variable once; what two parts want of RUSTFLAGS is put together."""
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]} {value}" if name in found else value
    return tuple(found.items())


def _minor(python: Python) -> str:
    return _minor_of(python.version)


def _minor_of(version: str) -> str:
    return ".".join(version.split(".")[:2])
