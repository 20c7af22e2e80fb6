"""The page before the run: every step in plain words, with its exact command."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

import assets
from screens.text.messages import short_path
from screens.tui.page import Page, ShowPage
from wizard.choices import Choices
from wizard.facts import Privilege
from wizard.method import methods
from wizard.openssl_choice import CustomOpenSSL, OpenSSLFolder
from wizard.plan import Plan, Step


def headline(plan: Plan, choices: Choices) -> str:
    """Return the plan, made for these choices, in one sentence."""
    origin = methods()[plan.method].phrase
    link = f", {_openssl_phrase(plan, choices.custom_openssl)}" if plan.link else ""
    if plan.wheelhouse:
        folder = short_path(plan.wheelhouse)
        return f"cryptography {plan.release}, {origin}{link}, into the folder {folder}"
    if plan.only_proves:
        folder = short_path(plan.environment or plan.python)
        return f"Nothing to install: cryptography {plan.release} is already in {folder}"
    kind = "the new environment" if plan.new else "the environment"
    folder = short_path(plan.environment) if plan.environment else short_path(plan.python)
    return f"cryptography {plan.release}, {origin}{link}, into {kind} {folder}"


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


class StepCard(Static):
    """One step: its title, why, and its command."""

    def __init__(self, number: int, step: Step, system: str, privilege: Privilege) -> None:
        from wizard.export import commands

        root = getattr(step.action, "root", False)
        super().__init__(
            Content.assemble(
                (f"{number}. {step.title}", "bold"),
                ("   asks for administrator rights" if root else "", "$text-warning"),
                "\n",
                (step.why, "$quiet"),
                "\n",
                (f"{commands.prompt(system)} ", "$quiet"),
                (commands.command_text(step.action, system, privilege), "$text-primary"),
            ),
            classes="step-card",
        )


class ReviewPage(Page):
    """Everything that will be done, before it is done."""

    CSS = assets.text("styles/review.tcss")
    STAGE = "Review"
    HELP_PAGE = "review"

    class Start(Message):
        """The user wants to start the run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "start", "Start"),
        Binding("escape", "back", "Back"),
        Binding("b", "back", "Back", show=False),
        Binding("c", "copy", "Copy the commands"),
        Binding("ctrl+y", "copy", "Copy", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def body(self) -> ComposeResult:
        """Compose the plan in a sentence, its notes, its steps, Back and Start."""
        plan = self.session.require_plan()
        facts, _ = self.session.probed()
        count = len(plan.steps)
        yield Static(
            f"Review: {count} {'step' if count == 1 else 'steps'}, nothing has been changed yet",
            classes="title",
        )
        yield Static(headline(plan, self.session.completed), id="headline", markup=False)
        with VerticalScroll(id="steps"):
            for note in plan.notes:
                yield Static(f"! Note: {note}", classes="note", markup=False)
            for number, step in enumerate(plan.steps, 1):
                yield StepCard(number, step, plan.system, facts.privilege)
        with Horizontal(classes="buttons"):
            yield Button("Back  (Esc)", id="back")
            yield Button("Start  (Enter)", id="start", variant="primary")

    def on_mount(self) -> None:
        """Focus the Start button; the arrow keys scroll the steps."""
        super().on_mount()
        self.take_focus()

    def first_focus(self) -> None:
        """Focus the button that starts."""
        self.query_one("#start").focus()

    def copy_content(self) -> tuple[str, str]:
        """Return the commands of the plan."""
        facts, _ = self.session.probed()
        return "the commands", commands(self.session.require_plan(), facts.privilege)

    def action_scroll(self, lines: int) -> None:
        """Scroll the steps."""
        self.query_one("#steps").scroll_relative(y=lines, animate=False)

    def action_back(self) -> None:
        """Go back to the last question."""
        self.post_message(ShowPage("question" if self.session.back() else "welcome"))

    def action_start(self) -> None:
        """Start the run."""
        self.post_message(self.Start())

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.action_back()

    @on(Button.Pressed, "#start")
    def _start(self) -> None:
        self.action_start()
