"""The action ``kit make DIR``: collect what the laptops of a workshop need."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from screens import completion
from screens.arguments import Common
from screens.flags import StoreOnce
from wizard import invocation
from wizard.errors import BadRequest, Exit, WizardError

if TYPE_CHECKING:
    from wizard.kit.making import Contents
    from wizard.kit.selection import Selection
    from wizard.proof.kit_manifest import Kit, Order

HELP = "collect what the laptops of a workshop need, in one folder"
ORDER = 10
EXAMPLES = (("kit make ./kit --for windows-amd64,macos-arm64", "a kit for two kinds of laptops"),)


@dataclass(frozen=True)
class Writing(Common):
    """What `carry_out` needs. ``wizard`` is the wizard as one file; empty: the one that runs."""

    folder: str = ""
    wizard: str = ""
    yes: bool = False


@dataclass(frozen=True)
class Arguments(Writing):
    """``kinds`` and ``pythons`` are lists with commas; empty means the usual ones."""

    kinds: str = ""
    pythons: str = ""
    requirements: str = ""
    release: str = ""
    glibc: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder and what the kit should contain."""
    from screens.commands.kit import _shared

    _shared.add_folder(parser)
    kinds = parser.add_argument(
        "--for",
        dest="kinds",
        action=StoreOnce,
        metavar="KIND,…",
        help="kinds of computers, such as macos-arm64,windows-amd64,linux-x86_64 (default: the "
        "usual laptops); an unknown one lists all",
    )
    completion.offer(kinds, _kinds)
    parser.add_argument(
        "--pythons",
        action=StoreOnce,
        metavar="LIST",
        help="Pythons, such as 3.9-3.12,3.14 (default: 3.9-3.14)",
    )
    parser.add_argument(
        "--requirements",
        action=StoreOnce,
        metavar="FILE",
        help="a requirements file with what else the workshop needs",
    )
    parser.add_argument(
        "--release",
        action=StoreOnce,
        metavar="VERSION",
        help="no release of cryptography newer than this one",
    )
    parser.add_argument(
        "--glibc",
        action=StoreOnce,
        metavar="VERSION",
        help="the oldest glibc of the Linux laptops, such as 2.17 (default: 2.28)",
    )
    add_wizard(parser)
    parser.add_argument("--yes", action="store_true", help="download without asking")


def add_wizard(parser: argparse.ArgumentParser) -> None:
    """Add the flag that names the wizard's single file."""
    parser.add_argument(
        "--wizard",
        action=StoreOnce,
        metavar="FILE",
        help="the file cryptography-wizard.pyz to put into the kit (default: the one that runs)",
    )


def _kinds() -> tuple[str, ...]:
    from wizard.kit.platforms import PLATFORMS

    return tuple(PLATFORMS)


def run(arguments: Arguments) -> int:
    """Select, show, ask, download and write the kit."""
    from screens.commands.kit import _shared

    folder = _shared.folder(arguments.folder)
    asked = order(arguments)
    from wizard.kit import making

    making.check_folder(folder)
    return carry_out(folder, asked, arguments)


def order(arguments: Arguments) -> Order:
    """Return what the arguments ask for. Raises BadRequest."""
    from packaging.version import InvalidVersion, Version

    from wizard.kit import platforms
    from wizard.proof.kit_manifest import Order

    try:
        release = str(Version(arguments.release)) if arguments.release else ""
    except InvalidVersion:
        raise BadRequest(
            f"--release: {arguments.release!r} is not a version of cryptography.",
            hints=("For example: --release 46.0.7",),
        ) from None
    requirements, constraints = _stated(arguments.requirements)
    return Order(
        tuple(platform.name for platform in platforms.platforms(arguments.kinds)),
        platforms.pythons(arguments.pythons),
        release,
        platforms.check_glibc(arguments.glibc),
        requirements,
        constraints,
    )


def _stated(file: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the requirements of a file, and its constraints. Raises BadRequest."""
    if not file:
        return (), ()
    from wizard.project import requirements_file

    found: dict[bool, list[str]] = {False: [], True: []}
    for row in requirements_file.read(Path(file).expanduser()).stated:
        parsed = row.requirement()
        if parsed is None or parsed.url:
            raise BadRequest(
                f"A kit can contain only packages from the index, not {row.text[:100]!r}.",
                shown=row.location,
                hints=("Name packages with versions: requests>=2.32",),
            )
        found[row.constraint].append(str(parsed))
    return tuple(found[False]), tuple(found[True])


def carry_out(folder: Path, asked: Order, arguments: Writing, *, updating: bool = False) -> int:
    """Make the kit that was asked for, or bring it up to date. Raises WizardError."""
    from screens.commands.kit import _shared
    from wizard import codec, knowledge, single_file
    from wizard.kit import making, selection
    from wizard.kit.index_source import IndexWheels
    from wizard.proof import kit_manifest

    err, as_json = sys.stderr, arguments.json
    meter = _shared.Meter(err, quiet=as_json)
    file = single_file.chosen(arguments.wizard)
    source = IndexWheels(_shared.index_source())
    number = len(selection.targets(asked))
    done = iter(range(number))
    chosen = selection.select(
        asked,
        source,
        knowledge.load(),
        lambda target: meter.show(f"Looking for wheels: {target.title}", next(done) / number),
    )
    meter.end()
    found = making.contents(folder, chosen, file)
    if kit_manifest.is_kit(folder) and making.is_up_to_date(
        found, kit := kit_manifest.load(folder)
    ):
        if as_json:
            print(codec.to_json(kit), flush=True)
        else:
            _shared.write_lines([f"The kit {folder} is up to date. Nothing was changed."], err)
        return int(Exit.DONE)
    making.check_space(found)
    if not as_json:
        _shared.write_lines(_described(found, chosen, updating=updating), err)
    has_wizard = file is not None or (folder / kit_manifest.WIZARD).is_file()
    if not arguments.yes:
        _ask(has_wizard=has_wizard, as_json=as_json, updating=updating)
    try:
        made = making.carry_out(found, _shared.downloading(meter), meter.line)
    except KeyboardInterrupt:
        meter.end()
        whole = kit_manifest.is_kit(folder)
        state = "The kit is as it was before." if whole else "The kit is unfinished."
        again = invocation.command("kit", "update" if updating else "make", str(folder))
        cancelled = WizardError(
            f"Cancelled. {state}",
            hints=(f"Resume with the same command; what has arrived is kept: {again} …",),
        )
        cancelled.code = Exit.CANCELLED
        raise cancelled from None
    except OSError as error:
        raise WizardError(
            f"The kit could not be written: {error.filename or folder}.",
            shown=error.strerror or str(error),
            hints=("Check the disk or the stick. The same command resumes where it ended.",),
        ) from None
    meter.end()
    if as_json:
        print(codec.to_json(made), flush=True)
    else:
        _shared.write_lines(_finished(folder, made, has_wizard=has_wizard), sys.stdout)
    return int(Exit.DONE)


def _described(found: Contents, chosen: Selection, *, updating: bool) -> list[str]:
    from screens.commands.kit import _shared

    verb = "contains after the update" if updating else "will contain"
    return [
        f"The kit {found.folder} {verb}:",
        "",
        *_shared.selection_lines(chosen),
        "",
        _shared.size_line(found),
    ]


def _ask(*, has_wizard: bool, as_json: bool, updating: bool) -> None:
    """Ask whether to go on. Raises BadRequest without a terminal, and WizardError after a no."""
    from screens.text.confirm import confirm, require_terminal

    without = "--yes does not ask."
    command = "kit update" if updating else "kit make"
    require_terminal(command, "downloads anything", without, as_json=as_json)
    if not has_wizard:
        sys.stderr.write(
            "The file cryptography-wizard.pyz is missing: without it, the kit has only packages,\n"
            "and its page shows commands of pip. --wizard FILE adds it.\n"
        )
    question = "Download and write the kit?" if has_wizard else "Make it without the wizard?"
    # An update changes nothing about a kit that was made without it.
    if not confirm(question, sys.stderr, default=has_wizard or updating):
        refused = WizardError("Nothing was changed.")
        refused.code = Exit.CANCELLED
        raise refused


def _finished(folder: Path, made: Kit, *, has_wizard: bool) -> list[str]:
    from wizard.proof.kit_manifest import START
    from wizard.wording import amount

    size = amount(sum(file.size for file in made.files))
    lines = [
        f"The kit is ready: {folder} ({len(made.files)} files, {size}).",
        f"  Check it:                {invocation.command('kit', 'check', str(folder))}",
        f"  Serve it on the network: {invocation.command('kit', 'serve', str(folder))}",
        f"  Or copy the whole folder to a stick; students open {START}.",
    ]
    if not has_wizard:
        lines.append("It has no cryptography-wizard.pyz: --wizard FILE adds it.")
    return lines
