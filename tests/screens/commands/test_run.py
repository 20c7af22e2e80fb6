"""``run -- COMMAND``: what the output says if a command fails because of cryptography."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from screens import terminal
from screens.commands import run
from tests.screens.pretend import Pretended
from wizard import engine
from wizard.choices import Choices
from wizard.errors import BadRequest
from wizard.programs import passthrough, processes

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")
WORDS = ("install", "cryptography<44", "--index-url", "https://user:secret@index.example/simple")
TO_DO_IT = "install 'cryptography<44' --index-url https://****@index.example/simple"


@pytest.fixture
def pip(tmp_path: Path) -> str:
    """A pip that cannot build cryptography, and that installs into this Python."""
    path = tmp_path / "pip"
    path.write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = debug ]; then echo "sys.executable: {sys.executable}"; exit 0; fi\n'
        "echo 'ERROR: Failed building wheel for cryptography'; exit 9\n"
    )
    path.chmod(0o755)
    return str(path)


def test_a_program_that_does_not_say_which_python_it_uses_is_not_waited_for(
    pip: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def hangs(*_: Any, **__: Any) -> None:
        raise processes.ProgramTimeout("pip did not answer within 60 s")

    monkeypatch.setattr(processes, "ask", hangs)
    assert run.run(run.Arguments(words=(pip, *WORDS))) == 9
    assert "pip did not answer within 60 s" in capsys.readouterr().out


def test_a_python_that_is_no_environment_is_not_repaired_elsewhere(
    pip: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def decide(_: object, choices: Any) -> SimpleNamespace:
        asked.append(choices.python)
        return SimpleNamespace(plan=SimpleNamespace(new=True))

    monkeypatch.setattr(engine, "decide", decide)
    assert run.run(run.Arguments(words=(pip, *WORDS))) == 9
    assert asked == [sys.executable]
    said = capsys.readouterr().out
    assert "run your command again, with ready-made wheels" in said
    assert f"run --yes -- {pip} {TO_DO_IT}\n" in said  # ready to be pasted, without the password


def test_what_is_already_installed_is_kept(
    pip: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = SimpleNamespace(new=False, only_proves=True, release="43.0.3")
    made = SimpleNamespace(plan=plan)
    monkeypatch.setattr(engine, "decide", lambda *_: made)
    assert run.run(run.Arguments(words=(pip, "install"))) == 9
    assert "again, so that it keeps cryptography 43.0.3,\n" in capsys.readouterr().out


def test_the_commands_of_a_repair_are_shown_before_it_is_agreed_to(
    pip: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = engine.decide(Pretended().engine(), Choices())
    made = replace(made, plan=replace(made.plan, new=False))
    monkeypatch.setattr(engine, "decide", lambda *_: made)
    monkeypatch.setattr(terminal, "detect", lambda: terminal.Abilities(True, True, True))
    asked: list[str] = []

    def refuse(question: str, _: object) -> bool:
        asked.append(capsys.readouterr().out)
        return False

    monkeypatch.setattr("screens.text.confirm.confirm", refuse)
    assert run.run(run.Arguments(words=(pip, "install"))) == 9
    (shown,) = asked
    assert "$ /usr/bin/python3 -I -m venv" in shown


def test_output_that_cannot_be_written_is_not_blamed_on_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(passthrough, "run_visibly", full)
    with pytest.raises(OSError, match="No space left"):
        run.run(run.Arguments(words=("pip", "list")))
    monkeypatch.undo()
    with pytest.raises(BadRequest, match="no-such-program cannot be started"):
        run.run(run.Arguments(words=("no-such-program",)))
