"""Answers in a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.choices import Choices
from wizard.errors import BadRequest
from wizard.questions import answers


def write(folder: Path, content: str | bytes) -> str:
    path = folder / "answers.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def told(error: BadRequest) -> str:
    return " ".join((error.what, error.shown, error.why, *error.hints))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_answers_are_read_as_windows_programs_write_them(tmp_path: Path, encoding: str) -> None:
    text = 'venv = "C:\\\\Users\\\\Zoë"\r\nrelease = "46.0.7"\r\n'
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    path = write(tmp_path, mark + text.encode(encoding))
    assert answers.load(path) == Choices(venv="C:\\Users\\Zoë", release="46.0.7")


def test_answers_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, 'method = "source"\nrelease = "46.0.7"\n')
    assert answers.load(path) == Choices(method="source", release="46.0.7")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('venv = "x"\nmetod = "wheel"\n', ["metod", "method", ":2:"]),
        ('method = "whel"\n', ["whel", "wheel", ":1:", "source"]),
        ("release = 50\n", ["release", "quotes", ":1:"]),
        ("targets = [3.9, 3.12]\n", ["quotes", 'For example: targets = "3.9,3.12"']),
        ("method = \n", ["TOML", "line 1"]),
        ("[method]\nx = 1\n", ["method", "quotes"]),
        (b"\xff\xfe\x00", ["UTF-16", "truncated"]),
        (b"venv = '\xe9'", ["UTF-8", "byte 8"]),
        ("\0\0\0", ["binary"]),
        ('venv = "a\\nb"\n', ["venv", "single line"]),
        ('venv = "e"\nopenssl_sha256 = "abc"\n', ["abc", "SHA-256", ":2:", "3 characters"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: str | bytes, says: list[str]) -> None:
    with pytest.raises(BadRequest) as caught:
        answers.load(write(tmp_path, content))
    text = told(caught.value)
    assert [word for word in says if word in text] == says
    assert "answers.toml" in text


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("openssl", " 3.5.7 ", "3.5.7"),
        ("openssl", "system\t", "system"),
        ("openssl", " /opt/my ssl ", " /opt/my ssl "),
        ("openssl_sha256", f" {'0' * 64} ", "0" * 64),
        ("venv", " my env ", " my env "),
    ],
)
def test_spaces_are_no_part_of_a_version_or_a_checksum(name: str, value: str, meant: str) -> None:
    assert answers.canonical_value(name, value) == meant
    assert answers.from_data({name: value}).answered() == {name: meant}


def test_a_folder_is_no_answers_file(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="is a folder"):
        answers.load(str(tmp_path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadRequest) as caught:
        answers.load(str(tmp_path / "none.toml"))
    assert "No such file" in caught.value.shown


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.toml"
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    with pytest.raises(BadRequest, match="too large"):
        answers.load(str(path))


def test_flags_win(tmp_path: Path) -> None:
    merged = answers.merge(Choices(release="50.0.2"), Choices(release="49.0.0", method="wheel"))
    assert merged == Choices(release="50.0.2", method="wheel")


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
some = st.builds(
    Choices,
    venv=texts,
    python=texts,
    release=texts,
    method=st.sampled_from(["", "wheel", "source"]),
    manager=st.sampled_from(["", "apt", "macports"]),
    link=st.sampled_from(["", "dynamic", "static"]),
    rust=st.sampled_from(["", "system", "rustup"]),
    installer=st.sampled_from(["", "pip", "uv"]),
)


@given(some)
def test_what_is_saved_is_read_again(tmp_path_factory: pytest.TempPathFactory, c: Choices) -> None:
    path = tmp_path_factory.mktemp("answers") / "answers.toml"
    answers.save(path, c)
    assert answers.load(str(path)) == c


@pytest.mark.parametrize(
    "text", ["release = " + "9" * 5000, 'release = "' + "9" * 101 + '"', "a = " + "[" * 5000]
)
def test_what_python_refuses_to_read_is_said_with_its_place(tmp_path: Path, text: str) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadRequest) as refused:
        answers.load(str(path))
    assert str(path) in refused.value.what + refused.value.shown
