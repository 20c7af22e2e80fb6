"""How a laptop joins a room: what to type, and the square to photograph."""

from __future__ import annotations

from dataclasses import dataclass

import segno

from wizard.locations import NAME
from wizard.room.keys import RoomAddress
from wizard.serving.addresses import is_loopback
from wizard.wording import quoted_command

PLACEHOLDER = "Your name"


@dataclass(frozen=True)
class JoinCommand:
    """What to type where the wizard is there in one of several forms.

    ``quote`` says how a name is quoted in it: ``sh`` or ``powershell``.
    """

    title: str
    command: str
    quote: str


@dataclass(frozen=True)
class Joining:
    """How laptops join. ``browser`` is the address of the page that says it, and ``svg`` the same
    as a QR code. ``only_here`` says that no other machine can join."""

    address: RoomAddress
    commands: tuple[JoinCommand, ...]
    browser: str
    svg: str
    only_here: bool


def joining(address: RoomAddress) -> Joining:
    """Return how laptops join the room at this address."""
    browser = f"http://{address}"
    return Joining(address, _commands(address), browser, _svg(browser), is_loopback(address.host))


def _commands(address: RoomAddress) -> tuple[JoinCommand, ...]:
    file = f"{NAME}.pyz"
    beside = f"in the folder of {file}"
    starts = (
        ("macOS, Linux", (NAME,), "sh"),
        (f"macOS, Linux, {beside}", ("python3", file), "sh"),
        ("Windows (PowerShell)", (NAME,), "powershell"),
        (f"Windows (PowerShell), {beside}", ("py", file), "powershell"),
    )
    return tuple(
        JoinCommand(title, command(words, address, quote), quote) for title, words, quote in starts
    )


def command(words: tuple[str, ...], address: RoomAddress, quote: str) -> str:
    """Return the line to type, with a place for the name."""
    typed = (*words, "--room", str(address), "--name", PLACEHOLDER)
    return quoted_command(typed, "windows" if quote == "powershell" else "")


def _svg(text: str) -> str:
    """Return a QR code as SVG, drawn with the colour of the text."""
    drawn = segno.make(text, error="m", micro=False)
    return drawn.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None)
