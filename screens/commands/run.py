"""The command ``run -- COMMAND``: run an installer as given, and help if cryptography fails."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from screens import fitting
from screens.arguments import Common
from wizard import invocation, temporary
from wizard.addresses import masked
from wizard.errors import BadRequest, Exit, WizardError

if TYPE_CHECKING:
    from wizard.engine import Decision, Engine

HELP = "run an installer's command; help if cryptography makes it fail"
ORDER = 25
EXAMPLES = (
    ("-- pip install -r FILE", "run pip; if cryptography makes it fail, repair and repeat"),
)

LONGEST_LOG = 64 * 1024 * 1024
"""How much of the output is kept, in bytes; of more, only the last half."""


@dataclass(frozen=True)
class Arguments(Common):
    """``words`` are the command; ``yes`` repairs without asking."""

    words: tuple[str, ...] = ()
    yes: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command, which is everything after ``--``."""
    parser.add_argument("--yes", action="store_true", help="repair without asking")
    parser.add_argument(
        "words", nargs="*", metavar="-- COMMAND", help="the command of pip, uv, poetry, …"
    )


def run(arguments: Arguments) -> int:
    """Run the command. Returns its exit code, or that of the repaired run."""
    if not arguments.words:
        raise BadRequest(
            "There is no command to run.",
            hints=(
                "Put it after two dashes: "
                + invocation.command("--", "pip", "install", "-r", "requirements.txt"),
            ),
        )
    if arguments.json:
        raise BadRequest("run does not write JSON: it shows the output of your command.")
    from wizard import engine

    return _Wrapped(arguments, engine.real()).run()


class _Wrapped:
    """One command of the user, and the repair of the environment that it installs into."""

    def __init__(self, arguments: Arguments, engine: Engine) -> None:
        self.words = arguments.words
        self.yes = arguments.yes
        self.engine = engine

    def run(self) -> int:
        """Run the command; if cryptography makes it fail, offer to repair and run it again."""
        from wizard.advice import wrapped_command

        code, log = self._execute({})
        if code == Exit.DONE:
            return code
        lines = log.decode("utf-8", errors="replace").splitlines()
        if not wrapped_command.blames_cryptography(lines):
            _say(f"The command ended with exit code {code}. cryptography is not the reason.")
            return code
        self._explain(lines)
        try:
            decision = self._decide()
        except WizardError as error:
            from screens.text import messages

            _say(*messages.error_lines(error))
            return code
        if decision is None:
            return self._repeat_without_build(code)
        if not self._agreed(_offer(decision), _steps(decision)):
            return code
        return self._repair(decision) or self._repeat(decision)

    def _repeat_without_build(self, code: int) -> int:
        """Run a command that makes its own environment again, if the user agrees."""
        from wizard.advice import wrapped_command

        if not wrapped_command.installer(self.words):
            return code
        if not self._agreed("run your command again, with ready-made wheels of cryptography only."):
            return code
        _say("", "Running your command again …")
        return self._execute(wrapped_command.NO_BUILD)[0]

    def _execute(self, env: dict[str, str]) -> tuple[int, bytes]:
        """Run the command and return its exit code and its output."""
        from screens import terminal
        from wizard.programs.passthrough import run_visibly

        log = bytearray()

        def show(chunk: bytes) -> None:
            log.extend(chunk)
            if len(log) > LONGEST_LOG:
                del log[: -LONGEST_LOG // 2]
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()

        sys.stdout.flush()
        try:
            code = run_visibly(self.words, show, env=env, terminal=terminal.is_terminal(sys.stdout))
        except OSError as error:
            if error.filename is None:
                raise  # standard output cannot be written
            raise BadRequest(
                f"{self.words[0]} cannot be started.",
                shown=error.strerror or str(error),
                hints=("Check its name, and that it is on your PATH.",),
            ) from None
        if log and not log.endswith(b"\n"):
            _say()  # the wizard's next sentence begins a line
        return code, bytes(log)

    def _explain(self, lines: list[str]) -> None:
        from screens.commands.diagnose import report_lines
        from wizard.diagnosis.diagnose import diagnose

        found = diagnose(lines, ours=True)
        _say("", "cryptography made this command fail.", *report_lines(found))

    def _decide(self) -> Decision | None:
        """Return the plan that installs cryptography where the command needs it.

        None if the command makes a separate environment, or installs into a Python that is not an
        environment: the wizard would install into another place. Raises WizardError.
        """
        from dataclasses import replace

        from wizard.advice import wrapped_command
        from wizard.choices import Choices
        from wizard.engine import decide
        from wizard.programs.processes import ProgramTimeout, ask
        from wizard.questions import validation

        asking = wrapped_command.question(self.words)
        python = ""
        if asking:
            try:
                python = wrapped_command.interpreter(ask(asking, timeout=60).stdout)
            except (OSError, ProgramTimeout) as error:
                _say(f"The wizard cannot find the Python that this command uses: {error}")
        if not python:
            return None
        wanted = wrapped_command.project(self.words, str(Path.cwd()))
        with temporary.folder() as folder:
            project = wanted[0] if len(wanted) == 1 else ""
            if len(wanted) > 1:
                project = str(Path(folder, "requirements.txt"))
                Path(project).write_text("\n".join(wanted) + "\n", encoding="utf-8")
            choices = validation.check(Choices(python=python, project=project))
            decision = decide(self.engine, choices)
        if decision.plan.new:
            return None
        if not project:
            return decision
        # Only cryptography is installed; the command itself installs the rest.
        release = decision.choices.release
        return decide(self.engine, replace(choices, project="", release=release))

    def _agreed(self, offer: str, steps: str = "") -> bool:
        """Say what the wizard can do and, if somebody can answer, its steps; ask whether to."""
        from screens import terminal
        from screens.text import confirm

        _say("", f"The wizard can {offer}")
        if self.yes:
            return True
        abilities = terminal.detect()
        if not abilities.stdin:
            _say(f"To do it: {masked(invocation.command('run', '--yes', '--', *self.words))}")
            return False
        if steps:
            _say("", steps)
        return confirm.confirm("Do it?", sys.stdout)

    def _repair(self, decision: Decision) -> int:
        from screens import terminal
        from screens.text import unattended

        abilities = terminal.detect()
        can_ask = abilities.stdin and abilities.stderr
        return unattended.install(
            self.engine, decision.choices, sys.stdout, sys.stderr, can_ask=can_ask
        )

    def _repeat(self, decision: Decision) -> int:
        """Run the command again, and make it keep the release that was installed."""
        from wizard.advice import wrapped_command

        _say("", "Running your command again …")
        with temporary.folder() as folder:
            constraint = Path(folder, "constraint.txt")
            constraint.write_text(f"cryptography=={decision.choices.release}\n", encoding="utf-8")
            code, _ = self._execute(wrapped_command.keeping(str(constraint)))
        return code


def _steps(decision: Decision) -> str:
    """Return the steps of a plan with their commands; empty if it installs nothing."""
    from wizard.export import formats

    if decision.plan.only_proves:
        return ""
    return formats.to_text(decision.plan, privilege=decision.facts.privilege)


def _offer(decision: Decision) -> str:
    from screens.text import messages

    plan = decision.plan
    if plan.only_proves:
        return (
            f"run your command again, so that it keeps cryptography {plan.release},\n"
            "which is already installed there."
        )
    return f"install {messages.plan_sentence(plan)},\nand then run your command again."


def _say(*lines: str) -> None:
    print(fitting.for_stream("\n".join(lines), sys.stdout), flush=True)
