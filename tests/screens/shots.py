"""Pictures of every screen: ``python -m tests.screens.shots [FOLDER] [WIDTHxHEIGHT]``.

The machine is a recorded one, the questions and plans are the real ones, and what the run prints
was recorded from real programs.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Callable

from textual.pilot import Pilot
from textual.widgets import Input, Static

from backends import xcode
from screens.tui.app import WizardApp
from screens.tui.live_log import LiveLog
from screens.tui.run import RunPage
from tests.machines import machine
from tests.recordings import recorded
from tests.screens.recording import Frame, animated
from tests.simulate import Scene, Script, simulated
from wizard.choices import Choices
from wizard.diagnosis import excerpts
from wizard.diagnosis.diagnose import diagnose
from wizard.engine import Engine
from wizard.facts import Facts

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "screenshots"
LOGS = Path(__file__).resolve().parents[1] / "logs"
DEBIAN = machine("debian-12")
AS_ROOT = replace(DEBIAN.privilege, method="root", password=False)
BUILD = tuple(recorded("pip", "source-build").stdout.splitlines())
HALF = next(number for number, line in enumerate(BUILD) if "Compiling foreign-types v" in line)
APT = tuple(recorded("apt", "install").stdout.splitlines())
UNPACKING = next(number for number, line in enumerate(APT, 1) if "Unpacking pkg-config" in line)
LOG = tuple((LOGS / "crates-unreachable-git.log").read_text(encoding="utf-8").splitlines())

Act = Callable[[Pilot[Any]], Awaitable[None]]


@dataclass
class Clock:
    """Stands still between the moments that a picture needs."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Shot:
    """One picture: the keys from the welcome page on, and how the run goes."""

    keys: tuple[str, ...] = ()
    script: Script = field(default_factory=dict)
    held: tuple[str, ...] | None = None
    until: str = "Compiling openssl v"
    size: tuple[int, int] | None = None
    facts: Facts = field(default_factory=lambda: replace(DEBIAN, privilege=AS_ROOT))
    choices: Choices = field(default_factory=Choices)


def _failed() -> Scene:
    found = diagnose(LOG)
    marked = excerpts.marked(found.excerpt, found.evidence)
    assert marked is not None
    return Scene(
        LOG,
        exit=1,
        cause=found.cause,
        excerpt=found.excerpt,
        evidence=found.excerpt[marked],
        hints=found.hints,
    )


BUILDING: Script = {
    "packages-refresh": Scene(seconds=1.9),
    "packages": Scene(seconds=43.0),
    "environment": Scene(seconds=0.1),
    "pip": Scene(seconds=2.2),
    "install": Scene(BUILD[:HALF], forever=True),
}
UNPACKED: Script = {
    "packages-refresh": Scene(seconds=1.9),
    "packages": Scene(APT[:UNPACKING], forever=True),
}
TOGETHER: Script = {
    "packages-refresh": Scene(seconds=1.9),
    "packages": Scene(APT[:UNPACKING], forever=True),
    "openssl-source": Scene(forever=True),
}
NEW_MAC = machine("mac-arm-bare")
COMPILED = Choices(venv="./env", release="50.0.2", method="source")
WAITING_ON_MAC: Script = {
    "compiler-ask": Scene(
        ("xcode-select: note: install requested for command line developer tools",), seconds=0.4
    ),
    "compiler": Scene(waits=xcode.wait().what, forever=True),
}
METHOD = ("2", "enter", "enter")
OPENSSL = (*METHOD, "down", "enter")
"""To where OpenSSL should come from."""
SOURCE = (*OPENSSL, "enter", "enter")
"""From the welcome page to the review of a source build with all that is recommended."""
VERSION = (*OPENSSL, "down", "down", "down", "enter")
"""To which version of OpenSSL the wizard should build."""
OWN_OPENSSL = (*VERSION, "enter", "enter")
"""To the review of a build with it."""
SHOTS = {
    "welcome": Shot(),
    "question-where": Shot(("2",)),
    "question-release": Shot(("2", "enter")),
    "question-own": Shot(("2", "enter", "end", "enter", *"9.9", "enter")),
    "question-method": Shot(METHOD),
    "question-closed": Shot(("2", "enter"), facts=replace(machine("workshop"), pythons=tuple(
        p for p in machine("workshop").pythons if p.version.startswith("3.8")
    ))),
    "question-openssl": Shot(OPENSSL),
    "question-openssl-version": Shot(VERSION),
    "help": Shot((*METHOD, "f1")),
    "review": Shot(SOURCE),
    "answers": Shot((*SOURCE, "a")),
    "more": Shot(("m",)),
    "possible": Shot(("1",), facts=replace(DEBIAN, managers=(), tools=(), pythons=(
        replace(DEBIAN.pythons[0], version="3.13.1", free_threaded=True, pip=None),
    ))),
    "run": Shot((*SOURCE, "enter"), BUILDING, held=()),
    "run-side-by-side": Shot((*OWN_OPENSSL, "enter"), TOGETHER, held=(), until="Fetched "),
    "run-find": Shot((*SOURCE, "enter"), BUILDING, held=("f", *"openssl")),
    "run-cancel": Shot((*SOURCE, "enter"), BUILDING, held=("x",)),
    "stopped": Shot((*SOURCE, "enter"), BUILDING, held=("x", "y", "wait")),
    "result": Shot((*METHOD, "enter", "enter", "wait")),
    "failure": Shot((*SOURCE, "enter", "wait"), {"install": _failed()}),
    "light": Shot((*METHOD, "ctrl+t")),
    "palette": Shot((*METHOD, "ctrl+p")),
    "small": Shot(size=(50, 14)),
    "mac-welcome": Shot(facts=NEW_MAC),
    "mac-review": Shot(("1",), facts=NEW_MAC, choices=COMPILED),
    "mac-waiting": Shot(
        ("1", "enter"),
        WAITING_ON_MAC,
        held=(),
        until="Waiting",
        facts=NEW_MAC,
        choices=COMPILED,
    ),
}  # fmt: skip
RECORDING = (
    (SHOTS["welcome"], 3.0),
    (SHOTS["question-where"], 2.0),
    (SHOTS["question-release"], 2.0),
    (Shot(METHOD), 2.0),
    (Shot((*METHOD, "down")), 1.5),
    (SHOTS["review"], 3.5),
    (Shot((*SOURCE, "enter"), UNPACKED, held=(), until="Unpacking pkg-config"), 2.0),
    (SHOTS["run"], 2.5),
    (Shot((*SOURCE, "enter", "wait")), 5.0),
)
"""The frames of the recording, and how many seconds each is shown."""


async def take(name: str, shot: Shot, folder: Path, size: tuple[int, int]) -> Path:
    """Draw one picture and write it as SVG."""
    clock = Clock()
    engine = Engine(
        lambda _choices, **_how: shot.facts, simulated(shot.script), lambda _facts: True
    )
    app = WizardApp(engine, shot.choices, clock=clock)
    async with app.run_test(size=shot.size or size) as pilot:
        await _settle(pilot)
        await _press(pilot, shot.keys)
        if shot.held is not None:
            await _until_held(pilot, shot.until)
            clock.now = 51.0
            await pilot.pause(0.2)  # the page reads the clock at every tick
            await _press(pilot, shot.held)
        for each in app.screen.query(Input):
            each.cursor_blink = False
        await pilot.pause()
        path = folder / f"{name}.svg"
        path.write_text(_portable(app.export_screenshot(title="cryptography wizard")), "utf-8")
        for screen in app.screen_stack:
            if isinstance(screen, RunPage):
                screen.stop()
    return path


async def _press(pilot: Pilot[Any], keys: tuple[str, ...]) -> None:
    for key in keys:
        if key == "wait":
            await _settle(pilot)
        else:
            await pilot.press(key)
            await pilot.pause()


async def _settle(pilot: Pilot[Any]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.pause()


async def _until_held(pilot: Pilot[Any], last: str) -> None:
    """Wait, with a bound, until the log or the line above it shows ``last``."""
    for _ in range(200):
        await pilot.pause(0.05)
        found = pilot.app.screen.query(LiveLog)
        if found and any(last in str(line) for line in found.first().lines):
            return
        if any(last in str(text.content) for text in pilot.app.screen.query(Static)):
            return
    raise TimeoutError("the pretended run did not get so far")


def _portable(picture: str) -> str:
    """An SVG that fetches no font, and keeps the first blanks of a line in every viewer."""
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    return picture.replace("<svg ", '<svg xml:space="preserve" ', 1)


async def record(folder: Path, size: tuple[int, int]) -> Path:
    """Draw the recording and write it as SVG."""
    frames = []
    for shot, seconds in RECORDING:
        path = await take("recording", shot, folder, size)
        frames.append(Frame(path.read_text(encoding="utf-8"), seconds))
    path.write_text(
        animated(frames, "cryptography wizard: from the first page to the proof"), "utf-8"
    )
    return path


def main() -> None:
    """Draw them all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    wide, high = sys.argv[2].split("x") if len(sys.argv) > 2 else ("80", "24")
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("NO_COLOR", "COLORFGBG"):
        os.environ.pop(name, None)
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
    for name, shot in SHOTS.items():
        with tempfile.TemporaryDirectory() as state:  # no theme and no times of other runs
            os.environ["CRYPTOGRAPHY_WIZARD_STATE"] = state
            print(asyncio.run(take(name, shot, folder, (int(wide), int(high)))))
    with tempfile.TemporaryDirectory() as state:
        os.environ["CRYPTOGRAPHY_WIZARD_STATE"] = state
        print(asyncio.run(record(folder, (int(wide), int(high)))))


if __name__ == "__main__":
    main()
