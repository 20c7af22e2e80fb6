"""What helps against a refusal: as choices, and as the whole command to type."""

from __future__ import annotations

import pytest

from screens import ways
from wizard.choices import Choices
from wizard.errors import Alternative, Impossible, WizardError

SOURCE = Choices(method="source", link="dynamic", release="50.0.2")


def refused(*hints: str) -> Impossible:
    return Impossible("It is not possible.", hints=hints)


def test_the_alternatives_come_first() -> None:
    error = refused("Use the wheel: --method wheel")
    error.alternatives = (
        Alternative("As a wheel", "It fits.", "…", (("method", "wheel"), ("release", "49.0.0"))),
        Alternative("From conda", "It is another Python.", "conda install cryptography"),
    )
    (way,) = ways.ways(error, SOURCE)
    assert (way.title, way.choices) == ("As a wheel", Choices(method="wheel", release="49.0.0"))


def test_the_flags_of_a_hint_replace_what_contradicts_them() -> None:
    (way,) = ways.ways(refused("Use the wheel, which is quick: --method wheel"), SOURCE)
    assert way.title == "Use --method wheel"
    assert way.detail == "Use the wheel, which is quick."
    assert way.choices == Choices(method="wheel", release="50.0.2")


@pytest.mark.parametrize(
    "hint",
    [
        "Decide what happens: --dependents upgrade|new|ignore",
        "Name it: --openssl-source FILE",
        "Write a script: --format sh",
        "Make a wheelhouse: --wheelhouse",
        "Unknown: --nothing here",
        "A sentence about --method wheel.",
        "Use another: --link sideways",
    ],
)
def test_a_hint_that_leaves_something_open_is_not_a_way(hint: str) -> None:
    assert ways.ways(refused(hint), SOURCE) == ()


def test_a_choice_that_contradicts_it_otherwise_is_for_the_user_to_decide() -> None:
    chosen = Choices(wheelhouse="w", repair="yes")
    assert ways.ways(refused("Use the wheel: --method wheel"), chosen) == ()


def test_nobody_types_flags_in_the_full_screen() -> None:
    error = WizardError(
        "It is not possible.",
        shown="--method source\nThe compiler said no.",
        hints=(
            "Use the wheel, which is quick: --method wheel",
            "Choose another: --venv FOLDER",
            "Use it: `x --link static`.",
            "Make a folder elsewhere (--wheelhouse FOLDER), and use it: --from-wheelhouse FOLDER",
        ),
    )
    told = ways.in_words(error)
    assert told.explained == "It is not possible.\nThe compiler said no."
    assert told.hints == (
        "Use the wheel, which is quick.",
        "Choose another.",
        "Use it: `x --link static`.",
        "Make a folder elsewhere, and use it.",
    )


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        (["--yes", "--method", "source", "--link=dynamic"], "--yes --method wheel"),
        (["plan", "--format", "sh", "--method=source"], "plan --format sh --method wheel"),
        (["--yes", "--answers", "a.toml", "--json"], "--yes --json --method wheel"),
    ],
)
def test_the_whole_command_keeps_what_was_typed(typed: list[str], command: str) -> None:
    error = refused("It needs no root rights: --method wheel", "Ask an administrator.")
    choices = (("method", "wheel"),)
    error.alternatives = (Alternative("A wheel", "It fits.", "x", choices), Alternative("B", "C"))
    ways.with_whole_commands(error, typed, Choices(method="source", link="dynamic"))
    assert error.hints == (
        f"It needs no root rights: cryptography-wizard {command}",
        "Ask an administrator.",
    )
    assert [one.command for one in error.alternatives] == [f"cryptography-wizard {command}", ""]


def test_other_errors_have_no_ways() -> None:
    assert ways.ways(WizardError("Broken."), SOURCE) == ()
