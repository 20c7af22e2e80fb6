"""The page before the run: what will be done, how long it takes, and every step."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Button, Static

import assets
from screens.text.messages import replacing, short_path
from screens.tui.background import in_thread
from screens.tui.page import ListPlace, Page, ShowPage
from screens.tui.step_rows import ROOT, NotesRow, Row, Rows, SecurityRow, StepRow
from wizard.choices import Choices
from wizard.facts import Facts, Privilege
from wizard.method import methods
from wizard.openssl_choice import CustomOpenSSL, OpenSSLFolder
from wizard.plan import Plan
from wizard.wording import joined

if TYPE_CHECKING:
    from wizard.history.estimates import Estimate
    from wizard.knowledge import Knowledge
    from wizard.needs.storage import Room


def headline(
    plan: Plan, choices: Choices, python: str = "", done: frozenset[str] = frozenset()
) -> str:
    """Return the plan, made for these choices, in one sentence.

    ``python`` is the target's version, empty to leave it out; ``done`` are the ids of the steps
    that an earlier run has done.
    """
    origin = methods()[plan.method].phrase
    link = f", {_openssl_phrase(plan, choices.custom_openssl)}" if plan.link else ""
    if plan.wheelhouse:
        folder = short_path(plan.wheelhouse)
        return f"cryptography {plan.release}, {origin}{link}, into the folder {folder}"
    if plan.only_proves:
        folder = short_path(plan.environment or plan.python)
        return f"Nothing to install: cryptography {plan.release} is already in {folder}"
    kind = "the new environment" if plan.still_new(done) else "the environment"
    folder = short_path(plan.environment) if plan.environment else short_path(plan.python)
    also = f", and {plan.also}" if plan.also else ""
    what = f"cryptography {plan.release}, {origin}{link}{also}"
    version = f" (Python {python})" if python else ""
    return f"{what}, into {kind} {folder}{version}{replacing(plan)}"


def _openssl_phrase(plan: Plan, chosen: CustomOpenSSL | None) -> str:
    """Return which OpenSSL is used and how it is linked; ``chosen`` is None for the system's."""
    static, name = plan.link == "static", "this computer's OpenSSL"
    if methods()[plan.method].bundles and static:
        name = "its own OpenSSL"
    elif isinstance(chosen, OpenSSLFolder):
        name = f"the OpenSSL of {short_path(chosen.path)}"
    elif chosen:
        return f"with OpenSSL {chosen.text} {'inside' if static else 'beside it'}"
    return f"with {name} inside" if static else f"using {name}"


def commands(plan: Plan, privilege: Privilege) -> str:
    """Return the exact commands of a plan, one per line, for a user with this privilege."""
    from wizard.export import commands

    return "".join(
        f"{commands.command_text(step.action, plan.system, privilege)}\n" for step in plan.steps
    )


def effort(plan: Plan, estimate: Estimate) -> str:
    """Return what a plan takes, in a sentence: ``Downloads about 7 MB; usually takes …``"""
    from wizard.history.estimates import size_in_words

    time = estimate.time
    if plan.only_proves:
        return f"The proof {time}."
    if not estimate.download:  # or nobody knows how much
        return f"{time[0].upper()}{time[1:]}."
    return f"Downloads about {size_in_words(estimate.download)}; {time}."


def room_needed(plan: Plan, facts: Facts, choices: Choices) -> str:
    """Return how much disk space a plan needs and there is, in a sentence; empty if none."""
    from wizard.history.estimates import size_in_words
    from wizard.needs import storage

    rooms = storage.rooms(plan, facts, choices.temporary_folder)
    if not rooms:
        return ""
    needed = sum(room.needed for room in rooms)
    if _on_one_disk(rooms):
        return f"Needs {size_in_words(needed)} of disk; {size_in_words(rooms[0].free)} are free."
    each = (
        f"{size_in_words(room.needed)} in {short_path(room.folder)}"
        + (f" ({size_in_words(room.free)} free)" if room.free >= 0 else "")
        for room in rooms
    )
    return f"Needs {joined(each)}."


def _on_one_disk(rooms: tuple[Room, ...]) -> bool:
    """Return whether all folders have the same space, so that they are probably on one disk."""
    free = [room.free for room in rooms]
    return min(free) >= 0 and max(free) - min(free) < SAME_DISK


SAME_DISK = 64 << 20
"""The free space of two folders on one disk differs by less: they were looked at in turn."""


class ReviewPage(Page):
    """Everything that will be done, before it is done."""

    CSS = assets.text("styles/review.tcss")
    STAGE = "Review"
    HELP_PAGE = "review"

    class Back(Message):
        """The user wants to go back to the page before the plan, which asked no question."""

    class Start(Message):
        """The user wants to start the run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "Start"),
        Binding("escape", "back", "Back"),
        Binding("b", "back", "Back", show=False),
        Binding("a", "answers", "Answers"),
        Binding("space", "unfold", "Unfold"),
        Binding("right", "unfold(True)", show=False),
        Binding("left", "unfold(False)", show=False),
        Binding("plus", "unfold_all(True)", "All"),
        Binding("minus", "unfold_all(False)", "Fold all", show=False),
        Binding("c", "copy", "Copy"),
        Binding("ctrl+y", "copy", "Copy", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown", "turn(1)", show=False),
        Binding("pageup", "turn(-1)", show=False),
        Binding("home", "choose(0)", show=False),
        Binding("end", "choose(9999)", show=False),
    ]

    def body(self) -> ComposeResult:
        """Compose the plan in a sentence, what it takes, its steps and notes, Back and Start."""
        plan = self.session.require_plan()
        facts, knowledge = self.session.probed()
        count = len(plan.steps)
        done = len(self.session.still_done)
        state = "not started" if self.session.has_run else "nothing has been changed yet"
        state = f"{done} done by the earlier run" if done else state
        yield Static(
            f"Review: {count} {'step' if count == 1 else 'steps'}, {state}", classes="title"
        )
        python = self.session.case(self.session.completed).target.python
        words = headline(plan, self.session.completed, python.version, self.session.still_done)
        yield Static(words, id="headline", markup=False)
        yield Static("", id="effort", markup=False)
        warnings = security_warnings(plan, knowledge)
        with ListPlace(), Rows(id="steps"):
            if warnings:
                yield SecurityRow(warnings)
            for number, step in enumerate(plan.steps, 1):
                shown = f"{number:>{len(str(count))}}"
                yield StepRow(shown, step, plan.system, facts.privilege)
            if notes := tuple(note for note in plan.notes if note not in warnings):
                yield NotesRow(notes)
        with Horizontal(classes="buttons"):
            yield Button("Back  (Esc)", id="back")
            yield Button("Start  (Enter)", id="start", variant="primary")

    def on_mount(self) -> None:
        """Focus the Start button; the arrow keys choose a step."""
        super().on_mount()
        for row in self.query(StepRow):
            row.remark(*self._mark(row, ""))
        self.take_focus()
        self.run_worker(self._show_effort(), exclusive=True)

    async def _show_effort(self) -> None:
        """Show how long it takes, and how long each step, as soon as that is known."""
        from wizard.history.estimates import in_brief

        session, plan = self.session, self.session.require_plan()
        estimate = await in_thread(lambda: session.estimate(plan))
        if self.closing:
            return
        facts, _ = session.probed()
        parts = (effort(plan, estimate), room_needed(plan, facts, session.completed))
        self.query_one("#effort", Static).update(" ".join(filter(None, parts)))
        for row in self.query(StepRow):
            row.remark(*self._mark(row, in_brief(estimate.of(row.step.id).seconds)))

    def _mark(self, row: StepRow, time: str) -> list[str | tuple[str, str]]:
        """Return the words at the end of a step's title."""
        if row.step.id in self.session.still_done:
            return [(f"{'done':>8}", "$quiet")]
        root: list[str | tuple[str, str]] = [(ROOT, "$text-warning")] if row.step.needs_root else []
        return [*root, (f"{time:>8}", "$quiet")]

    def first_focus(self) -> None:
        """Focus the button that starts."""
        self.query_one("#start").focus()

    def copy_content(self) -> tuple[str, str]:
        """Return the command of the chosen step, or those of the whole plan."""
        row = self._rows.row
        if row is not None:
            return row.copied
        facts, _ = self.session.probed()
        return "the commands", commands(self.session.require_plan(), facts.privilege)

    @property
    def _rows(self) -> Rows:
        return self.query_one(Rows)

    def action_move(self, rows: int) -> None:
        """Choose another step."""
        self._rows.move(rows)

    def action_turn(self, pages: int) -> None:
        """Choose the step that is one page further."""
        self._rows.move(pages * max(1, self._rows.size.height - 1))

    def action_choose(self, number: int) -> None:
        """Choose the step with this number, or the last one."""
        self._rows.choose(number)

    def action_unfold(self, to: bool | None = None) -> None:
        """Show or hide the command of the chosen step; the first one if none is chosen."""
        if self._rows.row is None:
            self._rows.choose(1 if isinstance(self._rows.rows[0], SecurityRow) else 0)
        row = self._rows.row
        if row is not None:
            row.toggle(to)
            self.call_after_refresh(self._rows.scroll_to_widget, row, animate=False)

    def action_unfold_all(self, to: bool) -> None:
        """Show the commands of all steps, or hide them."""
        for row in self._rows.rows:
            row.toggle(to)

    def action_answers(self) -> None:
        """Show all answers, to change one."""
        from screens.tui import answers

        answers.show(self)

    def action_back(self) -> None:
        """Go back to the last question, or to where the plan came from."""
        self.post_message(ShowPage("question") if self.session.back() else self.Back())

    def action_start(self) -> None:
        """Start the run."""
        self.post_message(self.Start())

    @on(Row.Picked)
    def _pick(self, message: Row.Picked) -> None:
        rows = self._rows
        rows.choose(rows.rows.index(message.row))
        message.row.toggle()

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.action_back()

    @on(Button.Pressed, "#start")
    def _start(self) -> None:
        self.action_start()


def security_warnings(plan: Plan, knowledge: Knowledge) -> tuple[str, ...]:
    """Return those of the plan's notes that tell of a security flaw of its release."""
    flaws = [flaw.text for flaw in knowledge.flaws]
    return tuple(note for note in plan.notes if any(text in note for text in flaws))
