"""The dialogs: boxes over a page. The help is another one, in the module `help`."""

from __future__ import annotations

from typing import Callable, ClassVar, Optional, Union

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen, ScreenResultType
from textual.widgets import Button, Static

import assets
from screens.session import Session
from screens.tui.activity import activity
from screens.tui.background import in_thread
from wizard.errors import WizardError
from wizard.facts import Facts


class Dialog(ModalScreen[ScreenResultType]):
    """A box over the page. The content has the class ``box``."""

    CSS = assets.text("styles/dialogs.tcss")
    SCOPED_CSS = False  # the three dialogs share one stylesheet


class ConfirmScreen(Dialog[bool]):
    """Asks for confirmation. Escape, N and the focused button say no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("escape,n", "answer(False)", "No"),
        Binding("left,right", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, text: str, *, yes: str, no: str) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """Compose the question and its two buttons."""
        with Vertical(classes="box"):
            yield Static(self._title, classes="title", markup=False)
            yield Static(self._text, markup=False)
            with Horizontal(classes="buttons"):
                yield Button(self._no, id="no", variant="primary")
                yield Button(self._yes, id="yes", variant="error")

    def on_mount(self) -> None:
        """Focus the harmless answer."""
        self.query_one("#no").focus()

    def action_answer(self, answer: bool) -> None:
        """Answer with a key."""
        self.dismiss(answer)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with a button."""
        self.dismiss(event.button.id == "yes")


class LookUpScreen(Dialog[Union[Facts, WizardError, None]]):
    """Looks an answer up, then closes. The result is the facts or the error; None after Esc.

    ``work`` runs in a thread, which Esc does not end; so it must change nothing.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Back")]

    def __init__(self, session: Session, activity: str, work: Callable[[], Facts]) -> None:
        super().__init__()
        self._session = session
        self._activity = activity
        self._work = work
        self._since = session.clock()

    def compose(self) -> ComposeResult:
        """Compose what happens, and how to go back."""
        with Vertical(classes="box"):
            yield Static("One moment", classes="title")
            yield Static("The wizard checks your answer.", markup=False)
            yield Static("", id="activity", markup=False)
            yield Static("Esc: back to the question", markup=False)

    def on_mount(self) -> None:
        """Start to look up."""
        self.set_interval(0.25, self._show_activity)
        self._show_activity()
        self.run_worker(self._look_up(), exclusive=True)

    def action_cancel(self) -> None:
        """Go back to the question; what is found later is not used."""
        self.dismiss(None)

    def _show_activity(self) -> None:
        elapsed = self._session.clock() - self._since
        self.query_one("#activity", Static).update(activity(self.app, self._activity, elapsed))

    async def _look_up(self) -> None:
        try:
            found = await in_thread(self._work)
        except WizardError as error:
            self.dismiss(error)
        else:
            self.dismiss(found)


class ProbeScreen(Dialog[Optional[WizardError]]):
    """Probes the machine, then closes. The result is the error, or None."""

    def __init__(self, session: Session, why: str, work: Callable[[], None] | None = None) -> None:
        super().__init__()
        self._session = session
        self._why = why
        self._work = work or session.probe
        self._since = session.clock()

    def compose(self) -> ComposeResult:
        """Compose what happens, and why."""
        with Vertical(classes="box"):
            yield Static("One moment", classes="title")
            yield Static(self._why, markup=False)
            yield Static("", id="activity", markup=False)

    def on_mount(self) -> None:
        """Start the probe."""
        self.set_interval(0.25, self._show_activity)
        self._show_activity()
        self.run_worker(self._probe(), exclusive=True)

    def _show_activity(self) -> None:
        elapsed = self._session.clock() - self._since
        line = activity(self.app, "Looking at your computer", elapsed)
        self.query_one("#activity", Static).update(line)

    async def _probe(self) -> None:
        try:
            await in_thread(self._work)
        except WizardError as error:
            self.dismiss(error)
        else:
            self.dismiss(None)
