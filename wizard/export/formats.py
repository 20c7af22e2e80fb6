"""A plan as text, and as scripts that do the same."""

from __future__ import annotations

from wizard.export.commands import command_text, prompt
from wizard.export.in_words import deed
from wizard.export.powershell import to_powershell
from wizard.export.shell import to_shell
from wizard.facts import Privilege
from wizard.method import methods
from wizard.plan import Plan, beside
from wizard.wording import step_numbers, wrap

__all__ = ["to_powershell", "to_shell", "to_text"]


def to_text(
    plan: Plan,
    *,
    width: int = 78,
    privilege: Privilege | None = None,
    to_type: bool = False,
    done: frozenset[str] = frozenset(),
) -> str:
    """Return the plan in plain words, each step with its exact command.

    What the wizard does itself has a sentence instead; if the user wants commands ``to_type``, one
    that does the same. ``privilege`` is how the user becomes root: see `command_text`.
    ``done`` are the steps that an earlier run has done, and that are not done again.
    """
    method = methods()[plan.method]
    origin = f"from {method.noun}" + (f", linked {plan.link}ally" if method.compiles else "")
    environment = "a new environment" if plan.still_new(done) else "the environment"
    environment += f", replacing {plan.replaces}" if plan.replaces else ""
    also = f", and {plan.also}," if plan.also else ""
    summary = f"cryptography {plan.release} {origin}{also} into {environment}: {plan.environment}"
    lines = [f"{'Prepare to install' if plan.prepares else 'Install'} {summary}", ""]
    if plan.only_proves:
        lines = [
            f"Nothing to install: cryptography {plan.release} is already in {plan.environment}",
            "",
        ]
    if plan.wheelhouse:
        summary = f"cryptography {plan.release} {origin}, with its dependencies,"
        lines = [f"Put {summary} into the folder {plan.wheelhouse}", ""]
    if plan.undoes:
        lines = [f"Undo the run {plan.undoes}", ""]
    if plan.repairs:
        lines = ["Put right what the doctor found", ""]
    for note in plan.notes:
        lines += wrap(note, width, first="  * ", rest="    ")
    if plan.notes:
        lines.append("")
    prompt_sign = prompt(plan.system)
    parallel = beside(plan)
    for number, step in enumerate(plan.steps, 1):
        if step.id in done:
            lines += [f"{number}. {step.title}: done by the earlier run", ""]
            continue
        lines.append(f"{number}. {step.title}{' (as root)' if step.needs_root else ''}")
        lines += wrap(step.why, width, first="   ", rest="   ")
        # Said once for steps that follow each other.
        if parallel[number - 1] and parallel[number - 1] != parallel[max(number - 2, 0)]:
            sentence = f"It can run at the same time as {step_numbers(parallel[number - 1])}."
            lines += wrap(sentence, width, first="   ", rest="   ")
        shown = deed(step.action, plan.system, privilege)
        if shown.is_command or to_type:
            text = command_text(step.action, plan.system, privilege)
            lines += [f"   {prompt_sign} {line}" for line in text.splitlines()]
        else:
            lines += wrap(shown.text, width, first="   ", rest="   ")
        lines.append("")
    return "\n".join(lines)
