"""The doctor: what the facts mean for installing cryptography, and what to do about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from packaging.version import Version

from backends import pip
from wizard import installed, invocation, target_environment
from wizard.advice import external_alternatives, support
from wizard.choices import Choices
from wizard.facts import Facts, Listed, Python, Tool
from wizard.limits import Limit
from wizard.needs import (
    apple_tools,
    conditions,
    index_access,
    package_steps,
    release_limits,
    storage,
    tool_settings,
)
from wizard.needs.build_needs import BuildNeeds
from wizard.needs.case import Case
from wizard.needs.condition import Condition
from wizard.needs.surroundings import CERTIFICATES
from wizard.needs.venv_package import venv_package
from wizard.refused import Refused
from wizard.target_environment import Target, usable
from wizard.wording import amount

Mark = Literal["ok", "warn", "bad"]
BUILD_SPACE = 1_500_000_000
"""Bytes in the temporary folder: a rule of thumb for a build that also downloads a toolchain."""
BUILD_MEMORY = 1_000_000_000
"""Bytes: a rule of thumb. With less, the system has often killed Rust's compiler."""
MAX_OTHER_PYTHONS = 5
"""The number of other Pythons that are listed."""
BROKEN_TOOL = "Only a source build needs it. Use the wheel, or repair or remove this program."
NO_RUST = (
    "Only a source build needs it, and uses or installs another Rust. To repair this one: rustup "
    "default stable"
)


@dataclass(frozen=True)
class Finding:
    """One finding. ``warn``: something is not possible or may fail; ``bad``: nothing works.

    ``title`` names the subject in a word or two, ``detail`` says what was found. A finding that is
    not ok has an ``action``: what to do about it, one line for each possibility.
    """

    mark: Mark
    title: str
    detail: str
    action: str = ""


def findings(case: Case) -> tuple[Finding, ...]:
    """Return the findings for a case, the most important first.

    Support is about the chosen release, or else the recommended one.
    """
    facts = case.facts
    python = next((candidate for candidate in facts.pythons if usable(candidate)), None)
    results = [*_system(facts), *_pythons(case, python)]
    if python is not None:
        found = _found_conditions(case, python)
        # Without certificates no index can be read, and without an index nothing has a wheel.
        results += _conditions(one for one in found if one.title == CERTIFICATES)
        results += [*_index(facts), *_settings(case, python), *_releases(case, python)]
        results += _support(case)
        results += _conditions(one for one in found if one.title != CERTIFICATES)
    results += [*_managers(facts), *_apple_tools(facts), *_tools(facts), *_root(facts)]
    results += _resources(facts)
    return tuple(results)


def _system(facts: Facts) -> Iterator[Finding]:
    system = facts.system
    libc = f"{system.libc} {system.libc_version}".strip()
    name = system.distribution_name or f"{system.name} {system.release}".strip()
    parts = [name, system.machine, libc, f"{system.cores} cores" if system.cores > 1 else ""]
    yield Finding("ok", "System", ", ".join(part for part in parts if part))
    for problem in system.problems:
        yield Finding("warn", "System", problem, "The wizard continues without this information.")


def _pythons(case: Case, python: Python | None) -> Iterator[Finding]:
    facts = case.facts
    if python is None:
        action = "Install Python 3.9 or newer from your system's packages, then start again."
        yield Finding("bad", "Python", "This machine has no usable Python.", action)
    else:
        yield Finding("ok", "Python", _python_description(python))
        if python.pip_problem:
            yield Finding(
                "warn", "pip", python.pip_problem, "Let the wizard make a new environment."
            )
        yield from _can_install(case, python)
    others = [p for p in facts.pythons if p is not python and usable(p)]
    if others:
        shown = ", ".join(f"{p.version} ({p.path})" for p in others[:MAX_OTHER_PYTHONS])
        more = (
            f" and {len(others) - MAX_OTHER_PYTHONS} more"
            if len(others) > MAX_OTHER_PYTHONS
            else ""
        )
        yield Finding("ok", "More Pythons", f"Python {shown}{more}")
    for broken in facts.pythons:
        if broken.problem and not broken.version:
            action = "The wizard ignores it. Reinstall it if you need it."
            if broken.environment:
                action = f"Remove the folder {broken.environment}; its Python is missing or broken."
            yield Finding("warn", "Python", f"{broken.path}: {broken.problem}", action)


def _python_description(python: Python) -> str:
    kind = "" if python.implementation == "cpython" else f" ({python.implementation})"
    free = ", free-threaded" if python.free_threaded else ""
    pip = f", with pip {python.pip.version}" if python.pip else ", without pip"
    description = f"{python.version}{kind}{free} at {python.path}{pip}"
    if python.environment:
        return f"{description}, in the environment {python.environment}"
    if python.externally_managed:
        return f"{description}; it belongs to the system, so the wizard makes a virtual environment"
    return description


def _can_install(case: Case, python: Python) -> Iterator[Finding]:
    facts = case.facts
    if python.environment or facts.tool("uv"):
        return
    needed = venv_package(case, python)
    if needed is None:
        return
    detail = f"Python {python.version} cannot make virtual environments: its ensurepip is missing."
    if isinstance(needed, Refused):
        # A pip that installs into other environments is enough for a wheel.
        version = pip.parse_version(python.pip.version if python.pip else "")
        mark: Mark = "warn" if version >= pip.FIRST_WITH_PYTHON_OPTION else "bad"
        yield Finding(mark, "Environments", detail, "\n".join(needed.hints))
        return
    command = package_steps.manual_command(facts, needed.manager.name, (needed.name,))
    action = f"{command} (the wizard can do this for you)"
    yield Finding("warn", "Environments", detail, action)


def _index(facts: Facts) -> Iterator[Finding]:
    listing = facts.listing
    if listing is None and any(python.pip for python in facts.pythons):
        yield Finding("warn", "Index", "The package index was not asked.", "Run doctor there.")
        return
    if listing is None:
        yield Finding(
            "warn",
            "Index",
            "The package index is unknown, because no pip was found.",
            "Install pip or uv.",
        )
        return
    if listing.problem:
        mark: Mark = "warn" if listing.releases else "bad"
        action = (
            "Check the network, the proxy, and pip's settings: `python -m pip config list`. "
            f"Without a network: {invocation.command('--yes', '--from-wheelhouse', 'FOLDER')}"
        )
        yield Finding(mark, "Index", listing.problem, action)
    if listing.releases:
        index = next((p.pip.index for p in facts.pythons if p.pip and p.pip.index), None)
        where = "pip's default index" if index is None or index.default else index.url
        changed = (
            f" (pip's settings: {'; '.join(index.changed)})" if index and index.changed else ""
        )
        count = f"{len(listing.releases)} releases, the newest is {listing.releases[0].version}"
        yield Finding("ok", "Index", f"{where}: {count}{changed}")


def _settings(case: Case, python: Python) -> Iterator[Finding]:
    """Say which settings of pip and uv decide what is installed, and which are in the way."""
    settings = tool_settings.relevant(case.facts, python, case.choices)
    if settings:
        yield Finding("ok", "Settings", "; ".join(tool_settings.by_source(settings)))
    aside = tool_settings.changed(settings, "replaced", "set aside")
    if aside:
        yield Finding("ok", "Settings", tool_settings.notes(aside)[0])
    refused = tool_settings.refusal(settings)
    if refused:
        yield Finding("bad", "Settings", refused.reason, "\n".join(refused.hints))
    unused = tool_settings.unused(settings)
    if unused:
        action = "Correct it. Until then, the wizard installs with pip."
        yield Finding("warn", "Settings", unused.reason, action)
    limits = tool_settings.limits(settings)
    for newest in case.releases[:1]:
        for limit in limits:
            if limit.allows(newest.version, newest.uploaded):
                continue
            allowed = (r for r in case.releases if all(_allows(other, r) for other in limits))
            best = next(allowed, None)
            action = (
                f"The wizard installs {best.version}, the newest release that is allowed."
                if best
                else "Change this setting: it allows no release."
            )
            yield Finding("warn", "Settings", release_limits.sentence(limit, newest), action)


def _allows(limit: Limit, listed: Listed) -> bool:
    return limit.allows(listed.version, listed.uploaded)


def _releases(case: Case, python: Python) -> Iterator[Finding]:
    if python.cryptography:
        yield Finding(
            "ok", "Installed", f"cryptography {python.cryptography} is installed for {python.path}"
        )
    yield from _other_packages(case, python)
    if not case.releases:
        return
    newest = case.releases[0]
    found = _found_conditions(case, python)
    impossible = conditions.refusing(found, "bundled")
    yield _see("Wheel", impossible) if impossible else _wheel(case, python)
    impossible = conditions.refusing(found, "compiled")
    if impossible:
        yield _see("Source", impossible)
        return
    build = build_needs(case)
    if build is None:
        return
    if isinstance(build, Refused):
        action = "\n".join(build.hints) or "Use the wheel, which needs none of this."
        yield Finding("warn", "Source", f"{newest.version}: {build.reason}", action)
    elif build.refresh:
        detail = f"What {newest.version} needs is not known yet: the package lists are empty."
        action = f"To let the wizard fetch them: {invocation.command('doctor', '--fix')}"
        yield Finding("warn", "Source", detail, action)
    elif build.missing or build.compiler:
        missing = (*build.missing, *([apple_tools.TITLE] if build.compiler else []))
        detail = f"{newest.version} can be built when these are installed: {', '.join(missing)}"
        action = (
            "To let the wizard install them, choose the source build, or: "
            f"{invocation.command('doctor', '--fix')}"
        )
        yield Finding("warn", "Source", detail, action)
    else:
        yield Finding("ok", "Source", f"{newest.version} can be built: nothing is missing.")
    rustc = case.facts.tool("rustc")
    if isinstance(build, BuildNeeds) and build.rust and build.rust.kind == "rustup" and rustc:
        detail = f"Rust {rustc.version} ({rustc.path}) is too old for {newest.version}."
        action = (
            "A source build downloads another one, with rustup. To download it now: "
            f"{invocation.command('doctor', '--fix')}"
        )
        yield Finding("warn", "Rust", detail, action)


def build_needs(case: Case) -> BuildNeeds | Refused | None:
    """Return what a build of the newest release needs here, why it is not possible, or None if no
    release or Python is known.
    """
    python = next((one for one in case.facts.pythons if usable(one)), None)
    if python is None or not case.releases:
        return None
    newest = case.releases[0]
    blocked = case.python_blocked_by(python, newest)
    return blocked or case.choosing(Choices()).build_needs(python, case.release_row(newest))


def _other_packages(case: Case, python: Python) -> Iterator[Finding]:
    """Yield what the other packages in the environment allow, and what is broken there."""
    if python.packages is None:
        return
    target = Target(python, python.environment, False, python.path)
    limits = release_limits.of_packages(target, case.knowledge)
    for sentence in dict.fromkeys(map(release_limits.sentence, limits)):
        yield Finding("ok", "Limits", sentence)
    for conflict in installed.conflicts(python.packages):
        action = f"Install what it needs: {python.path} -m pip install '{conflict.requirement}'"
        yield Finding("warn", "Broken", conflict.sentence, action)


def _see(title: str, condition: Condition) -> Finding:
    """Return the finding that a method is not possible; the condition's own finding says why."""
    effects = (condition.bundled, condition.compiled)
    hints = next((effect.hints for effect in effects if isinstance(effect, Refused)), ())
    return Finding("warn", title, f"It is not possible here: see {condition.title}.", hints[0])


def _wheel(case: Case, python: Python) -> Finding:
    newest = case.releases[0]
    blocked = case.wheel_blocked_by(python, newest)
    if not blocked:
        return Finding(
            "ok", "Wheel", f"{newest.version} has a wheel for this Python, so nothing is compiled."
        )
    best = case.newest_wheel(python)
    if best is None:
        action = "Build it from source, or use another Python."
        return Finding("warn", "Wheel", f"No wheel fits this Python. {blocked.reason}", action)
    actions = [
        f"Use {best.version}, the newest release with a matching wheel: --release {best.version}"
    ]
    others = external_alternatives.new_python_candidates(
        case, python, list(case.releases), Version(best.version)
    )
    actions += [f"{other.alternative.title}. {other.alternative.detail}" for other in others]
    return Finding("warn", "Wheel", blocked.reason, "\n".join(actions[:2]))


def _support(case: Case) -> Iterator[Finding]:
    result = support.support_of_recommended(case)
    if result is None:
        return
    parts = (result.text, result.openssl, f"Source: {result.source}." if result.source else "")
    detail = " ".join(part for part in parts if part)
    if result.kind != "neither":
        yield Finding("ok", "Support", detail)
        return
    action = "It may work anyway: the wizard proves what it installs."
    yield Finding("warn", "Support", detail, action)


def _conditions(found: Iterable[Condition]) -> Iterator[Finding]:
    for condition in found:
        if condition.title == index_access.TITLE:
            continue  # `_index` has said it
        mark: Mark = "warn" if condition.action else "ok"
        yield Finding(mark, condition.title, condition.detail, condition.action)


def _found_conditions(case: Case, python: Python) -> tuple[Condition, ...]:
    folder = python.environment or target_environment.default_folder(case.facts)
    return case.conditions(python, folder)


def _managers(facts: Facts) -> Iterator[Finding]:
    if facts.managers:
        yield Finding("ok", "Packages", ", ".join(facts.manager_labels))
    elif facts.system.name == "macos":
        detail = "No package manager. None is needed here, not even for a source build."
        yield Finding("ok", "Packages", detail)
    elif facts.system.name != "windows":
        detail = "No package manager that the wizard supports. Only a source build needs one."
        yield Finding(
            "warn", "Packages", detail, "Use the wheel, or install the missing packages yourself."
        )
    for manager in facts.managers:
        if manager.problem:
            action = f"Repair {manager.name}, or use the wheel, which does not need it."
            yield Finding("warn", "Packages", manager.problem, action)
        if finish := package_steps.finish_command(facts, manager):
            name = package_steps.manager_name(manager.name)
            detail = (
                f"{name} was interrupted while it installed packages, "
                "and installs nothing until that is finished."
            )
            yield Finding("warn", "Packages", detail, f"Finish it: {finish}")


def _apple_tools(facts: Facts) -> Iterator[Finding]:
    if facts.system.name != "macos":
        return
    wrong, old = apple_tools.sentence(facts), apple_tools.outdated(facts)
    if wrong:
        wheel = "Only a source build needs this compiler. A wheel does not."
        yield Finding("warn", "Compiler", wrong, "\n".join((*apple_tools.remedies(facts), wheel)))
    elif old:
        action = "Update them with Software Update, in the settings of macOS."
        yield Finding("warn", "Compiler", old, action)
    else:
        yield Finding("ok", "Compiler", f"Apple's compiler runs ({_apples_folder(facts)})")


def _apples_folder(facts: Facts) -> str:
    tool = facts.tool("xcode")
    return tool.path if tool else ""


def _tools(facts: Facts) -> Iterator[Finding]:
    names = ("cc", "rustc", "cargo", "pkg-config", "uv")
    installed = [tool for name in names if (tool := facts.tool(name)) is not None]
    descriptions = [f"{t.name} {t.version}" + _tool_detail(facts, t) for t in installed]
    descriptions += [f"OpenSSL headers {h.version} ({h.folder})" for h in facts.openssl]
    if descriptions:
        yield Finding("ok", "Tools", ", ".join(descriptions))
    # The finding about Apple's compiler explains all of its placeholders.
    on_mac = facts.system.name == "macos"
    for tool in facts.tools:
        explained = on_mac and (tool.name == "xcode" or apple_tools.is_apples(tool))
        if tool.problem and not explained:
            # Of a removed one, rustup says "toolchain 'stable' is not installed".
            lacks_rust = tool.origin == "rustup" and "toolchain" in tool.problem
            action = NO_RUST if lacks_rust else BROKEN_TOOL
            yield Finding("warn", tool.name, f"{tool.path}: {tool.problem}", action)


def _tool_detail(facts: Facts, tool: Tool) -> str:
    """Return what is special about a tool, in parentheses; empty if nothing is."""
    details = ["rustup"] if tool.origin == "rustup" else []
    if tool.machine and facts.system.name == "macos" and tool.machine != facts.system.machine:
        details.append(f"builds for {tool.machine}")
    return f" ({', '.join(details)})" if details else ""


def _root(facts: Facts) -> Iterator[Finding]:
    privilege = facts.privilege
    if privilege.method == "root":
        yield Finding("ok", "Root", "You are root.")
    elif privilege.method != "none":
        asks = ", which asks for a password" if privilege.password else ", without a password"
        yield Finding("ok", "Root", f"With {privilege.method}{asks}.")
    elif facts.system.name != "windows":
        action = (
            "Use the wheel, which needs no root rights, or ask the administrator of this machine."
        )
        yield Finding(
            "warn", "Root", "You cannot become root: neither sudo nor doas is available.", action
        )


def _resources(facts: Facts) -> Iterator[Finding]:
    system = facts.system
    if storage.BUILD <= system.temporary_free < BUILD_SPACE:
        free = f"{amount(system.temporary_free)} free in {system.temporary}"
        action = "Free some space, or set TMPDIR to a folder with more space. A wheel needs little."
        detail = f"{free}: a source build needs {amount(BUILD_SPACE)}."
        yield Finding("warn", "Temporary", detail, action)
    memory = system.memory + system.swap
    if system.memory and memory < BUILD_MEMORY:
        detail = f"{amount(memory)} of memory: a source build may run out of memory."
        yield Finding("warn", "Memory", detail, "Use the wheel, or add swap space.")
