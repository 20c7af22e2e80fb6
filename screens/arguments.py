"""The parsed arguments that several commands share."""

from __future__ import annotations

from dataclasses import dataclass, field

from screens.terminal import ColorMode
from wizard.choices import Choices

NAME = "cryptography-wizard"


@dataclass(frozen=True)
class Common:
    """The arguments of every command. ``--ascii`` already took effect before parsing."""

    json: bool = False
    color: ColorMode = "auto"


@dataclass(frozen=True)
class WithChoices(Common):
    """The arguments of a command that makes a plan. ``choices`` are only those from flags."""

    choices: Choices = field(default_factory=Choices)
    answers: str = ""

    def checked(self, *, other_machine: bool = False) -> Choices:
        """Return the choices from flags and answers file, after the checks that need no probe.

        ``other_machine`` says that the plan is for another machine, so paths are not checked.
        Raises BadRequest.
        """
        from wizard.questions import validation

        choices = self.choices
        if self.answers:
            from wizard.questions import answers  # imports TOML, which is slow

            choices = answers.merge(choices, answers.load(self.answers))
        return (
            validation.check_for_other_machine(choices)
            if other_machine
            else validation.check(choices)
        )
