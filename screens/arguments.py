"""What commands are given: the arguments that they share, already read."""

from __future__ import annotations

from dataclasses import dataclass, field

from screens.terminal import ColorWish
from wizard.choices import Choices

NAME = "cryptography-wizard"


@dataclass(frozen=True)
class Common:
    """What every command can be given. ``--ascii`` has had its effect before it is parsed."""

    json: bool = False
    color: ColorWish = "auto"


@dataclass(frozen=True)
class WithChoices(Common):
    """What a command that makes a plan can be given. ``choices`` are those of the flags alone."""

    choices: Choices = field(default_factory=Choices)
    answers: str = ""

    def checked(self, *, elsewhere: bool = False) -> Choices:
        """Return the choices of the flags and the answers file, after the checks that need no work.

        ``elsewhere``: the plan is for another machine, whose files and folders are not here.
        Raises BadRequest.
        """
        from wizard.questions import validation

        choices = self.choices
        if self.answers:
            from wizard.questions import answers  # imports TOML, which is slow

            choices = answers.merge(choices, answers.load(self.answers))
        return validation.check_elsewhere(choices) if elsewhere else validation.check(choices)
