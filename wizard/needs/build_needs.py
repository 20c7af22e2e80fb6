"""What a source build of one release needs on one machine, and whether that is possible."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace

from backends.manager import managers
from wizard import versions
from wizard.facts import Facts, Manager, Python
from wizard.knowledge import Knowledge
from wizard.needs import (
    architecture,
    build_limits,
    build_notes,
    build_variables,
    cargo_profile,
    cffi,
    compiler,
    deployment,
    emulation,
    linking,
    openssl,
    openssl_build,
    package_steps,
    rust,
    storage,
)
from wizard.needs.build_request import BuildRequest
from wizard.needs.openssl import Library
from wizard.needs.rust import Toolchain
from wizard.openssl_choice import OPENSSL_VARIABLES, SYSTEM, OpenSSLFolder
from wizard.plan import Step
from wizard.refused import Refused
from wizard.tables import Packages
from wizard.target_environment import bases, usable
from wizard.versions import upstream


@dataclass(frozen=True)
class BuildNeeds:
    """What has to be installed for a source build, and with which settings it works here.

    ``refresh`` says that the manager's package lists are empty: they must be updated before the
    wizard can find out more. ``missing`` are the packages to install with ``manager``. ``rust`` and
    ``openssl`` are what will be used, ``compiler`` the steps that install a C compiler. ``env``,
    ``lists``, ``unset`` and ``path`` are for the build: see `backends.action.Command`. ``notes``
    are sentences for the plan. ``macos`` is the oldest macOS on which the result works.
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
    macos: str = ""


def available(
    facts: Facts, knowledge: Knowledge, machine: str = ""
) -> tuple[tuple[Manager, Packages], ...]:
    """Return the usable package managers of this machine, with their package names.

    The system's own manager comes first. Managers of other systems come last: Debian can have
    dnf, and Fedora apt. Of two Homebrews, only the one with packages for ``machine`` is returned.
    """
    found = (m for m in facts.managers if m is facts.manager(m.name, machine))
    pairs = ((m, knowledge.packages_of(m.name)) for m in found if m.name in managers())
    usable = [(manager, names) for manager, names in pairs if names is not None]
    return tuple(
        sorted(usable, key=lambda pair: (not _is_native(facts, pair[1]), foreign(facts, pair[1])))
    )


def foreign(facts: Facts, names: Packages) -> bool:
    """Return whether this package manager belongs to other systems, not to this one."""
    return bool(names.distributions) and not _is_native(facts, names)


def _is_native(facts: Facts, names: Packages) -> bool:
    return not {facts.system.distribution, *facts.system.like}.isdisjoint(names.distributions)


def assess(request: BuildRequest) -> BuildNeeds | Refused:
    """Return what a source build needs here, or why it is not possible."""
    if not usable(request.python):
        return Refused("This Python cannot be used.")
    tools = compiler.install_steps(request.facts, request.python)
    if isinstance(tools, Refused):
        return tools
    needs = _assess_without_compiler(request)
    choices = request.choices
    if isinstance(needs, Refused) and not choices.link and choices.custom_openssl:
        static = _assess_without_compiler(replace(request, choices=replace(choices, link="static")))
        needs = needs if isinstance(static, Refused) else static
    if isinstance(needs, Refused) and request.facts.system.name == "macos":
        own = _needs_without_packages(request)
        needs = needs if isinstance(own, Refused) else own
    return needs if isinstance(needs, Refused) else replace(needs, compiler=tools)


def _assess_without_compiler(request: BuildRequest) -> BuildNeeds | Refused:
    """Do the same as `assess`, but ignore the compiler."""
    facts, choices = request.facts, request.choices
    pairs = available(facts, request.knowledge, request.python.machine)
    if not choices.manager:  # a manager that does not answer comes last
        fitting = (pair for pair in pairs if not _manager_blocked_by(request, pair[0]))
        fitting_pairs = tuple(sorted(fitting, key=lambda pair: bool(pair[0].problem)))
        if pairs and not fitting_pairs:
            return _needs_without_fitting_manager(request, pairs[0][0])
        pairs = fitting_pairs
    pair = next((pair for pair in pairs if choices.manager in ("", pair[0].name)), None)
    if pair is None or pair[0].problem:
        return _needs_without_manager(request, pair[0].problem if pair else "")
    needs = _needs_from_manager(request, *pair)
    if choices.manager or not (isinstance(needs, Refused) or not _is_native(facts, pair[1])):
        return needs
    alternatives = (
        _needs_from_manager(request, *other)
        for other in pairs
        if not other[0].problem and not foreign(facts, other[1])
    )
    working = [other for other in alternatives if isinstance(other, BuildNeeds)]
    return min(working, key=lambda other: len(other.missing), default=needs)


def _needs_without_fitting_manager(request: BuildRequest, manager: Manager) -> BuildNeeds | Refused:
    """Return a build without packages, because those of ``manager`` have another architecture.

    An Intel Mac's Homebrew that moved to Apple silicon is one (postmodern/ruby-install#488).
    """
    blocked = _manager_blocked_by(request, manager)
    needs = _needs_without_manager(request, blocked.reason if blocked else "")
    if blocked is None or isinstance(needs, BuildNeeds):
        return needs
    return replace(needs, hints=(*blocked.hints, *needs.hints), manager=manager.name)


def _needs_without_packages(request: BuildRequest) -> BuildNeeds | Refused:
    """Return a build on a Mac that needs no package: with an OpenSSL that the wizard builds.

    macOS has no OpenSSL for developers, but its Command Line Tools can build one. This also helps
    if Homebrew has another architecture than Python, and if MacPorts needs an administrator. In
    FIPS mode, only the OpenSSL of the system is validated.
    """
    choices = request.choices
    best = openssl.longest_supported(openssl.buildable(request.knowledge, request.release_row))
    if choices.manager or choices.openssl == SYSTEM:
        return Refused("The user wants packages.")
    if choices.openssl:
        return _needs_without_manager(request, "")
    if best is None or choices.link == "dynamic" or request.facts.fips.demanded:
        return Refused("No OpenSSL can be built for this release, or not with these choices.")
    own = replace(choices, openssl=best.version, link="static")
    return _needs_without_manager(replace(request, choices=own), "")


def _needs_from_manager(
    request: BuildRequest, manager: Manager, names: Packages
) -> BuildNeeds | Refused:
    """Return what a build needs if this manager installs it. Its package lists may be empty."""
    blocked = _manager_blocked_by(request, manager) or compiler.blocked_by(
        request.facts, manager, names
    )
    if blocked:  # package lists would not change that
        return replace(blocked, manager=manager.name)
    library = _requested_openssl(request)
    if isinstance(library, Refused):  # package lists would not change that
        return replace(library, manager=manager.name)
    needs = _needs_with_package_lists(request, manager, names)
    # An installed package is a candidate even if the lists are empty.
    offered = any(package.candidate and not package.installed for package in manager.packages)
    if isinstance(needs, Refused) and not offered:
        needs = _refresh_lists(request.facts, manager)
    return replace(needs, manager=manager.name)


def _needs_with_package_lists(
    request: BuildRequest, manager: Manager, names: Packages
) -> BuildNeeds | Refused:
    facts, python = request.facts, request.python
    required = list(names.build)
    if names.libffi and cffi.is_compiled(python):
        required.append(names.libffi)
    headers = _python_headers(request, manager, names)
    if isinstance(headers, Refused):
        return headers
    library = _requested_openssl(request) or openssl.packaged_library(request, manager, names)
    if isinstance(library, Refused):
        return library
    if library.build and not library.build.cached:
        required += names.openssl_build
    toolchain = rust.choose_toolchain(request, manager, names)
    if isinstance(toolchain, Refused):
        return toolchain
    required += [*library.packages, *headers, *toolchain.packages]
    packages = {name: manager.package(name) for name in required}
    missing = tuple(
        name for name, package in packages.items() if not (package and package.installed)
    )
    unknown = [name for name in missing if not ((package := packages[name]) and package.candidate)]
    if unknown:
        return Refused(f"{manager.name} does not have: {' '.join(unknown)}.")
    removed = set(manager.removed_for(missing)).difference(toolchain.removes)
    if removed:
        blocked = package_steps.refused_removal(facts, manager, missing)
        needs_openssl = manager.removed_for(library.packages)
        hints = openssl.build_hint(request) if needs_openssl else ()
        return replace(blocked, hints=(*blocked.hints, *hints))
    if missing and _needs_root(manager) and facts.privilege.method == "none":
        return Refused(
            "Packages are missing, and this user cannot become root.",
            (f"Ask the administrator of this machine to install: {' '.join(missing)}",),
        )
    needs = _build_settings(request, toolchain, library)
    return needs if isinstance(needs, Refused) else replace(needs, missing=missing)


def _needs_without_manager(request: BuildRequest, because: str) -> BuildNeeds | Refused:
    """Return a build that uses only what is already installed: no package manager answers.

    ``because`` says why none does, or is empty.
    """
    facts, python, release_row = request.facts, request.python, request.release_row
    missing = []
    if facts.system.name not in ("macos", "windows"):
        missing += [tool for tool in ("cc", "pkg-config") if not facts.tool(tool)]
    toolchain = rust.choose_toolchain(request)
    library = _requested_openssl(request) or openssl.installed_library(request)
    builds_openssl = not isinstance(library, Refused) and library.build and not library.build.cached
    if builds_openssl and facts.system.name != "macos":  # its Command Line Tools include both
        missing += [tool for tool in ("make", "perl") if not facts.tool(tool)]
    if isinstance(toolchain, Refused):
        missing.append(f"Rust {release_row.msrv} or newer{_for_python(request)} (rustc and cargo)")
    if isinstance(library, Refused):
        if facts.openssl or request.choices.custom_openssl:
            return library
        missing.append("OpenSSL with its header files")
    if not python.headers:
        missing.append("the header files of Python (Python.h)")
    if missing or isinstance(toolchain, Refused) or isinstance(library, Refused):
        only_openssl = isinstance(library, Refused) and len(missing) == 1
        return Refused(
            because or _NO_MANAGER.get(facts.system.name, _NO_MANAGER["linux"]),
            (
                f"A source build still needs: {', '.join(missing)}.",
                *_install_hints(facts, python),
                *(openssl.build_hint(request) if only_openssl else ()),
            ),
        )
    return _build_settings(request, toolchain, library)


def _for_python(request: BuildRequest) -> str:
    """Return the architecture that Rust must have, if one is installed that has another."""
    other = rust.for_other_architecture(request)
    if other is None:
        return ""
    return f" for {request.python.machine}, while that in {other.path} builds for {other.machine},"


def _requested_openssl(request: BuildRequest) -> Library | Refused | None:
    """Return the requested OpenSSL, or None for the system's."""
    chosen = request.choices.custom_openssl
    if chosen is None:
        return None
    if isinstance(chosen, OpenSSLFolder):
        return openssl.library_in_folder(request)
    return openssl_build.plan_build(request)


_MAC_MANAGERS = (
    "Or install a package manager yourself, then start again: Homebrew (brew.sh; into "
    "/opt/homebrew, on Intel into /usr/local; only its installer needs an administrator) or "
    "MacPorts (macports.org; into /opt/local; every installation needs an administrator)."
)
"""What the package managers of macOS change (docs.brew.sh/Installation; guide.macports.org)."""
_NO_MANAGER = {
    "macos": "This Mac has neither Homebrew nor MacPorts, and macOS has no OpenSSL for developers.",
    "windows": "The wizard found no OpenSSL for developers on this Windows.",
    "linux": "This machine has no package manager that the wizard can use.",
}


def _install_hints(facts: Facts, python: Python) -> tuple[str, ...]:
    if facts.system.name == "macos":
        return (_MAC_MANAGERS,)
    if facts.system.name == "windows":
        folder = r"C:\Program Files\OpenSSL-Win64"
        if python.bits == 32:
            folder = r"C:\Program Files (x86)\OpenSSL-Win32"
        elif python.machine == "arm64":
            folder = r"C:\Program Files\OpenSSL-Win64-ARM"
        return (
            f"Install OpenSSL with its headers into {folder}, or set OPENSSL_DIR to its folder, "
            "then start again.",
        )
    return ()


def _build_settings(
    request: BuildRequest, toolchain: Toolchain, library: Library
) -> BuildNeeds | Refused:
    settings = linking.link_settings(request, library)
    if isinstance(settings, Refused):
        return settings
    builds_openssl = library.build is not None and not library.build.cached
    full = storage.cache_blocked_by(
        request.facts, rust=toolchain.kind == "rustup", openssl=builds_openssl
    )
    if full:
        return full
    of_cargo: tuple[tuple[str, str], ...] = ()
    if toolchain.kind != "none":
        of_cargo = (
            *build_limits.settings(request.facts, request.choices.jobs),
            *cargo_profile.settings(request.facts, request.release_row),
        )
    env = _merge_variables((*settings.env, *toolchain.env, *of_cargo))
    set_names = {name for name, _ in env}
    unset = tuple(
        name
        for name, _ in request.facts.variables
        if name in (*OPENSSL_VARIABLES, *build_variables.UNSET) and name not in set_names
    )
    return BuildNeeds(
        rust=toolchain,
        openssl=library,
        env=env,
        lists=settings.lists,
        unset=unset,
        path=toolchain.path,
        notes=build_notes.notes_for(request, toolchain, library, env, unset),
        macos=deployment.version(request, library),
    )


def _python_headers(
    request: BuildRequest, manager: Manager, names: Packages
) -> tuple[str, ...] | Refused:
    """Return the package with the target's ``Python.h``; empty if no package is needed."""
    facts, python = request.facts, request.python
    if python.headers:
        return ()
    if python.installation not in ("/usr", "") or facts.system.name != "linux":
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
        # A package name without a version belongs to the system's default Python.
        matches = name != template or python.implementation == "pypy"
        if matches or versions.minor(version) == minor:
            return (name,)
    first = templates[0].format(minor=minor, digits=minor.replace(".", ""))
    return Refused(
        f"{manager.name} has no header files for Python {minor}: it does not offer {first}.",
        hints=("Choose another Python.",),
    )


def _manager_blocked_by(request: BuildRequest, manager: Manager) -> Refused | None:
    """Return why this manager's packages do not fit this Python, or None if they do.

    All packages of Homebrew and MacPorts have one architecture, and Python may have another.
    """
    facts, python = request.facts, request.python
    if facts.system.name != "macos":
        return None
    root = posixpath.dirname(posixpath.dirname(manager.program))
    machine = architecture.of_manager(facts, manager)
    if machine == python.machine:
        return None
    return Refused(
        f"{manager.name} in {root} has packages for {machine}, but this Python is for "
        f"{python.machine}{_emulated(facts, python)}.",
        hints=_other_python(facts, python, machine),
    )


def _other_python(facts: Facts, python: Python, machine: str) -> tuple[str, ...]:
    """Return the hint that names a Python with this architecture; empty if there is none."""
    others = [p.path for p in bases(facts) if usable(p) and p.machine == machine]
    if others:
        return (f"Use a Python for {machine}: --python {others[0]}",)
    start = architecture.start_as(facts, python, machine)
    return (f"This Python can run as {machine} too. Start the wizard so: {start}",) if start else ()


def _emulated(facts: Facts, python: Python) -> str:
    name = emulation.emulator(facts.system, python)
    return f" (it runs under {name})" if name else ""


def _refresh_lists(facts: Facts, manager: Manager) -> BuildNeeds | Refused:
    if _needs_root(manager) and facts.privilege.method == "none":
        return Refused(
            f"{manager.name}'s package lists are empty, and this user cannot become root.",
            (f"Ask the administrator of this machine to update {manager.name}'s lists.",),
        )
    return BuildNeeds(refresh=True)


def _needs_root(manager: Manager) -> bool:
    return managers()[manager.name].refresh().root


def _merge_variables(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Return each variable once. Two values of one variable (RUSTFLAGS) are combined."""
    merged: dict[str, str] = {}
    for name, value in pairs:
        merged[name] = f"{merged[name]} {value}" if name in merged else value
    return tuple(merged.items())
