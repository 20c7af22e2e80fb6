"""What a run says outside of the screen: in the title of the terminal, and at its end.

Sources: xterm's control sequences (titles and their stack), iTerm2's and rxvt-unicode's
documentation of their notifications.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Callable

from wizard.wording import visible

VARIABLE = "CRYPTOGRAPHY_WIZARD_BELL"
"""With the value ``no``, a long run ends without a bell and a notification."""
LONG_SECONDS = 30.0
"""The end of a run that takes longer is announced."""
BELL = "\a"
_SAVE_TITLE, _RESTORE_TITLE = "\x1b[22;2t", "\x1b[23;2t"
_NOTIFYING_PROGRAMS = ("iTerm.app", "WezTerm", "ghostty")
"""Terminals that show a notification for OSC 9, by ``TERM_PROGRAM``."""
_NOTIFYING_TERMS = ("xterm-kitty", "foot", "xterm-ghostty")
"""The same by the beginning of ``TERM``."""
_WITHOUT_TITLE = ("linux", "dumb", "vt", "screen", "ansi", "cons")
"""The beginnings of ``TERM`` of terminals without a title, or that could not restore it."""


class Announcer:
    """Writes control sequences with ``write``; nothing to terminals that would not understand."""

    def __init__(
        self, write: Callable[[str], None], environ: Mapping[str, str] = os.environ
    ) -> None:
        self._write = write
        self._environ = environ
        self._title = ""

    def title(self, text: str) -> None:
        """Show a text in the title of the terminal. The first time, the old title is saved."""
        term = self._environ.get("TERM", "")
        in_screen = term.startswith(_WITHOUT_TITLE) and "TMUX" not in self._environ
        if in_screen or not term or text == self._title:
            return
        before = "" if self._title else _SAVE_TITLE
        self._title = text
        self._write(f"{before}\x1b]2;{visible(text)}\a")

    def restored(self) -> str:
        """Return what restores the title, for a terminal that has a stack of them or not; or
        empty."""
        return f"\x1b]2;\a{_RESTORE_TITLE}" if self._title else ""

    def end(self, seconds: float, message: str, *, watched: bool) -> None:
        """Announce the end of a run that took so long. ``watched``: the terminal has the focus."""
        if seconds < LONG_SECONDS or self._environ.get(VARIABLE, "").lower() in ("no", "0", "off"):
            return
        text = visible(message).replace(";", ",")
        notice = ""
        if not watched and "TMUX" not in self._environ:
            if self._environ.get("TERM_PROGRAM", "") in _NOTIFYING_PROGRAMS or self._environ.get(
                "TERM", ""
            ).startswith(_NOTIFYING_TERMS):
                notice = f"\x1b]9;{text}\a"
            elif self._environ.get("TERM", "").startswith("rxvt-unicode"):
                notice = f"\x1b]777;notify;cryptography wizard;{text}\a"
        self._write(notice + BELL)
