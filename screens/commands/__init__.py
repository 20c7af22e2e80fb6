"""The subcommands: each is a module of this package, and is found here, not named anywhere.

The name of a module is the name of its command; what it must offer is described by `Command`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    import argparse

DEFAULT = "install"
"""The command that runs where no command is named. It cannot be named."""


class Command(Protocol):
    """One subcommand, as its module describes it.

    The front door imports the module even if only ``--help`` is asked for. A module therefore
    imports what it needs for its work inside its functions.
    """

    HELP: str
    """What the command does, as a phrase that begins in lower case and has no full stop."""
    ORDER: int
    """Where ``--help`` lists the command: the smallest comes first."""
    EXAMPLES: tuple[tuple[str, str], ...]
    """What a user may type after the program's name, and what it does; ``--help`` shows them."""
    Arguments: type[Any]
    """A dataclass with a default for each field: a `screens.arguments.Common` with more fields."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own flags and words to ``parser``.

        Their destinations are fields of ``Arguments``. What is not given keeps the field's
        default. If ``Arguments`` has the field ``words``, then all words without a flag go there,
        including those that follow a flag.
        """

    def run(self, arguments: Any) -> int:
        """Carry out ``Arguments`` and return the exit code. Raises WizardError."""


def names() -> tuple[str, ...]:
    """The commands that can be named, in alphabetical order. Imports none of them."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in found if name != DEFAULT))


def load(name: str) -> Command:
    """Import the module of a command."""
    return cast(Command, importlib.import_module(f"{__name__}.{name}"))


def in_order(chosen: Iterable[str]) -> dict[str, Command]:
    """These commands, loaded, in the order in which they are listed."""
    loaded = {name: load(name) for name in chosen}
    return dict(sorted(loaded.items(), key=lambda item: (item[1].ORDER, item[0])))
