"""The action ``kit check DIR``: prove a kit, without a network."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from screens.arguments import Common
from screens.flags import StoreOnce
from wizard.errors import BadRequest, Exit

if TYPE_CHECKING:
    from wizard.facts import Python
    from wizard.kit.checking import Checked

HELP = "prove a kit: every file, every kind of computer, and this one by installing"
ORDER = 20
EXAMPLES = (("kit check ./kit", "prove that a kit is complete, without a network"),)


@dataclass(frozen=True)
class Arguments(Common):
    """``python`` is the Python to try it with; empty: the wizard's own."""

    folder: str = ""
    python: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder, and the Python to try it with."""
    from screens.commands.kit import _shared

    _shared.add_folder(parser)
    parser.add_argument(
        "--python",
        action=StoreOnce,
        metavar="PATH",
        help="the Python of this machine to try it with (default: the wizard's own)",
    )


def run(arguments: Arguments) -> int:
    """Check the kit and write the result. Returns 0, or 3 if anything is wrong.

    Raises BadRequest if there is no kit, or if what ``--python`` names is no Python.
    """
    from screens.commands.kit import _shared
    from wizard import codec
    from wizard.kit import checking
    from wizard.proof import kit_manifest

    folder = _shared.folder(arguments.folder)
    kit = kit_manifest.load(folder)
    python = _python(arguments.python)
    meter = _shared.Meter(sys.stderr, quiet=arguments.json)

    reading = _shared.reading(meter)

    def say(what: str, done: int, of: int) -> None:
        if what == "files":
            reading(done, of)
        elif what == "targets":
            meter.show(f"What each computer would get: {done} of {of}", done / max(1, of))
        else:
            meter.show("Installing on this machine, into a temporary folder", 0)

    found = checking.check(folder, kit, python, say)
    meter.end()
    code = Exit.DONE if found.ok else Exit.IMPOSSIBLE
    if arguments.json:
        print(codec.to_json(replace(found, exit=int(code))), flush=True)
    else:
        _shared.write_lines(_lines(found), sys.stdout)
    return int(code)


def _python(named: str) -> Python:
    """Return the Python to try the kit with. Raises BadRequest if the named one is not a Python."""
    from wizard.choices import Choices
    from wizard.kit import checking
    from wizard.questions import validation

    path = validation.check(Choices(python=named)).python if named else ""
    found = checking.this_python(path)
    if named and found.problem:
        raise BadRequest(
            f"--python: {named} cannot be used. {found.problem}",
            hints=("Without --python, the wizard's own is used.",),
        )
    return found


def _lines(found: Checked) -> list[str]:
    """Return what was found, one fact a line."""
    from wizard import invocation
    from wizard.proof.verify import sentences
    from wizard.wording import amount, count

    if found.differences:
        return [
            f"The kit {found.folder} is not as it was made:",
            *(f"  {line}" for line in found.differences),
            "Copy it again, or repair it with a network: "
            f"{invocation.command('kit', 'update', found.folder)}",
        ]
    lines = [f"FAILED: {row.name}: {row.problem}" for row in found.targets if row.problem]
    good = [row for row in found.targets if not row.problem]
    by_pip = sum(row.by == "pip" for row in good)
    files = count(found.files, "file")
    lines.append(f"ok: {files}, {amount(found.bytes)}: every checksum is right.")
    if good:
        who = "computed by the wizard alone, without pip"
        if by_pip:
            who = "pip agrees" if by_pip == len(good) else f"pip agrees about {by_pip} of them"
        alone = len(good) == 1
        kinds = "1 kind of computer and Python" if alone else f"{len(good)} kinds of computers"
        gets = "gets all that it needs" if alone else "and Pythons get all that they need"
        lines.append(f"ok: {kinds} {gets} ({who}).")
    machine = found.machine
    if machine is not None and machine.note:
        lines.append(f"note: {machine.note}")
    if machine is not None and machine.problem:
        lines.append(f"FAILED: on this machine ({machine.target}): {machine.problem}")
    if machine is not None and machine.report is not None:
        words = {"ok": "ok", "warning": "note", "failed": "FAILED"}
        lines.append(f"Installed on this machine with {machine.python} ({machine.target}):")
        lines += [f"  {words[mark]}: {text}" for mark, text in sentences(machine.report)]
    lines.append("The kit is proved." if found.ok else "The kit is not usable as it is.")
    return lines
