"""The list of all answers, over a page: whatever was answered can be changed from there."""

from __future__ import annotations

from typing import ClassVar, Optional

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from screens.session import Session
from screens.tui.dialogs import WIDE_PART, Dialog
from screens.tui.marked_list import MarkedList
from screens.tui.page import Page, ShowPage
from wizard.errors import WizardError
from wizard.questions.question import Question
from wizard.wording import wrap

INDENT, REST = "      ", "  "
"""What is before an answer, and before the other lines of its question."""
WIDEST, BORDERS = 108, 14
"""The columns of the widest box, and those that its borders and paddings take."""
AROUND_ANSWERS = 8
"""The lines of the dialog that are not its answers."""
GIVEN, RECOMMENDED = "given at the start", "recommended"


def label(question: Question, value: str) -> str:
    """Return the label of an answer."""
    return next((o.label for o in question.options if o.value == value), value)


class AnswersScreen(Dialog[Optional[str]]):
    """Every question with its answer. The result is the key of the one to change, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,a,q", "cancel", "Back")]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def body(self) -> ComposeResult:
        """Compose the questions."""
        session = self._session
        with Vertical(classes="box wide"):
            yield Static("Your answers", classes="title")
            yield MarkedList(
                "all-answers",
                ((question.key, self._text(question)) for question in session.all_questions()),
            )
            yield Static("Enter changes the chosen answer. Esc goes back.", classes="quiet")

    def on_mount(self) -> None:
        """Focus the list."""
        self.query_one(MarkedList).focus()

    def on_resize(self) -> None:
        """Let the answers take what the title, the sentence below and the frame leave."""
        self.limit(self.query_one(MarkedList), AROUND_ANSWERS, part=WIDE_PART)

    def _text(self, question: Question) -> Content:
        session = self._session
        answer = session.current_answer(question)
        made = any(name in session.answers for name in question.fills)
        source = "" if made else RECOMMENDED
        if not made and question.flags(session.given):
            source = GIVEN if session.is_given(question) else ""
        width = min(WIDEST, int(self.app.size.width * 0.94)) - BORDERS
        lines = wrap(label(question, answer) or "no answer yet", width, first=INDENT, rest=INDENT)
        prompt = wrap(question.prompt, width, rest=REST)
        fits = len(f"{prompt[-1]}  ({source})") <= width
        gap = "  " if fits else f"\n{REST}"
        return Content.assemble(
            ("\n".join(prompt), "$quiet"),
            (f"{gap}({source})" if source else "", "$text-success"),
            "\n",
            ("\n".join(lines), "bold"),
        )

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def action_cancel(self) -> None:
        """Go back to the page."""
        self.dismiss(None)


def show(page: Page) -> None:
    """Show all answers over a page, and then the question that the user wants to change."""

    def change(key: str | None) -> None:
        if key:
            page.session.change(key)
            page.post_message(ShowPage("question"))

    try:
        page.session.all_questions()
    except WizardError as error:
        page.notify(error.what, severity="warning")
    else:
        page.app.push_screen(AnswersScreen(page.session), change)
