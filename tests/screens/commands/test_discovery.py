"""A new subcommand is one module of `screens.commands`: nothing else knows its name."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from screens import commands
from screens.cli import main
from screens.command_line import parse
from wizard.choices import Choices

MODULE = """
from dataclasses import dataclass

from screens.arguments import Common
from wizard.errors import Exit

HELP = "greet somebody"
ORDER = 15
EXAMPLES = (("greet Ada", "say hello to her"),)


@dataclass(frozen=True)
class Arguments(Common):
    name: str = "world"
    loud: bool = False


def add_arguments(parser):
    parser.add_argument("name", nargs="?", metavar="NAME", help="whom to greet")
    parser.add_argument("--loud", action="store_true", help="in capitals")


def run(arguments):
    words = f"Hello, {arguments.name}"
    print(words.upper() if arguments.loud else words)
    return Exit.UNPROVED
"""


@pytest.fixture
def greet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command ``greet``, in a folder that counts as one of the package's."""
    (tmp_path / "greet.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])
    yield
    sys.modules.pop("screens.commands.greet", None)


@pytest.mark.usefixtures("greet")
def test_it_runs_with_its_own_arguments(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["greet"]) == 4
    assert capfd.readouterr().out == "Hello, world\n"
    assert main(["greet", "--loud", "Ada"]) == 4
    assert capfd.readouterr().out == "HELLO, ADA\n"


@pytest.mark.usefixtures("greet")
def test_help_has_it_in_its_place_with_its_example(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    lines = capfd.readouterr().out.splitlines()
    listed = [line.split()[0] for line in lines if line.startswith("    ") and line[4] != " "]
    assert listed[listed.index("greet") - 1 :][:3] == ["doctor", "greet", "plan"]
    example = lines.index("  cryptography-wizard greet Ada")
    assert lines[example + 1] == "      say hello to her"
    assert main(["greet", "--help"]) == 0
    out = capfd.readouterr().out
    assert out.startswith("usage: cryptography-wizard greet ")
    assert "Greet somebody." in out
    assert "whom to greet" in out


@pytest.mark.usefixtures("greet")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["gret"], "Unknown command: 'gret' (did you mean greet?)"),
        (["greet", "--lout"], "Unknown flag: --lout (did you mean --loud?)"),
        (["greet", "a", "b"], "Unrecognized arguments: b."),
        (["--loud"], "--loud"),
    ],
)
def test_a_wrong_word_is_told(
    words: list[str], told: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    assert told in capfd.readouterr().err


def test_without_its_module_nobody_knows_it(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["greet"]) == 2
    assert "Unknown command: 'greet'" in capfd.readouterr().err
    assert main(["--help"]) == 0
    assert "greet" not in capfd.readouterr().out


@pytest.mark.parametrize("name", [commands.DEFAULT, *commands.names()])
def test_each_command_keeps_to_its_protocol(name: str) -> None:
    command = commands.load(name)
    assert command.HELP[0].islower()
    assert not command.HELP.endswith(".")
    assert command.EXAMPLES
    for words, does in command.EXAMPLES:
        assert does
        if name != commands.DEFAULT:
            assert words.split()[0] in (name, "--")  # two dashes alone mean run
    assert command.Arguments() == command.Arguments()
    request = parse([] if name == commands.DEFAULT else [name])
    assert request.command is command
    assert request.arguments == command.Arguments()


def test_only_commands_that_need_them_have_choices() -> None:
    having = {
        name
        for name in (commands.DEFAULT, *commands.names())
        if any(field.name == "choices" for field in fields(commands.load(name).Arguments))
    }
    assert having == {"install", "plan", "doctor"}
    assert parse(["--method", "wheel", "verify"]).arguments == commands.load("verify").Arguments()
    assert parse(["--method", "wheel", "plan"]).arguments.choices == Choices(method="wheel")
