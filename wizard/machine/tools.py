"""The programs of a source build: which are installed, and where they come from."""

# Paths are kept as the user wrote them; Path would normalize them.
# ruff: noqa: PTH110, PTH112, PTH118, PTH119, PTH120, PTH121

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
from backends.rustup import NO_TOOLCHAIN
from wizard import locations
from wizard.facts import Tool
from wizard.machine.parallel import run_all
from wizard.machine.system import developer_tools
from wizard.needs import architecture
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
    "pipx",
)
TIME_LIMIT = 8.0
_ARGUMENTS = {"perl": ("-e", "print $^V"), "rustc": ("-vV",), "cargo": ("-vV",)}
"""How a program is asked for its version. With ``-vV``, Rust also prints its ``host``: what it
builds for (the rustc book, and cargo's manual of ``cargo version``)."""
_SYSTEM_FOLDERS = ("/usr/bin/", "/bin/", "/usr/sbin/", "/usr/lib/", "/usr/libexec/", "/Library/")


def read(names: Sequence[str] = TOOLS) -> tuple[Tool, ...]:
    """Find these tools, on PATH and in the folders of rustup and uv, and ask for their versions.

    On macOS and Windows, where no package installs a compiler, this also looks for the compiler.
    """
    programs = [(name, path) for name in names for path in find_programs(name)]
    inspections = [partial(inspect, name, path) for name, path in programs]
    tools = [tool for _, tool in sorted(run_all(inspections, threads=4), key=lambda done: done[0])]
    return (*tools, *(_compilers() if "cc" in names else ()))


def inspect(name: str, path: str, timeout: float = TIME_LIMIT) -> Tool:
    """Ask one tool for its version. One that does not run has a problem and no version."""
    origin = find_origin(path)
    if os.path.dirname(path) == "/usr/bin" and not developer_tools():
        return Tool(name, path, origin=origin, problem="Apple's command line tools are missing.")
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
        return Tool(name, path, origin=origin, problem=f"No answer within {timeout:g} seconds.")
    except OSError as error:
        return Tool(name, path, origin=origin, problem=f"It cannot be started: {error.strerror}.")
    lines = [line.strip() for line in (output.stderr or output.stdout).splitlines() if line.strip()]
    if output.exit:
        why = lines[0][:200] if lines else f"It ended with exit code {output.exit}."
        if origin == "rustup" and "rustup" in why:
            why = NO_TOOLCHAIN
        return Tool(name, path, origin=origin, problem=why)
    version = re.search(r"\d+(?:\.\d+)+", output.stdout)
    problem = "" if version else "It does not print its version."
    is_rust = name in ("rustc", "cargo")
    host = re.search(r"^host: (\S+)$", output.stdout, re.MULTILINE) if is_rust else None
    machine = architecture.of_triple(host[1]) if host else ""
    return Tool(name, path, version[0] if version else "", origin, problem, machine)


def _compilers() -> tuple[Tool, ...]:
    return {"darwin": find_apple_compiler, "win32": find_microsoft_compilers}.get(
        sys.platform, tuple
    )()


def find_apple_compiler() -> tuple[Tool, ...]:
    """Return Apple's Command Line Tools, or Xcode: the selected folder. Asking opens no window."""
    try:
        selected = _ask(xcode.folder())
        if selected.exit:
            return ()
        folder = selected.stdout.strip()
        if not os.path.isdir(folder):
            problem = "The selected folder does not exist."
            return (Tool("xcode", folder, origin="system", problem=problem),)
        output = _ask(xcode.version()).stdout
    except (OSError, ProgramTimeout) as error:
        return (Tool("xcode", "", origin="system", problem=f"xcode-select failed: {error}."),)
    version = re.search(r"^version: (\d+(?:\.\d+)*)", output, re.MULTILINE)
    # Xcode includes the same compiler, without that package.
    return (Tool("xcode", folder, version[1] if version else "Xcode", "system"),)


def find_microsoft_compilers() -> tuple[Tool, ...]:
    """Return Microsoft's compilers, one for each family of processors that has one."""
    program_files = os.environ.get("PROGRAMFILES(X86)") or os.environ.get("PROGRAMFILES", "")
    vswhere = Path(program_files, msvc.VSWHERE)
    if not program_files or not vswhere.is_file():
        return ()
    tools = []
    for name, component in msvc.COMPONENTS.items():
        try:
            studio = msvc.read_answer(_ask(msvc.find(str(vswhere), component)))
        except (OSError, ProgramTimeout, ValueError, KeyError) as error:
            tools.append(Tool(name, str(vswhere), problem=f"vswhere failed: {error}."))
            continue
        if studio:
            tools.append(Tool(name, studio.vcvarsall, studio.version, "system"))
    return tuple(tools)


def _ask(command: Command) -> Output:
    return ask(command.argv, env={"LC_ALL": "C"}, timeout=command.timeout)


def find_programs(name: str) -> Iterator[str]:
    """Yield each real program with this name: those on PATH in order, then rustup's and others."""
    home = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    folders = [os.path.join(home, "bin")] if name in ("rustc", "cargo", "rustup", "uv") else []
    if name in ("rustc", "cargo"):
        # The toolchains themselves: rustup's own program would need to know its home folder.
        toolchains = locations.cache() / "rust" / "rustup" / "toolchains"
        # A package manager's own folder is often only on the PATH of a login shell.
        folders += [
            f"{folder}/bin" for manager in managers().values() for folder in manager.prefixes
        ]
        folders += sorted(str(folder) for folder in toolchains.glob("*/bin"))
    seen: set[str] = set()
    for folder in [*os.get_exec_path(), *folders]:
        path = shutil.which(name, path=folder) if folder else None
        real_path = os.path.realpath(path) if path else ""
        if path and real_path not in seen:
            seen.add(real_path)
            yield path


def find_origin(path: str) -> str:
    """Return the origin of a program: one of those in `wizard.facts.Tool`."""
    if locations.cache() in Path(path).parents:
        return "wizard"
    folder = os.path.dirname(path)
    rustup = os.path.join(folder, "rustup.exe" if sys.platform == "win32" else "rustup")
    if os.path.exists(rustup) and os.path.basename(folder) == "bin":
        real_path = os.path.realpath(path)
        # Symbolic or hard links to rustup itself; its installer creates hard links.
        if os.path.basename(real_path).startswith("rustup") or os.path.samefile(real_path, rustup):
            return "rustup"
    owned = {manager.name: manager.owned for manager in managers().values()}
    for name, prefixes in {**owned, "system": _SYSTEM_FOLDERS}.items():
        if os.path.realpath(path).startswith(prefixes) or path.startswith(prefixes):
            return name
    return ""
