"""Read ``pyproject.toml``: PEP 621, dependency groups (PEP 735), and Poetry's own tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wizard import meant
from wizard.project.contents import Contents, Stated, find_line, unreadable
from wizard.project.toml_files import load


def read(path: Path, extras: tuple[str, ...] = ()) -> Contents:
    """Return what the project requires, with some of its extras.

    Raises BadRequest if the file is not valid, states no dependencies, or leaves them to its build
    backend.
    """
    data, text = load(path)
    project = _table(data, "project", path)
    poetry = _table(_table(data, "tool", path), "poetry", path)
    name = str(project.get("name") or poetry.get("name") or path.parent.name)
    if "dependencies" in _texts(project.get("dynamic", []), path, "dynamic"):
        raise unreadable(
            str(path),
            f"The dependencies of {name} are dynamic: only its build backend can compute them.",
            line=find_line(text, ("dynamic",)),
            hints=("Name a file that lists them, for example: --for requirements.txt",),
        )
    if "dependencies" in project or "optional-dependencies" in project:
        requirements = [*_pep621(project, extras, path)]
    elif poetry:
        requirements = [*_poetry(poetry, extras, path)]
    else:
        raise unreadable(
            str(path),
            f"{path.name} states no dependencies.",
            hints=("List them in [project] dependencies.",),
        )
    requirements += _default_groups(data, path)
    stated = tuple(
        Stated(words, str(path), find_line(text, needles)) for words, needles in requirements
    )
    for row in stated:
        if row.requirement() is None:
            raise unreadable(
                str(path),
                f"{row.text!r} is not a requirement (PEP 508).",
                line=row.line,
                hints=meant.hints(row.text),
            )
    return Contents("pyproject", name, str(path), stated, pythons=_pythons(project, poetry, path))


def _pythons(project: Mapping[str, Any], poetry: Mapping[str, Any], path: Path) -> str:
    """Return the Pythons that the project allows (PEP 440), empty for any."""
    if "requires-python" in project:
        versions = project["requires-python"]
        if not isinstance(versions, str):
            raise unreadable(str(path), "'requires-python' must be a text.")
        return versions
    row = _table(poetry, "dependencies", path).get("python")
    if row is None:
        return ""
    from packaging.requirements import Requirement  # slow to import

    return str(Requirement(_to_pep508("python", row, path)).specifier)


Found = tuple[str, tuple[str, ...]]
"""A requirement, and words by which its line can be found."""


def _pep621(project: Mapping[str, Any], extras: tuple[str, ...], path: Path) -> Iterator[Found]:
    optional = _table(project, "optional-dependencies", path)
    _check_extras(extras, optional, path)
    for rows in (project.get("dependencies", []), *(optional[extra] for extra in extras)):
        for words in _texts(rows, path):
            yield words, (f'"{words}"', f"'{words}'")


def _default_groups(data: Mapping[str, Any], path: Path) -> list[Found]:
    """Return the groups that uv installs if ``default-groups`` names them."""
    from packaging.dependency_groups import resolve_dependency_groups  # slow to import

    groups = _table(data, "dependency-groups", path)
    settings = _table(_table(data, "tool", path), "uv", path)
    names = settings.get("default-groups", [])
    wanted = [*groups] if names == "all" else [*_texts(names, path)]
    unknown = [name for name in wanted if name not in groups]
    if unknown:
        raise unreadable(str(path), f"There is no dependency group {unknown[0]!r}.")
    try:
        return [
            (words, (f'"{words}"', f"'{words}'"))
            for words in resolve_dependency_groups(groups, *wanted)
        ]
    except (ValueError, LookupError, TypeError) as error:
        raise unreadable(str(path), f"The dependency groups are not valid: {error}") from None
    except Exception as error:
        # From 26.3, invalid groups raise a group of errors, a class that Python 3.9 does not have.
        if type(error).__name__ not in ("ExceptionGroup", "InvalidDependencyGroupObject"):
            raise
        raise unreadable(str(path), f"The dependency groups are not valid: {error}") from None


def _poetry(poetry: Mapping[str, Any], extras: tuple[str, ...], path: Path) -> Iterator[Found]:
    """Return the requirements of Poetry's tables: the main ones, and the groups that are not
    optional."""
    _check_extras(extras, _table(poetry, "extras", path), path)
    wanted = {name for extra in extras for name in poetry["extras"][extra]}
    groups = _table(poetry, "group", path)
    tables = [_table(poetry, "dependencies", path), _table(poetry, "dev-dependencies", path)]
    tables += [
        _table(group, "dependencies", path)
        for group in groups.values()
        if isinstance(group, dict) and not group.get("optional")
    ]
    for table in tables:
        for name, value in table.items():
            if name.lower() == "python":
                continue
            for row in value if isinstance(value, list) else [value]:
                if isinstance(row, dict) and row.get("optional") and name not in wanted:
                    continue
                yield _to_pep508(name, row, path), (f"{name} =", f"{name}=", f'"{name}" =')


def _to_pep508(name: str, row: object, path: Path) -> str:
    """Return a requirement of Poetry as PEP 508: ``^43.0`` is ``>=43.0,<44.0``."""
    from packaging.markers import Marker
    from poetry.core.factory import Factory  # slow to import

    try:
        if not isinstance(row, (str, dict)):
            raise TypeError("a version or a table is allowed")
        if isinstance(row, dict) and "markers" in row:
            Marker(row["markers"])  # Poetry's own parser raises an error of a private class
        return Factory.create_dependency(name, row, root_dir=path.parent).to_pep_508()
    except (ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise unreadable(
            str(path), f"The dependency {name} is not valid: {error}", hints=()
        ) from None


def _check_extras(extras: tuple[str, ...], known: Mapping[str, Any], path: Path) -> None:
    for extra in extras:
        if extra not in known:
            names = ", ".join(known) or "none"
            raise unreadable(
                str(path), f"There is no extra {extra!r}.", hints=(f"Its extras: {names}.",)
            )


def _table(data: Mapping[str, Any], name: str, path: Path) -> dict[str, Any]:
    table = data.get(name, {})
    if not isinstance(table, dict):
        raise unreadable(str(path), f"{name!r} must be a table.")
    return table


def _texts(rows: object, path: Path, name: str = "dependencies") -> list[str]:
    if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
        raise unreadable(str(path), f"{name!r} must be a list of texts.")
    return rows
