"""The programs of a source build: which are installed, and where they come from."""

# Paths are kept as the user wrote them; Path would normalize them.
# ruff: noqa: PTH110, PTH118, PTH119, PTH120, PTH121

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from backends import msvc, xcode
from backends.action import Command, Output
from backends.manager import managers
from wizard import locations
from wizard.facts import Tool
from wizard.machine.parallel import each
from wizard.machine.system import developer_tools
from wizard.programs.processes import ProgramTimeout, ask

TOOLS = (
    "cc",
    "gcc",
    "clang",
    "rustc",
    "cargo",
    "rustup",
    "pkg-config",
    "make",
    "perl",
    "gpg",
    "uv",
)
PATIENCE = 8.0
_ARGUMENTS = {"perl": ("-e", "print $^V")}
_SYSTEM = ("/usr/bin/", "/bin/", "/usr/sbin/", "/usr/lib/", "/usr/libexec/", "/Library/")


def read(names: Sequence[str] = TOOLS) -> tuple[Tool, ...]:
    """Find these tools, on PATH and in the folders of rustup and uv, and ask for their versions.

    On macOS and Windows, where no package installs a compiler, this also looks for the compiler.
    """
    places = [(name, path) for name in names for path in _places(name)]
    works = [partial(inspect, name, path) for name, path in places]
    found = [tool for _, tool in sorted(each(works, at_once=4), key=lambda done: done[0])]
    return (*found, *(_compilers() if "cc" in names else ()))


def inspect(name: str, path: str, timeout: float = PATIENCE) -> Tool:
    """Ask one tool for its version. One that does not run has a problem and no version."""
    who = origin(path)
    if os.path.dirname(path) == "/usr/bin" and not developer_tools():
        return Tool(name, path, origin=who, problem="Apple's command line tools are missing.")
    try:
        output = ask(
            (path, *_ARGUMENTS.get(name, ("--version",))),
            # Without a toolchain, rustup would download one, but asking must not change anything. A
            # rust-toolchain.toml in the working folder does not apply to a build in another folder.
            env={"LC_ALL": "C", "RUSTUP_AUTO_INSTALL": "0"},
            cwd=tempfile.gettempdir(),
            timeout=timeout,
        )
    except ProgramTimeout:
        return Tool(name, path, origin=who, problem=f"No answer within {timeout:g} seconds.")
    except OSError as error:
        return Tool(name, path, origin=who, problem=f"It cannot be started: {error.strerror}.")
    lines = [line.strip() for line in (output.stderr or output.stdout).splitlines() if line.strip()]
    if output.exit:
        why = lines[0][:200] if lines else f"It ended with exit code {output.exit}."
        if who == "rustup" and "rustup" in why:
            why = "rustup has no toolchain yet. Run: rustup default stable"
        return Tool(name, path, origin=who, problem=why)
    found = re.search(r"\d+(?:\.\d+)+", output.stdout)
    problem = "" if found else "It does not print its version."
    return Tool(name, path, found[0] if found else "", who, problem)


def _compilers() -> tuple[Tool, ...]:
    return {"darwin": apple, "win32": microsoft}.get(sys.platform, tuple)()


def apple() -> tuple[Tool, ...]:
    """Return Apple's Command Line Tools, or Xcode. Asking opens no window."""
    try:
        where = _ask(xcode.where())
        if where.exit:
            return ()
        said = _ask(xcode.version()).stdout
    except (OSError, ProgramTimeout) as error:
        return (Tool("xcode", "", origin="system", problem=f"xcode-select failed: {error}."),)
    version = re.search(r"^version: (\d+(?:\.\d+)*)", said, re.MULTILINE)
    # Xcode includes the same compiler, without that package.
    return (Tool("xcode", where.stdout.strip(), version[1] if version else "Xcode", "system"),)


def microsoft() -> tuple[Tool, ...]:
    """Yield Microsoft's compilers, one for each family of processors that has one."""
    above = os.environ.get("PROGRAMFILES(X86)") or os.environ.get("PROGRAMFILES", "")
    vswhere = Path(above, msvc.VSWHERE)
    if not above or not vswhere.is_file():
        return ()
    tools = []
    for name, component in msvc.COMPONENTS.items():
        try:
            studio = msvc.found(_ask(msvc.find(str(vswhere), component)))
        except (OSError, ProgramTimeout, ValueError, KeyError) as error:
            tools.append(Tool(name, str(vswhere), problem=f"vswhere failed: {error}."))
            continue
        if studio:
            tools.append(Tool(name, studio.vcvarsall, studio.version, "system"))
    return tuple(tools)


def _ask(command: Command) -> Output:
    return ask(command.argv, env={"LC_ALL": "C"}, timeout=command.timeout)


def _places(name: str) -> Iterator[str]:
    """Yield each real program with this name: those on PATH in order, then rustup's and others."""
    home = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    extra = [os.path.join(home, "bin")] if name in ("rustc", "cargo", "rustup", "uv") else []
    if name in ("rustc", "cargo"):
        # Not through rustup's own program, which would need to know its home folder.
        kept = locations.cache() / "rust" / "rustup" / "toolchains"
        # A package manager's own folder is often only on the PATH of a login shell.
        extra += [f"{folder}/bin" for manager in managers().values() for folder in manager.prefixes]
        extra += sorted(str(folder) for folder in kept.glob("*/bin"))
    seen: set[str] = set()
    for folder in [*os.get_exec_path(), *extra]:
        path = shutil.which(name, path=folder) if folder else None
        real = os.path.realpath(path) if path else ""
        if path and real not in seen:
            seen.add(real)
            yield path


def origin(path: str) -> str:
    """Return the origin of a program: one of those in `wizard.facts.Tool`."""
    if locations.cache() in Path(path).parents:
        return "wizard"
    folder = os.path.dirname(path)
    rustup = os.path.join(folder, "rustup.exe" if sys.platform == "win32" else "rustup")
    if os.path.exists(rustup) and os.path.basename(folder) == "bin":
        real = os.path.realpath(path)
        # Symbolic or hard links to rustup itself; its installer creates hard links.
        if os.path.basename(real).startswith("rustup") or os.path.samefile(real, rustup):
            return "rustup"
    owned = {manager.name: manager.owned for manager in managers().values()}
    for who, begins in {**owned, "system": _SYSTEM}.items():
        if os.path.realpath(path).startswith(begins) or path.startswith(begins):
            return who
    return ""
