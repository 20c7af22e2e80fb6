"""Where OpenSSL comes from, through every face, with the real questions of a recorded machine."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from textual.pilot import Pilot
from textual.widgets import Input, Static

from screens.text import linear
from screens.text.plain import Plain
from screens.text.prompts import Prompts
from screens.tui import review
from screens.tui.app import WizardApp
from screens.tui.question import FREE_ANSWER, Answers
from screens.tui.review import ReviewPage
from tests.machines import machine
from tests.screens.fakes import FakeRun
from tests.screens.pretend import Pretended
from tests.screens.scenes import OPENSSL, keys, settled
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.engine import Engine
from wizard.errors import Exit
from wizard.facts import Facts, Headers
from wizard.knowledge import load

DEBIAN = machine("debian-12")
AS_ROOT = replace(DEBIAN, privilege=replace(DEBIAN.privilege, method="root", password=False))


@dataclass
class Machine:
    """A Debian on which some folder has an OpenSSL; it is found when that is asked for."""

    folder: str = ""
    static: bool = True
    looks: int = 0

    def probe(self, choices: Choices, *, everything: bool = False, **_more: object) -> Facts:
        """Look, also into the folder that was named."""
        assert everything
        self.looks += 1
        if not self.folder or choices.openssl != self.folder:
            return AS_ROOT
        there, lib = f"{self.folder}/include", f"{self.folder}/lib"
        named = Headers(there, "3.5.4", lib, self.static, "3.5.4", "x86_64")
        return replace(AS_ROOT, openssl=(named, *AS_ROOT.openssl))

    def engine(self) -> Engine:
        """Return the engine of this machine."""
        return Engine(self.probe, FakeRun(), lambda _facts: True)

    def app(self, **given: str) -> WizardApp:
        """Return the full screen on this machine."""
        return WizardApp(self.engine(), Choices(**given), clock=lambda: 0.0)  # type: ignore[arg-type]


async def press(pilot: Pilot[Any], *names: str) -> None:
    await keys(*names)(pilot)
    await settled(pilot)


def shown(app: WizardApp, where: str) -> str:
    return str(app.screen.query_one(where, Static).content)


def chosen(app: WizardApp) -> str | None:
    row = app.screen.query_one(Answers).highlighted_option
    return row.id if row else None


async def test_there_and_back() -> None:
    app = Machine().app()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, *OPENSSL)
        assert shown(app, "#progress") == "Question 4"
        assert chosen(app) == "system dynamic"
        await press(pilot, "down", "down", "down", "enter")
        assert shown(app, "#progress") == "Question 5"
        assert chosen(app) == "3.5.9"
        await press(pilot, "down", "enter", "enter")
        assert isinstance(app.screen, ReviewPage)
        assert "compiled from source, with OpenSSL 3.0.22 inside" in shown(app, "#headline")
        assert (app.session.completed.openssl, app.session.completed.link) == ("3.0.22", "static")
        await press(pilot, "escape", "escape")
        assert chosen(app) == "3.0.22"
        await press(pilot, "escape")
        assert chosen(app) == "3.0.22 static"
        await press(pilot, "enter", "enter", "enter")
        assert "with OpenSSL 3.0.22 inside" in shown(app, "#headline"), "nothing was changed"
        await press(pilot, "escape", "escape", "escape", "up", "enter")
        assert chosen(app) == "3.0.22"
        await press(pilot, "enter", "enter")
        assert "with OpenSSL 3.0.22 beside it" in shown(app, "#headline")
        await press(pilot, "escape", "escape", "escape", "up", "enter", "enter")
        assert "with this computer's OpenSSL inside" in shown(app, "#headline")
        await press(pilot, "escape", "escape")
        assert shown(app, "#progress") == "Question 4"
        assert chosen(app) == "system static"


async def test_flags_stand_chosen() -> None:
    app = Machine().app(method="source", openssl="3.0.22")
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "2", "enter", "enter")
        assert shown(app, "#progress") == "Question 3", "the version is given, not its linking"
        assert chosen(app) == "3.0.22 dynamic"


async def test_a_folder_is_looked_at_before_it_is_taken(tmp_path: Path) -> None:
    good, empty = tmp_path / "my-ssl", tmp_path / "empty"
    good.mkdir()
    empty.mkdir()
    there = Machine(str(good))
    app = there.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, *OPENSSL, "end", "enter")
        own = app.screen.query_one("#own", Input)
        own.value = str(tmp_path / "missing")
        await press(pilot, "enter")
        assert "nor a folder" in shown(app, "#because")
        assert there.looks == 1
        own.value = str(empty)
        await press(pilot, "enter")
        assert "does not contain an OpenSSL" in shown(app, "#because")
        assert there.looks == 2
        assert app.session.choices().openssl == ""
        own.value = str(good)
        await press(pilot, "enter")
        assert shown(app, ".title") == "How should OpenSSL be linked?"
        await press(pilot, "down", "enter", "enter")
        assert f"with the OpenSSL of {good} inside" in shown(app, "#headline")
        await press(pilot, "escape", "escape", "escape")
        assert chosen(app) == FREE_ANSWER
        assert app.screen.query_one("#own", Input).value == str(good)


async def test_a_folder_with_shared_libraries_only_asks_no_more(tmp_path: Path) -> None:
    app = Machine(str(tmp_path), static=False).app()
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, *OPENSSL, "end", "enter")
        app.screen.query_one("#own", Input).value = str(tmp_path)
        await press(pilot, "enter")
        assert shown(app, ".title") == "Where should Rust come from?"
        await press(pilot, "enter")
        assert f"using the OpenSSL of {tmp_path}" in shown(app, "#headline")


def test_numbered_questions(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # venv, release, source, built here and copied in, back, again, the fourth version, rust, quit
    typed = "\n\n2\n4\nb\n\n4\n\n3\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert linear.install(Pretended(AS_ROOT).engine(), Choices(), Plain()) == Exit.CANCELLED
    out = capsys.readouterr().out
    assert (
        "1. The OpenSSL 3.0.22 of this system, used from its folder (dynamic) (recommended)" in out
    )
    assert "4. An OpenSSL built here, copied into cryptography (static)\n" in out
    assert "4. OpenSSL 3.5.9 built here, copied into cryptography (static) (chosen)\n" in out
    assert "3. OpenSSL 3.5.9 (recommended)\n     Supported until 2030-04-08." in out
    assert "from source, linked statically" in out
    assert "OpenSSL 3.0.22 is no longer supported: fixes ended on 2026-09-07" in " ".join(
        out.split()
    )


def test_prompts(capsys: pytest.CaptureFixture[str]) -> None:
    down, enter = "\x1b[B", "\r"
    with create_pipe_input() as pipe:
        pipe.send_text(enter * 2 + down + enter + down * 2 + enter)  # built here, put beside
        pipe.send_text(enter * 2 + down * 2 + enter)  # the version, Rust; quit
        asker = Prompts(input=pipe, output=DummyOutput())
        assert linear.install(Pretended(AS_ROOT).engine(), Choices(), asker) == Exit.CANCELLED
    out = " ".join(capsys.readouterr().out.split())
    assert "from source, linked dynamically" in out
    assert (
        "OpenSSL 3.5.9 is supported until 2030-04-08. To update it later, you must rebuild." in out
    )


def test_a_folder_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good, empty = tmp_path / "my-ssl", tmp_path / "empty"
    good.mkdir()
    empty.mkdir()
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"\n\n2\n{empty}\n{good}\n2\n\n3\n"))
    there = Machine(str(good))
    assert linear.install(there.engine(), Choices(), Plain()) == Exit.CANCELLED
    assert there.looks == 3
    out = capsys.readouterr().out
    assert f"\n{empty} does not contain an OpenSSL.\nWhat to do:\n  - The file" in out
    assert "How should OpenSSL be linked?" in out
    assert f"OPENSSL_DIR={good}" in out


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"method": "wheel"}, "from a ready-made wheel, with its own OpenSSL inside"),
        ({"method": "source"}, "from source, using this computer's OpenSSL"),
        (
            {"method": "source", "link": "static"},
            "from source, with this computer's OpenSSL inside",
        ),
        ({"openssl": "3.5.9", "link": "static"}, "from source, with OpenSSL 3.5.9 inside"),
        ({"openssl": "3.5.9", "link": "dynamic"}, "from source, with OpenSSL 3.5.9 beside it"),
    ],
)
def test_the_review_says_it_in_words(choices: dict[str, str], words: str) -> None:
    wanted = Choices(**{"method": "source", **choices})  # type: ignore[arg-type]
    assert words in review.headline(plan(DEBIAN, load(), wanted), wanted)
