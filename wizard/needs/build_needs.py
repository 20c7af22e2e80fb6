"""What a source build of one release needs on one machine, and whether that is possible."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace

from backends.manager import managers
from wizard import versions
from wizard.facts import Facts, Manager, Python
from wizard.knowledge import Knowledge, Packages
from wizard.needs import build_notes, cffi, compiler, linking, openssl, openssl_build, rust
from wizard.needs.build_request import BuildRequest
from wizard.needs.openssl import Library
from wizard.needs.rust import Toolchain
from wizard.openssl_choice import OpenSSLFolder
from wizard.plan import Step
from wizard.refused import Refused
from wizard.target_environment import bases, usable
from wizard.versions import upstream


@dataclass(frozen=True)
class BuildNeeds:
    """What has to be installed for a source build, and with which settings it works here.

    ``refresh`` says that the manager's package lists are empty: they must be updated before the
    wizard can find out more. ``missing`` are the packages to install with ``manager``. ``rust`` and
    ``openssl`` are what will be used, ``compiler`` the steps that install a C compiler. ``env``,
    ``lists``, ``unset`` and ``path`` are for the build: see `backends.action.Command`. ``notes``
    are sentences for the plan.
    """

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


def available(facts: Facts, knowledge: Knowledge) -> tuple[tuple[Manager, Packages], ...]:
    """Return the usable package managers of this machine, with their package names.

    The system's own manager comes first, and one of other systems last: Debian can have dnf, and
    Fedora apt.
    """
    pairs = ((m, knowledge.packages_of(m.name)) for m in facts.managers if m.name in managers())
    usable = [(manager, names) for manager, names in pairs if names is not None]
    return tuple(
        sorted(usable, key=lambda pair: (not _native(facts, pair[1]), foreign(facts, pair[1])))
    )


def foreign(facts: Facts, names: Packages) -> bool:
    """Return whether this package manager belongs to other systems, not to this one."""
    return bool(names.distributions) and not _native(facts, names)


def _native(facts: Facts, names: Packages) -> bool:
    return not {facts.system.distribution, *facts.system.like}.isdisjoint(names.distributions)


def assess(request: BuildRequest) -> BuildNeeds | Refused:
    """Find out what a source build needs here, or why it cannot work."""
    if not usable(request.python):
        return Refused("This Python cannot be used.")
    tools = compiler.needed(request.facts, request.python)
    if isinstance(tools, Refused):
        return tools
    found = _found(request)
    choices = request.choices
    if isinstance(found, Refused) and not choices.link and choices.own_openssl:
        inside = _found(replace(request, choices=replace(choices, link="static")))
        found = found if isinstance(inside, Refused) else inside
    return found if isinstance(found, Refused) else replace(found, compiler=tools)


def _found(request: BuildRequest) -> BuildNeeds | Refused:
    """Do the same as `assess`, except for the compiler."""
    facts, choices = request.facts, request.choices
    pairs = available(facts, request.knowledge)
    if not choices.manager:  # if one cannot be asked, try the next
        pairs = tuple(sorted(pairs, key=lambda pair: bool(pair[0].problem)))
    pair = next((pair for pair in pairs if choices.manager in ("", pair[0].name)), None)
    if pair is None or pair[0].problem:
        return _by_hand(request, pair[0].problem if pair else "")
    found = _with_lists(request, *pair)
    if choices.manager or not (isinstance(found, Refused) or not _native(facts, pair[1])):
        return found
    others = (
        _with_lists(request, *other)
        for other in pairs
        if not other[0].problem and not foreign(facts, other[1])
    )
    working = [other for other in others if isinstance(other, BuildNeeds)]
    return min(working, key=lambda other: len(other.missing), default=found)


def _with_lists(request: BuildRequest, manager: Manager, names: Packages) -> BuildNeeds | Refused:
    """Do the same as `_with_manager`, unless the package lists are missing."""
    other = _other_architecture(request, manager, names)
    if other:
        return replace(other, manager=manager.name)
    library = _library(request)
    if isinstance(library, Refused):  # package lists would not change that
        return replace(library, manager=manager.name)
    found = _with_manager(request, manager, names)
    # An installed package is a candidate even if the lists are empty.
    offered = any(package.candidate and not package.installed for package in manager.packages)
    if isinstance(found, Refused) and not offered:
        found = _unasked(request.facts, manager)
    return replace(found, manager=manager.name)


def _with_manager(request: BuildRequest, manager: Manager, names: Packages) -> BuildNeeds | Refused:
    facts, python = request.facts, request.python
    wanted = list(names.build)
    if names.libffi and cffi.is_compiled(python):
        wanted.append(names.libffi)
    headers = _python_headers(request, manager, names)
    if isinstance(headers, Refused):
        return headers
    library = _library(request) or openssl.packaged(request, manager, names)
    if isinstance(library, Refused):
        return library
    if library.own and not library.own.built:
        wanted += names.openssl_build
    toolchain = rust.choose(request, manager, names)
    if isinstance(toolchain, Refused):
        return toolchain
    wanted += [*library.packages, *headers, *toolchain.packages]
    known = {name: manager.package(name) for name in wanted}
    missing = tuple(name for name, package in known.items() if not (package and package.installed))
    unknown = [name for name in missing if not ((package := known[name]) and package.candidate)]
    if unknown:
        return Refused(f"{manager.name} does not have: {' '.join(unknown)}.")
    if missing and _needs_root(manager) and facts.privilege.method == "none":
        return Refused(
            "Packages are missing, and this user cannot become root.",
            (f"Ask the administrator of this machine to install: {' '.join(missing)}",),
        )
    found = _build(request, toolchain, library)
    return found if isinstance(found, Refused) else replace(found, missing=missing)


def _by_hand(request: BuildRequest, because: str) -> BuildNeeds | Refused:
    """A build with what is already installed, if no package manager can be asked."""
    facts, python, row = request.facts, request.python, request.row
    lacks = []
    if facts.system.name not in ("macos", "windows"):
        lacks += [tool for tool in ("cc", "pkg-config") if not facts.tool(tool)]
    toolchain = rust.choose(request)
    library = _library(request) or openssl.present(request)
    building = not isinstance(library, Refused) and library.own and not library.own.built
    if building and facts.system.name != "macos":  # its Command Line Tools include both
        lacks += [tool for tool in ("make", "perl") if not facts.tool(tool)]
    if isinstance(toolchain, Refused):
        lacks.append(f"Rust {row.msrv} or newer (rustc and cargo)")
    if isinstance(library, Refused):
        if facts.openssl or request.choices.own_openssl:
            return library
        lacks.append("OpenSSL with its header files")
    if not python.headers:
        lacks.append("the header files of Python (Python.h)")
    if lacks or isinstance(toolchain, Refused) or isinstance(library, Refused):
        alone = isinstance(library, Refused) and len(lacks) == 1
        return Refused(
            because or _NO_MANAGER.get(facts.system.name, _NO_MANAGER["linux"]),
            (
                f"A source build still needs: {', '.join(lacks)}.",
                *_how_to_get(facts, python),
                *(openssl.own_hint(request) if alone else ()),
            ),
        )
    return _build(request, toolchain, library)


def _library(request: BuildRequest) -> Library | Refused | None:
    """Return the requested OpenSSL, or None for the system's."""
    asked = request.choices.own_openssl
    if asked is None:
        return None
    if isinstance(asked, OpenSSLFolder):
        return openssl.named(request)
    return openssl_build.plan_build(request)


_NO_MANAGER = {
    "macos": "This Mac has neither Homebrew nor MacPorts, and macOS has no OpenSSL for developers.",
    "windows": "The wizard found no OpenSSL for developers on this Windows.",
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


def _build(request: BuildRequest, toolchain: Toolchain, library: Library) -> BuildNeeds | Refused:
    settings = linking.settings(request, library)
    if isinstance(settings, Refused):
        return settings
    env = _joined((*settings.env, *toolchain.env))
    taken = {name for name, _ in env}
    unset = tuple(
        name
        for name, _ in request.facts.variables
        if name in openssl.STEERING and name not in taken
    )
    return BuildNeeds(
        rust=toolchain,
        openssl=library,
        env=env,
        lists=settings.lists,
        unset=unset,
        path=toolchain.path,
        notes=build_notes.notes_for(request, toolchain, library, env, unset),
    )


def _python_headers(
    request: BuildRequest, manager: Manager, names: Packages
) -> tuple[str, ...] | Refused:
    """Return the package with the target's ``Python.h``; none if it is installed or part of
    Python.
    """
    facts, python = request.facts, request.python
    if python.headers:
        return ()
    if python.prefix not in ("/usr", "") or facts.system.name != "linux":
        return Refused(
            f"{python.path} has no header files (Python.h), and no package provides them.",
            hints=("Choose another Python.",),
        )
    minor = python.minor
    if python.implementation == "pypy":
        templates: tuple[str, ...] = (names.pypy_headers,) if names.pypy_headers else ()
    else:
        templates = names.python_headers
    if not templates:
        return ()
    for template in templates:
        name = template.format(minor=minor, digits=minor.replace(".", ""))
        package = manager.package(name)
        if package is None:
            continue
        version = upstream(package.installed or package.candidate)
        # A name without a version belongs to the system's default Python, which may be a different
        # one.
        fits = name != template or python.implementation == "pypy"
        if fits or versions.minor(version) == minor:
            return (name,)
    first = templates[0].format(minor=minor, digits=minor.replace(".", ""))
    return Refused(
        f"{manager.name} has no header files for Python {minor}: it does not offer {first}.",
        hints=("Choose another Python.",),
    )


def _other_architecture(request: BuildRequest, manager: Manager, names: Packages) -> Refused | None:
    """Homebrew's and MacPorts' packages have one architecture, and Python may have another."""
    facts, python = request.facts, request.python
    if facts.system.name != "macos":
        return None
    root = posixpath.dirname(posixpath.dirname(manager.program))
    has = dict(names.architectures).get(root, facts.system.machine)
    if has == python.machine:
        return None
    others = [p.path for p in bases(facts) if usable(p) and p.machine == has]
    return Refused(
        f"{manager.name} in {root} has packages for {has}, but this Python is for "
        f"{python.machine}{_rosetta(facts, python)}.",
        hints=(f"Use a Python for {has}: --python {others[0]}",) if others else (),
    )


def _rosetta(facts: Facts, python: Python) -> str:
    emulated = facts.system.machine == "arm64" and python.machine == "x86_64"
    return " (it runs under Rosetta)" if emulated else ""


def _unasked(facts: Facts, manager: Manager) -> BuildNeeds | Refused:
    if _needs_root(manager) and facts.privilege.method == "none":
        return Refused(
            f"{manager.name}'s package lists are empty, and this user cannot become root.",
            ("Ask the administrator of this machine to update them.",),
        )
    return BuildNeeds(refresh=True)


def _needs_root(manager: Manager) -> bool:
    return managers()[manager.name].refresh().root


def _joined(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return each variable once; RUSTFLAGS of two parts are combined."""
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]} {value}" if name in found else value
    return tuple(found.items())
