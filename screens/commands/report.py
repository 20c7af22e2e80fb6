"""The command ``report [RUN]``: an archive about a run, for somebody who helps."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from screens import flags
from screens.arguments import Common
from wizard import invocation
from wizard.choices import Choices
from wizard.errors import BadRequest, Exit

HELP = "write an archive about a run, without secrets, for somebody who helps"
ORDER = 63
EXAMPLES = (("report", "an archive about the last run, to send to somebody who helps"),)


@dataclass(frozen=True)
class Arguments(Common):
    """``words`` are the name of a run, or nothing for the last one; ``output`` the archive."""

    words: tuple[str, ...] = ()
    output: str = ""
    anonymous: bool = False
    show: bool = False
    yes: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name of a run, and what to do with its report."""
    flags.add_run(parser, "the run to report; otherwise the last one of this folder")
    parser.add_argument("--output", metavar="FILE", default="", help="the archive to write")
    parser.add_argument(
        "--anonymous",
        action="store_true",
        help="also without the names of user and computer, and the home folder",
    )
    parser.add_argument(
        "--show", action="store_true", help="print all of its text, and write nothing"
    )
    parser.add_argument("--yes", action="store_true", help="write it without asking")


def run(arguments: Arguments) -> int:
    """Show what the report contains, ask, and write it."""
    return report_command(arguments, stream=sys.stdout, err=sys.stderr)


def report_command(arguments: Arguments, *, stream: TextIO, err: TextIO) -> int:
    """Write the report of a run. Returns 0, or 130 if the user says no.

    Raises BadRequest if there is no such run, or no terminal to ask in.
    """
    if len(arguments.words) > 1:
        raise BadRequest(f"One run can be reported, but {len(arguments.words)} are named.")
    from screens.text import confirm

    typed = ("report", *arguments.words, *(("--anonymous",) if arguments.anonymous else ()))
    if not (arguments.yes or arguments.show):
        confirm.require_terminal(
            *("report", "writes the archive"),
            f"To write it without being asked: {invocation.command(*typed, '--yes')}",
            f"To see what it would contain: {invocation.command(*typed, '--show')}",
            as_json=arguments.json,
        )
    from wizard import engine
    from wizard.codec import to_json
    from wizard.history import past_runs, report_archive

    past = past_runs.find(arguments.words[0] if arguments.words else "")
    facts = engine.real().probe(Choices(), everything=True)
    parts = report_archive.make_report(past, facts, anonymous=arguments.anonymous)
    if arguments.show:
        shown = "\n".join(f"===== {part.name}\n{part.text.rstrip()}\n" for part in parts)
        text = to_json(report_archive.Report("", parts)) if arguments.json else shown
        stream.write(text + "\n")
        return int(Exit.DONE)
    file = Path(arguments.output or report_archive.default_name(past))
    report_archive.require_free(file)
    if not arguments.json:
        lines = [
            *report_archive.contents(parts, file, anonymous=arguments.anonymous),
            f"To read it all first: {invocation.command(*typed, '--show')}",
        ]
        if not arguments.anonymous:
            more = invocation.command(*typed, "--anonymous")
            lines.append(f"Without the names of user and computer, and the home folder: {more}")
        stream.write("\n".join(lines) + "\n")
    if not arguments.yes and not confirm.confirm("Write it?", err, default=True):
        err.write("Nothing was written.\n")
        return int(Exit.CANCELLED)
    report_archive.write(parts, file)
    if arguments.json:
        stream.write(to_json(report_archive.Report(str(file), parts)) + "\n")
    else:
        stream.write(f"Written: {file}\nSend it to the person or the project that helps you.\n")
    return int(Exit.DONE)
