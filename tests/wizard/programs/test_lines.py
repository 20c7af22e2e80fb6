from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.programs import lines
from wizard.programs.lines import CUT_MARK, MAX_LINE, LineDecoder


def decode(*chunks: bytes) -> list[str]:
    decoder = LineDecoder()
    found = [line for chunk in chunks for line in decoder.feed(chunk)]
    return found + decoder.finish()


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (b"", []),
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\n\n  two", ["one", "", "  two"]),
        (b"windows\r\nlines\r\n", ["windows", "lines"]),
        (b" 10%\r 50%\r100%\ndone\n", ["100%", "done"]),
        (b"100%\r    \r\n", ["100%"]),
        (b"   \n\r\n", ["   ", ""]),
        (b"\x1b[1;32mgreen\x1b[0m\x1b[K text\n", ["green text"]),
        (b"\x1b]0;title\x07after \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\n", ["after link"]),
        (b"be\x07ll\x08 tab\there\x00\n", ["bell tab\there"]),
        ("gr\u00f6\u00dfe \u2713\n".encode(), ["gr\u00f6\u00dfe \u2713"]),
        (b"\xff\xfe broken\n", ["\ufffd\ufffd broken"]),
        (b"cut at the end \xe2\x9c", ["cut at the end \ufffd"]),
        ("turned \u202eround\u2028\u0085\n".encode(), ["turned round"]),
        (b"half \x1b[31", ["half "]),
    ],
)
def test_bytes_become_clean_lines(raw: bytes, wanted: list[str]) -> None:
    assert decode(raw) == wanted


def test_an_overlong_line_is_cut_and_the_next_one_is_whole() -> None:
    assert decode(b"x" * (MAX_LINE + 1) + b"\n" + b"y" * MAX_LINE + b"\n") == [
        "x" * MAX_LINE + CUT_MARK,
        "y" * MAX_LINE,
    ]


def test_a_line_that_never_ends_does_not_fill_the_memory() -> None:
    decoder = LineDecoder()
    for _ in range(100):
        assert decoder.feed(b"z" * 65_536) == []
        assert len(decoder._rest) <= lines._RAW + 1
    assert decoder.finish() == ["z" * MAX_LINE + CUT_MARK]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *(b"plain", b" ", b"\n", b"\r", b"\r\n", b"\t", b"\x07", b"["),
                *(b"\x1b[31m", b"\x1b]0;t\x07", b"\x1b", b"\xc3", b"\xa9"),
                *("é".encode(), "\u202e".encode(), b"w" * 9_000, b"v" * 70_000),
            ]
        ),
        max_size=20,
    ),
    st.lists(st.integers(0, 200_000), max_size=8),
)
def test_however_the_bytes_are_cut_the_lines_are_the_same(
    pieces: list[bytes], cuts: list[int]
) -> None:
    raw = b"".join(pieces)
    places = [0, *sorted(min(cut, len(raw)) for cut in cuts), len(raw)]
    chunks = [raw[a:b] for a, b in zip(places, places[1:])]
    assert decode(*chunks) == decode(raw)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_byte_by_byte_is_the_same_as_all_at_once(raw: bytes) -> None:
    assert decode(*(raw[i : i + 1] for i in range(len(raw)))) == decode(raw)


@given(st.binary(max_size=300))
def test_nothing_that_moves_the_cursor_is_left(raw: bytes) -> None:
    for line in decode(raw):
        assert not [c for c in line if (ord(c) < 32 and c != "\t") or 127 <= ord(c) < 160]
