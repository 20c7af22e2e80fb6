"""Which face fits which terminal; colours and letters."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from screens import terminal
from screens.terminal import Abilities, Interface, choose_interface
from wizard.errors import BadRequest, Exit

GOOD = Abilities(stdin=True, stdout=True, stderr=True, columns=80, lines=24)


@pytest.mark.parametrize(
    ("abilities", "face"),
    [
        (GOOD, Interface.FULL),
        (replace(GOOD, columns=60, lines=16), Interface.FULL),
        (replace(GOOD, columns=59), Interface.PROMPTS),
        (replace(GOOD, lines=15), Interface.PROMPTS),
        (replace(GOOD, stderr=False), Interface.PROMPTS),
        (replace(GOOD, dumb=True), Interface.PLAIN),
        (replace(GOOD, spoken=True), Interface.PLAIN),
        (replace(GOOD, columns=0, lines=0), Interface.PLAIN),
    ],
)
def test_the_face_is_what_the_terminal_can_carry(abilities: Abilities, face: Interface) -> None:
    assert choose_interface(abilities) is face


@pytest.mark.parametrize("lacking", ["stdin", "stdout"])
@pytest.mark.parametrize("prompts", [False, True])
def test_without_a_terminal_nothing_is_asked(lacking: str, prompts: bool) -> None:
    abilities = replace(GOOD, **{lacking: False})
    with pytest.raises(BadRequest) as caught:
        choose_interface(abilities, prompts=prompts)
    assert caught.value.code == Exit.WRONG
    assert any("--yes" in hint for hint in caught.value.hints)


def test_prompts_are_asked_for() -> None:
    assert choose_interface(GOOD, prompts=True) is Interface.PROMPTS


def test_prompts_on_a_dumb_terminal_are_plain() -> None:
    assert choose_interface(replace(GOOD, dumb=True), prompts=True) is Interface.PLAIN


def test_plain_answers_may_come_through_a_pipe() -> None:
    assert choose_interface(replace(GOOD, stdin=False, stdout=False), plain=True) is Interface.PLAIN


def test_plain_needs_something_to_read() -> None:
    with pytest.raises(BadRequest):
        choose_interface(replace(GOOD, stdin=False, open=False), plain=True)


@pytest.mark.parametrize(
    ("environ", "dumb", "spoken"),
    [
        ({"TERM": "xterm"}, False, False),
        ({"TERM": "dumb"}, True, False),
        ({"TERM": "xterm", "ACCESSIBLE": "1"}, False, True),
        ({"TERM": "xterm", "ACCESSIBLE": "0"}, False, False),
    ],
)
def test_the_environment_is_looked_at(environ: dict[str, str], dumb: bool, spoken: bool) -> None:
    abilities = terminal.detect(environ)
    assert (abilities.dumb, abilities.spoken) == (dumb, spoken)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no TERM")
def test_a_terminal_of_unknown_kind_is_dumb() -> None:
    assert terminal.detect({}).dumb


class Screen(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "wish", "environ", "colored"),
    [
        (Screen(), "auto", {}, True),
        (Screen(), "auto", {"NO_COLOR": "1"}, False),
        (Screen(), "auto", {"NO_COLOR": ""}, True),
        (Screen(), "auto", {"TERM": "dumb"}, False),
        (io.StringIO(), "auto", {}, False),
        (None, "auto", {}, False),
        (Screen(), "never", {}, False),
        (io.StringIO(), "always", {"NO_COLOR": "1"}, True),
    ],
)
def test_color(
    stream: io.StringIO | None,
    wish: terminal.ColorMode,
    environ: dict[str, str],
    colored: bool,
) -> None:
    assert terminal.color(stream, wish, environ) is colored


def test_a_closed_stream_is_no_terminal() -> None:
    stream = Screen()
    stream.close()
    assert not terminal.is_terminal(stream)


def test_a_file_is_written_in_utf_8_with_plain_line_feeds() -> None:
    """As on Windows, where a pipe has another encoding and other line ends."""
    kept = io.BytesIO()
    stream = io.TextIOWrapper(kept, encoding="cp1252", errors="replace", newline="\r\n")
    stream.write("# first\n")
    terminal.write_file("cd '/home/zoë/字/\udcff'\n", stream)
    stream.flush()
    assert kept.getvalue() == b"# first\r\n" + "cd '/home/zoë/字/".encode() + b"\xff'\n"


def test_a_terminal_gets_what_it_can_show() -> None:
    screen = Screen()
    terminal.write_file("cd 'zoë'\n", screen)
    assert screen.getvalue() == "cd 'zoë'\n"


@pytest.mark.parametrize(
    ("encoding", "ascii_only", "written"),
    [
        ("ascii", "False", "wait ... ok -> ??"),
        ("utf-8", "False", "wait … ✓ → 字"),
        ("utf-8", "True", "wait ... ok -> ??"),
    ],
)
def test_letters_that_cannot_be_shown_have_look_alikes(
    encoding: str, ascii_only: str, written: str
) -> None:
    code = (
        "from screens import terminal; "
        f"terminal.make_streams_safe(ascii_only={ascii_only}); print('wait … ✓ → 字')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONIOENCODING": encoding},
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    assert done.stdout.decode().strip() == written


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "zoë … ✓"), ("latin-1", "zoë ... ok"), ("ascii", "zoe ... ok")],
)
def test_what_others_write_has_look_alikes(
    encoding: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert terminal.showable("zoë … ✓") == shown


@pytest.mark.parametrize(
    ("environ", "ascii_only"),
    [
        ({"LC_ALL": "C"}, True),
        ({"LC_ALL": "POSIX", "LANG": "de_DE.UTF-8"}, True),
        ({"LC_ALL": "", "LANG": "C"}, True),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, False),
        ({"LC_ALL": "C.UTF-8"}, False),
        ({"LC_ALL": "C", "PYTHONUTF8": "1"}, False),
        ({"LC_ALL": "C", "PYTHONIOENCODING": "utf-8"}, False),
        ({}, False),
    ],
)
def test_the_locale_c_means_ascii(environ: dict[str, str], ascii_only: bool) -> None:
    assert terminal.is_ascii_locale(environ) is ascii_only


@pytest.mark.skipif(os.name == "nt", reason="Windows has no TERM")
@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, True),
        ({"TERM": "vt100", "COLORTERM": "truecolor"}, True),
    ],
)
def test_colours_are_what_the_user_wants(environ: dict[str, str], colours: bool) -> None:
    assert terminal.has_colours(environ) is colours


@pytest.mark.skipif(os.name == "nt", reason="Windows has no TERM")
@pytest.mark.parametrize(
    ("kind", "colours"), [("vt100", False), ("linux", True), ("unheard-of", True)]
)
def test_the_system_knows_which_terminals_have_colours(kind: str, colours: bool) -> None:
    """In a separate process, because curses reads one terminal in each."""
    code = f"from screens import terminal; print(terminal.has_colours({{'TERM': {kind!r}}}))"
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == str(colours)


@pytest.mark.parametrize(
    ("columns", "lines", "small"),
    [(60, 16, False), (59, 24, True), (80, 15, True), (0, 0, False)],
)
def test_a_window_can_be_too_small(columns: int, lines: int, small: bool) -> None:
    assert terminal.is_too_small(replace(GOOD, columns=columns, lines=lines)) is small


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals of POSIX")
def test_what_was_typed_too_early_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    import pty
    import select

    keyboard, end = pty.openpty()
    with os.fdopen(end, encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        os.write(keyboard, b"\n")
        assert select.select([end], [], [], 30)[0]
        terminal.discard_typeahead()
        assert not select.select([end], [], [], 0)[0]
    os.close(keyboard)


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals of POSIX")
def test_a_terminal_that_is_gone_has_nothing_to_forget(monkeypatch: pytest.MonkeyPatch) -> None:
    import pty

    keyboard, end = pty.openpty()
    with os.fdopen(end, encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        monkeypatch.setattr(terminal, "is_terminal", lambda _: True)
        os.close(keyboard)
        terminal.discard_typeahead()


def test_answers_in_a_pipe_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO("1\n")
    monkeypatch.setattr(sys, "stdin", stream)
    terminal.discard_typeahead()
    assert stream.read() == "1\n"
