"""A plan as text for people, and as scripts that do the same."""

from __future__ import annotations

from wizard.export.commands import command_text, prompt
from wizard.export.powershell import to_powershell
from wizard.export.shell import to_shell
from wizard.method import methods
from wizard.plan import Plan
from wizard.wording import wrap

__all__ = ["to_powershell", "to_shell", "to_text"]


def to_text(plan: Plan, *, width: int = 78) -> str:
    """Return the plan in plain words, each step with its exact command."""
    method = methods()[plan.method]
    how = f"from {method.noun}" + (f", linked {plan.link}ally" if method.compiles else "")
    where = "a new environment" if plan.new else "the environment"
    aim = f"cryptography {plan.release} {how} into {where}: {plan.environment}"
    lines = [f"{'Prepare to install' if plan.prepares else 'Install'} {aim}", ""]
    if plan.wheelhouse:
        aim = f"cryptography {plan.release} {how}, with its dependencies,"
        lines = [f"Put {aim} into the folder {plan.wheelhouse}", ""]
    for note in plan.notes:
        lines += wrap(note, width, first="  * ", rest="    ")
    if plan.notes:
        lines.append("")
    before = prompt(plan.system)
    for number, step in enumerate(plan.steps, 1):
        lines.append(f"{number}. {step.title}{' (as root)' if step.needs_root else ''}")
        lines += wrap(step.why, width, first="   ", rest="   ")
        text = command_text(step.action, plan.system)
        lines += [f"   {before} {line}" for line in text.splitlines()]
        lines.append("")
    return "\n".join(lines)
