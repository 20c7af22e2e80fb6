"""uv's settings: which files count, which value wins, and where uv looks for packages."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from wizard.facts import Pip, PipIndex, Python, Setting
from wizard.index.source import IndexSource
from wizard.machine.uv_settings import UvSettings

PYTHON = Python(
    "/usr/bin/python3",
    "path",
    version="3.11.7",
    platform="linux-x86_64",
    pip=Pip("24.0", index=PipIndex("https://index.example/simple")),
)
SOURCE = IndexSource("https://index.example/simple")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user without settings, in a folder without any."""
    for name in os.environ:
        if name.startswith("UV_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "system"))
    for folder in ("home/uv", "system/uv", "work/sub"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def settings(folder: Path) -> dict[str, Setting]:
    return {setting.name: setting for setting in UvSettings(str(folder)).facts(PYTHON)}


def test_nothing_is_set(home: Path) -> None:
    assert settings(home / "work") == {}
    assert UvSettings(str(home / "work")).index is None
    assert UvSettings(str(home / "work")).with_index(PYTHON) is PYTHON


def test_the_project_comes_before_the_user_and_the_system(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = write(
        home / "work", "pyproject.toml", '[tool.uv]\nexclude-newer = "2026-03-01T00:00:00Z"\n'
    )
    user = write(home / "home/uv", "uv.toml", 'exclude-newer = "7 days"\noffline = true\n')
    system = write(home / "system/uv", "uv.toml", 'link-mode = "copy"\noffline = false\n')
    found = settings(home / "work" / "sub")
    assert {name: setting.source for name, setting in found.items()} == {
        "exclude-newer": str(project),
        "offline": str(user),
        "link-mode": str(system),
    }
    assert found["exclude-newer"].before == "2026-03-01T00:00:00Z"
    monkeypatch.setenv("UV_EXCLUDE_NEWER", "2026-01-01T00:00:00Z")
    assert settings(home / "work")["exclude-newer"].source == "UV_EXCLUDE_NEWER"
    monkeypatch.setenv("UV_NO_CONFIG", "1")
    assert settings(home / "work").keys() == {"exclude-newer", "no-config"}
    monkeypatch.delenv("UV_NO_CONFIG")
    monkeypatch.setenv("UV_CONFIG_FILE", str(system))
    assert settings(home / "work").keys() == {"config-file", "exclude-newer", "link-mode"}


def test_a_project_without_a_table_of_uv_is_passed_over(home: Path) -> None:
    write(home / "work", "uv.toml", "no-deps = true\n")
    write(home / "work", "pyproject.toml", "[tool.uv]\noffline = true\n")
    write(home / "work" / "sub", "pyproject.toml", '[project]\nname = "x"\n')
    assert settings(home / "work" / "sub").keys() == {"no-deps"}
    write(home / "work" / "sub", "pyproject.toml", "[tool.uv]\n")
    assert settings(home / "work" / "sub") == {}


def test_a_member_of_a_workspace_has_the_settings_of_its_root(home: Path) -> None:
    root = '[tool.uv]\noffline = true\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
    write(home / "work", "pyproject.toml", root)
    member = "[tool.uv]\nno-cache = true\n"
    write(home / "work/packages/a", "pyproject.toml", member)
    write(home / "work/other", "pyproject.toml", member)
    assert settings(home / "work/packages/a").keys() == {"offline"}
    assert settings(home / "work/other").keys() == {"no-cache"}


def test_the_table_for_pip_comes_first(home: Path) -> None:
    write(
        home / "work",
        "uv.toml",
        'resolution = "highest"\n[pip]\nresolution = "lowest"\ntarget = "out"\nno-deps = false\n',
    )
    found = settings(home / "work")
    assert found["resolution"].value == "lowest"
    assert found["target"].value == "out"
    assert "no-deps" not in found


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ('exclude-newer = "2026-03-01T00:00:00Z"', ["2026-03-01T00:00:00Z"]),
        ("exclude-newer = 2026-03-01T00:00:00Z", ["2026-03-01T00:00:00Z"]),
        ("exclude-newer = false", [""]),
        (
            'exclude-newer-package = { cryptography = "2026-01-01T00:00:00Z" }',
            ["2026-01-01T00:00:00Z"],
        ),
        ("exclude-newer-package = { cryptography = false }", [""]),
        ('exclude-newer-package = { cffi = "2026-01-01T00:00:00Z" }', [""]),
        (
            'exclude-newer = "2026-03-01T00:00:00Z"\n[[index]]\nname = "a"\n'
            'url = "https://a.example"\nexclude-newer = "2026-02-01T00:00:00Z"',
            ["2026-03-01T00:00:00Z", "2026-02-01T00:00:00Z"],
        ),
    ],
)
def test_dates(home: Path, text: str, before: list[str]) -> None:
    write(home / "work", "uv.toml", text)
    found = UvSettings(str(home / "work")).facts(PYTHON)
    assert [s.before for s in found if s.name.startswith("exclude-newer")] == before


def test_a_date_that_uv_would_not_understand_is_a_problem(home: Path) -> None:
    write(home / "work", "uv.toml", 'exclude-newer = "1 month"')
    assert "7 days" in settings(home / "work")["exclude-newer"].problem


def test_constraints_and_overrides(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(home / "work", "c.txt", "cryptography<50\n")
    monkeypatch.setenv("UV_CONSTRAINT", "c.txt")
    write(
        home / "work",
        "uv.toml",
        'constraint-dependencies = ["cryptography>=42", "cffi<2"]\n'
        "override-dependencies = [\"cryptography==46.0.7; python_version >= '3.9'\"]\n",
    )
    found = settings(home / "work")
    assert found["constraint"].specifier == "<50"
    assert found["constraint"].stated == f"{home}/work/c.txt, line 1"
    assert found["constraint-dependencies"].specifier == ">=42"
    assert found["override-dependencies"].specifier == "==46.0.7"


@pytest.mark.parametrize("name", ["uv.toml", "../home/uv/uv.toml"])
def test_a_file_that_uv_cannot_read_is_a_problem(home: Path, name: str) -> None:
    path = write(home / "work", name, "exclude-newer = [\n").resolve()
    (problem,) = UvSettings(str(home / "work")).facts(PYTHON)
    assert problem.source == str(path)
    assert problem.problem.startswith("it cannot be read")


def test_a_broken_project_file_is_passed_over_as_by_uv(home: Path) -> None:
    write(home / "work" / "sub", "pyproject.toml", "[tool.uv\n")
    write(home / "work", "uv.toml", "offline = true\n")
    assert settings(home / "work" / "sub").keys() == {"offline"}


def test_uv_s_indexes_count_if_pip_s_settings_name_none(home: Path) -> None:
    write(
        home / "work",
        "uv.toml",
        '[[index]]\nname = "a"\nurl = "https://me:s3cret@a.example/simple"\n'
        '[[index]]\nurl = "https://b.example/simple"\ndefault = true\n'
        '[[index]]\nname = "c"\nurl = "https://c.example/simple"\nexplicit = true\n',
    )
    uv = UvSettings(str(home / "work"))
    source = uv.source(PYTHON, SOURCE)
    assert source.url == "https://b.example/simple"
    assert source.extra == ("https://me:s3cret@a.example/simple",)
    assert source.first
    python = uv.with_index(PYTHON)
    assert python.pip is not None
    index = python.pip.index
    assert index is not None
    assert (index.owner, index.secret, index.default) == ("uv", True, False)
    assert index.extra == ("https://****@a.example/simple",)
    assert "s3cret" not in repr(python)
    assert "s3cret" not in repr(uv.facts(PYTHON))
    of_pip = Python("/p", "path", settings=(Setting("pip", "index-url", "x", "pip.conf"),))
    assert uv.source(of_pip, SOURCE) is SOURCE


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"UV_DEFAULT_INDEX": "https://d.example"}, IndexSource("https://d.example", first=True)),
        ({"UV_DEFAULT_INDEX": "d=https://d.example"}, IndexSource("https://d.example", first=True)),
        ({"UV_INDEX_URL": "https://d.example"}, IndexSource("https://d.example", first=True)),
        (
            {"UV_INDEX": "https://a.example b=https://b.example"},
            IndexSource(SOURCE.url, extra=("https://a.example", "https://b.example"), first=True),
        ),
        (
            {"UV_EXTRA_INDEX_URL": "https://a.example", "UV_INDEX_STRATEGY": "unsafe-best-match"},
            IndexSource(SOURCE.url, extra=("https://a.example",)),
        ),
        (
            {"UV_FIND_LINKS": "/wheels,/more", "UV_NO_INDEX": "1"},
            IndexSource(SOURCE.url, find_links=("/wheels", "/more"), no_index=True, first=True),
        ),
    ],
)
def test_indexes_in_variables(
    home: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: IndexSource
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert UvSettings(str(home / "work")).source(PYTHON, SOURCE) == expected


@pytest.mark.parametrize(
    "text",
    [
        "tool = 3\n",
        "tool.uv = 3\n",
        "tool.uv.workspace = 3\n",
        "tool.uv.workspace.members = 3\n",
        "tool.uv.workspace.members = ['/sub', '', 3]\n",
        "a = " + "[" * 9999,
    ],
)
def test_values_of_other_types_in_a_project_file_are_passed_over(home: Path, text: str) -> None:
    write(home / "work", "pyproject.toml", text)
    write(home / "work/sub", "pyproject.toml", "[project]\nname = 'member'\n")
    assert settings(home / "work") == {}
    assert settings(home / "work/sub") == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("constraint = 'file://['\n", "Invalid IPv6 URL"),
        ("constraint = '~no-such-user/c.txt'\n", "home directory"),
        ('constraint = "\\u0000"\n', "null"),
        ("a = " + "[" * 9999, "too many nested lists"),
    ],
)
def test_a_value_that_cannot_be_used_is_a_problem(home: Path, text: str, problem: str) -> None:
    write(home / "work", "uv.toml", text)
    assert problem in next(iter(settings(home / "work").values())).problem


def test_a_blank_index_is_none(home: Path) -> None:
    write(home / "work", "uv.toml", "default-index = ' '\n")
    assert UvSettings(str(home / "work")).index is None


UV_SAYS = """\
error: Failed to parse: uv.toml
  cause: TOML parse error at line 1, column 13
           |
         1 | index-url = 5
           |             ^
         invalid type: integer `5`, expected a string
"""
"""What uv 0.11 prints for ``uv cache dir`` beside such a file."""


@pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")
def test_a_file_that_uv_does_not_accept_is_a_problem(home: Path, tmp_path: Path) -> None:
    path = write(home / "work", "uv.toml", "index-url = 5\n").resolve()
    program = tmp_path / "a-uv"
    program.write_text(f"#!{sys.executable}\nraise SystemExit({UV_SAYS!r})\n")
    program.chmod(0o755)
    found = UvSettings(str(home / "work"), str(program)).facts(PYTHON)
    (problem,) = (setting for setting in found if setting.problem)
    assert problem.source == str(path)
    assert problem.problem == "line 1, column 13: invalid type: integer `5`, expected a string"
    program.write_text(f"#!{sys.executable}\nprint('/home/user/.cache/uv')\n")
    accepted = UvSettings(str(home / "work"), str(program)).facts(PYTHON)
    assert not any(setting.problem for setting in accepted)
