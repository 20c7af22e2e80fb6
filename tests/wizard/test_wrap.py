"""Lines for people keep whole what is copied."""

from __future__ import annotations

from wizard.wrap import wrap

NAME = "openssl-3.0.22.tar.gz.asc"


def test_a_name_with_hyphens_is_never_broken() -> None:
    text = f"To check the signature put {NAME} beside it."
    for width in range(8, len(text) + 1):
        lines = wrap(text, width)
        assert [line for line in lines if NAME in line], (width, lines)
        assert " ".join(lines) == text


def test_a_word_longer_than_a_line_is_one_line() -> None:
    assert wrap("in /a/very/long/path now", 10) == ["in", "/a/very/long/path", "now"]


def test_what_stands_before_the_lines_counts() -> None:
    assert wrap("one two", 7, first="* ", rest="  ") == ["* one", "  two"]
