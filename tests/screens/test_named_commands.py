"""Every command of the wizard that a text names exists, with the options that it names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from screens import command_line, commands
from wizard.locations import NAME

CHECKOUT = Path(__file__).parents[2]
CODE = ("screens/**/*.py", "wizard/**/*.py", "backends/*.py")
TEXTS = ("assets/help/*", "assets/questions/*", "assets/*.toml", "README.md", "docs/*.md")
_NAMED = re.compile(rf"(?<![\w/.-]){NAME} +((?:--?|(?=[a-z]))[^\n`\"”“|#>]*)")
_OPTION = re.compile(r"--?[a-z][a-z0-9-]*")
PROSE = {"is", "makes", "without", "could", "from", "does", "needs", "and", "in"}
"""Words that follow the name in a sentence about the program."""


def _strings(path: Path) -> Iterator[str]:
    """Yield the texts in a module that a user may see, and the commands that it composes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            hidden |= {id(part) for part in node.values}
            yield "".join(_part(each) for each in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in hidden:
                yield node.value
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "invocation.command":
            yield " ".join((NAME, *(_part(each) for each in node.args)))


def _part(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    is_name = isinstance(node, ast.FormattedValue) and ast.unparse(node.value) == "NAME"
    return NAME if is_name else "X"


def _named() -> Iterator[tuple[str, str]]:
    """Yield what follows the name of the program in every text, and where."""
    for pattern in CODE:
        for path in CHECKOUT.glob(pattern):
            for text in _strings(path):
                yield from ((path.name, each) for each in _NAMED.findall(text))
    for pattern in TEXTS:
        for path in CHECKOUT.glob(pattern):
            text = path.read_text(encoding="utf-8")
            yield from ((path.name, each) for each in _NAMED.findall(text))


@pytest.fixture(scope="module")
def options() -> dict[str, set[str]]:
    """The options of each command; those of the wizard itself have no name."""
    parsers = command_line._parsers(commands.names())
    own = {name: set(parser._option_string_actions) for name, parser in parsers.items()}
    return {**own, **{word: set() for word in command_line.WORDS}}


def test_each_named_command_exists_with_its_options(options: dict[str, set[str]]) -> None:
    found = [(where, text) for where, text in _named() if text.split()[0] not in PROSE]
    assert len(found) > 60
    for where, text in found:
        words = text.split()
        command = "" if words[0].startswith("-") else words[0]
        if command == "X" or words[0] == "--":
            continue  # what it is depends on the machine, or is another program's
        if f"{command} {words[1:2] and words[1]}" in options:
            command = f"{command} {words[1]}"  # an action: kit make
        assert command in options, f"{where}: there is no command {text!r}"
        own = words[: words.index("--")] if "--" in words else words
        for option in filter(_OPTION.fullmatch, own):
            assert option in options[command], f"{where}: {text!r} has no option {option}"
