"""Finding Pythons: where they are looked for, which comes first, and each only once."""

from __future__ import annotations

import os
import shutil
import sys
import venv
from pathlib import Path

import pytest

from tests.programs import only, program, python
from wizard.choices import Choices
from wizard.facts import Python
from wizard.index.source import IndexSource
from wizard.machine import pythons
from wizard.machine.pythons import Candidate, candidates, parse_launcher_output

BASE = str(getattr(sys, "_base_executable", sys.executable))


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No Python but those of the test: no pyenv, no uv, nothing in the usual folders."""
    (tmp_path / "bin").mkdir()
    only(monkeypatch, tmp_path / "bin")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))


def find(
    choices: Choices, folder: Path, *, everything: bool = True
) -> tuple[tuple[Python, ...], list[str]]:
    seen: list[str] = []

    def note(found: Python, _source: IndexSource) -> None:
        seen.append(found.path)

    found, _sources = pythons.find(choices, str(folder), everything=everything, on_found=note)
    return found, seen


def environment(folder: Path) -> Path:
    venv.create(folder, with_pip=False, symlinks=True)
    return folder


def test_two_names_of_one_python_are_one(tmp_path: Path) -> None:
    for name in ("python", "python3", "python3.77"):
        (tmp_path / "bin" / name).symlink_to(BASE)
    found, _ = find(Choices(), tmp_path)
    assert [(p.path, p.origin) for p in found] == [(str(tmp_path / "bin" / "python"), "path")]


def test_a_shim_counts_as_what_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shims = tmp_path / "pyenv" / "shims"
    program(shims, "python3", f'exec "{BASE}" "$@"')
    program(shims, "python", "exit 1")
    program(shims, "python3.9", "exit 1")
    monkeypatch.setenv("PATH", f"{shims}{os.pathsep}/usr/bin{os.pathsep}/bin")
    found, _ = find(Choices(), tmp_path)
    assert all(not p.problem for p in found)
    assert found[0].origin == "path"
    assert not any("shims" in p.path for p in found)
    real = [os.path.realpath(p.base) for p in found]
    assert real.count(os.path.realpath(BASE)) == 1


def test_the_order_asked_active_folder_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin" / "python3").symlink_to(BASE)
    monkeypatch.setenv("VIRTUAL_ENV", str(environment(tmp_path / "active")))
    environment(tmp_path / ".venv")
    asked = environment(tmp_path / "asked $(for) 'it'")
    found, _ = find(Choices(venv=str(asked)), tmp_path)
    assert [p.origin for p in found] == ["asked", "active", "folder", "path"]
    assert found[0].environment == str(asked)
    assert found[0].path == str(asked / "bin" / "python")


def test_what_is_asked_for_keeps_the_name_it_was_asked_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(tmp_path / "env")
    (tmp_path / "bin" / "python3.77").symlink_to(BASE)
    monkeypatch.chdir(tmp_path)
    found, _ = find(Choices(venv="./env", python="python3.77"), tmp_path)
    asked = {p.path: p.environment for p in found if p.origin == "asked"}
    assert asked == {"python3.77": "", f"./env{os.sep}bin{os.sep}python": "./env"}
    assert all(not p.problem for p in found)


def test_a_python_that_was_asked_for_and_is_none_is_first_with_its_problem(tmp_path: Path) -> None:
    (tmp_path / "bin" / "python3").symlink_to(BASE)
    found, _ = find(Choices(python=str(tmp_path / "nothing-python")), tmp_path, everything=False)
    assert [(p.origin, p.problem) for p in found] == [("asked", "It does not exist.")]


def test_an_environment_whose_python_is_gone_is_named(tmp_path: Path) -> None:
    broken = environment(tmp_path / "venv")
    (broken / "bin" / "python").unlink()
    (broken / "bin" / "python").symlink_to(tmp_path / "gone")
    (tmp_path / "bin" / "python3").symlink_to(BASE)
    found, _ = find(Choices(), tmp_path)
    assert [p.origin for p in found if not p.problem] == ["path"]
    sad = next(p for p in found if p.problem)
    assert (sad.environment, sad.origin) == (str(broken), "folder")


def test_the_wizard_s_own_environment_is_no_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = environment(tmp_path / ".venv")
    monkeypatch.setattr(sys, "prefix", str(own))
    monkeypatch.setattr(sys, "base_prefix", "elsewhere")
    monkeypatch.setenv("VIRTUAL_ENV", str(own))
    monkeypatch.setenv("PATH", str(own / "bin"))
    there = candidates(Choices(), str(tmp_path))
    assert [each.origin for each in there if each.environment] == []
    asked = candidates(Choices(venv=str(own)), str(tmp_path))
    assert [each.origin for each in asked if each.environment] == ["asked"]


def test_a_quick_look_stops_at_the_first_that_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "looked"
    monkeypatch.setenv("VIRTUAL_ENV", str(environment(tmp_path / "active")))
    python(tmp_path / "bin", "python3", f'/usr/bin/touch "{mark}"')
    found, seen = find(Choices(), tmp_path, everything=False)
    assert [p.origin for p in found] == ["active"]
    assert seen in ([], [found[0].path])  # without ensurepip nothing is known of a pip
    assert not mark.exists()


def test_a_quick_look_for_a_new_environment_needs_one_from_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", str(environment(tmp_path / "active")))
    (tmp_path / "bin" / "python3").symlink_to(BASE)
    new = str(tmp_path / "new")
    found, _ = find(Choices(venv=new), tmp_path, everything=False)
    assert "path" in [p.origin for p in found]


def test_a_quick_look_goes_on_where_the_first_is_broken(tmp_path: Path) -> None:
    program(tmp_path / "bin", "python3", "exit 1")
    (tmp_path / "pyenv" / "versions" / "3.77.1" / "bin").mkdir(parents=True)
    shutil.copy(python(tmp_path), tmp_path / "pyenv" / "versions" / "3.77.1" / "bin" / "python3")
    found, _ = find(Choices(), tmp_path, everything=False)
    assert found[0].problem == ""
    assert found[-1].problem


def test_the_newest_of_path_by_name_is_first_looked_at(tmp_path: Path) -> None:
    for name in ("python3.8", "python3.13", "python3.9"):
        program(tmp_path / "bin", name, "exit 1")
    minors = [each.minor for each in candidates(Choices(), str(tmp_path)) if each.origin == "path"]
    assert sorted(minors, reverse=True)[0] == (3, 13)
    assert pythons.minors(Choices(), str(tmp_path))[0] == "3.13"


def test_the_newest_released_python_with_ensurepip_comes_first() -> None:
    def one(version: str, **more: object) -> Python:
        return Python("p", "path", version, **{"ensurepip": "24.0", **more})  # type: ignore[arg-type]

    listed = [
        one("3.12.1"),
        one("3.13.0"),
        one("3.14.0", ensurepip=""),
        one("3.15.0a1"),
        one("3.14.0", free_threaded=True),
        one("3.8.1"),
        one("", problem="broken"),
    ]
    ordered = sorted(listed, key=pythons._rank)
    assert [p.version for p in ordered][:3] == ["3.13.0", "3.12.1", "3.8.1"]
    assert ordered[-1].problem == "broken"


def test_empty_files_of_windows_and_folders_are_no_programs(tmp_path: Path) -> None:
    (tmp_path / "bin" / "python3").touch(mode=0o755)
    (tmp_path / "bin" / "python").mkdir()
    there = [each for each in candidates(Choices(), str(tmp_path)) if each.origin == "path"]
    assert there == []


def test_the_answer_of_the_windows_launcher() -> None:
    text = (
        " -V:3.13 *        C:\\Users\\Ann Lee\\Python313\\python.exe\n"
        " -3.9-64          C:\\Python39\\python.exe\n"
        " -V:Astral/CPython3.12.1 C:\\uv\\python.exe\n"
        "No more\n"
    )
    assert list(parse_launcher_output(text)) == [
        Candidate("C:\\Users\\Ann Lee\\Python313\\python.exe", "launcher", minor=(3, 13)),
        Candidate("C:\\Python39\\python.exe", "launcher", minor=(3, 9)),
    ]


def test_uv_s_and_pyenv_s_pythons_newest_first(tmp_path: Path) -> None:
    for version in ("3.9.18", "3.10.4"):
        program(tmp_path / "pyenv" / "versions" / version / "bin", "python3", "exit 1")
    program(tmp_path / "uv" / "cpython-3.13.1-linux-x86_64-gnu" / "bin", "python3", "exit 1")
    there = candidates(Choices(), str(tmp_path))
    assert [e.minor for e in there if e.origin == "pyenv"] == [(3, 10), (3, 9)]
    assert [e.minor for e in there if e.origin == "uv"] == [(3, 13)]
