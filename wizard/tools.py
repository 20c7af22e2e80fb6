"""The programs of a source build, and OpenSSL's headers: what is there, and who brought it."""

# Paths stay the text that they were given as; Path would tidy them.
# ruff: noqa: PTH110, PTH118, PTH119, PTH120, PTH121, PTH207

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from glob import glob
from pathlib import Path

from wizard.facts import Headers, Tool
from wizard.processes import ProgramTimeout, ask
from wizard.system import developer_tools
from wizard.together import each

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
    "uv",
)
PATIENCE = 8.0
_ARGUMENTS = {"perl": ("-e", "print $^V")}
_PREFIXES = {
    "homebrew": ("/opt/homebrew/", "/home/linuxbrew/", "/usr/local/Cellar/", "/usr/local/opt/"),
    "macports": ("/opt/local/",),
    "system": ("/usr/bin/", "/bin/", "/usr/sbin/", "/usr/lib/", "/usr/libexec/", "/Library/"),
}


def read(names: Sequence[str] = TOOLS) -> tuple[Tool, ...]:
    """Find these tools, on PATH and where rustup and uv put theirs, and ask their versions."""
    places = [(name, path) for name in names for path in _places(name)]
    works = [partial(inspect, name, path) for name, path in places]
    return tuple(tool for _, tool in sorted(each(works, at_once=4), key=lambda done: done[0]))


def inspect(name: str, path: str, timeout: float = PATIENCE) -> Tool:
    """Ask one tool for its version. One that does not run has a problem and no version."""
    who = origin(path)
    if os.path.dirname(path) == "/usr/bin" and not developer_tools():
        return Tool(name, path, origin=who, problem="Apple's command line tools are missing.")
    try:
        output = ask(
            (path, *_ARGUMENTS.get(name, ("--version",))),
            # A rustup without a toolchain would download one; a question changes nothing. And
            # no rust-toolchain.toml of the working folder has a say in a build elsewhere.
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
            why = "rustup has no toolchain yet: run rustup default stable."
        return Tool(name, path, origin=who, problem=why)
    found = re.search(r"\d+(?:\.\d+)+", output.stdout)
    problem = "" if found else "It does not say its version."
    return Tool(name, path, found[0] if found else "", who, problem)


def _places(name: str) -> Iterator[str]:
    """Each real program of this name: those on PATH in its order, then rustup's."""
    home = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    extra = [os.path.join(home, "bin")] if name in ("rustc", "cargo", "rustup", "uv") else []
    seen: set[str] = set()
    for folder in [*os.get_exec_path(), *extra]:
        path = shutil.which(name, path=folder) if folder else None
        real = os.path.realpath(path) if path else ""
        if path and real not in seen:
            seen.add(real)
            yield path


def origin(path: str) -> str:
    """Who brought a program: ``rustup``, ``homebrew``, ``macports``, ``system`` or empty."""
    folder = os.path.dirname(path)
    rustup = os.path.join(folder, "rustup.exe" if sys.platform == "win32" else "rustup")
    if os.path.exists(rustup) and os.path.basename(folder) == "bin":
        real = os.path.realpath(path)
        # Links of either kind to rustup itself; its installer makes hard ones.
        if os.path.basename(real).startswith("rustup") or os.path.samefile(real, rustup):
            return "rustup"
    for who, prefixes in _PREFIXES.items():
        if os.path.realpath(path).startswith(prefixes) or path.startswith(prefixes):
            return who
    return ""


def headers() -> tuple[Headers, ...]:
    """OpenSSL's headers, in the order in which a build would look for them."""
    found: dict[str, Headers] = {}
    for folder in _include_folders():
        real = os.path.realpath(folder)
        text = _opensslv(folder)
        version = headers_version(text)
        if version and real not in found:
            found[real] = Headers(folder, version)
    return tuple(found.values())


def _opensslv(folder: str) -> str:
    try:
        return Path(folder, "openssl", "opensslv.h").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""  # most of the folders that are looked at have none


def headers_version(text: str) -> str:
    """The version that an ``opensslv.h`` states, in the forms of 1.1, 3.x and LibreSSL."""
    libre = re.search(r'LIBRESSL_VERSION_TEXT\s+"(LibreSSL [\w.]+)', text)
    if libre:
        return libre[1]
    stated = re.search(r'OPENSSL_VERSION_STR\s+"([\w.]+)', text)  # since 3.0
    stated = stated or re.search(r'OPENSSL_VERSION_TEXT\s+"OpenSSL ([\w.]+)', text)
    if stated:
        return stated[1]
    parts = re.findall(r"define\s+OPENSSL_VERSION_(?:MAJOR|MINOR|PATCH)\s+(\d+)", text)
    return ".".join(parts) if len(parts) == 3 else ""


def _include_folders() -> Iterator[str]:
    if os.environ.get("OPENSSL_DIR"):
        yield os.path.join(os.environ["OPENSSL_DIR"], "include")
    yield from _pkg_config()
    for brew in ("/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"):
        yield from sorted(glob(f"{brew}/opt/openssl@*/include"), reverse=True)
    yield from ("/opt/local/libexec/openssl3/include", "/opt/local/include")
    yield from ("/usr/include", "/usr/local/include")
    yield from sorted(glob("/usr/include/openssl[0-9]*"))  # the second OpenSSL of RHEL and SUSE


def _pkg_config() -> Iterator[str]:
    program = shutil.which("pkg-config")
    if program is None:
        return
    try:
        output = ask((program, "--variable=includedir", "openssl"), timeout=PATIENCE)
    except (OSError, ProgramTimeout):
        return  # reported as a tool with a problem
    if output.exit == 0 and output.stdout.strip():
        yield output.stdout.strip()
