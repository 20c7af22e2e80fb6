"""The last page: the proof, what changed, and what to type next."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

import assets
from screens import shells
from screens.fitting import with_marked_command
from screens.session import Session
from screens.text import last_words
from screens.text.messages import short_path, wheelhouse_command
from screens.tui.fix_list import KEYS, FixList, shown, take
from screens.tui.page import Page
from screens.tui.prose import Items, Prose
from screens.tui.room_note import RoomNote
from wizard.proof import verify

MARKS = {
    "ok": ("✓", "$text-success"),
    "failed": ("✗", "$text-error"),
    "warning": ("!", "$text-warning"),
}


WIDE_ENOUGH = 75
"""The number of columns from which a command is beside the name of its shell."""


class ResultPage(Page):
    """The proof, what changed, and what to do next."""

    CSS = assets.text("styles/result.tcss")
    STAGE = "Done"
    HELP_PAGE = "result"
    AUTO_FOCUS = ""  # it would scroll the first row to the top

    class ShowLog(Message):
        """The user wants to see the log of the run."""

    class BeginAgain(Message):
        """The user wants to do something else."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *KEYS,
        Binding("enter", "quit_page", "Quit", show=False),
        Binding("c", "copy_next", "Copy the next command"),
        Binding("ctrl+y", "copy", "Copy", show=False),
        Binding("o", "show_log", "Full log"),
        Binding("escape,b", "begin_again", "Menu"),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._proved = session.code == 0
        self._fixes = () if self._proved else shown(session.fixes)

    def body(self) -> ComposeResult:
        """Compose the next steps, the proof, what changed, and the buttons.

        Without a proof there is nothing to use, so there are no next steps.
        """
        plan = self.session.require_plan()
        title, success, failure = (
            f"cryptography {plan.release} is installed",
            "and it works",
            "not proved",
        )
        if plan.wheelhouse:
            title = f"The wheels of cryptography {plan.release} are made"
            success, failure = "and they work", "not proved: nothing was written to the folder"
        yield Static(
            f"✓ {title}, {success}" if self._proved else f"! {title}, but {failure}",
            classes="title good" if self._proved else "title warn",
            markup=False,
        )
        with VerticalScroll(id="result", can_focus=False):
            # The most important part comes first: the next command or, without a proof, the reason.
            if self._proved:
                yield from self._compose_next_steps()
                yield from self._compose_proof()
            else:
                yield from self._compose_proof()
                if self._fixes:
                    yield FixList(self._fixes)
            if self.session.engine.ending() is not None:
                yield RoomNote(self.session.engine.ending)
            yield Static("What changed", classes="heading")
            yield Items(self._changes() or ("Nothing.",))
        with Horizontal(classes="buttons"):
            yield Button("Full log  (O)", id="open-log")
            yield Button("Menu  (Esc)", id="menu")
            yield Button("Quit  (Q)", id="quit", variant="primary")

    def on_mount(self) -> None:
        """Focus the Quit button; the arrow keys scroll."""
        super().on_mount()
        self.take_focus()

    def size_classes(self) -> dict[str, bool]:
        """Return one more: whether there is no space for a command beside the name of its shell."""
        return {**super().size_classes(), "-narrow": self.app.size.width < WIDE_ENOUGH}

    def first_focus(self) -> None:
        """Focus the button that quits."""
        self.query_one("#quit").focus()

    def _compose_next_steps(self) -> ComposeResult:
        plan = self.session.require_plan()
        activations = shells.activations(plan, short_path(plan.environment))
        yield Static("What next", classes="heading")
        with Vertical(classes="block", id="next-steps"):
            if plan.wheelhouse:
                text = "Copy the folder to another machine, and install from it there:"
                yield Prose(f"{text}\n`{wheelhouse_command(plan)}`")
            elif plan.usage:
                yield Prose(plan.usage)
            elif not activations:
                yield Prose(f"Use it with `{short_path(plan.python)}`")
            else:
                yield Prose("Activate the environment in the terminal where you want to use it:")
                for shell, command in activations:
                    with Horizontal(classes="fact"):
                        yield Static(f"  {shell}", classes="shell", markup=False)
                        yield Prose(f"`{command}`")
                yield Prose("Deactivate it with `deactivate`")

    def _compose_proof(self) -> ComposeResult:
        yield Static("The proof", classes="heading")
        with Vertical(id="proof"):
            for mark, sentence in self._proof_sentences():
                with Horizontal(classes="fact"):
                    yield Static(Content.assemble(MARKS[mark]), classes="mark")
                    yield Static(sentence, markup=False)
        failure = self.session.require_run().failure
        if failure is not None and failure.hints:
            yield Static("What you can do", classes="heading")
            yield Items(tuple(map(with_marked_command, failure.hints)))

    def _proof_sentences(self) -> tuple[tuple[str, str], ...]:
        """Return the checks and their results, with a short path of the environment."""
        result = self.session.require_run().result
        report = result.report if result else None
        if report is None:
            return (("warning", "The proof could not be completed."),)
        plan = self.session.require_plan()
        if plan.wheelhouse and self._proved:
            from wizard.proof import manifest  # rarely needed

            return manifest.sentences(manifest.load(Path(plan.wheelhouse)))
        folder = plan.environment or report.python
        return tuple(
            (mark, sentence.replace(folder, short_path(folder)))
            for mark, sentence in verify.sentences(report)
        )

    def _changes(self) -> tuple[str, ...]:
        run = self.session.require_run()
        folder = last_words.log_folder(run)
        logs = (f"Logs: {short_path(folder)}",) if folder else ()
        return (*last_words.changes(run), *logs)

    def copy_content(self) -> tuple[str, str]:
        """Return the command that activates the environment, or what was not proved."""
        plan = self.session.require_plan()
        if not self._proved:
            return "the proof", "\n".join(sentence for _, sentence in self._proof_sentences())
        commands = shells.activations(plan, short_path(plan.environment))
        if plan.wheelhouse:
            return "the command", wheelhouse_command(plan)
        if not commands:
            return "the path of the Python", plan.python
        return f"the command for {commands[0][0]}", commands[0][1]

    async def action_copy_next(self) -> None:
        """Copy the next command."""
        await self.action_copy()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow only actions that apply: without a proof there is no next command."""
        if action == "copy_next" and not self._proved:
            return False
        return super().check_action(action, parameters)

    def action_take_fix(self, number: int) -> None:
        """Do what the fix with this number does."""
        take(self, self._fixes, number)

    def action_scroll(self, lines: int) -> None:
        """Scroll the page."""
        self.query_one("#result").scroll_relative(y=lines, animate=False)

    @on(Button.Pressed, "#open-log")
    def action_show_log(self) -> None:
        """Show the log of the run."""
        self.post_message(self.ShowLog())

    @on(Button.Pressed, "#menu")
    def action_begin_again(self) -> None:
        """Go to the first page, which looks at the machine as it is now."""
        self.post_message(self.BeginAgain())

    @on(Button.Pressed, "#quit")
    def _quit(self) -> None:
        self.action_quit_page()
