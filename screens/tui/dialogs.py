"""The dialogs: boxes over a page. The help is another one, in the module `help`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, ClassVar, Optional, Union

from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, ScreenResultType
from textual.widget import Widget
from textual.widgets import Button, Input, Static

import assets
from screens.session import Session
from screens.tui.activity import activity
from screens.tui.background import in_thread
from screens.tui.keys_line import KeysLine
from screens.tui.late_events import LateEvents
from wizard.errors import WizardError
from wizard.programs import waiting

AROUND_WRONG = 15
"""The lines of a question for a text that are not what is wrong with it: the same, and a field."""
AROUND_TEXT = 10
"""The lines of a dialog that are not its text: frame, paddings, title, buttons."""
WIDE_PART = 0.96
"""The part of the terminal that a wide dialog may take."""


class Dialog(LateEvents, ModalScreen[ScreenResultType]):
    """A box over the page. The content has the class ``box``."""

    CSS = assets.text("styles/dialogs.tcss")
    SCOPED_CSS = False  # the three dialogs share one stylesheet

    def compose(self) -> ComposeResult:
        """Compose the box, and the keys of the dialog in the place of the page's."""
        yield from self.body()
        yield KeysLine()

    def body(self) -> ComposeResult:
        """Compose the box."""
        yield from ()

    def limit(self, widget: Widget, around: int = AROUND_TEXT, *, part: float = 0.9) -> None:
        """Let a widget be as high as it must, but with ``around`` lines no more than ``part`` of
        the terminal: the rest of the dialog stays in sight."""
        widget.styles.max_height = max(1, int(self.app.size.height * part) - around)


class ConfirmScreen(Dialog[bool]):
    """Asks for confirmation. Escape, N and the focused button say no.

    ``yes`` and ``no`` name the answers, on the buttons and in the line of keys.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("escape,n", "answer(False)", "No"),
        Binding("left,right", "app.focus_next", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
    ]

    def __init__(self, title: str, text: str, *, yes: str, no: str) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._yes = yes
        self._no = no

    def body(self) -> ComposeResult:
        """Compose the question and its two buttons."""
        with Vertical(classes="box"):
            yield Static(self._title, classes="title", markup=False)
            # A long text, such as the contents of a report, leaves the buttons in sight.
            with VerticalScroll(can_focus=False):
                yield Static(self._text, markup=False)
            with Horizontal(classes="buttons"):
                yield Button(f"{self._no}  (Esc)", id="no", variant="primary")
                yield Button(f"{self._yes}  (Y)", id="yes", variant="error")

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Return the keys, named as their buttons."""
        names = {"answer(True)": self._yes, "answer(False)": self._no}
        return {
            key: active._replace(
                binding=replace(
                    active.binding,
                    description=names.get(active.binding.action, active.binding.description),
                )
            )
            for key, active in super().active_bindings.items()
        }

    def on_mount(self) -> None:
        """Focus the harmless answer."""
        self.query_one("#no").focus()

    def on_resize(self) -> None:
        """Let the text take what the title, the buttons and the frame leave."""
        self.limit(self.query_one(VerticalScroll))

    def action_scroll(self, lines: int) -> None:
        """Scroll the text."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False, immediate=True)

    def action_answer(self, answer: bool) -> None:
        """Answer with a key."""
        self.dismiss(answer)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Answer with a button."""
        self.dismiss(event.button.id == "yes")


class AskScreen(Dialog[Optional[str]]):
    """Asks for one line of text, such as a folder. The result is the text, or None after Esc.

    ``check`` returns what is wrong with a text; empty if it can be used. ``wrong`` is what is wrong
    with ``value``, as in a file that it names.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back"),
        # Before the field, which would take them if its text is longer than it is wide.
        Binding("down", "scroll(1)", show=False, priority=True),
        Binding("up", "scroll(-1)", show=False, priority=True),
    ]

    def __init__(
        self,
        title: str,
        text: str,
        *,
        value: str = "",
        wrong: str = "",
        check: Callable[[str], str],
    ) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._value = value
        self._wrong = wrong
        self._check = check

    def body(self) -> ComposeResult:
        """Compose what is asked, the field, and what was wrong."""
        with Vertical(classes="box wide"):
            yield Static(self._title, classes="title", markup=False)
            yield Static(self._text, markup=False)
            yield Input(self._value, id="asked")  # its text is selected: typing replaces it
            wrong = f"✗ {self._wrong}" if self._wrong else ""
            # What is wrong may need many lines: it leaves the buttons in sight.
            with VerticalScroll(can_focus=False):
                yield Static(wrong, id="wrong", classes="bad", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Back  (Esc)", id="no")
                yield Button("Next  (Enter)", id="yes", variant="primary")

    def on_mount(self) -> None:
        """Focus the field."""
        self.query_one(Input).focus()

    def on_resize(self) -> None:
        """Let what is wrong take the lines that the rest leaves."""
        lines = max(2, int(self.app.size.height * 0.96) - AROUND_WRONG)
        self.query_one(VerticalScroll).styles.max_height = lines

    def action_scroll(self, lines: int) -> None:
        """Scroll what is wrong."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False, immediate=True)

    def action_cancel(self) -> None:
        """Go back without an answer."""
        self.dismiss(None)

    def on_input_submitted(self) -> None:
        """Take the text, if it can be used."""
        text = self.query_one(Input).value.strip()
        problem = self._check(text) if text else "Type it here, or press Esc to go back."
        if problem:
            self.query_one("#wrong", Static).update(f"✗ {problem}")
        else:
            self.dismiss(text)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Take the text or go back, with a button."""
        if event.button.id == "yes":
            self.on_input_submitted()
        else:
            self.dismiss(None)


class TextScreen(Dialog[None]):
    """Shows lines that may be longer than the terminal."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "close", "Close", priority=True),
        Binding("c", "copy", "Copy"),
    ]

    def __init__(self, title: str, lines: Content | str) -> None:
        super().__init__()
        self._title = title
        self._lines = Content(lines) if isinstance(lines, str) else lines

    def body(self) -> ComposeResult:
        """Compose the lines, and a button that closes."""
        with Vertical(classes="box wide"):
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll():
                yield Static(self._lines)
            with Horizontal(classes="buttons"):
                yield Button("Close  (Esc)", id="close", variant="primary")

    def on_mount(self) -> None:
        """Let the arrow keys scroll."""
        self.query_one(VerticalScroll).focus()

    def on_resize(self) -> None:
        """Let the lines take what the title, the button and the frame leave."""
        self.limit(self.query_one(VerticalScroll), part=WIDE_PART)

    async def action_copy(self) -> None:
        """Copy the lines."""
        from functools import partial

        from screens import clipboard  # it imports what starts programs

        text = self._lines.plain
        if not await in_thread(partial(clipboard.copy, text)):
            self.app.copy_to_clipboard(text)
        self.notify("Copied these lines.")

    def action_close(self) -> None:
        """Go back to the page."""
        self.dismiss()

    def on_button_pressed(self) -> None:
        """Go back to the page."""
        self.dismiss()


class LookUpScreen(Dialog[Union[Any, WizardError, None]]):
    """Looks something up, then closes. The result is what ``work`` returns or its error; None after
    Esc. ``why`` says what for.

    ``work`` runs in a thread, which Esc does not end; so it must change nothing.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Back")]

    def __init__(
        self,
        session: Session,
        activity: str,
        work: Callable[[], Any],
        why: str = "The wizard checks your answer.",
    ) -> None:
        super().__init__()
        self._session = session
        self._activity = activity
        self._work = work
        self._why = why
        self._since = session.clock()

    def body(self) -> ComposeResult:
        """Compose what happens, and how to go back."""
        with Vertical(classes="box"):
            yield Static("One moment", classes="title")
            yield Static(self._why, markup=False)
            yield Static("", id="activity", markup=False)

    def on_mount(self) -> None:
        """Start to look up."""
        self.set_interval(0.25, self._show_activity)
        self._show_activity()
        self.run_worker(self._look_up(), exclusive=True)

    def action_cancel(self) -> None:
        """Go back; what is found later is not used."""
        self.dismiss(None)

    def _show_activity(self) -> None:
        elapsed = self._session.clock() - self._since
        slow = (wait.sentence for wait in waiting.slow()[:1])
        text = "\n".join((activity(self.app, self._activity, elapsed), *slow))
        self.query_one("#activity", Static).update(text)

    async def _look_up(self) -> None:
        try:
            found = await in_thread(self._work)
        except WizardError as error:
            self.dismiss(error)
        else:
            self.dismiss(found)
