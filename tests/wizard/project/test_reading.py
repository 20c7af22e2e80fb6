"""Which file of a project is read, and what it states."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from wizard.errors import BadRequest
from wizard.facts import Python
from wizard.markers import marker_environment
from wizard.project import reading
from wizard.project.contents import Contents, Stated, applies

PYTHON = Python("/usr/bin/python3", "path", version="3.11.7", machine="x86_64")
ENVIRONMENT = marker_environment(PYTHON, "linux")

REQUIREMENTS = """\
# what the web part needs
-r base.txt
-c limits.txt
flask>=2 ; python_version >= "3.8"
cryptography==43.0.3 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
"""
PYPROJECT = """\
[project]
name = "shop"
dependencies = [
    "cryptography>=42,<45",
    "flask",
]
[project.optional-dependencies]
mail = ["pyopenssl<25"]
[dependency-groups]
dev = ["pytest"]
docs = ["sphinx"]
[tool.uv]
default-groups = ["dev"]
"""
POETRY = """\
[tool.poetry]
name = "shop"
[tool.poetry.dependencies]
python = "^3.9"
cryptography = "^43.0"
flask = { version = "~2.3", optional = true }
[tool.poetry.group.test.dependencies]
pytest = "*"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
sphinx = "*"
"""
PYLOCK = """\
lock-version = "1.0"
created-by = "a test"
[[packages]]
name = "cryptography"
version = "44.0.1"
[[packages.wheels]]
name = "cryptography-44.0.1-cp39-abi3-manylinux_2_28_x86_64.whl"
url = "https://index.example/cryptography-44.0.1-cp39-abi3-manylinux_2_28_x86_64.whl"
hashes = { sha256 = "cc" }
[[packages]]
name = "pywin32"
version = "308"
marker = "sys_platform == 'win32'"
[[packages.wheels]]
name = "pywin32-308-cp311-cp311-win_amd64.whl"
url = "https://index.example/pywin32-308-cp311-cp311-win_amd64.whl"
hashes = { sha256 = "dd" }
"""
UV_LOCK = """\
version = 1
requires-python = ">=3.9"
[[package]]
name = "shop"
version = "1.0"
source = { virtual = "." }
[[package]]
name = "cryptography"
version = "43.0.3"
source = { registry = "https://index.example/simple" }
resolution-markers = ["python_full_version < '3.10'"]
wheels = [{ url = "https://index.example/a.whl", hash = "sha256:ee" }]
[[package]]
name = "cryptography"
version = "46.0.7"
source = { registry = "https://index.example/simple" }
resolution-markers = ["python_full_version >= '3.10'"]
wheels = [{ url = "https://index.example/b.whl", hash = "sha256:ff" }]
"""
POETRY_LOCK = """\
[[package]]
name = "cryptography"
version = "43.0.3"
optional = false
files = [{ file = "a.whl", hash = "sha256:11" }]
[[package]]
name = "pyopenssl"
version = "24.2.1"
optional = false
files = []
[package.dependencies]
cryptography = ">=41.0.5,<44"
[[package]]
name = "colorama"
version = "0.4.6"
optional = false
files = []
markers = "sys_platform == 'win32'"
"""
PIPFILE_LOCK = """\
{
    "_meta": {},
    "default": {
        "cryptography": {
            "hashes": ["sha256:22"],
            "version": "==45.0.7"
        },
        "colorama": {"version": "==0.4.6", "markers": "sys_platform == 'win32'"}
    },
    "develop": {}
}
"""
LOCKED = "[[package]]\nname = 'a'\nversion = '1'\n"
POETRY_WRONG = "[tool.poetry.dependencies]\ncryptography = {{ {} }}\n"
CONDA = """\
name: lab
dependencies:
  - python=3.11
  - conda-forge::cryptography=43.0
  - numpy>=1.26
  - pip:
      - flask==3.0.0
"""


def read(folder: Path, words: str = ".") -> Contents:
    return reading.read(words, str(folder), ENVIRONMENT)


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")


def test_a_requirements_file_is_read_with_the_files_that_it_names(tmp_path: Path) -> None:
    write(
        tmp_path,
        requirements__txt=REQUIREMENTS,
        base__txt="pyopenssl<25\n",
        limits__txt="\ncryptography<44\n",
    )
    contents = read(tmp_path)
    assert contents.kind == "requirements"
    assert contents.file == str(tmp_path / "requirements.txt")
    rows = {row.text: row for row in contents.stated}
    assert rows["pyopenssl<25"].location == f"{tmp_path / 'base.txt'}:1"
    assert rows["cryptography<44"].constraint
    assert rows["cryptography<44"].location == f"{tmp_path / 'limits.txt'}:2"
    assert rows["cryptography==43.0.3"].hashes == ("sha256:aa", "sha256:bb")
    assert rows["cryptography==43.0.3"].line == 5


def test_the_dependencies_and_default_groups_of_a_pyproject_are_read(tmp_path: Path) -> None:
    write(tmp_path, pyproject__toml=PYPROJECT)
    contents = read(tmp_path)
    assert (contents.kind, contents.name) == ("pyproject", "shop")
    assert [row.text for row in contents.stated] == ["cryptography>=42,<45", "flask", "pytest"]
    assert contents.stated[0].line == 4


def test_an_extra_is_read_if_it_is_named(tmp_path: Path) -> None:
    write(tmp_path, pyproject__toml=PYPROJECT)
    assert "pyopenssl<25" in [row.text for row in read(tmp_path, ".[mail]").stated]
    with pytest.raises(BadRequest) as caught:
        read(tmp_path, ".[post]")
    assert "'post'" in caught.value.what
    assert caught.value.hints == ("Its extras: mail.",)


def test_versions_of_poetry_are_translated(tmp_path: Path) -> None:
    write(tmp_path, pyproject__toml=POETRY)
    rows = {row.text: row.line for row in read(tmp_path).stated}
    assert rows == {"cryptography (>=43.0,<44.0)": 5, "pytest": 8}


@pytest.mark.parametrize(
    ("name", "text", "kind", "stated"),
    [
        ("pylock.toml", PYLOCK, "pylock", {"cryptography==44.0.1": ("sha256:cc",)}),
        ("pylock.web.toml", PYLOCK, "pylock", {"cryptography==44.0.1": ("sha256:cc",)}),
        ("uv.lock", UV_LOCK, "uv.lock", {"cryptography==46.0.7": ("sha256:ff",)}),
        (
            "poetry.lock",
            POETRY_LOCK,
            "poetry.lock",
            {"cryptography==43.0.3": ("sha256:11",), "pyopenssl==24.2.1": ()},
        ),
        ("Pipfile.lock", PIPFILE_LOCK, "Pipfile.lock", {"cryptography==45.0.7": ("sha256:22",)}),
    ],
)
def test_a_lock_file_states_what_this_system_gets(
    tmp_path: Path, name: str, text: str, kind: str, stated: dict[str, tuple[str, ...]]
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    contents = read(tmp_path, name)
    assert contents.locked
    assert contents.kind == kind
    assert {row.text: row.hashes for row in contents.stated} == stated
    assert all(row.line for row in contents.stated)


def test_a_poetry_lock_says_who_requires_cryptography(tmp_path: Path) -> None:
    write(tmp_path, poetry__lock=POETRY_LOCK)
    ((owner, row),) = read(tmp_path).dependents
    assert owner == "pyopenssl 24.2.1"
    assert row.text == "cryptography>=41.0.5,<44"
    assert row.line == 7


def test_an_environment_of_conda_is_read_and_the_rest_is_named(tmp_path: Path) -> None:
    write(tmp_path, environment__yml=CONDA)
    contents = read(tmp_path)
    assert [(row.text, row.line) for row in contents.stated] == [
        ("cryptography==43.0.*", 4),
        ("flask==3.0.0", 7),
    ]
    assert contents.notes == ("conda must install the rest of environment.yml: numpy>=1.26.",)


def test_a_lock_file_is_preferred(tmp_path: Path) -> None:
    write(tmp_path, pyproject__toml=PYPROJECT, uv__lock=UV_LOCK, requirements__txt="flask\n")
    assert read(tmp_path).kind == "uv.lock"


def test_a_pyproject_that_only_configures_tools_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, pyproject__toml="[tool.ruff]\n", requirements__txt="flask\n")
    assert read(tmp_path).kind == "requirements"


def test_a_package_can_be_named(tmp_path: Path) -> None:
    contents = read(tmp_path, "ansible>=9")
    assert (contents.kind, contents.name, contents.file) == ("requirement", "ansible>=9", "")


@pytest.mark.parametrize(
    ("name", "text", "said", "place"),
    [
        ("requirements.txt", "flask\nnot a requirement!\n", "not a requirement", ":2"),
        ("requirements.txt", "-r missing.txt\n", "missing.txt cannot be read", ""),
        ("requirements.txt", "-r requirements.txt\n", "includes itself", ""),
        ("pyproject.toml", "[project\n", "not valid TOML", ":1"),
        ("pyproject.toml", "[project]\nname = 'a'\ndynamic = ['dependencies']\n", "dynamic", ":3"),
        ("pyproject.toml", "[project]\ndependencies = 'flask'\n", "list of texts", ""),
        ("pyproject.toml", "[project]\ndependencies = ['a b']\n", "'a b' is not", ":2"),
        ("pyproject.toml", "[build-system]\n", "states no dependencies", ""),
        ("pylock.toml", "[[packages]]\n", "not a valid lock file", ""),
        ("uv.lock", "package = 3\n", "no list of packages", ""),
        ("Pipfile.lock", "[]", "not a valid lock file", ""),
        ("environment.yml", "dependencies: [", "not valid YAML", ":"),
        ("environment.yml", "name: lab\n", "no list of dependencies", ""),
        ("setup.cfg", "", "cannot read setup.cfg", ""),
        ("requirements.txt", "-rrequirements.txt\n", "includes itself", ""),
        ("requirements.txt", "-c https://u:p@index.example/c\n", "//****@index.example/c", ":1"),
        ("requirements.txt", "https://u:p@index.example/a.whl\n", "//****@index.example", ":1"),
        ("pyproject.toml", "project.dynamic = 3\n", "'dynamic' must be a list", ""),
        ("pyproject.toml", "a = " + "[" * 9999, "too many nested lists", ""),
        ("pyproject.toml", POETRY_WRONG.format("version = 3"), "cryptography is not valid", ""),
        ("pyproject.toml", POETRY_WRONG.format("markers = 'x'"), "cryptography is not valid", ""),
        ("uv.lock", LOCKED + "source = 3\n", "not a valid lock file", ""),
        ("uv.lock", LOCKED + "sdist = 3\n", "not a valid lock file", ""),
        ("poetry.lock", "[[package]]\nname = 'a'\n", "not a valid lock file", ""),
        ("poetry.lock", LOCKED + "files = 'a'\n", "not a valid lock file", ""),
        ("Pipfile.lock", '{"default": {"a": {"version": "==1", "hashes": 3}}}', "not a valid", ""),
        ("Pipfile.lock", "{", "not valid JSON", ""),
        ("environment.yml", "dependencies: [{pip: flask}]\n", "are not a list", ""),
        ("environment.yml", "a: !!timestamp 2026-99-99\n", "not valid YAML", ""),
        ("environment.yml", "[" * 9999, "not valid YAML", ""),
    ],
)
def test_a_file_that_cannot_be_understood_is_an_error(
    tmp_path: Path, name: str, text: str, said: str, place: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadRequest) as caught:
        read(tmp_path, name)
    assert said in caught.value.what
    assert place in caught.value.shown


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_is_not_read_because_it_may_never_answer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "requirements.txt").write_text("-r pipe.txt\n")
    with pytest.raises(BadRequest) as caught:
        read(tmp_path)
    assert "not a regular file" in caught.value.what


def test_files_named_in_any_form_are_read(tmp_path: Path) -> None:
    (tmp_path / "all.txt").write_text("-rone.txt\n--requirement 'two two.txt'\n-c \\\n  c.txt\n")
    (tmp_path / "one.txt").write_text("flask\n")
    (tmp_path / "two two.txt").write_text("-r one.txt\nidna\n")
    (tmp_path / "c.txt").write_text("cryptography<46\n")
    rows = [(row.text, row.constraint) for row in read(tmp_path, "all.txt").stated]
    assert rows == [
        *[("flask", False), ("idna", False), ("flask", False)],
        ("cryptography<46", True),
    ]


def test_a_marker_that_cannot_be_evaluated_is_left_to_the_installer() -> None:
    assert applies(Stated("flask ; python_version ~= 'x'"), ENVIRONMENT)


def test_a_lock_file_for_groups_is_read_without_the_groups(tmp_path: Path) -> None:
    rows = PYLOCK.replace("sys_platform == 'win32'", "'dev' in dependency_groups")
    (tmp_path / "pylock.toml").write_text(rows)
    assert [row.text for row in read(tmp_path, "pylock.toml").stated] == ["cryptography==44.0.1"]


def test_the_lines_for_pip_in_an_environment_file_may_name_files(tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("idna\n")
    rows = "dependencies:\n  - pip:\n    - -r more.txt\n    - -e 'my folder'\n"
    (tmp_path / "environment.yml").write_text(rows)
    found = read(tmp_path, "environment.yml").stated
    assert [row.words for row in found] == [["idna"], ["-e", "my folder"]]


def test_a_folder_without_such_a_file_is_an_error_that_names_them(tmp_path: Path) -> None:
    write(tmp_path, dev_requirements__txt="flask\n")
    with pytest.raises(BadRequest) as caught:
        read(tmp_path)
    assert "--for" in caught.value.hints[0]
    assert "dev_requirements.txt" in caught.value.hints[0]


@pytest.mark.parametrize("typed", ["flask=1.0", "flask 1.0", "flask@1.0", "flask==1.0,"])
def test_a_package_with_a_misspelt_version_is_told_how_to_write_it(
    tmp_path: Path, typed: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        read(tmp_path, typed)
    assert caught.value.hints[0] == "Write: flask==1.0"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "flask=1.0  # for the web\n"),
        ("pyproject.toml", "[project]\ndependencies = ['flask=1.0']\n"),
    ],
)
def test_a_file_with_a_misspelt_version_is_told_how_to_write_it(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadRequest) as caught:
        read(tmp_path, name)
    assert caught.value.hints == ("Write: flask==1.0",)


def test_a_misspelt_file_is_not_taken_for_a_package(tmp_path: Path) -> None:
    with pytest.raises(BadRequest) as caught:
        read(tmp_path, "requirments.txt")
    assert "There is no file or folder requirments.txt" in caught.value.what


@pytest.mark.parametrize("name", ["setup.py", "setup.cfg"])
def test_a_setup_file_is_left_to_pip(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadRequest, match="There is no file or folder"):
        reading.read(name, str(tmp_path), ENVIRONMENT)
    (tmp_path / name).write_text("")
    with pytest.raises(BadRequest) as caught:
        reading.read(".", str(tmp_path), ENVIRONMENT)
    assert "cryptography-wizard -- pip install ." in caught.value.hints[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [("requirements.txt", "a" + "[" * 20_001), ("pylock.toml", "a = " + "9" * 5000)],
)
def test_what_would_take_too_long_to_read_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadRequest, match=name):
        reading.read(str(tmp_path / name), str(tmp_path), ENVIRONMENT)
