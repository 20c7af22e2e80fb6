"""The full screen in real pseudo-terminals of several kinds: which bytes reach the terminal.

The machine is a pretended one; everything between the first page and the terminal is real.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from screens import background

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals of POSIX")

CHECKOUT = Path(__file__).parents[3]
PATIENCE = 120.0
"""Seconds for the first page, on a machine that does much else at the same time."""
SHOW = """\
import pytest
from screens import background, terminal
from screens.tui import app
from tests.screens.fakes import pretend
from tests.screens.scenes import SCENES

terminal.make_streams_safe(ascii_only={ascii_only})
with background.asked() as answer:
    pass
look = terminal.detect_look(light=answer.light, late=answer.late)
with pytest.MonkeyPatch.context() as patch:
    pretend(patch)
    shown = SCENES["welcome"].app(look)
    shown.run()
"""
_COLOUR = re.compile(rb"\x1b\[[0-9;]*m")
_CONTROL = re.compile(rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[()>=78]")


def shown(
    kind: str,
    environ: Mapping[str, str],
    folder: Path,
    *,
    ascii_only: bool = False,
    answer: bytes = b"",
) -> bytes:
    """Return all bytes of the first page in a terminal of this kind, until it was left with Q."""
    import fcntl
    import pty
    import select
    import struct
    import subprocess
    import termios

    master, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    child = subprocess.Popen(
        (sys.executable, "-c", SHOW.format(ascii_only=ascii_only)),
        cwd=CHECKOUT,
        env={**kept, "CRYPTOGRAPHY_WIZARD_STATE": str(folder), "TERM": kind, **environ},
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    )
    os.close(inner)
    said, asked, left = b"", False, False
    deadline = time.monotonic() + PATIENCE
    try:
        while select.select([master], [], [], max(0.0, deadline - time.monotonic()))[0]:
            try:
                chunk = os.read(master, 1 << 16)
            except OSError:  # how Linux says that nobody is at the other end
                break
            if not chunk:
                break
            said += chunk
            if answer and not asked and background.QUESTION in said:
                asked = True
                os.write(master, answer)
            if not left and b"Quit" in said and b"tested on" in _CONTROL.sub(b"", said):
                left = True
                os.write(master, b"q")
        assert left, f"the first page did not come: {said[-2000:]!r}"
        child.wait(PATIENCE)
    finally:
        child.kill()
        child.wait()
        os.close(master)
    return said


@pytest.mark.parametrize(
    ("environ", "ascii_only"), [({"LC_ALL": "C"}, False), ({"LC_ALL": "C.UTF-8"}, True)]
)
def test_the_locale_c_and_the_option_get_ascii_alone(
    environ: Mapping[str, str], ascii_only: bool, tmp_path: Path
) -> None:
    said = shown("xterm-256color", environ, tmp_path, ascii_only=ascii_only)
    text = _CONTROL.sub(b"", said).decode("ascii")
    assert "?" not in text, "a character was lost"
    assert "+-" in text
    assert not re.search(r"[^\x20-\x7e\n\r]", text)


def test_latin_1_keeps_its_letters_and_has_a_frame(tmp_path: Path) -> None:
    said = shown("xterm-256color", {"PYTHONIOENCODING": "latin-1"}, tmp_path)
    text = _CONTROL.sub(b"", said).decode("latin-1")
    assert "+-" in text
    assert "?" not in text


def test_utf_8_gets_real_frames(tmp_path: Path) -> None:
    said = shown("xterm-256color", {"LC_ALL": "C.UTF-8", "COLORTERM": "truecolor"}, tmp_path)
    assert "╭─" in _CONTROL.sub(b"", said).decode()
    assert b"38;2;" in said
    assert background.QUESTION in said


def test_the_text_console_of_linux_gets_16_colours_and_its_own_frames(tmp_path: Path) -> None:
    said = shown("linux", {"LC_ALL": "C.UTF-8"}, tmp_path)
    text = _CONTROL.sub(b"", said).decode()
    assert "┌─" in text
    assert "╭" not in text
    assert not re.search(rb"[34]8;[25];", said)
    assert background.QUESTION not in said, "it would show it"


@pytest.mark.parametrize(
    ("kind", "environ"), [("vt100", {}), ("xterm-256color", {"NO_COLOR": "1"})]
)
def test_no_colours_are_no_colours(kind: str, environ: Mapping[str, str], tmp_path: Path) -> None:
    said = shown(kind, {"LC_ALL": "C.UTF-8", **environ}, tmp_path)
    numbers = {int(each) for code in _COLOUR.findall(said) for each in re.findall(rb"\d+", code)}
    assert numbers <= {0, 1, 2, 3, 4, 7, 39, 49}, "bold, italic, reverse, but no colour"


def test_a_light_terminal_gets_the_light_theme(tmp_path: Path) -> None:
    environ = {"LC_ALL": "C.UTF-8", "COLORTERM": "truecolor"}
    white = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62c"
    said = shown("xterm-256color", environ, tmp_path, answer=white)
    assert b"48;2;250;250;247" in said
    assert b"rgb:ffff" not in said, "the answer was not typed"
