"""The first page: an introduction, and the facts of the machine, as the probe finds them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Callable, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from screens.text.messages import short_path
from screens.tui.activity import activity
from screens.tui.background import in_thread
from screens.tui.page import Page, ShowPage
from wizard.errors import WizardError
from wizard.machine import waiting
from wizard.wording import age

if TYPE_CHECKING:
    from screens.session import Session
    from wizard.facts import Facts, Python
    from wizard.history.past_runs import PastRun

INTRODUCTION = (
    "This wizard installs the Python package cryptography and proves that it works. "
    "It asks a few questions, shows you every command, and changes nothing before you press Start."
)
SYSTEMS = {"macos": "macOS", "windows": "Windows", "linux": "Linux", "other": "Unknown system"}
LABELS = ("System", "Python", "pip", "Rust", "OpenSSL headers", "cryptography")
SUPPORT_ROW = LABELS.index("cryptography")
"""The row that says whether its developers test it here. A background thread finds that out."""


def describe_facts(facts: Facts) -> tuple[tuple[str, bool, str], ...]:
    """Describe the machine: each topic, whether it was found, and a text."""
    python = next((python for python in facts.pythons if not python.problem), None)
    rust = facts.tool("rustc")
    headers = facts.openssl[0] if facts.openssl else None
    pip = python.pip if python else None
    return (
        ("System", True, _describe_system(facts)),
        ("Python", python is not None, _describe_python(python) if python else "none found"),
        (
            "pip",
            pip is not None,
            pip.version if pip else "none yet; a new environment includes one",
        ),
        (
            "Rust",
            rust is not None,
            " ".join(p for p in (rust.version, f"({rust.origin})" if rust.origin else "") if p)
            if rust
            else "not found; needed only to compile",
        ),
        (
            "OpenSSL headers",
            headers is not None,
            f"{headers.version} in {headers.folder}"
            if headers
            else "not found; needed only to compile",
        ),
    )


def _describe_system(facts: Facts) -> str:
    system = facts.system
    name = system.distribution_name or SYSTEMS[system.name]
    version = system.distribution_version or system.release
    description = name if version and version in name else f"{name} {version}".strip()
    return f"{description}, {system.machine}"


def _describe_python(python: Python) -> str:
    implementation = "" if python.implementation == "cpython" else f" ({python.implementation})"
    return f"{python.version}{implementation}, {short_path(python.path)}"


class WelcomePage(Page):
    """An introduction, and the facts of the machine."""

    STAGE = "Welcome"
    HELP_PAGE = "welcome"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "begin", "Begin"),
        Binding("r", "look", "Look again"),
        Binding("c", "continue_run", "Continue", show=False),
        Binding("u", "undo_run", "Undo", show=False),
    ]

    @dataclass
    class ContinueRun(Message):
        """The user wants to continue a run that was cut off."""

        past: PastRun

    @dataclass
    class UndoRun(Message):
        """The user wants to undo a run that was cut off."""

        past: PastRun

    def __init__(
        self, session: Session, find_cut_off: Callable[[], PastRun | None] = lambda: None
    ) -> None:
        super().__init__(session)
        self._find_cut_off = find_cut_off
        self._cut_off: PastRun | None = None
        self._since = 0.0
        self._probing = False

    def body(self) -> ComposeResult:
        """Compose the introduction, the facts and the start button."""
        yield Static("Welcome", classes="title")
        yield Static(INTRODUCTION, id="introduction", markup=False)
        with VerticalScroll(id="machine", can_focus=False):
            yield Static("Your computer", classes="heading")
        yield Static("", id="looking", markup=False)
        with Vertical(classes="buttons"):
            yield Button("Begin  (Enter)", id="begin", variant="primary", disabled=True)

    def on_mount(self) -> None:
        """Start the animation that runs during the probe."""
        super().on_mount()
        self.set_interval(0.25, self._show_activity)

    def on_screen_resume(self) -> None:
        """Show the facts after the page itself, so that its text appears sooner."""
        super().on_screen_resume()
        self.call_after_refresh(self._show_machine)

    async def _show_machine(self) -> None:
        """Show the machine as it is known now; look at it if it is not known."""
        if not self.query(".fact"):
            await self.query_one("#machine").mount_all(
                Horizontal(
                    Static(label, classes="label"),
                    Static("", id=f"fact-{number}", markup=False),
                    classes="fact",
                )
                for number, label in enumerate(LABELS)
            )
        if self.session.facts is not None and self.session.knowledge is not None:
            self._show_facts()
        elif not self.has_class("-trouble"):  # a problem stays until the user probes again
            self.action_look()

    def action_look(self) -> None:
        """Probe the machine in the background."""
        if self._probing or not self.query(".fact"):
            return
        self._probing = True
        self._since = self.session.clock()
        self.query_one("#looking").remove_class("bad")
        self.remove_class("-trouble")
        self.query_one("#begin", Button).disabled = True
        for number in range(len(LABELS)):
            self.query_one(f"#fact-{number}", Static).update("…")
        self._show_activity()
        self.run_worker(self._probe(), exclusive=True)

    async def _probe(self) -> None:
        # The page first, because the probe keeps the processor busy.
        shown = asyncio.Event()
        self.call_after_refresh(shown.set)
        await shown.wait()
        try:
            await in_thread(self.session.probe)
        except WizardError as error:
            self._probing = False
            if self.closing:
                return
            looking = self.query_one("#looking", Static)
            looking.add_class("bad")
            self.add_class("-trouble")  # the space is needed for the explanation
            parts = (f"✗ {error.what}", error.shown, error.why, *error.hints)
            looking.update("\n\n".join(part for part in (*parts, "Press R to look again.") if part))
            return
        self._probing = False
        if not self.closing:
            self._show_facts()

    def _show_activity(self) -> None:
        if not self._probing or self.closing:
            return
        elapsed = self.session.clock() - self._since
        slow = "".join(f"\n{wait.sentence}" for wait in waiting.slow()[:1])
        self.query_one("#looking", Static).update(
            activity(self.app, "Looking at your computer", elapsed) + slow
        )

    def _show_facts(self) -> None:
        facts, _ = self.session.probed()
        for number, (_, found, text) in enumerate(describe_facts(facts)):
            self._show_fact(number, found, text)
        problems = facts.system.problems[:2]
        ready = "Ready. Nothing has been changed."
        self.query_one("#looking", Static).update(
            "\n".join((*(f"! {problem}" for problem in problems), ready))
        )
        self.query_one("#begin", Button).disabled = False
        self.take_focus()
        self.run_worker(self._show_cut_off(), group="cut-off", exclusive=True)
        self.run_worker(self._show_support(), group="support", exclusive=True)

    async def _show_cut_off(self) -> None:
        """Offer to continue or undo an earlier run, if it was cut off."""
        past = self._cut_off = await in_thread(self._find_cut_off)
        if past is None or self.closing:
            return
        when = f"{age(past.started)} ago" if age(past.started) else "just now"
        self.query_one("#looking", Static).update(
            f"! An earlier run was cut off {when}: {past.title}."
        )
        self.query_one("#begin", Button).label = "Start again"
        self.add_class("-cut-off")
        ways = Horizontal(
            Button("Continue it  (C)", id="continue", variant="primary"),
            Button("Undo it  (U)", id="undo"),
            id="cut-off",
        )
        await self.query_one("#page").mount(ways, after="#looking")
        self.query_one("#continue").focus()

    def action_continue_run(self) -> None:
        """Continue the run that was cut off."""
        if self._cut_off is not None:
            self.post_message(self.ContinueRun(self._cut_off))

    def action_undo_run(self) -> None:
        """Undo the run that was cut off."""
        if self._cut_off is not None:
            self.post_message(self.UndoRun(self._cut_off))

    async def _show_support(self) -> None:
        support = await in_thread(self.session.support)
        if not self.closing:
            text = support.short if support else "unknown, because no Python was found"
            self._show_fact(SUPPORT_ROW, support is not None and support.kind == "tested", text)

    def _show_fact(self, number: int, found: bool, text: str) -> None:
        mark = ("✓", "$text-success") if found else ("–", "$quiet")
        self.query_one(f"#fact-{number}", Static).update(
            Content.assemble(mark, "  ", Content(text))
        )

    def first_focus(self) -> None:
        """Focus the start button."""
        self.query_one("#begin").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        actions = {"continue": self.action_continue_run, "undo": self.action_undo_run}
        actions.get(event.button.id or "", self.action_begin)()

    def action_begin(self) -> None:
        """Go to the questions, once the machine is known."""
        if self._probing or self.session.facts is None:
            self.notify("One moment: still looking at your computer.")
            return
        self.session.position = 0
        self.post_message(ShowPage("question"))
