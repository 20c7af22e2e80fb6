"""The action ``kit update DIR``: newer releases, and whatever is missing or damaged."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace

from screens.commands.kit.make import Writing, add_wizard, carry_out

HELP = "bring a kit up to date: download only what is new, missing or damaged"
ORDER = 30
EXAMPLES = ()


@dataclass(frozen=True)
class Arguments(Writing):
    """What was asked for before is in the kit."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder, and whether to ask first."""
    from screens.commands.kit import _shared

    _shared.add_folder(parser)
    add_wizard(parser)
    parser.add_argument("--yes", action="store_true", help="download without asking")


def run(arguments: Arguments) -> int:
    """Ask the index again for what the kit was asked to contain."""
    from screens.commands.kit import _shared
    from wizard.kit import making, platforms
    from wizard.proof import kit_manifest

    folder = _shared.folder(arguments.folder)
    order = kit_manifest.load(folder).order
    making.check_folder(folder)
    # Another wizard may have made it, for computers that this one does not know.
    known = platforms.platforms(",".join(order.platforms))
    order = replace(
        order,
        platforms=tuple(platform.name for platform in known),
        pythons=platforms.pythons(",".join(order.pythons)),
        glibc=platforms.check_glibc(order.glibc),
    )
    return carry_out(folder, order, arguments, updating=True)
