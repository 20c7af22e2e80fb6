"""Ask a real resolver, uv or pip, which versions of a project's packages fit together.

Nothing is installed and cryptography is never compiled. What depends on cryptography is read from
the metadata of the versions that the resolver chose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from backends import pip
from wizard import installed, temporary
from wizard.addresses import masked
from wizard.facts import Python
from wizard.installed import normalized
from wizard.programs.processes import ask
from wizard.project.contents import CRYPTOGRAPHY, Contents, Stated

TIME_LIMIT = 240.0
"""Seconds. A project with some hundred packages takes ten; a slow index, minutes."""
_LINE = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)[^#]*(?:#\s*via\s+(?P<via>.*))?"
)
_CONFLICT = re.compile(
    r"No solution found|ResolutionImpossible|No matching distribution|conflicting dependencies"
)
"""What uv and pip say if the requirements contradict each other, or the index lacks one."""

_MISSING = re.compile(
    r"Because (?P<uv>[\w.-]+) was not found in the package registry"
    r"|Because there (?:is|are) no versions? of (?P<version>[\w.-]+(?:==[\w.+!-]+)?)"
    r"(?= and you require)"
    r"|No matching distribution found for (?P<pip>[\w.-]+(?:==[\w.+!-]+)?)"
)
"""What uv and pip say if the index has no such package, or not this version of it."""

_NETWORK = re.compile(
    r"(?i)error sending request|tcp connect error|dns error|connection refused|timed out"
    r"|connection broken by|connection error:|Max retries exceeded|ProxyError|SSLError"
    r"|network (?:connectivity is|was) disabled"
)
"""What uv and pip say if the index does not answer. A pip without retries says nothing of it."""
_NOTHING_FOUND = "(from versions: none)"

Environment = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Resolution:
    """The versions that fit together, by the normalized name of the package.

    ``tool`` is the resolver that was asked; empty if this machine has none. ``dependents`` are the
    requirements of cryptography by these packages: (name and version, specifier). ``problem`` is
    what the resolver printed if it found no versions, without passwords. If it says that the
    requirements contradict each other (``conflict``), ``versions`` ignores every limit on
    cryptography, to find out who states them. ``unreachable`` says that the index did not answer.
    ``commands`` are those of a plain requirement, if
    its files were read anyway.
    """

    tool: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    dependents: tuple[tuple[str, str], ...] = ()
    problem: str = ""
    conflict: bool = False
    unreachable: bool = False
    commands: Optional[tuple[str, ...]] = None


def missing(problem: str) -> str:
    """Return the package, perhaps with its version, that the index does not have, or empty."""
    found = _MISSING.search(" ".join(problem.split()))
    return next(filter(None, found.groups()), "") if found else ""


def commands(
    requirement: str,
    python: Python,
    *,
    uv: str,
    folder: str,
    env: Environment = (),
    timeout: float = TIME_LIMIT,
) -> Optional[tuple[str, ...]]:
    """Return the names of the programs in the wheel of a requirement, or None without a wheel.

    Its files are unpacked into a temporary folder. Raises OSError and the errors of
    `wizard.programs.processes.ask`.
    """
    with temporary.folder() as work:
        name = str(work)
        words = ("--no-deps", "--quiet", "--only-binary", ":all:", "--target", name, requirement)
        argv: tuple[str, ...]
        if uv:
            argv = (uv, "pip", "install", "--python", python.path, "--no-progress", *words)
        else:
            argv = (*pip.module(python.path), "install", "--no-input", *words)
        output = ask(argv, env=dict(env), cwd=folder, timeout=timeout)
        return None if output.exit else _commands_in(Path(name), installed.split(requirement)[0])


def _commands_in(target: Path, package: str) -> Optional[tuple[str, ...]]:
    """Return the commands of a package that was unpacked into a folder; None if it is not there."""
    for metadata in target.glob("*.dist-info"):
        if normalized(metadata.name.split("-")[0]) != package:
            continue
        listed = _read(metadata / "RECORD")
        scripts = re.findall(r"^(?:\.\./)*(?:bin|Scripts)/([^/,]+?)(?:\.exe)?,", listed, re.M)
        points = ConfigParser(interpolation=None, delimiters=("=",), strict=False)
        points.optionxform = str  # type: ignore[assignment, method-assign] # names keep their case
        try:
            points.read_string(_read(metadata / "entry_points.txt"))
        except ConfigParserError:
            return tuple(sorted(set(scripts)))
        for section in ("console_scripts", "gui_scripts"):
            scripts += points.options(section) if points.has_section(section) else ()
        return tuple(sorted(set(scripts)))
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def resolve(
    contents: Contents,
    python: Python,
    *,
    uv: str,
    folder: str,
    env: Environment = (),
    options: Sequence[str] = (),
    timeout: float = TIME_LIMIT,
    index_problem: str = "",
) -> Resolution:
    """Resolve a project for ``python``, with uv if there is one, otherwise with its pip.

    ``options`` are more options for uv, for settings that are no variables
    (``--exclude-newer-package``). ``index_problem`` says why the index could not be read just
    before; empty if it could.

    ``folder`` is the working folder of the resolver, so that relative paths in the files are
    found; ``env`` are variables for the resolver. ``timeout`` is in seconds, for each call. Raises
    OSError and the errors of `wizard.programs.processes.ask`.
    """
    with temporary.folder() as work:
        if uv:
            asked = _Uv(contents, python, folder, env, work, timeout, index_problem, uv, options)
            return asked.resolve()
        version = python.pip.version if python.pip else ""
        if pip.parse_version(version) >= pip.FIRST_WITH_DRY_RUN:
            return _Pip(contents, python, folder, env, work, timeout, index_problem).resolve()
    return Resolution()


def _is_unreachable(problem: str, index_problem: str) -> bool:
    """Return whether a resolver failed because its index did not answer."""
    if _NETWORK.search(problem):
        return True
    return bool(index_problem) and _NOTHING_FOUND in problem


def _required(contents: Contents, without: str = "") -> list[Stated]:
    """Return the requirements, except constraints and those of the package ``without``."""
    return [row for row in contents.stated if not row.constraint and not _is(row, without)]


def _words(contents: Contents, without: str = "") -> list[str]:
    """Return the requirements as words of a command line, except those of ``without``."""
    return [word for row in _required(contents, without) for word in row.words]


def _is(row: Stated, package: str) -> bool:
    return bool(package) and row.names(package)


@dataclass(frozen=True)
class _Uv:
    contents: Contents
    python: Python
    folder: str
    env: Environment
    work: Path
    timeout: float
    index_problem: str
    program: str
    options: Sequence[str]

    def resolve(self) -> Resolution:
        code, versions, via, problem = self._compile()
        if code and _is_unreachable(problem, self.index_problem):
            return Resolution("uv", problem=problem, unreachable=True)
        conflict = bool(code) and _CONFLICT.search(problem) is not None
        if conflict:
            # Ignore every limit on cryptography: then the packages that state one are known.
            override = self.work / "override.txt"
            override.write_text(f"{CRYPTOGRAPHY}\n", encoding="utf-8")
            _, versions, via, _ = self._compile("--override", str(override))
        dependents, commands = self._dependents(versions, via)
        return Resolution(
            "uv", versions, dependents, problem if code else "", conflict, commands=commands
        )

    def _compile(self, *more: str) -> tuple[int, dict[str, str], tuple[str, ...], str]:
        """Return exit code, versions, the packages that require cryptography, and the error."""
        if self.contents.kind == "requirements":
            source = self.contents.file
        else:
            source = str(self.work / "requirements.in")
            lines = [f"{row.text}\n" for row in _required(self.contents)]
            Path(source).write_text("".join(lines), encoding="utf-8")
        output = ask(
            (
                *(self.program, "pip", "compile", "--python", self.python.path, "--no-header"),
                *("--annotation-style", "line", "--no-progress", "--color", "never", "--quiet"),
                *("--only-binary", CRYPTOGRAPHY, *self.options, *more, source),
            ),
            env=dict(self.env),
            cwd=self.folder,
            timeout=self.timeout,
        )
        versions: dict[str, str] = {}
        via: tuple[str, ...] = ()
        for line in output.stdout.splitlines():
            match = _LINE.match(line.strip())
            if match:
                name = normalized(match["name"])
                versions[name] = match["version"]
                if name == CRYPTOGRAPHY:
                    via = tuple(re.findall(r"[A-Za-z0-9._-]+", _without_files(match["via"] or "")))
        problem = masked(output.stderr.strip()) or f"uv ended with exit code {output.exit}"
        return output.exit, versions, via, problem

    def _dependents(
        self, versions: Mapping[str, str], via: Iterable[str]
    ) -> tuple[tuple[tuple[str, str], ...], Optional[tuple[str, ...]]]:
        """Return who requires cryptography and which versions, from the packages' own metadata.

        If a plain requirement is among them, its commands are returned too.

        uv does not print it. The few packages are unpacked into a temporary folder, from which the
        later installation gets them through uv's cache.
        """
        wanted = [f"{n}=={versions[n]}" for n in map(normalized, via) if n in versions]
        if not wanted:
            return (), None
        target = self.work / "metadata"
        ask(
            (
                *(self.program, "pip", "install", "--python", self.python.path, "--no-deps"),
                *("--no-progress", "--color", "never", "--quiet", "--only-binary", ":all:"),
                *("--target", str(target), *self.options, *wanted),
            ),
            env=dict(self.env),
            cwd=self.folder,
            timeout=self.timeout,
        )
        found = []
        for file in sorted(target.glob("*.dist-info/METADATA")):
            found += _requires(_metadata(file.read_text(encoding="utf-8", errors="replace")))
        own = self.contents.stated if self.contents.kind == "requirement" else ()
        name = installed.split(own[0].text)[0] if own else ""
        return tuple(found), _commands_in(target, name)


@dataclass(frozen=True)
class _Pip:
    contents: Contents
    python: Python
    folder: str
    env: Environment
    work: Path
    timeout: float
    index_problem: str

    def resolve(self) -> Resolution:
        if self.contents.kind == "requirements":
            arguments = ["--requirement", self.contents.file]
        else:
            arguments = _words(self.contents)
        report, problem = self._report(arguments)
        if problem and _is_unreachable(problem, self.index_problem):
            return Resolution("pip", problem=problem, unreachable=True)
        conflict = _CONFLICT.search(problem) is not None
        if conflict:
            report, _ = self._report(_words(self.contents, without=CRYPTOGRAPHY))
        packages = [row.get("metadata", {}) for row in report.get("install", ())]
        versions = {normalized(row.get("name", "")): row.get("version", "") for row in packages}
        dependents = [pair for row in packages for pair in _requires(row)]
        return Resolution("pip", versions, tuple(dependents), problem, conflict)

    def _pip(self) -> tuple[str, ...]:
        """Return the words that start pip, which may be among the user's own packages."""
        pip_of_python = self.python.pip
        runner = pip_of_python.runner if pip_of_python is not None else ""
        return (self.python.path, runner) if runner else pip.module(self.python.path)

    def _report(self, arguments: Sequence[str]) -> tuple[dict[str, Any], str]:
        """Return pip's report of an installation that it only simulates, and the error."""
        file = self.work / "report.json"
        file.unlink(missing_ok=True)
        output = ask(
            (
                *(*self._pip(), "install", "--dry-run", "--ignore-installed"),
                *("--quiet", "--no-color", "--disable-pip-version-check", "--no-input"),
                *("--only-binary", CRYPTOGRAPHY, "--report", str(file), *arguments),
            ),
            env=dict(self.env),
            cwd=self.folder,
            timeout=self.timeout,
        )
        if output.exit or not file.is_file():
            problem = masked(output.stderr.strip()) or f"pip ended with exit code {output.exit}"
            return {}, problem
        report = json.loads(file.read_text(encoding="utf-8"))
        return (report, "") if isinstance(report, dict) else ({}, "pip's report is not readable")


def _requires(metadata: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the requirement of cryptography in a package's metadata: (name and version,
    specifier)."""
    owner = f"{metadata.get('name', '')} {metadata.get('version', '')}".strip()
    found = []
    for text in metadata.get("requires_dist") or ():
        row = Stated(text)
        parsed = row.requirement()
        if parsed is not None and row.names(CRYPTOGRAPHY) and not _only_extra(parsed.marker):
            found.append((owner, str(parsed.specifier)))
    return found


def _only_extra(marker: object) -> bool:
    """Return whether a marker asks for an extra, which the project may not use."""
    return marker is not None and re.search(r"\bextra\b", str(marker)) is not None


def _metadata(text: str) -> dict[str, Any]:
    from email.parser import HeaderParser

    headers = HeaderParser().parsestr(text)
    return {
        "name": headers.get("Name", ""),
        "version": headers.get("Version", ""),
        "requires_dist": headers.get_all("Requires-Dist") or [],
    }


def _without_files(via: str) -> str:
    """Return the packages in uv's ``via``: ``-r requirements.txt, pyopenssl``."""
    return ",".join(word for word in via.split(",") if not word.strip().startswith("-"))
