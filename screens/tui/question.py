"""One page for any question: its answers, what each one means, and a field to type another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Optional, Union

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Click, Key
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option as Row

import assets
from screens import ways
from screens.session import Session
from screens.tui.dialogs import LookUpScreen
from screens.tui.page import Page, PageName, Reading, ShowPage
from wizard.errors import WizardError
from wizard.questions.question import Option
from wizard.wording import wrap

if TYPE_CHECKING:
    from wizard.facts import Facts

FREE_ANSWER = "free-answer"
"""The id of the row for a typed answer."""
MANY = 6
"""The number of answers from which a list is long, however high the terminal is."""
INDENT = "    "
LOW_LINES = 20
"""The number of lines below which nothing is left for blank ones."""
LEAST_LINES = 3
"""The number of lines of a list with one line of answers: more would hide the field below it."""
LIST_BORDER = 6
"""The number of columns that the list's border, padding and scrollbar take, and one more."""
ROOM_BESIDE = 2
"""How many of those columns a label may use, unless the terminal is wide or the list scrolls."""


FILTERING = frozenset("0123456789./")
"""Characters that are keys of no page, and begin to filter; letters can only follow them."""


class Answers(OptionList):
    """The possible answers. The arrow keys choose; the page handles Enter and a double click.

    What is typed filters a long list. Its rows have no numbers: where they have, a digit chooses.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.next", "Next"),
        Binding("space", "select", show=False),
        Binding("right,tab", "app.focus_next", show=False),
    ]

    @property
    def is_long(self) -> bool:
        """Whether there are many answers, or not all fit."""
        return self.option_count >= MANY or self.virtual_size.height > self.size.height > 0

    def on_resize(self) -> None:
        """Keep the chosen answer in view: the field for another one takes space from the list."""
        self.call_after_refresh(self.scroll_to_highlight)

    def on_click(self, event: Click) -> None:
        """Accept the answer on a double click."""
        if event.chain == 2 and isinstance(self.screen, QuestionPage):
            self.screen.action_next()

    def on_key(self, event: Key) -> None:
        """Filter with what is typed."""
        page = self.screen
        if isinstance(page, QuestionPage) and page.filter_with(event.key, event.character or ""):
            event.stop()
            event.prevent_default()

    def action_cursor_down(self) -> None:
        """Go to the next answer, and from the last one into the field below."""
        row = self.highlighted_option
        if row is not None and row.id == FREE_ANSWER:
            self.screen.query_one("#own").focus()
        else:
            super().action_cursor_down()


class TypedAnswer(Input):
    """The field for another answer. The up key leads back to the list above it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("up", "screen.to_list", "Other answers")]

    def __init__(self, value: str, placeholder: str) -> None:
        # A key that is meant for the page must not replace the whole answer.
        super().__init__(value, placeholder=placeholder, id="own", select_on_focus=False)


class Reason(Static):
    """Why an answer is recommended, or what was wrong with one."""

    def on_resize(self) -> None:
        """Adjust the answers' space to a longer or shorter text."""
        if isinstance(self.screen, QuestionPage):
            self.screen.fit()


class QuestionPage(Page):
    """One question."""

    CSS = assets.text("styles/question.tcss")
    STAGE = "Questions"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Next"),
        Binding("escape", "back", "Back"),
        Binding("b", "back", "Back", show=False),
        Binding("a", "answers", "Answers"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._question = session.question()
        self._current = session.current_answer(self._question)
        self._highlighted = ""
        self._width = 0
        self._filter = ""

    def body(self) -> ComposeResult:
        """Compose the progress, the prompt, the answers, a field for free text, Back and Next."""
        question = self._question
        # Without a total: each answer may add questions, so that the end would move away.
        place = f"Question {self.session.position + 1}"
        yield Static("Change this answer" if self.session.changing else place, id="progress")
        yield Static(question.prompt, classes="title", markup=False)
        with Reading(id="because-place"):
            yield Reason("", id="because", markup=False)
        if question.options:
            yield Answers(*self._rows(), id="answers", markup=False)
        if question.free or not question.options:
            yield TypedAnswer(self._typed_text(), question.example or question.free)
        with Horizontal(classes="buttons"):
            yield Button("Back  (Esc)", id="back")
            yield Button("Next  (Enter)", id="next", variant="primary")

    def help_text(self) -> str:
        """Return the help of the question."""
        return self._question.help

    def on_mount(self) -> None:
        """Mark the current answer."""
        super().on_mount()
        if self._question.options:
            answers = self.query_one(Answers)
            row = self._current_row()
            answers.highlighted = answers.get_option_index(row) if row else None
        self._show_reason("")
        self.take_focus()
        if self._question.options:
            self.app.theme_changed_signal.subscribe(self, lambda _theme: self._mark_all())

    def first_focus(self) -> None:
        """Focus the list of answers or, if there is none, the field."""
        if self._question.options:
            self.query_one(Answers).focus()
        else:
            self.query_one("#own").focus()

    def fit(self) -> None:
        """Wrap the lines again, and give the list the remaining space of the page."""
        super().fit()
        if self._question.options:
            if self._width != self.columns:
                self._width = self.columns
                self._mark_all()
            self.call_after_refresh(self._limit_height)

    def size_classes(self) -> dict[str, bool]:
        """Return one more: whether the list needs every line of the terminal."""
        return {**super().size_classes(), "-low": self.app.size.height < LOW_LINES}

    def _limit_height(self) -> None:
        if not self.query(Answers):
            return  # the user was quicker: the page is already gone
        answers = self.query_one(Answers)
        page = self.query_one("#page")
        others = [child for child in page.children if child is not answers and child.display]
        used_height = sum(child.outer_size.height + child.styles.margin.height for child in others)
        answers.styles.max_height = max(LEAST_LINES, page.size.height - used_height)
        self.call_after_refresh(self._show_highlighted)

    def _show_highlighted(self) -> None:
        """Bring the chosen answer into view, and say that a long list can be filtered."""
        if not self.query(Answers):
            return  # the user was quicker: the page is already gone
        answers = self.query_one(Answers)
        answers.scroll_to_highlight()
        if self._filter:
            answers.border_subtitle = f"only with “{self._filter}” · Esc: all"
        else:
            answers.border_subtitle = "type a number to filter" if answers.is_long else ""

    def _typed_text(self) -> str:
        values = {option.value for option in self._question.options}
        return "" if self._current in values else self._current

    def _current_row(self) -> Optional[str]:
        """Return the id of the row of the current answer, or of the best possible one."""
        question = self._question
        open_values = [option.value for option in question.options if not option.closed]
        if self._typed_text() and question.free:
            return FREE_ANSWER
        for value in (self._current, question.recommended, *open_values):
            if value in open_values:
                return value
        return FREE_ANSWER if question.free else None

    def _rows(self) -> list[Row]:
        current = self._current_row()
        rows = [
            Row(
                self._option_text(option, option.value == current),
                option.value,
                bool(option.closed),
            )
            for option in self._options()
        ]
        if self._question.free:
            rows.append(Row(self._free_text(current == FREE_ANSWER), FREE_ANSWER))
        return rows

    def _options(self) -> list[Option]:
        """Return the options that are not filtered out."""
        wanted = self._filter.casefold()
        return [o for o in self._question.options if wanted in o.label.casefold()]

    def filter_with(self, key: str, letter: str) -> bool:
        """Filter the answers by what is typed; return whether this key belongs to a filter."""
        answers = self.query_one(Answers)
        if not self._filter and not (letter in FILTERING and letter and answers.is_long):
            return False
        if key == "escape":
            self._set_filter("")
        elif key == "backspace":
            self._set_filter(self._filter[:-1])
        elif letter.isprintable() and letter.strip():
            self._set_filter(self._filter + letter.removeprefix("/"))
        else:
            return False
        return True

    def _set_filter(self, text: str) -> None:
        """Show only the answers that contain this text; if none does, change nothing."""
        answers = self.query_one(Answers)
        chosen, before = answers.highlighted_option, self._filter
        self._filter = text
        if not self._options():
            self._filter = before
            self.app.bell()
            return
        answers.clear_options()
        answers.add_options(self._rows())
        ids = [row.id for row in answers.options if not row.disabled]
        wanted = chosen.id if chosen is not None and not text and chosen.id in ids else ids[0]
        answers.highlighted = answers.get_option_index(str(wanted))
        self.call_after_refresh(self._show_highlighted)

    def _option_text(self, option: Option, chosen: bool) -> Content:
        if option.closed:
            reason = self._indent(f"Not possible here: {option.closed}")
            return Content.assemble(f"(–) {self._label(option)}\n", (reason, "italic"))
        recommended = option.value == self._question.recommended
        text = self._indent(("recommended · " if recommended else "") + option.consequence)
        marked = len(INDENT + "recommended") if recommended else 0
        return Content.assemble(
            ("(*) " if chosen else "( ) ", "bold"),
            (f"{self._label(option)}\n", "bold"),
            (text[:marked], "$text-success italic"),
            (text[marked:], "$quiet"),
        )

    def _label(self, option: Option) -> str:
        """Return the label of an answer; lines that it goes on in are indented as its text."""
        columns = self.columns - LIST_BORDER
        if len(INDENT + option.label) <= columns + ROOM_BESIDE:
            return option.label
        lines = wrap(option.label, max(30, columns), first=INDENT, rest=INDENT)
        if max(map(len, lines)) > columns:
            return option.label  # a long path is broken anywhere, so it begins at the border
        return "\n".join(lines)[len(INDENT) :]

    def _indent(self, text: str) -> str:
        """Wrap a text to the width of the list, and indent every line."""
        width = max(30, self.columns - LIST_BORDER)
        return "\n".join(wrap(text, width, first=INDENT, rest=INDENT))

    def _free_text(self, chosen: bool) -> Content:
        return Content.assemble(
            ("(*) " if chosen else "( ) ", "bold"),
            (self._question.free, "bold"),
            ("\n    Press Enter, then type your answer.", "$quiet"),
        )

    @on(OptionList.OptionHighlighted)
    def _choose(self) -> None:
        """Move the mark to the chosen answer, and show the field if it is needed."""
        row = self.query_one(Answers).highlighted_option
        previous, self._highlighted = self._highlighted, str(row.id) if row else ""
        for name in {previous, self._highlighted}:
            if name:
                self._mark(name)
        if self._question.free:
            field = self.query_one("#own")
            hidden = self._highlighted != FREE_ANSWER
            if field.has_class("-put-away") is not hidden:
                field.toggle_class("-put-away")
                self.call_after_refresh(self._limit_height)

    def _mark(self, name: str) -> None:
        """Show whether an answer is chosen, in text as well as in colour."""
        answers, chosen = self.query_one(Answers), name == self._highlighted
        if all(row.id != name for row in answers.options):
            return  # it is filtered out
        option = next((o for o in self._question.options if o.value == name), None)
        text = self._option_text(option, chosen) if option else self._free_text(chosen)
        answers.replace_option_prompt(name, text)

    def _mark_all(self) -> None:
        for row in self.query_one(Answers).options:
            self._mark(str(row.id))

    @on(Input.Changed, "#own")
    def _typed(self, event: Input.Changed) -> None:
        """Highlight the row for a typed answer while the user types."""
        self._show_reason("")
        if self._question.options and event.input.has_focus:
            answers = self.query_one(Answers)
            answers.highlighted = answers.get_option_index(FREE_ANSWER)

    @on(Input.Submitted, "#own")
    def _entered(self) -> None:
        self.action_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Handle Back and Next."""
        if event.button.id == "back":
            self.action_back()
        else:
            self.action_next()

    def action_back(self) -> None:
        """Go back one page. The answers are kept."""
        first: PageName = "review" if self.session.changing else "welcome"
        self.post_message(ShowPage("question" if self.session.back() else first))

    def action_answers(self) -> None:
        """Show all answers, to change one."""
        from screens.tui import answers

        answers.show(self)

    def action_to_list(self) -> None:
        """Leave the field for the answer above it."""
        if self._question.options:
            answers = self.query_one(Answers)
            answers.focus()
            answers.action_cursor_up()

    def action_next(self) -> None:
        """Accept the answer and continue; if it is not valid, say why and stay."""
        text, free = self._answer()
        if not free and not text:
            self._show_reason(
                "None of these is possible here. Go back and choose a different answer."
            )
            return
        if free and not text.strip():
            field = self.query_one("#own")
            if field.has_focus:
                self._show_reason("Please type an answer, or choose a different one.")
            field.focus()
            return
        if self.session.needs_probe(self._question, text):
            work = partial(self.session.look_up, self._question, text)
            is_project = self._question.key == "project"
            what = "Reading the project" if is_project else "Looking at this folder"
            screen = LookUpScreen(self.session, what, work)
            self.app.push_screen(screen, partial(self._after_look_up, text))
            return
        try:
            self.session.submit(self._question, text)
        except WizardError as error:
            self._after_probe(error)
        else:
            self._leave()

    def _after_look_up(self, text: str, found: Union[Facts, WizardError, None]) -> None:
        """Set the answer that was looked up; after Esc, there is nothing to set."""
        if found is None:
            return
        try:
            if isinstance(found, WizardError):
                raise found
            self.session.submit_probed(self._question, text, found)
        except WizardError as error:
            self._after_probe(error)
        else:
            self._leave()

    def _after_probe(self, error: Optional[WizardError]) -> None:
        if error is None:
            self._leave()
        else:
            told = ways.in_words(error)
            shown = "" if told.why else told.shown  # there is no room for a program's output
            parts = (told.what, shown, told.why, *told.hints)
            self._show_reason(" ".join(part for part in parts if part))

    def _leave(self) -> None:
        self.post_message(
            ShowPage("question" if self.session.forward(self._question) else "review")
        )

    def _answer(self) -> tuple[str, bool]:
        """Return the chosen answer, and whether it was typed."""
        if not self._question.options:
            return self.query_one("#own", Input).value, True
        answers = self.query_one(Answers)
        row = answers.highlighted_option
        if row is None or row.id == FREE_ANSWER:
            return (
                (self.query_one("#own", Input).value, True) if self._question.free else ("", True)
            )
        return str(row.id), False

    def _show_reason(self, problem: str) -> None:
        line = self.query_one("#because", Static)
        line.set_class(bool(problem), "bad")
        self.query_one("#because-place").set_class(bool(problem), "bad")
        line.update(f"✗ {problem}" if problem else self._question.because)
