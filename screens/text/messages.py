"""The texts that all line-by-line faces share: errors, failures, the proof."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import Exit, Impossible, WizardError
from wizard.method import methods
from wizard.wording import typed

if TYPE_CHECKING:
    # Slow to import, and not needed for the first output.
    from wizard.plan import Plan, Step
    from wizard.proof.verify import Report
    from wizard.running.events import RunEnded, StepEnded


def error(problem: WizardError) -> list[str]:
    """Return the four parts of an error: what happened, the line that shows it, why, what to do.

    If this machine cannot do it, the alternatives come last.
    """
    lines = _parts(problem.what, problem.shown.splitlines(), problem.why, problem.hints)
    ways = problem.ways if isinstance(problem, Impossible) else ()
    if ways:
        lines.append("What is possible instead:")
    for number, way in enumerate(ways, 1):
        lines += [f"  {number}. {way.title}", f"     {way.detail}"]
        lines += [f"     {way.command}"] if way.command else []
    return lines


def failure(step: Step, ended: StepEnded) -> list[str]:
    """Return the four parts of a step's failure, and the path of its full log."""
    exit_code = "" if ended.exit is None else f" (exit code {ended.exit})"
    lines = _parts(f"“{step.title}” failed{exit_code}.", ended.excerpt, ended.cause, ended.hints)
    if ended.log:
        lines.append(f"The full log: {ended.log}")
    return lines


def intention(plan: Plan) -> str:
    """Return what a plan is about, in half a sentence."""
    method = methods()[plan.method]
    linked = f", OpenSSL linked {plan.link}ally" if plan.link and method.compiles else ""
    how = f"{method.noun}{linked}"
    if plan.prepares:
        return f"first find out what a build of cryptography {plan.release} needs here"
    if plan.wheelhouse:
        return (
            f"cryptography {plan.release} from {how}, into the folder {friendly(plan.wheelhouse)}"
        )
    kind = "new environment " if plan.new else "environment "
    where = friendly(plan.environment or plan.python)
    return f"cryptography {plan.release} from {how}, into the {kind}{where}"


def ending(plan: Plan, over: RunEnded) -> list[str]:
    """How a run ended: the proof and what to do next, or why there is no proof.

    A failed step is not explained again: that was written when it failed.
    """
    if plan.wheelhouse and over.code == Exit.DONE and not plan.prepares:
        return [*_marked(_wheels(plan)), "", *next_steps(plan)]
    if plan.wheelhouse and over.report is not None and over.code == Exit.UNPROVED:
        return [*proof(over.report), "", f"Nothing was written to {friendly(plan.wheelhouse)}."]
    if over.report is not None and over.code in (Exit.DONE, Exit.UNPROVED):
        return [*proof(over.report), "", *next_steps(plan)]
    if over.code == Exit.DONE:
        return ["Prepared. Looking at this machine again …"]
    if over.code == Exit.CANCELLED:
        return [
            "Cancelled. No program is left running. To continue from here, run the same "
            "command again."
        ]
    return ["Stopped after the failed step. No program is left running."]


def proof(report: Report) -> list[str]:
    """Return what was proved, or what could not be proved."""
    from wizard.proof.verify import sentences

    return _marked(sentences(report))


def _marked(sentences: Iterable[tuple[str, str]]) -> list[str]:
    words = {"ok": "ok", "failed": "FAILED", "warning": "note"}
    return [f"  {words[mark]}: {sentence}" for mark, sentence in sentences]


def _wheels(plan: Plan) -> Iterable[tuple[str, str]]:
    """Describe the wheelhouse of a finished plan, from its manifest."""
    from wizard.proof import manifest  # rarely needed

    return manifest.sentences(manifest.load(Path(plan.wheelhouse)))


def next_steps(plan: Plan) -> list[str]:
    """Return how to use the installation: the commands to type next."""
    if plan.wheelhouse:
        return [
            "Next: copy the folder to another machine, and install from it there, without a "
            "network:",
            f"  {from_wheelhouse(plan)}",
        ]
    if plan.system == "windows":
        activate = f'& "{plan.environment}\\Scripts\\Activate.ps1"'
        example = f'& "{plan.python}" -m pip list'
    else:
        activate = typed((".", f"{friendly(plan.environment)}/bin/activate"), plan.system)
        example = typed((friendly(plan.python), "-m", "pip", "list"), plan.system)
    if not plan.environment:
        return ["Next: use it with", f"  {example}"]
    return ["Next: activate the environment with", f"  {activate}"]


def from_wheelhouse(plan: Plan) -> str:
    """Return the command that installs from the wheelhouse of a plan."""
    words = ("cryptography-wizard", "--yes", "--from-wheelhouse", friendly(plan.wheelhouse))
    return typed(words, plan.system)


def friendly(path: str) -> str:
    """Return a path in its shortest form: relative, if it is below this folder."""
    try:
        return f".{os.sep}{Path(path).relative_to(Path.cwd())}"
    except (ValueError, FileNotFoundError):  # it is elsewhere, or this folder was deleted
        return path


def plainly(markdown: str) -> str:
    """Return a help text without Markdown marks, which a screen reader would read out."""
    without = re.sub(r"^#+ +", "", markdown, flags=re.MULTILINE)
    return re.sub(r"\*\*|`", "", without).strip()


def _parts(what: str, shown: Iterable[str], why: str, hints: tuple[str, ...]) -> list[str]:
    lines = [what]
    lines += [f"  | {line}" for line in shown]
    if why:
        lines.append(f"Why: {why}")
    if hints:
        lines.append("What to do:")
        lines += [f"  - {hint}" for hint in hints]
    return lines
