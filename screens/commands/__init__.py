"""The subcommands: each is a module of this package. No other code lists them.

The name of a module is the name of its command, with hyphens for underscores; `Command` says what
it must contain. A package here is a command with actions (``kit make``): each of its modules is
one, and is described in the same way. The package itself describes the command without an action.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    import argparse

DEFAULT = "install"
"""The command that runs if the user names none. It cannot be named."""


class Command(Protocol):
    """One subcommand, as its module describes it.

    The module is also imported for ``--help``, so it imports what its work needs inside its
    functions.
    """

    HELP: str
    """What the command does, as a phrase that begins in lower case and has no full stop."""
    ORDER: int
    """The position of the command in ``--help``: the smallest comes first."""
    EXAMPLES: tuple[tuple[str, str], ...]
    """Examples for ``--help``: what to type after the program's name, and what it does."""
    Arguments: type[Any]
    """A dataclass with a default for each field: a `screens.arguments.Common` with more fields."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the command's own flags and words to ``parser``.

        Their destinations are fields of ``Arguments``. A missing argument keeps the field's
        default. If ``Arguments`` has the field ``words``, it gets all words without a flag,
        including those that follow a flag.
        """

    def run(self, arguments: Any) -> int:
        """Carry out ``Arguments`` and return the exit code. Raises WizardError."""


def names() -> tuple[str, ...]:
    """Return the commands that a user can name, in alphabetical order, without importing them."""
    modules = (module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in modules if name != DEFAULT))


def load(name: str) -> Command:
    """Import the module of a command."""
    return cast(Command, importlib.import_module(f"{__name__}.{name.replace('-', '_')}"))


def actions(name: str) -> dict[str, Command]:
    """Return the actions of a command, as ``--help`` lists them; empty for most commands."""
    path = getattr(load(name), "__path__", ())
    found = {
        module.name: load(f"{name}.{module.name}")
        for module in pkgutil.iter_modules(path)
        if not module.name.startswith("_")
    }
    return dict(sorted(found.items(), key=lambda item: (item[1].ORDER, item[0])))


def in_order(chosen: Iterable[str]) -> dict[str, Command]:
    """Import these commands, and return them in the order in which ``--help`` lists them."""
    loaded = {name: load(name) for name in chosen}
    return dict(sorted(loaded.items(), key=lambda item: (item[1].ORDER, item[0])))
