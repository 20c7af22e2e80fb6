"""The command ``kit``: a folder for a workshop, with everything that many laptops need.

Each module here is one of its actions.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from screens.arguments import Common
from wizard import invocation
from wizard.errors import BadRequest

HELP = "a folder for a workshop: make, check, update or serve it"
ORDER = 45
EXAMPLES = (("kit make ./kit", "collect what the laptops of a workshop need"),)


@dataclass(frozen=True)
class Arguments(Common):
    """Those of the command without an action."""


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Add nothing: each action has its own arguments."""


def run(_arguments: Arguments) -> int:
    """Name the actions. Raises BadRequest."""
    from screens import commands

    raise BadRequest(
        f"kit needs an action: {', '.join(commands.actions('kit'))}.",
        hints=(f"{invocation.command('kit', '--help')} says what each of them does.",),
    )
