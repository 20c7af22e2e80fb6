"""The title of the terminal, and how the end of a long run is announced."""

from __future__ import annotations

import pytest

from screens.tui.announcing import BELL, LONG_SECONDS, VARIABLE, Announcer

NOTICE = "\x1b]9;Done.\a"


def announcer(**environ: str) -> tuple[Announcer, list[str]]:
    written: list[str] = []
    return Announcer(written.append, environ), written


def test_the_title_is_saved_set_and_restored() -> None:
    told, written = announcer(TERM="xterm-256color")
    assert told.restored() == ""
    told.title("2/7 Make it")
    told.title("2/7 Make it")
    told.title("3/7 Prove\x1b it")
    assert written == ["\x1b[22;2t\x1b]2;2/7 Make it\a", "\x1b]2;3/7 Prove\\x1b it\a"]
    assert told.restored().endswith("\x1b[23;2t")


@pytest.mark.parametrize("term", ["", "linux", "dumb", "vt100", "screen.xterm-256color"])
def test_a_terminal_without_a_title_gets_nothing(term: str) -> None:
    told, written = announcer(TERM=term)
    told.title("2/7 Make it")
    assert (written, told.restored()) == ([], "")


def test_tmux_has_a_title() -> None:
    told, written = announcer(TERM="screen-256color", TMUX="/tmp/tmux")
    told.title("2/7 Make it")
    assert written


@pytest.mark.parametrize(
    ("environ", "watched", "expected"),
    [
        ({"TERM": "xterm-256color"}, False, BELL),
        ({"TERM": "xterm-kitty"}, False, NOTICE + BELL),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, False, NOTICE + BELL),
        ({"TERM": "xterm-kitty"}, True, BELL),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, False, BELL),
        (
            {"TERM": "rxvt-unicode-256color"},
            False,
            "\x1b]777;notify;cryptography wizard;Done.\a" + BELL,
        ),
    ],
)
def test_a_long_run_ends_with_a_bell(environ: dict[str, str], watched: bool, expected: str) -> None:
    told, written = announcer(**environ)
    told.end(LONG_SECONDS, "Done.", watched=watched)
    assert written == [expected]


def test_not_after_a_short_run_and_not_if_it_is_switched_off() -> None:
    told, written = announcer(TERM="xterm-kitty")
    told.end(LONG_SECONDS - 1, "Done.", watched=False)
    silent, also = announcer(**{"TERM": "xterm-kitty", VARIABLE: "no"})
    silent.end(LONG_SECONDS, "Done.", watched=False)
    assert written == also == []
