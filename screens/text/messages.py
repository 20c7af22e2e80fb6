"""The texts that all line-by-line interfaces share: errors, failures, the proof."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from screens import shells, working_folder
from wizard import invocation
from wizard.errors import Exit, Impossible, WizardError
from wizard.locations import NAME
from wizard.method import methods
from wizard.wording import quoted_command, wrap

if TYPE_CHECKING:
    # Slow to import, and not needed for the first output.
    from screens.signals import OutputStream
    from wizard.choices import Choices
    from wizard.fixes.fix import Fix
    from wizard.plan import Plan, Step
    from wizard.proof.verify import Report
    from wizard.running.events import RunEnded, StepEnded
    from wizard.running.run_state import RunState


_WITH_FLAG = re.compile(r": --[a-z].*[^.]$")
"""The end of a hint that says which flag helps."""


def error_lines(problem: WizardError, *, offered: bool = False) -> list[str]:
    """Return the four parts of an error: what happened, the line that shows it, why, what to do.

    If this machine cannot do it, the alternatives come last. What the wizard can do is left out if
    it is ``offered``.
    """
    hints = tuple(hint for hint in problem.hints if not (offered and _WITH_FLAG.search(hint)))
    lines = _parts(problem.what, problem.shown.splitlines(), problem.why, hints)
    alternatives = [
        one
        for one in (problem.alternatives if isinstance(problem, Impossible) else ())
        if not (offered and one.choices)
    ]
    if alternatives:
        lines.append("What is possible instead:")
    for number, alternative in enumerate(alternatives, 1):
        lines += [f"  {number}. {alternative.title}", f"     {alternative.detail}"]
        lines += [f"     {alternative.command}"] if alternative.command else []
    return lines


def failure_lines(step: Step, ended: StepEnded) -> list[str]:
    """Return the four parts of a step's failure, and the path of its full log."""
    exit_code = "" if ended.exit is None else f" (exit code {ended.exit})"
    shown = excerpt_lines(ended.excerpt, ended.evidence)
    lines = _parts(f"“{step.title}” failed{exit_code}.", (), ended.cause, ended.hints)
    lines[1:1] = shown
    if ended.log:
        lines.append(f"The full log: {ended.log}")
    return lines


def excerpt_lines(excerpt: Sequence[str], evidence: str) -> list[str]:
    """Return the lines of a log with a bar before each; the one that shows the error has a mark."""
    from wizard.diagnosis import excerpts

    found = excerpts.marked(excerpt, evidence) if evidence else None
    return [f"{'>' if i == found else ' '} | {line}" for i, line in enumerate(excerpt)]


def fix_lines(fixes: Sequence[Fix], given: Choices, system: str) -> list[str]:
    """Return what the wizard can do after a failure, each with the command that does it.

    ``given`` are the choices with which the wizard was started. Empty if it can only try again.
    """
    if not any(fix.plans_anew for fix in fixes):
        return []
    lines = ["What the wizard can do:"]
    for number, fix in enumerate(fixes, 1):
        lines += [f"  {number}. {fix.title}"]
        lines += [f"     {fix.consequence}"] if fix.consequence else []
        lines.append(f"     {fix_command(fix, given, system)}")
    return lines


def fix_command(fix: Fix, given: Choices, system: str) -> str:
    """Return the command that does a fix: the wizard as it was started, with its change."""
    return quoted_command((*invocation.words(), "--yes", *fix.arguments(given)), system)


def plan_sentence(plan: Plan, done: frozenset[str] = frozenset()) -> str:
    """Return what a plan does, as part of a sentence, if these steps are done already."""
    if plan.undoes:
        return f"undo the run {plan.undoes}"
    if plan.repairs:
        return "put right what the doctor found"
    method = methods()[plan.method]
    linked = f", OpenSSL linked {plan.link}ally" if plan.link and method.compiles else ""
    origin = f"{method.noun}{linked}"
    if plan.prepares:
        return f"first find out what a build of cryptography {plan.release} needs here"
    if plan.wheelhouse:
        folder = short_path(plan.wheelhouse)
        return f"cryptography {plan.release} from {origin}, into the folder {folder}"
    kind = "new environment " if plan.still_new(done) else "environment "
    folder = short_path(plan.environment or plan.python)
    if plan.only_proves:
        return f"nothing to install: cryptography {plan.release} is already in {folder}"
    also = f", and {plan.also}" if plan.also else ""
    what = f"cryptography {plan.release} from {origin}{also}"
    return f"{what}, into the {kind}{folder}{replacing(plan)}"


def replacing(plan: Plan) -> str:
    """Return which installed version a plan replaces, as the end of a sentence; or empty."""
    return f", replacing {plan.replaces}" if plan.replaces else ""


def end_of_run(plan: Plan, result: RunEnded) -> list[str]:
    """Return how a run ended: the proof and what to do next, or why there is no proof.

    A failed step is not explained again: its explanation was written when it failed.
    """
    if plan.undoes and result.code == Exit.DONE:
        back = f" Put back: {plan.restores}." if plan.restores else ""
        return [f"Undone: {plan.undoes}. What it had installed is removed.{back}"]
    if plan.repairs and result.code == Exit.DONE:
        return ["Looking at this machine again …"]
    if plan.wheelhouse and result.code == Exit.DONE and not plan.prepares:
        return [*_with_marks(_describe_wheelhouse(plan)), "", *next_steps(plan)]
    if plan.wheelhouse and result.report is not None and result.code == Exit.UNPROVED:
        return [
            *proof_lines(result.report),
            "",
            f"Nothing was written to {short_path(plan.wheelhouse)}.",
        ]
    if result.report is not None and result.code == Exit.UNPROVED:
        return proof_lines(result.report)
    if result.report is not None and result.code == Exit.DONE:
        return [*proof_lines(result.report), "", *next_steps(plan)]
    if result.code == Exit.DONE:
        return ["Prepared. Looking at this machine again …"]
    if result.code == Exit.CANCELLED:
        return [
            "Cancelled. No program is left running. To finish it, run the same command again.",
            *resume_lines(plan),
        ]
    return ["Stopped after the failed step. No program is left running."]


def resume_lines(plan: Plan) -> list[str]:
    """Return the command that resumes a run of this plan; empty if it cannot be resumed.

    That command would not find a run that was started in another folder.
    """
    if plan.undoes or plan.repairs or working_folder.is_elsewhere():
        return []
    return [f"This command does that, too: {invocation.command('resume')}"]


def begun_again(run: RunState) -> list[str]:
    """Return what a run that is resumed does again although it had begun; empty for nothing."""
    from backends.action import Download, Seal  # not needed before the first output

    lines = []
    for seal in run.steps:
        action = seal.step.action
        if not isinstance(action, Seal) or seal.status == "done":
            continue
        made = [each for each in run.steps if each.step.role == seal.step.role]
        if any(each.attempts and not isinstance(each.step.action, Download) for each in made):
            title = action.title.partition(",")[0]
            lines.append(
                f"{title}, which was not finished, is then unpacked, configured and compiled "
                "again. Its source is kept."
            )
    return lines


def cancelled_by(output: OutputStream, code: int) -> list[str]:
    """Return why a run was cancelled, if its output broke; for standard error."""
    if code != Exit.CANCELLED or not output.problem:
        return []
    why = f"this output cannot be written any more ({output.problem})"
    if output.is_unread:
        why = "the program that read this output has ended, such as head in “… | head”"
    return [
        f"Cancelled: {why}. No program of the wizard is left running. To finish it, run "
        "the same command again."
    ]


def proof_lines(report: Report) -> list[str]:
    """Return what was proved, or what could not be proved."""
    from wizard.proof.verify import sentences

    return _with_marks(sentences(report))


def _with_marks(sentences: Iterable[tuple[str, str]]) -> list[str]:
    labels = {"ok": "ok", "failed": "FAILED", "warning": "note"}
    return [f"  {labels[mark]}: {sentence}" for mark, sentence in sentences]


def _describe_wheelhouse(plan: Plan) -> Iterable[tuple[str, str]]:
    """Describe the wheelhouse of a finished plan, from its manifest."""
    from wizard.proof import manifest  # rarely needed

    return manifest.sentences(manifest.load(Path(plan.wheelhouse)))


def next_steps(plan: Plan) -> list[str]:
    """Return how to use the installation: the commands to type next."""
    if plan.wheelhouse:
        return [
            "Next: copy the folder to another machine, and install from it there, without a "
            "network:",
            f"  {wheelhouse_command(plan)}",
        ]
    if plan.usage:
        return [f"Next: {plan.usage}"]
    activations = shells.activations(plan, short_path(plan.environment))
    if not activations:
        words = (short_path(plan.python), "-m", "pip", "list")
        call = "& " if plan.system == "windows" else ""  # PowerShell would only print a path
        return ["Next: use it with", f"  {call}{quoted_command(words, plan.system)}"]
    if plan.system == "windows":
        lines = [f"  {each.command}   ({each.shell})" for each in activations]
    else:
        lines = [f"  {activations[0].command}"]
    return ["Next: activate the environment with", *lines]


def wheelhouse_command(plan: Plan) -> str:
    """Return the command that installs from the wheelhouse of a plan."""
    argv = (NAME, "--yes", "--from-wheelhouse", short_path(plan.wheelhouse))
    return quoted_command(argv, plan.system)


def short_path(path: str) -> str:
    """Return a path in its shortest form: relative, if it is inside the user's folder.

    In the home folder it stays whole, because it is needed later, in another terminal: a double
    click on a stick starts the wizard in the home folder.
    """
    try:
        here = working_folder.of_user()
        if here == Path("~").expanduser():
            return path
        return f".{os.sep}{Path(path).relative_to(here)}"
    except (ValueError, FileNotFoundError, RuntimeError):
        return path  # it is elsewhere, this folder was deleted, or there is no home folder


def strip_markdown(markdown: str) -> str:
    """Return a help text without Markdown marks, which a screen reader would read out.

    Paragraphs and items are wrapped to the terminal: their lines in the file are longer.
    """
    text = re.sub(r"^#+ +", "", markdown, flags=re.MULTILINE)
    text = re.sub(r"\*([^*\n]+)\*", r"\1", re.sub(r"\*\*|`", "", text))
    columns = max(20, shutil.get_terminal_size().columns - 1)
    paragraphs = []
    for paragraph in re.split(r"\n\n+", text.strip()):
        lines: list[str] = []
        for item in re.split(r"\n(?=- )", paragraph):
            words = " ".join(item.split())
            lines += wrap(words, columns, rest="  " if words.startswith("- ") else "")
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs)


def _parts(what: str, shown: Iterable[str], why: str, hints: tuple[str, ...]) -> list[str]:
    lines = [what]
    lines += [f"  | {line}" for line in shown]
    if why:
        lines.append(f"Why: {why}")
    if hints:
        lines.append("What to do:")
        lines += [f"  - {hint}" for hint in hints]
    return lines
