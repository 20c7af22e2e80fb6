"""Sentences with commands: styled, wrapped, and never broken inside a command."""

from __future__ import annotations

import pytest
from textual.geometry import Size

from screens.tui.prose import COMMAND, MarkedLines, wrapped

TEXT = "Take the wheel, which needs no compiler: `wizard --method wheel --venv ./env`, then try."


def lines(text: str, width: int) -> list[str]:
    return wrapped(text, width).plain.split("\n")


def test_a_command_that_does_not_fit_begins_a_line() -> None:
    assert lines(TEXT, 60) == [
        "Take the wheel, which needs no compiler:",
        "wizard --method wheel --venv ./env, then try.",
    ]


@pytest.mark.parametrize("width", range(12, 100, 7))
def test_no_line_is_too_long_and_nothing_is_lost(width: int) -> None:
    shown = lines(TEXT, width)
    assert max(map(len, shown)) <= width
    assert "`" not in "".join(shown)
    words = " ".join(shown).replace("\\", "").split()
    assert words == TEXT.replace("`", "").split()


def test_a_command_that_fits_in_no_line_is_continued_as_a_shell_does() -> None:
    assert lines("Run `wizard --method wheel --venv ./env`.", 26) == [
        "Run",
        "wizard --method wheel \\",
        "  --venv ./env.",
    ]


def test_a_quoted_word_of_a_command_is_not_broken() -> None:
    assert lines("Run `source './my own env/bin/activate' --now`.", 34) == [
        "Run",
        "source \\",
        "  './my own env/bin/activate' \\",
        "  --now.",
    ]


def test_a_word_that_fits_in_no_line_is_not_lost() -> None:
    path = "/home/ada/project/env"
    assert lines(f"See {path} now", 10) == ["See", "/home/ada/", "project/en", "v", "now"]
    content = wrapped(f"`{path}`", 10)
    assert content.plain.split("\n") == ["/home/ada/", "project/en", "v"]
    assert {span.style for span in content.spans} == {COMMAND}


def test_commands_are_styled_and_other_backticks_stay() -> None:
    content = wrapped("Run `make clean` or ` alone", 80)
    assert content.plain == "Run make clean or ` alone"
    (span,) = content.spans
    assert (content.plain[span.start : span.end], span.style) == ("make clean", COMMAND)


def test_paragraphs_stay() -> None:
    assert lines("One.\nTwo three.", 80) == ["One.", "Two three."]


def test_a_wrapped_line_of_a_log_continues_below_its_text() -> None:
    shown = MarkedLines(("first", "ERROR: nothing was found for it", ""), 1)
    assert shown.lines(18).plain.split("\n") == [
        "  first",
        "▸ ERROR: nothing",
        "  was found for it",
        "  ",
    ]
    assert shown.get_content_height(Size(80, 24), Size(80, 24), 18) == 4
    assert "▸" not in MarkedLines(("first",), -1).lines(80).plain


def test_a_long_line_is_shown_with_its_beginning_and_its_end() -> None:
    path = "/home/ada/" + "folder/" * 40
    line = f"cause: failed to copy a file from {path} to {path}: No space left on device"
    shown = MarkedLines((line,), 0, most=3).lines(60).plain.split("\n")
    assert len(shown) == 3
    assert max(map(len, shown)) <= 60
    assert shown[0] == "▸ cause: failed to copy a file from…"
    assert " ".join(shown).endswith("No space left on device")
    whole = MarkedLines((line,), 0).lines(60).plain
    assert whole.replace("\n  ", "").replace("▸ ", "").replace(" ", "") == line.replace(" ", "")
