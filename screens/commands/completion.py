"""The command ``completion SHELL``: what makes a shell complete this program's words."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from screens import completion
from screens.arguments import Common
from wizard import invocation
from wizard.errors import BadRequest, Exit
from wizard.wording import did_you_mean, joined

HELP = "print what makes a shell complete commands, flags and values"
ORDER = 80
EXAMPLES = (("completion zsh", "complete with the Tab key; --help says where to put it"),)
_WHERE = """\
To complete with the Tab key in each new terminal, add the line to the file of your shell:
  bash: ~/.bashrc
    eval "$({wizard} completion bash)"
  zsh: ~/.zshrc, after compinit
    eval "$({wizard} completion zsh)"
  fish: ~/.config/fish/config.fish
    {wizard} completion fish | source
  powershell: the file that $PROFILE names
    {wizard} completion powershell | Out-String | Invoke-Expression
"""


@dataclass(frozen=True)
class Arguments(Common):
    """``shell`` is one of `screens.completion.SHELLS`."""

    shell: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name of the shell."""
    shell = parser.add_argument(
        "shell", nargs="?", metavar="SHELL", help=f"one of {joined(completion.SHELLS)}"
    )
    completion.offer(shell, lambda: completion.SHELLS)
    parser.epilog = _WHERE.format(wizard=invocation.anywhere())


def run(arguments: Arguments) -> int:
    """Write the code to standard output. Raises BadRequest for an unknown shell."""
    shells = completion.SHELLS
    if arguments.shell not in shells:
        unknown = f"Unknown shell: {arguments.shell!r}{did_you_mean(arguments.shell, shells)}."
        raise BadRequest(
            unknown if arguments.shell else "The name of your shell is missing.",
            hints=(f"Possible are {joined(shells)}.",),
        )
    print(completion.script(arguments.shell), end="")
    return int(Exit.DONE)
