"""The command ``doctor``: what this machine has and lacks, as a short list."""

from __future__ import annotations

import argparse
import shutil
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from screens import fitting, flags, terminal, ways
from screens.arguments import NAME, Common
from wizard import invocation
from wizard.choices import Choices, described
from wizard.errors import BadRequest, Exit
from wizard.wording import joined

if TYPE_CHECKING:
    from wizard.advice.doctor import Finding, Mark
    from wizard.needs.case import Case

HELP = "what this machine has and lacks, and what to do"
ORDER = 10
EXAMPLES = (
    ("doctor", "what this machine has and lacks"),
    ("doctor --fix", "put right what the wizard can, after asking"),
)
# A mark does not depend on its colour: each has its own sign, and the summary uses words.
_SIGNS: dict[Mark, tuple[str, str, str]] = {
    "ok": ("✓", "ok", "32"),
    "warn": ("!", "!", "33"),
    "bad": ("✗", "x", "31"),
}
_TITLE_WIDTH = 13


@dataclass(frozen=True)
class Arguments(Common):
    """``facts`` is the file of a saved machine; empty: this machine.

    The findings are about the release in ``choices``. ``fix``: put right what is possible; ``yes``:
    without asking. ``all``: also show the details of what is fine.
    """

    choices: Choices = field(default_factory=Choices)
    facts: str = ""
    fix: bool = False
    yes: bool = False
    all: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the release and of the machine."""
    release = "say whether this release of cryptography is tested on this kind of machine"
    flags.add_choice(parser, described()["release"], release)
    flags.add_facts(parser)
    parser.add_argument("--all", action="store_true", help="also show the details of what is fine")
    parser.add_argument(
        "--fix", action="store_true", help="show what the wizard can put right, ask, and do it"
    )
    parser.add_argument("--yes", action="store_true", help="with --fix: do it without asking")


def run(arguments: Arguments) -> int:
    """Probe the machine, and write the findings to standard output. Raises BadRequest."""
    from wizard import engine

    if arguments.yes and not arguments.fix:
        raise BadRequest("--yes is only possible with --fix: without it, doctor changes nothing.")
    if arguments.fix and arguments.facts:
        raise BadRequest(
            "--fix and --facts exclude each other: only this machine can be changed.",
            hints=(f"Start it on that machine: {NAME} doctor --fix",),
        )
    if arguments.fix:
        from screens.text import fixing

        return fixing.fix(
            *(engine.real(), arguments.choices.release),
            yes=arguments.yes,
            as_json=arguments.json,
            stream=sys.stdout,
            err=sys.stderr,
        )
    if arguments.facts:
        from wizard.machine import saved

        facts = saved.load(arguments.facts)
    else:
        from screens.text import slow_probe

        with slow_probe.announced_on_stderr():
            facts = engine.real().probe(Choices(), everything=True)
    if arguments.json:
        from wizard import codec

        print(codec.to_json(facts))
        return Exit.DONE
    color = terminal.color(sys.stdout, arguments.color)
    case = engine.case_of(facts, arguments.choices)
    if arguments.facts:
        return doctor(case, sys.stdout, color, every=arguments.all)
    from wizard.history import leftovers, repair

    left = leftovers.read(facts)
    can_fix = bool(repair.make_plan(case, left).steps)
    more = leftovers.findings(left)
    return doctor(case, sys.stdout, color, more, can_fix=can_fix, every=arguments.all)


def doctor(
    case: Case,
    stream: TextIO,
    color: bool,
    more: tuple[Finding, ...] = (),
    *,
    can_fix: bool = False,
    every: bool = False,
) -> int:
    """Write the findings to ``stream``, and what to do about each ``!`` and ``✗``.

    What is fine is one line, unless ``every`` finding is wanted. The choices may name a release;
    raises BadRequest if it does not exist. ``more`` are findings about earlier runs. ``can_fix``
    says that the wizard can put something right. Returns exit code 0, or 3 if no release can be
    installed here.
    """
    from wizard.advice.doctor import Finding, findings
    from wizard.wording import wrap

    if case.choices.release:
        case.find(case.choices.release)
    results = (*findings(case), *more)
    wrong = tuple(finding for finding in results if finding.mark != "ok")
    fine = joined(dict.fromkeys(finding.title for finding in results if finding.mark == "ok"))
    with_symbols = _can_show(stream, "✓✗")
    width = max(60, min(100, shutil.get_terminal_size((80, 24)).columns))
    grouped = (Finding("ok", "Fine", f"{fine}. --all shows the details."),) if fine else ()
    for finding in results if every else (*grouped, *wrong):
        stream.write(_finding_text(finding, width=width, with_symbols=with_symbols, color=color))
    steps = fitting.fitted(_steps(wrong, can_fix=can_fix), width)
    if steps:
        stream.write("\nWhat to do:\n" + "\n".join(steps) + "\n")
    stream.write("\n" + "\n".join(wrap(_summary(results), width)) + "\n")
    return Exit.IMPOSSIBLE if any(f.mark == "bad" for f in results) else Exit.DONE


def _finding_text(finding: Finding, *, width: int, with_symbols: bool, color: bool) -> str:
    from wizard.wording import wrap

    unicode_sign, plain_sign, code = _SIGNS[finding.mark]
    sign = unicode_sign if with_symbols else plain_sign
    padded = f"{sign:<2}"
    head = f"{padded} {finding.title:<{_TITLE_WIDTH}}"
    lines = wrap(finding.detail, width - len(head)) or [""]
    text = ("\n" + " " * len(head)).join(lines)
    if color:
        head = f"\x1b[{code}m{padded}\x1b[0m{head[len(padded) :]}"
    return f"{head}{text}\n"


def _steps(wrong: tuple[Finding, ...], *, can_fix: bool) -> list[str]:
    """Return what to do, as numbered steps; the first is what the wizard itself can do."""
    fix = invocation.command("doctor", "--fix")
    steps = [[f"Let the wizard put right what it can. It asks first: {fix}"]] if can_fix else []
    titles: dict[str, list[str]] = {}  # what helps against several is one step
    for finding in wrong:
        titles.setdefault(finding.action, []).append(finding.title)
    for action_lines, about in titles.items():
        title = joined(dict.fromkeys(about))
        actions = [ways.with_command(action) for action in action_lines.splitlines()]
        if can_fix and len(actions) == 1 and actions[0].endswith(fix):
            continue  # the first step does it
        if len(actions) == 1:
            steps.append([f"{title}: {actions[0]}"])
        elif actions:
            possible = (action.removeprefix("Or ") for action in actions)
            items = (f"     - {action[:1].upper()}{action[1:]}" for action in possible)
            steps.append([f"{title}: one of these helps.", *items])
    return [
        line
        for number, (first, *rest) in enumerate(steps, 1)
        for line in (f"  {number}. {first}", *rest)
    ]


def _summary(results: tuple[Finding, ...]) -> str:
    """Return for what this machine is ready, and what the other warnings are about."""
    bad = list(dict.fromkeys(finding.title for finding in results if finding.mark == "bad"))
    warned = [finding.title for finding in results if finding.mark == "warn"]
    start = f"Start with: {invocation.command()}"
    if bad:
        start = ""
        ready = f"Not ready: {_count(len(bad), 'problem')} to solve first ({joined(bad)})."
    elif "Wheel" in warned and "Source" in warned:
        ready = "Ready only in part: see Wheel and Source."
    elif "Wheel" in warned:
        ready = "Ready for a source build. The newest release has no wheel here: see Wheel."
    elif "Source" in warned:
        ready = "Ready for the wheel. A source build is not ready: see Source."
    else:
        ready = "Ready." if not warned else "Ready, for the wheel and for a source build."
    others = [title for title in warned if bad or title not in ("Wheel", "Source")]
    other = "other warning" if len(others) < len(warned) else "warning"
    count = _count(len(others), other)
    said = f"{count}: {joined(dict.fromkeys(others))}." if others else ""
    return " ".join(filter(None, (ready, said, start)))


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _can_show(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
