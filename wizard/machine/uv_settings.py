"""uv's settings as facts: from its files and variables, as uv finds them for a folder.

uv's documentation, "Configuration files", says where it looks: first the variables, then the files
of the project, of the user and of the system. Lists are joined. In each file, the table ``[pip]``
comes first for the commands that the wizard uses.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple, Optional

from backends.settings import OFF, ON, UV
from wizard.addresses import masked, remember
from wizard.facts import PipIndex, Python, Setting
from wizard.index.source import IndexSource
from wizard.machine import cutoffs
from wizard.machine.pip_settings import download
from wizard.programs.processes import ProgramTimeout, ask

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_LISTS = (
    *("index", "extra-index-url", "find-links", "no-binary-package", "no-build-package"),
    *("constraint-dependencies", "override-dependencies", "exclude-dependencies"),
    *("build-constraint-dependencies", "allow-insecure-host"),
)
PLACES = ("index", "default-index", "index-url", "extra-index-url", "find-links", "no-index")
"""The settings of pip and uv that say where packages come from."""
_OF_INDEX = ", index "
"""How the source of a date for one index alone is marked. The earliest date counts."""
_REQUIREMENTS = ("constraint", "override", "constraint-dependencies", "override-dependencies")
_ALIASES = {"trusted-host": "allow-insecure-host"}


class Stated(NamedTuple):
    """A setting as a file or a variable states it, with its secrets."""

    name: str
    value: Any
    source: str


class UvSettings:
    """What uv's files and variables state for a working folder.

    ``program`` is the path of uv, which is asked whether it accepts its files; empty to ask nobody.
    ``index`` is where uv looks, with secrets; None if its settings name no place.
    """

    def __init__(self, folder: str, program: str = "") -> None:
        self._folder = folder
        self._stated, self._problems = _stated(Path(folder))
        if program and not self._problems:
            self._problems = _refused_by_uv(Path(folder), program)
        self.index = _index(self._stated)

    def facts(self, python: Optional[Python]) -> tuple[Setting, ...]:
        """Return the settings that count, for the target's Python, without secrets.

        A constraint file is read now, perhaps from a network.
        """
        settings = [
            _setting(setting, self._folder, python, self.index)
            for name in UV
            for setting in self._stated.get(name, ())
        ]
        return (*_effective(settings), *self._problems)

    def source(self, python: Python, source: IndexSource) -> IndexSource:
        """Return where both tools look: where pip's settings say, or else where uv's say."""
        if self.index is None or any(s.name in PLACES for s in python.settings):
            return source
        return replace(
            source,
            url=self.index.url or source.url,
            extra=self.index.extra,
            find_links=self.index.find_links,
            no_index=self.index.no_index,
            trusted_hosts=(*source.trusted_hosts, *self.index.trusted_hosts),
            first=self.index.first,
        )

    def with_index(self, python: Python) -> Python:
        """Return the facts of a Python whose pip looks where uv's settings say."""
        index = python.pip.index if python.pip else None
        if index is None or python.pip is None:
            return python
        before = IndexSource(index.url)
        source = self.source(python, before)
        if source is before:
            return python
        addresses = (source.url, *source.extra, *source.find_links)
        names = [s for name in PLACES for s in self._stated.get(name, ())]
        changed = (f"{s.name} = {masked(_text(s.value))} ({s.source})" for s in names)
        shown = PipIndex(
            url=masked(source.url),
            default=source.url == before.url and index.default,
            extra=tuple(map(masked, source.extra)),
            find_links=tuple(map(masked, source.find_links)),
            no_index=source.no_index,
            secret=any(masked(address) != address for address in addresses),
            changed=(*index.changed, *changed),
            owner="uv",
        )
        return replace(python, pip=replace(python.pip, index=shown))


def files(folder: Path) -> tuple[list[Path], list[Setting]]:
    """Return the files that uv reads for a folder, the most important first.

    A file that uv cannot read is returned as a setting with a ``problem``.
    """
    variables = os.environ
    if variables.get("UV_NO_CONFIG", "").lower() in ON:
        return [], []
    if variables.get("UV_CONFIG_FILE"):
        return [folder / variables["UV_CONFIG_FILE"]], []
    start = folder / variables.get("UV_WORKING_DIR", "")
    start = start / variables.get("UV_PROJECT", "")
    found, problems = _project_file(_workspace_root(start))
    machine = [*found, _user_file(), *_system_files()[:1]]
    return [path for path in machine if path is not None and path.is_file()], problems


def _stated(folder: Path) -> tuple[dict[str, list[Stated]], list[Setting]]:
    """Return all that is stated of each setting, the most important first, and what is broken."""
    paths, problems = files(folder)
    stated: dict[str, list[Stated]] = {}
    for rule in UV.values():
        value = os.environ.get(rule.variable, "") if rule.variable else ""
        if value.strip():
            stated.setdefault(rule.name, []).append(Stated(rule.name, value.strip(), rule.variable))
    for path in paths:
        try:
            table = _table(path)
        except (OSError, ValueError) as error:
            problems.append(_broken(path, error))
            continue
        special = table.get("pip")
        for_pip = special.items() if isinstance(special, dict) else ()
        for name, value in (*for_pip, *table.items()):
            name = _ALIASES.get(name, name)
            if name in UV and value not in ([], {}, ""):
                stated.setdefault(name, []).append(Stated(name, value, str(path)))
            for index in value if name == "index" and isinstance(value, list) else ():
                if isinstance(index, dict) and index.get("exclude-newer"):
                    where = f"{path}{_OF_INDEX}{index.get('name') or masked(_text(index))}"
                    cutoff = Stated("exclude-newer", index["exclude-newer"], where)
                    stated.setdefault("exclude-newer", []).append(cutoff)
    return stated, problems


def _broken(path: Path, error: Exception) -> Setting:
    why = getattr(error, "strerror", "") or str(error)
    return Setting("uv", "config-file", str(path), str(path), problem=f"it cannot be read: {why}")


def _refused_by_uv(folder: Path, program: str) -> list[Setting]:
    """Return the file that uv itself does not accept, as a setting with a problem.

    uv refuses a wrong type or an unknown name in ``uv.toml``; about ``pyproject.toml`` it warns.
    """
    paths = [path for path in files(folder)[0] if path.name != "pyproject.toml"]
    if not paths:
        return []
    try:
        output = ask((program, "cache", "dir"), cwd=str(folder), timeout=10)
    except (OSError, ProgramTimeout):
        return []  # the inspection of the tools reports it
    lines = [line.strip(" |") for line in output.stderr.splitlines()]
    if not output.exit or "Failed to parse" not in output.stderr:
        return []
    place = re.search(r"line \d+, column \d+", output.stderr)
    named = next((p for p in paths if p.name in output.stderr), paths[0])
    what = next((line for line in reversed(lines) if line), "")[:200]
    problem = masked(f"{place[0]}: {what}" if place else what)
    return [Setting("uv", "config-file", str(named), str(named), problem=problem)]


def _table(path: Path) -> dict[str, Any]:
    """Return the settings in a file. Raises ValueError (of TOML) and OSError."""
    document = _load(path)
    return _tool_uv(document) if path.name == "pyproject.toml" else document


def _load(path: Path) -> dict[str, Any]:
    """Return a TOML document. Raises ValueError (of TOML) and OSError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise ValueError("it contains too many nested lists") from None


def _tool_uv(document: dict[str, Any]) -> dict[str, Any]:
    """Return uv's table in a ``pyproject.toml``; empty if there is none."""
    tool = document.get("tool")
    table = tool.get("uv") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else {}


def _project_file(start: Path) -> tuple[list[Path], list[Setting]]:
    """Return the first ``uv.toml``, or ``pyproject.toml`` with uv's table, upwards from here."""
    for folder in (start, *start.parents):
        for name in ("uv.toml", "pyproject.toml"):
            path = folder / name
            try:
                if not path.is_file():
                    continue
                if name == "uv.toml" or _has_uv_table(path):
                    return [path], []
            except (OSError, ValueError) as error:
                if name == "uv.toml":
                    return [], [_broken(path, error)]
                continue  # uv warns, and looks further up
    return [], []


def _has_uv_table(path: Path) -> bool:
    tool = _load(path).get("tool", {})
    return isinstance(tool, dict) and "uv" in tool


def _workspace_root(folder: Path) -> Path:
    """Return the folder in which uv starts to look: the root of the workspace, if it is in one."""
    member: Optional[Path] = None
    for candidate in (folder, *folder.parents):
        path = candidate / "pyproject.toml"
        try:
            if not path.is_file():
                continue
            document = _load(path)
        except (OSError, ValueError):
            continue  # uv says so itself, when it is run
        workspace = _tool_uv(document).get("workspace")
        if isinstance(workspace, dict) and (member is None or _is_member(member, path, workspace)):
            return candidate
        member = member or candidate
    return member or folder


def _is_member(member: Path, root: Path, workspace: dict[str, Any]) -> bool:
    def matches(name: str) -> bool:
        globs = workspace.get(name, [])
        try:
            return isinstance(globs, list) and any(
                member in root.parent.glob(str(pattern).rstrip("/")) for pattern in globs
            )
        except (ValueError, NotImplementedError):
            # pathlib refuses an empty or an absolute pattern; uv reports it when it runs.
            return False

    return matches("members") and not matches("exclude")


def _user_file() -> Optional[Path]:
    if sys.platform == "win32":
        base = os.environ.get("APPDATA", "")
    else:
        base = os.environ.get("XDG_CONFIG_HOME", "") or str(Path("~/.config").expanduser())
    return Path(base) / "uv" / "uv.toml" if base else None


def _system_files() -> list[Path]:
    """Return the system's files that exist: uv reads only the first."""
    if sys.platform == "win32":
        drive = os.environ.get("SYSTEMDRIVE", "C:")
        candidates = [Path(f"{drive}\\ProgramData\\uv\\uv.toml")]
    else:
        stated = os.environ.get("XDG_CONFIG_DIRS", "") or "/etc/xdg"
        candidates = [Path(base) / "uv" / "uv.toml" for base in stated.split(":") if base]
        candidates.append(Path("/etc/uv/uv.toml"))
    return [path for path in candidates if path.is_file()]


def _effective(settings: list[Setting]) -> Iterator[Setting]:
    """Yield the settings that count: all of a list, and the first of any other.

    A setting that is switched off is left out.
    """
    seen: set[str] = set()
    for setting in settings:
        of_index = _OF_INDEX in setting.source
        if setting.name in seen and setting.name not in _LISTS and not of_index:
            continue
        if not of_index:
            seen.add(setting.name)
        if setting.value.lower() not in OFF or setting.name in ("exclude-newer", "system-certs"):
            yield setting


def _setting(
    stated: Stated, folder: str, python: Optional[Python], index: Optional[IndexSource]
) -> Setting:
    text = _text(stated.value)
    remember(re.findall(r"https?://[^\s\"',}]+", text))
    setting = Setting("uv", stated.name, masked(text), stated.source, masked(text) != text)
    if stated.name in _REQUIREMENTS:
        return _with_requirements(setting, stated.value, folder, python, index)
    if stated.name in ("exclude-newer", "exclude-newer-package"):
        return _with_cutoff(setting, stated.value)
    return setting


def _with_requirements(
    setting: Setting,
    value: Any,
    folder: str,
    python: Optional[Python],
    index: Optional[IndexSource],
) -> Setting:
    """Add what a constraint or an override allows of cryptography."""
    from wizard.machine import constraints  # slow to import, and rarely needed

    environment = constraints.markers(python) if python else {}
    if setting.name in ("constraint", "override"):
        limit = constraints.read(
            _text(value).split(), folder, environment, lambda address: download(address, index)
        )
        return replace(
            setting, specifier=limit.specifier, stated=limit.stated, problem=limit.problem
        )
    lines = value if isinstance(value, list) else [_text(value)]
    allowed = [constraints.allowed(str(line), environment) for line in lines]
    return replace(setting, specifier=",".join(filter(None, allowed)))


def _with_cutoff(setting: Setting, value: Any) -> Setting:
    if setting.name == "exclude-newer-package":
        value = value.get("cryptography", "") if isinstance(value, dict) else ""
    if value is False or str(value).lower() in ("false", ""):
        return setting
    try:
        return replace(setting, before=cutoffs.uv_cutoff(_time(value), datetime.now(timezone.utc)))
    except ValueError as error:
        return replace(setting, problem=str(error))


def _time(value: Any) -> str:
    """Return a time of TOML as text; uv also writes a table with the time and the duration."""
    if isinstance(value, dict):
        value = value.get("span") or value.get("timestamp", "")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return " ".join(_text(part) for part in value)
    if isinstance(value, dict):
        if "url" in value:  # an index
            return str(value["url"])
        return ", ".join(f"{name}={_text(part)}" for name, part in value.items())
    return _time(value)


def _index(stated: dict[str, list[Stated]]) -> Optional[IndexSource]:
    """Return where uv looks, with secrets; None if its settings name no place.

    An index that is only for named packages (``explicit``) has no part in it.
    """
    default = ""
    extra: list[str] = []
    for setting in stated.get("index", []):
        for address, is_default in _addresses(setting.value):
            if not is_default:
                extra.append(address)
            elif not default:
                default = address
    for name in ("default-index", "index-url"):
        for setting in stated.get(name, [])[:1]:
            # A variable comes before a file, and the new name before the old one.
            if not default or setting.source.startswith("UV_"):
                default = next(_addresses(str(setting.value)), ("", True))[0]
    for setting in stated.get("extra-index-url", []):
        extra += _text(setting.value).split()
    links = [link for setting in stated.get("find-links", []) for link in _links(setting.value)]
    no_index = any(_text(s.value).lower() in ON for s in stated.get("no-index", [])[:1])
    if not (default or extra or links or no_index):
        return None
    strategy = next((str(s.value) for s in stated.get("index-strategy", [])), "first-index")
    return IndexSource(
        url=default,
        extra=tuple(dict.fromkeys(extra)),
        find_links=tuple(links),
        no_index=no_index,
        trusted_hosts=tuple(
            host for s in stated.get("allow-insecure-host", []) for host in _text(s.value).split()
        ),
        first=strategy == "first-index",
    )


def _links(value: Any) -> list[str]:
    return [str(link) for link in value] if isinstance(value, list) else str(value).split(",")


def _addresses(value: Any) -> Iterator[tuple[str, bool]]:
    """Yield the address of each index, and whether it is the default."""
    if isinstance(value, str):
        for word in value.split():
            name, _, address = word.partition("=")
            yield (address if address and "://" not in name else word), False
        return
    for index in value if isinstance(value, list) else ():
        if isinstance(index, dict) and not index.get("explicit"):
            yield str(index.get("url", "")), bool(index.get("default"))
