"""From a project's files to the limits on cryptography."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.errors import BadRequest
from wizard.facts import Pip, Project, Python
from wizard.limits import Limit
from wizard.project import assess
from wizard.project.assess import _problem, _unresolved
from wizard.project.contents import Contents, Stated
from wizard.project.resolution import Resolution

OLD = Python("py", "path", version="3.7.16", machine="x86_64", pip=Pip("22.0.4"))
"""A Python whose pip cannot resolve, so only the files count."""


def project(folder: Path, words: str = ".") -> Project:
    return assess.assess(words, OLD, system="linux", folder=str(folder), uv="")


def test_the_files_limit_the_release(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("cryptography<46\ncryptography<40 ; sys_platform == 'win32'\nflask\n")
    found = project(tmp_path)
    assert found.limits == (Limit("project", "requirements.txt", "<46", str(file), line=1),)
    assert found.uses_cryptography
    assert found.requirements == ()  # pip reads the file itself
    assert found.folder == str(tmp_path)
    assert "neither uv nor pip 22.2" in found.notes[0]


def test_a_locked_set_is_installed_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "Pipfile.lock").write_text(
        '{"default": {"cryptography": {"version": "==45.0.7", "hashes": ["sha256:22"]}}}'
    )
    found = project(tmp_path)
    assert found.resolver == "lock"
    assert found.requirements == ("cryptography==45.0.7 --hash=sha256:22",)
    assert found.hashes == ("sha256:22",)
    assert found.checked
    assert [limit.specifier for limit in found.limits] == ["==45.0.7"]


def test_a_password_is_not_copied_into_a_plan(tmp_path: Path) -> None:
    address = "flask @ https://user:secret@index.example/flask.whl"
    (tmp_path / "pyproject.toml").write_text(f"[project]\ndependencies = ['{address}']\n")
    with pytest.raises(BadRequest) as caught:
        project(tmp_path)
    assert "https://****@index.example" in caught.value.what
    assert caught.value.shown == f"{tmp_path / 'pyproject.toml'}:2"
    (tmp_path / "requirements.txt").write_text(f"{address}\n")
    assert "secret" not in str(project(tmp_path, "requirements.txt"))  # pip reads the file itself


def test_a_project_without_cryptography_has_no_limits(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("flask\n")
    found = project(tmp_path)
    assert found.limits == ()
    assert not found.uses_cryptography


@pytest.mark.parametrize(
    ("file", "text", "pythons"),
    [
        ("pyproject.toml", '[project]\nrequires-python = ">=3.12"\ndependencies = []', ">=3.12"),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.12"', "<4.0,>=3.12"),
        ("uv.lock", 'requires-python = ">=3.12"\n', ">=3.12"),
        ("poetry.lock", '[metadata]\npython-versions = "^3.12"\n', ">=3.12,<4.0"),
        (
            "pylock.toml",
            'lock-version = "1.0"\nrequires-python = ">=3.12"\ncreated-by = "x"\npackages = []',
            ">=3.12",
        ),
    ],
)
def test_the_python_that_a_project_needs(
    tmp_path: Path, file: str, text: str, pythons: str
) -> None:
    (tmp_path / file).write_text(text)
    found = project(tmp_path)
    assert found.pythons == pythons
    assert f"needs Python {pythons}" in found.problem
    assert found.problem.endswith("but this is Python 3.7.16.")


def test_a_rule_for_python_that_cannot_be_read_is_left_to_the_installer(tmp_path: Path) -> None:
    text = '[project]\nrequires-python = "newest"\ndependencies = []'
    (tmp_path / "pyproject.toml").write_text(text)
    assert project(tmp_path).problem == ""


@pytest.mark.parametrize(
    ("printed", "absent"),
    [
        ("cause: Because flaskk was not found in the package registry and you", "flaskk"),
        (
            "  ╰─▶ Because there is no version of flaskk==1.0\n      and you require flaskk==1.0",
            "flaskk==1.0",
        ),
        ("ERROR: No matching distribution found for flaskk==1.0 (from x)", "flaskk==1.0"),
    ],
)
def test_what_the_index_does_not_have_is_named_with_its_line(printed: str, absent: str) -> None:
    contents = Contents("requirements", "r", "r.txt", (Stated("Flaskk==1.0", "r.txt", 7),))
    found = Resolution("uv", problem=printed, conflict=True)
    assert _unresolved(contents, found) == "absent"
    said = _problem(contents, Python("/python", "path"), found, wrong_python=False)
    assert said == f"The package index has no {absent} for this Python, which r.txt:7 names."


def test_a_package_that_only_another_one_requires_is_no_line_of_the_project() -> None:
    contents = Contents("requirements", "r", "r.txt", (Stated("shop", "r.txt", 1),))
    printed = "Because flaskk was not found in the package registry and shop depends on it"
    assert _unresolved(contents, Resolution("uv", problem=printed, conflict=True)) == "versions"
