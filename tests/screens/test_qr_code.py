"""QR codes in a terminal."""

from __future__ import annotations

import io

from screens import qr_code


class Terminal(io.StringIO):
    """A terminal with this encoding."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


class OldTerminal(Terminal):
    encoding = "ascii"


def test_a_terminal_shows_it() -> None:
    plain = qr_code.lines("http://192.0.2.7:8021/", Terminal(), "never")
    assert {character for row in plain for character in row} == set("█▀▄ ")
    assert len({len(row) for row in plain}) == 1
    assert len(plain[0]) <= 40
    coloured = qr_code.lines("http://192.0.2.7:8021/", Terminal(), "always")
    assert coloured == [f"\x1b[97;40m{row}\x1b[0m" for row in plain]


def test_what_cannot_show_it_gets_nothing() -> None:
    assert qr_code.lines("http://192.0.2.7:8021/", io.StringIO(), "always") == []
    assert qr_code.lines("http://192.0.2.7:8021/", OldTerminal(), "always") == []
