"""``doctor --fix``, line by line: show what can be put right, ask, do it, and look again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from screens import fitting, terminal
from screens.text import confirm, slow_probe, unattended
from screens.text.summary import StepResult
from wizard import invocation
from wizard.choices import Choices
from wizard.engine import Engine, case_of
from wizard.errors import Exit

if TYPE_CHECKING:
    from wizard.advice.doctor import Finding
    from wizard.history.leftovers import Leftovers
    from wizard.needs.case import Case
    from wizard.plan import Plan

NOTHING = "There is nothing that the wizard can put right by itself."


@dataclass(frozen=True)
class Fixed:
    """The answer of ``doctor --fix --json``.

    ``steps`` are what was done, ``better`` the findings that are gone, ``left`` those that are
    still there.
    """

    code: int
    steps: tuple[StepResult, ...]
    better: tuple[Finding, ...]
    left: tuple[Finding, ...]
    schema: int = 1


@dataclass(frozen=True)
class _Seen:
    """What the doctor sees: the machine, what earlier runs have left, and the findings."""

    case: Case
    left: Leftovers
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.mark != "ok")

    @property
    def plan(self) -> Plan:
        from wizard.history import repair

        return repair.make_plan(self.case, self.left)


def fix(
    engine: Engine,
    release: str = "",
    *,
    yes: bool = False,
    as_json: bool = False,
    stream: TextIO,
    err: TextIO,
) -> int:
    """Put right what the wizard can, about this release or the recommended one.

    ``yes`` says not to ask. Returns 0 if everything is as it should be, 3 if no
    release can be installed here afterwards, 130 if the user says no, and the code of a run that
    fails. Raises BadRequest if the release does not exist, or if there is no terminal to ask in.
    """
    seen = before = _look(engine, release)
    plan, code = seen.plan, int(Exit.DONE)
    steps: tuple[StepResult, ...] = ()
    if not plan.steps:
        return _report(before, seen, (), code, as_json=as_json, stream=stream)
    while plan.steps and code == Exit.DONE:
        if not _agreed(plan, yes=yes, as_json=as_json, stream=stream, err=err):
            err.write("Nothing was changed.\n" if not steps else "Nothing else was changed.\n")
            return int(Exit.CANCELLED)
        state = unattended.carried_out(
            engine, plan, stream, err, can_ask=_can_ask(), as_json=as_json
        )
        steps += tuple(map(StepResult.from_state, state.steps))
        code = state.result.code if state.result else int(Exit.FAILED)
        if code == Exit.CANCELLED:  # who ended it does not want to wait for another look
            return _report(before, before, steps, code, as_json=as_json, stream=stream)
        seen = _look(engine, release)
        done, plan = plan, seen.plan
        # Only package lists that were empty hide what else is needed. Nothing is tried twice.
        if not done.prepares or plan.prepares:
            break
    return _report(before, seen, steps, code, as_json=as_json, stream=stream)


def _look(engine: Engine, release: str) -> _Seen:
    from wizard.advice import doctor
    from wizard.history import leftovers

    with slow_probe.announced_on_stderr():
        facts = engine.probe(Choices(), everything=True)
    case = case_of(facts, Choices(release=release))
    if release:
        case.find(release)
    left = leftovers.read(facts)
    return _Seen(case, left, (*doctor.findings(case), *leftovers.findings(left)))


def _agreed(plan: Plan, *, yes: bool, as_json: bool, stream: TextIO, err: TextIO) -> bool:
    from wizard.export import formats

    if not as_json:
        stream.write(fitting.for_stream(formats.to_text(plan), stream) + "\n")
        stream.flush()
    if yes:
        return True
    own = invocation.command("doctor", "--fix", "--yes")
    without = f"To change this machine without being asked: {own}"
    confirm.require_terminal("doctor --fix", "changes anything", without, as_json=as_json)
    return confirm.confirm("Do this?", err)


def _can_ask() -> bool:
    abilities = terminal.detect()
    return abilities.stdin and abilities.stderr


def _report(
    before: _Seen,
    after: _Seen,
    steps: tuple[StepResult, ...],
    code: int,
    *,
    as_json: bool,
    stream: TextIO,
) -> int:
    """Say what is better and what is left, and return the exit code."""
    better = tuple(finding for finding in before.wrong if finding not in after.wrong)
    if code == Exit.DONE and any(finding.mark == "bad" for finding in after.wrong):
        code = int(Exit.IMPOSSIBLE)
    if as_json:
        from wizard.codec import to_json

        stream.write(to_json(Fixed(code, steps, better, after.wrong)) + "\n")
        return code
    if code == Exit.CANCELLED:
        return code  # the run has said so
    lines = [] if steps else [NOTHING]
    if steps:
        lines += ["Better now:" if better else "Nothing is better now."]
        lines += [f"  {one.title}: {_now(one, after.findings)}" for one in better]
    if after.wrong:
        lines += ["", "What is left for you:"]
    for number, finding in enumerate(after.wrong, 1):
        lines.append(f"  {number}. {finding.title}: {finding.detail}")
        lines += [f"     - {action}" for action in finding.action.splitlines()]
    stream.write(fitting.for_stream("\n".join(lines), stream) + "\n")
    return code


def _now(gone: Finding, findings: Sequence[Finding]) -> str:
    """Return what the doctor says about the same subject now."""
    good = (one.detail for one in findings if (one.title, one.mark) == (gone.title, "ok"))
    return next(good, f"this is solved: {gone.detail}")
