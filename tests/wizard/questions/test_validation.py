"""The first look at a request."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from wizard import constraint_file, openssl_archive, unfinished
from wizard.choices import Choices
from wizard.errors import BadRequest
from wizard.questions.validation import check, check_for_other_machine, with_implied


def environment(folder: Path, *, python: bool = True) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\n")
    if python:
        (folder / "bin" / "python").write_text("#!/bin/sh\n")
        (folder / "bin" / "python").chmod(0o755)
    return folder


@pytest.mark.parametrize("name", ["plain", "with space", "it's", '"quoted"', "$(touch x)", "-dash"])
def test_any_name_can_be_a_folder(tmp_path: Path, name: str) -> None:
    assert check(Choices(venv=str(tmp_path / name))).venv == str(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_relative_folder_is_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert check(Choices(venv="-env")).venv == str(tmp_path / "-env")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadRequest, match="is a file"):
        check(Choices(venv=str(tmp_path / "file")))
    with pytest.raises(BadRequest):
        check(Choices(venv=str(tmp_path / "file" / "inside")))


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("x")
    with pytest.raises(BadRequest, match="not a virtual environment"):
        check(Choices(venv=str(tmp_path)))


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    assert check(Choices(venv=str(tmp_path))).venv == str(tmp_path)


def test_a_broken_environment_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="broken"):
        check(Choices(venv=str(environment(tmp_path / "e", python=False))))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(BadRequest, match="cannot be written"):
        check(Choices(venv=str(tmp_path / "e")))


def test_a_python_by_its_bare_name(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Path(sys.executable)
    monkeypatch.setenv("PATH", str(here.parent))
    assert check(Choices(python=here.name)).python == str(here)


def test_an_environments_folder_means_its_python(tmp_path: Path) -> None:
    folder = environment(tmp_path / "e")
    assert check(Choices(python=str(folder))).python == str(folder / "bin" / "python")


@pytest.mark.parametrize(
    ("choices", "says"),
    [
        (Choices(python="no-such-python-9"), "no Python"),
        (Choices(python="/"), "is a folder"),
        (Choices(release="newest"), "not a version"),
        (Choices(venv="a\0b"), "character"),
        (Choices(method="wheel", link="dynamic"), "contradict"),
        (Choices(method="wheel", manager="apt"), "contradict"),
        (Choices(method="wheel", rust="system"), "contradict"),
        (Choices(method="wheel", openssl_source="https://m.example/"), "contradict"),
        (Choices(method="wheel", openssl_sha256="0" * 64), "contradict"),
        (Choices(openssl="system", openssl_source="https://m.example/"), "contradict"),
        (Choices(openssl="system", openssl_sha256="0" * 64), "contradict"),
        (Choices(openssl="/opt/ssl", openssl_sha256="0" * 64), "contradict"),
        (Choices(openssl_source="https://m.example/"), "only works with --openssl VERSION"),
        (Choices(method="source", openssl_sha256="0" * 64), "only works with --openssl VERSION"),
        (Choices(openssl="3.5.7", openssl_source="/no/such/file"), "--openssl-source names"),
        (Choices(openssl="3.5.7", openssl_source="https://a:b@m.example/"), "contains a password"),
    ],
)
def test_what_cannot_be_is_refused(choices: Choices, says: str) -> None:
    with pytest.raises(BadRequest, match=says) as caught:
        check(choices)
    assert caught.value.code == 2


def test_the_source_of_an_openssl_is_a_file_or_a_mirror(tmp_path: Path) -> None:
    file = tmp_path / "openssl-3.5.7.tar.gz"
    file.write_text("x")
    asked = Choices(openssl="3.5.7", openssl_source=str(file))
    assert check(asked).openssl_source == file.as_uri()
    assert check(check(asked)) == check(asked)  # as an answers file gives them back
    mirror = Choices(openssl="3.5.7", openssl_source=str(tmp_path))
    assert check(mirror).openssl_source == f"{tmp_path.as_uri()}/"
    with pytest.raises(BadRequest, match=r"does not contain openssl-4\.0\.2\.tar\.gz"):
        check(Choices(openssl="4.0.2", openssl_source=str(tmp_path)))


def test_the_variable_for_it_is_looked_at_only_where_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(openssl_archive.VARIABLE, str(tmp_path / "none"))
    with pytest.raises(BadRequest, match=openssl_archive.VARIABLE) as caught:
        check(Choices(openssl="3.5.7"))
    assert caught.value.code == 2
    for choices in (
        Choices(),
        Choices(method="wheel"),
        Choices(method="source"),
        Choices(openssl="system"),
        Choices(openssl="3.5.7", openssl_source="https://m.example/"),
    ):
        assert check(choices).openssl_source == choices.openssl_source
    monkeypatch.setenv(openssl_archive.VARIABLE, "https://m.example/")
    assert check(Choices(openssl="3.5.7")).openssl_source == ""  # the facts have it


def test_a_file_that_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(BadRequest, match="is not an executable"):
        check(Choices(python=str(tmp_path / "notes.txt")))


def test_an_existing_environment_keeps_its_python(tmp_path: Path) -> None:
    folder = environment(tmp_path / "e")
    inside = folder / "bin" / "python"
    assert check(Choices(venv=str(folder), python=str(inside))).python == str(inside)
    with pytest.raises(BadRequest, match="contradict"):
        check(Choices(venv=str(folder), python=sys.executable))
    again = Choices(venv=str(folder), python=str(tmp_path / "base"))
    Path(again.python).touch(mode=0o755)
    unfinished.mark(folder).close()  # by a wizard that was killed
    assert check(again) == again
    unfinished.unmark(folder)
    inside.unlink()
    inside.symlink_to(again.python)
    assert check(again) == Choices(venv=str(folder))


def test_an_environment_that_another_wizard_is_making_is_not_called_a_folder_of_others(
    tmp_path: Path,
) -> None:
    with unfinished.mark(tmp_path), pytest.raises(BadRequest) as refused:
        check(Choices(venv=str(tmp_path)))
    assert f"in use by another wizard (process {os.getpid()})" in str(refused.value)


def test_a_version_is_written_plainly() -> None:
    assert check(Choices(release="v50.0.2 ")).release == "50.0.2"


@pytest.mark.parametrize(
    "choices",
    [
        Choices(manager="apt"),
        Choices(rust="rustup"),
        Choices(toolchain="keep"),
        Choices(openssl="system"),
        Choices(link="dynamic"),
    ],
)
def test_what_only_a_build_needs_means_a_build(choices: Choices) -> None:
    assert with_implied(choices).method == "source"


def test_what_a_wheel_can_be_does_not() -> None:
    for choices in (Choices(), Choices(release="50.0.2"), Choices(link="static")):
        assert with_implied(choices).method == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("there.txt", "exists already"),
        ("link.txt", "exists already"),
        ("no/c.txt", "does not exist"),
        pytest.param("a" * 5000, "cannot be written", id="long"),
    ],
)
def test_a_constraint_file_must_be_new_and_possible(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "there.txt").touch()
    if name == "link.txt":
        (tmp_path / name).symlink_to("nowhere")
    with pytest.raises(BadRequest) as caught:
        check(Choices(write_constraint=str(tmp_path / name)))
    assert said in caught.value.what
    assert "--write-constraint" in caught.value.hints[0]


def test_the_wizard_s_own_constraint_file_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "c.txt"
    file.write_text(constraint_file.text("45.0.7"), encoding="utf-8")
    assert check(Choices(write_constraint=str(file))).write_constraint == str(file)


@pytest.mark.parametrize(
    "text",
    [
        "cryptography==45.0.7\n",
        constraint_file.text("45.0.7") + "flask<3\n",
        "flask<3\n" + constraint_file.text("45.0.7"),
        constraint_file.text("45.0.7").replace("==", "<="),
    ],
)
def test_a_constraint_file_that_someone_changed_is_not_replaced(tmp_path: Path, text: str) -> None:
    file = tmp_path / "c.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadRequest, match="exists already"):
        check(Choices(write_constraint=str(file)))
    assert file.read_text(encoding="utf-8") == text


def test_a_link_to_the_wizard_s_constraint_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text(constraint_file.text("45.0.7"), encoding="utf-8")
    (tmp_path / "c.txt").symlink_to("real.txt")
    with pytest.raises(BadRequest, match="exists already"):
        check(Choices(write_constraint=str(tmp_path / "c.txt")))


def test_a_constraint_file_in_a_folder_of_others_is_refused_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(BadRequest) as caught:
        check(Choices(write_constraint=str(tmp_path / "c.txt")))
    assert caught.value.shown == f"{tmp_path}: permission denied"


def test_a_link_to_nothing_is_no_environment(tmp_path: Path) -> None:
    (tmp_path / "env").symlink_to("nowhere")
    with pytest.raises(BadRequest, match="link to a folder that does not exist"):
        check(Choices(venv=str(tmp_path / "env")))


def test_a_folder_that_looks_like_an_option_is_one_in_a_plan_for_another_machine() -> None:
    chosen = Choices(venv="-x", temporary_folder="-t", wheelhouse="", python="/usr/bin/python3")
    checked = check_for_other_machine(chosen)
    assert (checked.venv, checked.temporary_folder) == ("./-x", "./-t")
    assert checked.python == "/usr/bin/python3"
