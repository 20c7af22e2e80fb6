"""Inspect one Python: it runs ``wizard/target/describe.py`` and describes itself."""

# Paths are kept as the user wrote them; Path would normalize them.
# ruff: noqa: PTH110, PTH111, PTH112, PTH114, PTH119

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, Optional

from backends.action import Output
from wizard import installed
from wizard.addresses import masked
from wizard.facts import Pip, PipIndex, Python
from wizard.index.source import IndexSource
from wizard.machine import pip_settings
from wizard.programs.processes import ProgramTimeout, ask
from wizard.programs.target_scripts import target_script
from wizard.versions import at_least

TIME_LIMIT = 60.0
"""Seconds. Python answers within 0.2, or within 5 on a laptop that scans every new program; the
first start of a machine with a cold disk, or under Wine, took longer than 15."""
OLDEST_PYTHON = "3.6"
_INDEX_SETTINGS = (
    *("index-url", "extra-index-url", "find-links", "no-index", "trusted-host"),
    *("cert", "client-cert", "proxy", "timeout"),
)


def inspect(
    path: str, origin: str, timeout: float = TIME_LIMIT
) -> tuple[Python, Optional[IndexSource]]:
    """Ask the Python at ``path`` to describe itself, and where its pip looks for packages.

    Facts contain no secrets: a user name or password in an address is only in the `IndexSource`,
    which is None if no pip is known. Does not raise errors of the program: a Python that is broken,
    hangs or is too old, or a program that is no Python, has a ``problem``.
    """
    program = os.path.expanduser(path)
    problem = _path_problem(program)
    if problem:
        return Python(path, origin, problem=problem), None
    with target_script("describe.py") as script:
        try:
            # -B: Python writes no files. The variables stay, because pip reads them too.
            output = ask((program, "-B", str(script)), timeout=timeout)
        except ProgramTimeout:
            problem = (
                f"It did not answer within {timeout:g} seconds: it hangs, or this computer is "
                "very slow now."
            )
            return Python(path, origin, problem=problem), None
        except OSError as error:
            return Python(path, origin, problem=f"It cannot be started: {error.strerror}."), None
    described = _parse_description(output)
    if not described.get("version"):
        return Python(path, origin, problem=_output_problem(output)), None
    source = _index_source(described.get("pip"))
    python = _python(path, origin, described)
    stated = (described.get("pip") or {}).get("settings", ())
    return replace(python, settings=pip_settings.read(stated, python, source)), source


def _path_problem(program: str) -> str:
    """Return why this path is not started, or empty. Only a Python may get our script."""
    if os.path.isdir(program):
        return "It is a folder. For an environment, use --venv."
    if not os.path.exists(program):
        is_broken_link = os.path.islink(program)
        return (
            "It points to a Python that no longer exists."
            if is_broken_link
            else "It does not exist."
        )
    if not re.search("py", os.path.basename(program), re.IGNORECASE):
        return "Its name is not that of a Python."
    return ""


def _parse_description(output: Output) -> dict[str, Any]:
    # Other files that Python loads at startup may also print. Our line is the last one.
    for line in reversed(output.stdout.splitlines()):
        if line.startswith("{"):
            try:
                description = json.loads(line)
            except ValueError:
                return {}
            return description if isinstance(description, dict) else {}
    return {}


def _output_problem(output: Output) -> str:
    lines = [line.strip() for line in output.stderr.splitlines() if line.strip()]
    if output.exit:
        # A shim exits with 127 if it found no program; its first line says so, the others give
        # advice.
        message = lines[:1] if output.exit == 127 else lines[-1:]
        said = f" and said “{message[0][:200].rstrip('.')}”" if message else ""
        return f"It ended with exit code {output.exit}{said}."
    return "It is not a Python: it does not answer like one."


def _python(path: str, origin: str, facts: dict[str, Any]) -> Python:
    version = str(facts["version"])
    libc = facts.get("libc") or ["", ""]
    return Python(
        path=path,
        origin=origin,
        version=version,
        implementation=str(facts.get("implementation", "cpython")),
        free_threaded=bool(facts.get("free_threaded")),
        machine=str(facts.get("machine", "")),
        platform=str(facts.get("platform", "")),
        bits=int(facts.get("bits", 64)),
        prefix=str(facts.get("prefix", "")),
        base=str(facts.get("base", "")),
        base_prefix=str(facts.get("base_prefix", "")),
        environment=str(facts.get("environment", "")),
        libc=libc[0] if libc[0] in ("glibc", "musl") else "",
        libc_version=str(libc[1]),
        relr=facts["relr"] if facts.get("relr") in ("yes", "no") else "",
        macos=str(facts.get("macos", "")),
        externally_managed=str(facts.get("externally_managed", "")),
        writable=bool(facts.get("writable", True)),
        ensurepip=str(facts.get("ensurepip", "")),
        headers=bool(facts.get("headers")),
        pip=_pip(facts),
        pip_problem=_pip_problem(facts),
        cryptography=str(facts.get("cryptography", "")),
        linked=_linked(facts.get("extensions", ())),
        packages=installed.parse(facts["packages"]) if facts.get("packages") else None,
        vendor=facts["vendor"] if facts.get("vendor") in ("conda", "microsoft-store") else "",
        suffix=str(facts.get("suffix", "")),
        problem="" if at_least(version, OLDEST_PYTHON) else _too_old(version),
    )


def _linked(files: Sequence[str]) -> Literal["static", "dynamic", ""]:
    """Return how the extension files of an installation link OpenSSL, or empty if it is unknown."""
    if not files:
        return ""
    from wizard.proof import linkage  # slow to import

    kind = linkage.combine([linkage.read(file) for file in files]).kind
    return "" if kind == "unknown" else kind


def _too_old(version: str) -> str:
    oldest = OLDEST_PYTHON
    return f"Python {version} is too old: cryptography since 3.4 needs Python {oldest} or newer."


def _pip(facts: dict[str, Any]) -> Optional[Pip]:
    pip = facts.get("pip")
    if not pip or not pip.get("installed") or not pip.get("tags"):
        return None  # for a pip that is only bundled, only its index matters
    return Pip(str(pip["version"]), tuple(pip["tags"]), _pip_index(pip), str(pip.get("runner", "")))


def _pip_problem(facts: dict[str, Any]) -> str:
    pip = facts.get("pip") or {}
    errors = [*pip.get("errors", {}).values(), facts.get("errors", {}).get("pip", "")]
    first = next((error for error in errors if error), "")
    if not first or not at_least(str(facts["version"]), OLDEST_PYTHON):
        return ""
    name = f"pip {pip['version']}" if pip.get("version") else "pip"
    return f"{name} does not work with this Python: {masked(first)[:300]}"


def _pip_index(pip: dict[str, Any]) -> Optional[PipIndex]:
    source = _index_source(pip)
    if source is None:
        return None
    addresses = (source.url, *source.extra, *source.find_links)
    return PipIndex(
        url=masked(source.url),
        default=source.url == pip.get("default"),
        extra=tuple(masked(address) for address in source.extra),
        find_links=tuple(masked(address) for address in source.find_links),
        no_index=source.no_index,
        secret=any(masked(address) != address for address in addresses),
        changed=tuple(
            f"{name} = {pip_settings.shown(name, value)} ({masked(where)})"
            for name, value, where in pip.get("settings", ())
            if name in _INDEX_SETTINGS and not (name == "index-url" and value == pip.get("default"))
        ),
    )


def _index_source(pip: Optional[dict[str, Any]]) -> Optional[IndexSource]:
    """Return where this pip looks, including secrets, or None if it could not be asked."""
    if not pip:
        return None
    settings = {name: value for name, value, _where in pip.get("settings", ())}
    url = settings.get("index-url") or pip.get("default")
    if not url or "settings" not in pip:
        return None
    return IndexSource(
        url=url,
        extra=tuple(settings.get("extra-index-url", ())),
        find_links=tuple(settings.get("find-links", ())),
        # The values that pip accepts as true.
        no_index=settings.get("no-index", "").lower() in ("y", "yes", "t", "true", "on", "1"),
        cert=settings.get("cert", ""),
        client_cert=settings.get("client-cert", ""),
        proxy=settings.get("proxy", ""),
        trusted_hosts=tuple(settings.get("trusted-host", ())),
        timeout=_parse_timeout(settings.get("timeout", "")),
    )


def _parse_timeout(text: str) -> float:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else IndexSource("").timeout
