"""Text that is put together in one way everywhere, and text files that a user named."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from wizard import text_files
from wizard.errors import BadRequest
from wizard.facts import Manager, Package, Python
from wizard.versions import minor
from wizard.wording import count, did_you_mean, joined, nearest, quoted_command, time_limit, wrap


@pytest.mark.parametrize(
    ("words", "text"),
    [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")],
)
def test_words_are_listed_as_people_list_them(words: tuple[str, ...], text: str) -> None:
    assert joined(words) == text
    assert joined(iter(words)) == text


def test_the_nearest_word_is_suggested() -> None:
    assert nearest("whel", {"wheel", "source"}) == "wheel"
    assert nearest("x", {"wheel", "source"}) == ""
    assert nearest("nope", {"upgrade", "new", "ignore"}) == ""  # three letters are no typing error
    assert nearest("upgarde", {"upgrade", "new", "ignore"}) == "upgrade"
    assert did_you_mean("whel", ("wheel",)) == " (did you mean wheel?)"
    assert did_you_mean("whel", ("wheel",), quoted=True) == " (did you mean 'wheel'?)"
    assert did_you_mean("x", ("wheel",)) == ""


def test_a_command_is_typed_as_the_system_reads_it() -> None:
    assert quoted_command(("a", "it's here"), "linux") == """a 'it'"'"'s here'"""


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("C:\\Jürgen\\x.exe", "C:\\Jürgen\\x.exe"),
        ("", '""'),
        ("a&b", '"a&b"'),
        ("3.9,3.12", '"3.9,3.12"'),
        ("(x)\\", '"(x)\\\\"'),
    ],
)
def test_a_word_is_quoted_where_a_shell_of_windows_would_change_it(word: str, text: str) -> None:
    assert quoted_command((word,), "windows") == text


@pytest.mark.parametrize("word", ["b c", 'say "hi"', "x y\\", 'a\\" b', "a b\\\\", 'x \\\\"'])
def test_a_word_with_spaces_is_quoted_as_python_does_it(word: str) -> None:
    assert quoted_command(("a", word), "windows") == subprocess.list2cmdline(("a", word))


def test_nouns_know_their_short_names() -> None:
    python = Python("/p", "path", "3.14.1", free_threaded=True)
    assert (python.minor, python.label) == ("3.14", "3.14t")
    assert Python("/p", "path", "3.11.7", implementation="pypy").label == "pypy3.11"
    assert (minor("3"), minor("")) == ("3", "")
    package = Package("gcc", "12", "12")
    manager = Manager("apt", "/usr/bin/apt-get", (package,))
    assert manager.package("gcc") is package
    assert manager.package("g++") is None


def refused(path: Path | str) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        text_files.read(path, "an answers file", limit=9, why="It is short.", hints=("Look.",))
    return caught.value


def test_a_text_file_is_read_without_its_mark(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"\xef\xbb\xbf\xc3\xbc \xf0\x9f\x98\x80")
    assert text_files.read(file, "an answers file", limit=10) == "ü 😀"


@pytest.mark.parametrize(
    ("content", "what", "shown"),
    [
        (b"0123456789", "is too large for an answers file.", ""),
        (b"\xc3(", "is not text in UTF-8.", "byte 0: invalid continuation byte"),
    ],
)
def test_what_is_not_such_a_text_is_refused(
    tmp_path: Path, content: bytes, what: str, shown: str
) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)
    error = refused(file)
    assert (error.what, error.shown, error.hints) == (f"{file} {what}", shown, ("Look.",))


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path).what == f"{tmp_path} is a folder, not an answers file."
    missing = refused(tmp_path / "missing")
    assert missing.what == f"{tmp_path / 'missing'} cannot be read."
    assert missing.shown == "No such file or directory"
    assert refused("a\0b").what == "'a\\x00b' is not the name of a file."


def test_what_fails_while_it_is_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadRequest) as caught, text_files.open_file(tmp_path / "file", "a log file"):
        raise OSError(5, "Input/output error")
    assert caught.value.shown == "Input/output error"


ARCHIVE = "openssl-3.0.22.tar.gz.asc"


def test_a_name_with_hyphens_is_never_broken() -> None:
    text = f"To check the signature put {ARCHIVE} beside it."
    for width in range(8, len(text) + 1):
        lines = wrap(text, width)
        assert [line for line in lines if ARCHIVE in line], (width, lines)
        assert " ".join(lines) == text


def test_a_word_longer_than_a_line_is_one_line() -> None:
    assert wrap("in /a/very/long/path now", 10) == ["in", "/a/very/long/path", "now"]


def test_what_stands_before_the_lines_counts() -> None:
    assert wrap("one two", 7, first="* ", rest="  ") == ["* one", "  two"]


def test_a_number_has_the_right_noun() -> None:
    assert [count(number, "file") for number in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
    assert count(1, "copy", "copies") + count(2, "copy", "copies") == "1 copy2 copies"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.7, "0.7 seconds"),
        (1, "1 second"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (300, "5 minutes"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (7200, "2 hours"),
    ],
)
def test_a_time_limit_as_people_say_it(seconds: float, text: str) -> None:
    assert time_limit(seconds) == text


def test_a_command_is_broken_only_if_it_fits_in_no_line() -> None:
    hint = "See which disk is full: `df -h /srv/data`. Then free some space."
    assert wrap(hint, 36, first="- ", rest="  ") == [
        "- See which disk is full:",
        "  `df -h /srv/data`. Then free some",
        "  space.",
    ]
    assert wrap("Type `pip install cryptography`.", 20) == ["Type `pip install", "cryptography`."]
