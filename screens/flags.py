"""The flags that commands share, and the parser that reads them."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from screens import completion
from wizard import invocation
from wizard.choices import Choice, Choices, described
from wizard.errors import BadRequest

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

LONGEST_USAGE = 5
"""The largest number of lines of a usage in the help."""
CHOICE_PREFIX = "choice."
"""The prefix of the destinations of choices, so that no other flag can collide with them."""


class Parser(argparse.ArgumentParser):
    """A parser that raises BadRequest instead of printing the usage and exiting.

    Flags that are not given are not in its results.
    """

    SHORT_USAGE = "%(prog)s [OPTIONS]"
    """The usage in the help, if the full one has more than `LONGEST_USAGE` lines."""

    def __init__(self, **more: Any) -> None:
        formatter = argparse.RawDescriptionHelpFormatter
        defaults = {"allow_abbrev": False, "formatter_class": formatter}
        super().__init__(argument_default=argparse.SUPPRESS, **{**defaults, **more})

    def format_help(self) -> str:
        """Return the help. A long usage only repeats the list of options."""
        if self.format_usage().count("\n") <= LONGEST_USAGE:
            return super().format_help()
        self.usage = self.SHORT_USAGE
        try:
            return super().format_help()
        finally:
            self.usage = None

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Write the help. argparse itself ignores that it could not be written."""
        (file or sys.stdout).write(self.format_help())

    def error(self, message: str) -> NoReturn:
        raise BadRequest(
            f"{message[:1].upper()}{message[1:]}.",
            hints=(f"{invocation.command(*self.prog.split()[1:], '--help')} lists all options.",),
        )


class StoreOnce(argparse.Action):
    """Accepts a value once, but not an empty one: it may be a shell variable that is not set.

    Another value for the same flag is a contradiction.
    """

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        previous = getattr(namespace, self.dest, values)
        if previous != values:
            parser.error(f"{option_string} is given twice: {previous!r} and {values!r}")
        if not values:
            parser.error(f"the value of {option_string or self.metavar} is empty")
        setattr(namespace, self.dest, values)


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the flags of `screens.arguments.Common`."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON, for scripts")
    parser.add_argument("--ascii", action="store_true", help="write only ASCII characters")
    parser.add_argument(
        "--color",
        action=StoreOnce,
        choices=("auto", "always", "never"),
        help="whether to use colours",
    )


def add_choices(parser: argparse.ArgumentParser) -> None:
    """Add the flags of `screens.arguments.WithChoices`: all choices, and the answers file."""
    group = parser.add_argument_group("choices (default: the recommended answers)")
    for choice in described().values():
        add_choice(group, choice)
    group.add_argument(
        "--answers",
        action=StoreOnce,
        metavar="FILE",
        help="read choices from a TOML file; flags take precedence",
    )


def add_choice(parser: argparse._ActionsContainer, choice: Choice, text: str = "") -> None:
    """Add the flag of one choice; ``text`` replaces the help of the choice."""
    options: dict[str, Any] = {"action": "store_const", "const": "".join(choice.values)}
    if choice.metavar:
        options = {"action": StoreOnce, "metavar": choice.metavar}
    argument = parser.add_argument(
        choice.flag, dest=CHOICE_PREFIX + choice.name, help=text or choice.help, **options
    )
    completion.offer_choice(argument, choice)


def add_facts(parser: argparse.ArgumentParser) -> None:
    """Add the flag for a saved machine, for a command with the field ``facts``."""
    parser.add_argument(
        "--facts",
        action=StoreOnce,
        metavar="FILE",
        help="use a machine saved with doctor --json instead of this one",
    )


def add_run(parser: argparse.ArgumentParser, text: str) -> None:
    """Add the name of an earlier run, for a command with the field ``words``."""
    completion.offer_runs(parser.add_argument("words", nargs="*", metavar="RUN", help=text))


def choices_of(given: dict[str, Any]) -> Choices:
    """Return the choices in a parser's results. Raises BadRequest for an invalid value."""
    flags = {
        name: given[CHOICE_PREFIX + name] for name in described() if CHOICE_PREFIX + name in given
    }
    if flags:
        from wizard.questions import answers

        for name, value in flags.items():
            location = described()[name].typed(value)
            flags[name] = answers.canonical_value(name, value, location=location)
    return Choices(**flags)
