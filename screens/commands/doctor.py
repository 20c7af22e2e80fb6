"""The command ``doctor``: what this machine has and lacks, as a short list."""

from __future__ import annotations

import argparse
import shutil
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from screens import flags, terminal
from screens.arguments import Common
from wizard.choices import Choices, described
from wizard.errors import Exit

if TYPE_CHECKING:
    from wizard.advice.doctor import Finding, Mark
    from wizard.needs.case import Case

HELP = "what this machine has and lacks, and what to do"
ORDER = 10
EXAMPLES = (("doctor", "what this machine has and lacks"),)
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

    The findings are about the release in ``choices``.
    """

    choices: Choices = field(default_factory=Choices)
    facts: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of the release and of the machine."""
    release = "say whether this release of cryptography is tested on this kind of machine"
    flags.add_choice(parser, described()["release"], release)
    flags.add_facts(parser)


def run(arguments: Arguments) -> int:
    """Probe the machine, and write the findings to standard output."""
    from wizard import engine

    if arguments.facts:
        from wizard.machine import saved

        facts = saved.load(arguments.facts)
    else:
        from screens.text import slow_probe

        with slow_probe.announced(lambda text: print(text, file=sys.stderr, flush=True)):
            facts = engine.real().probe(Choices(), everything=True)
    if arguments.json:
        from wizard import codec

        print(codec.to_json(facts))
        return Exit.DONE
    color = terminal.color(sys.stdout, arguments.color)
    return doctor(engine.case_of(facts, arguments.choices), sys.stdout, color)


def doctor(case: Case, stream: TextIO, color: bool) -> int:
    """Write the findings to ``stream``, and what to do about each ``!`` and ``✗``.

    The choices may name a release. Raises BadRequest if it does not exist. Returns exit code 0, or
    3 if no release can be installed here.
    """
    from wizard.advice.doctor import findings

    if case.choices.release:
        case.find(case.choices.release)
    results = findings(case)
    with_symbols = _can_show(stream, "✓✗→")
    width = max(60, min(100, shutil.get_terminal_size((80, 24)).columns))
    for finding in results:
        stream.write(_finding_text(finding, width=width, with_symbols=with_symbols, color=color))
    stream.write("\n" + _summary(results) + "\n")
    return Exit.IMPOSSIBLE if any(f.mark == "bad" for f in results) else Exit.DONE


def _finding_text(finding: Finding, *, width: int, with_symbols: bool, color: bool) -> str:
    from wizard.wording import wrap

    unicode_sign, plain_sign, code = _SIGNS[finding.mark]
    sign = unicode_sign if with_symbols else plain_sign
    padded = f"{sign:<2}"
    head = f"{padded} {finding.title:<{_TITLE_WIDTH}}"
    text_width = width - len(head)
    lines = wrap(finding.detail, text_width) or [""]
    if finding.action:
        arrow = "→ " if with_symbols else "-> "
        for action in finding.action.splitlines():
            lines += wrap(arrow + action, text_width, rest=" " * len(arrow))
    text = ("\n" + " " * len(head)).join(lines)
    if color:
        head = f"\x1b[{code}m{padded}\x1b[0m{head[len(padded) :]}"
    return f"{head}{text}\n"


def _summary(results: tuple[Finding, ...]) -> str:
    bad = sum(finding.mark == "bad" for finding in results)
    warnings = sum(finding.mark == "warn" for finding in results)
    if bad:
        return f"Not ready: {_count(bad, 'problem')} to solve first, {_count(warnings, 'warning')}."
    if warnings:
        return f"Ready, with {_count(warnings, 'warning')}. Start with: cryptography-wizard"
    return "Ready. Start with: cryptography-wizard"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _can_show(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
