"""What else the wizard can do: a project, wheels for offline use, a check, earlier runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, OptionList, Static

import assets
from screens import ways
from screens.text.messages import short_path
from screens.tui.dialogs import AskScreen, LookUpScreen, TextScreen
from screens.tui.marked_list import MarkedList
from screens.tui.page import ListPlace, Page, ShowPage
from screens.tui.welcome import WelcomePage
from wizard.choices import Choices
from wizard.errors import WizardError
from wizard.wording import wrap

WAYS = (
    (
        "1",
        "A project",
        "Installs cryptography together with what a project needs: a folder, a requirements or "
        "lock file, or a package such as ansible-core.",
    ),
    (
        "2",
        "Wheels for other computers",
        "Collects cryptography and what it needs in a folder, to install it elsewhere without a "
        "network.",
    ),
    ("3", "Install without a network", "Installs from such a folder."),
    (
        "4",
        "Check an installation",
        "Proves that cryptography works in an environment, and says which OpenSSL it uses.",
    ),
    ("5", "Earlier runs", "Lists them, to resume, repeat, undo or report one."),
)
WHEELHOUSE = "wheelhouse"
"""The folder that is proposed for wheels, and from which they are installed if it has some."""
INDENT = "     "
LIST_BORDER = 6
"""The number of columns that the list's border and padding take."""
MARKS = {
    "ok": ("✓", "$text-success"),
    "failed": ("✗", "$text-error"),
    "warning": ("!", "$text-warning"),
}


class MorePage(Page):
    """One row for each thing that the wizard can do besides the usual."""

    CSS = assets.text("styles/more.tcss")
    HELP_PAGE = "more"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,b", "back", "Back"),
        *(Binding(key, f"take('{key}')", title, show=False) for key, title, _ in WAYS),
    ]

    def body(self) -> ComposeResult:
        """Compose the rows."""
        yield Static("What else the wizard can do", classes="title")
        with ListPlace():
            yield MarkedList("ways-on", self._rows())
        with Horizontal(classes="buttons"):
            yield Button("Back  (Esc)", id="back", variant="primary")

    def on_mount(self) -> None:
        """Focus the rows."""
        super().on_mount()
        self.take_focus()

    def fit(self) -> None:
        """Wrap the rows again if the terminal has another width."""
        super().fit()
        self.query_one(MarkedList).show(self._rows())

    def _rows(self) -> list[tuple[str, Content]]:
        columns = max(30, self.columns - LIST_BORDER)
        return [(key, _row(key, title, text, columns)) for key, title, text in WAYS]

    def first_focus(self) -> None:
        """Focus the rows."""
        self.query_one(MarkedList).focus()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.action_take(str(event.option.id))

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        """Go back to the first page."""
        self.post_message(ShowPage("welcome"))

    def action_take(self, key: str) -> None:
        """Do what the row with this key says."""
        actions = {
            "1": self._project,
            "2": self._wheelhouse,
            "3": self._offline,
            "4": self._verify,
            "5": self._runs,
        }
        actions[key]()

    def _project(self) -> None:
        facts, _ = self.session.probed()
        self._ask_for(
            "A project",
            "Which project? Its folder, a file such as requirements.txt or uv.lock, or a package:",
            "project",
            facts.found_project,
            "The wizard reads the project, and which versions fit together.",
        )

    def _wheelhouse(self) -> None:
        self._ask_for(
            "Wheels for other computers",
            f"{self._alone()}Into which folder? It is made if it does not exist:",
            "wheelhouse",
            WHEELHOUSE,
            "The wizard plans which wheels are needed.",
        )

    def _offline(self) -> None:
        from wizard.proof import manifest

        self._ask_for(
            "Install without a network",
            f"{self._alone()}From which folder? It is one that “Wheels for other computers” has "
            "made, or the folder of a workshop (a “kit”):",
            "from_wheelhouse",
            WHEELHOUSE if (Path(WHEELHOUSE) / manifest.FILE).is_file() else "",
            "The wizard reads the folder.",
        )

    def _alone(self) -> str:
        """Return a sentence that the project is left out, if one was asked for."""
        project = self.session.asked_project()
        if project is None:
            return ""
        return f"{project.name} is left out: this is for cryptography alone. "

    def _ask_for(
        self, title: str, text: str, name: str, value: str, why: str, wrong: str = ""
    ) -> None:
        """Ask for the value of a choice, and then show the plan for it.

        ``wrong`` is what is wrong with ``value``, which can be corrected.
        """
        from wizard.questions import validation

        def choices(answer: str) -> Choices:
            wanted: dict[str, Any] = {name: answer}
            return validation.check(Choices(**wanted))

        def problem(answer: str) -> str:
            try:
                choices(answer)
            except WizardError as error:
                return _wrong(error)
            return ""

        def go_on(answer: str | None) -> None:
            if not answer:
                return

            def again(error: WizardError) -> None:
                self._ask_for(title, text, name, answer, why, _wrong(error))

            self.post_message(WelcomePage.UseAnswers(choices(answer), why, ask_again=again))

        dialog = AskScreen(title, text, value=value, wrong=wrong, check=problem)
        self.app.push_screen(dialog, go_on)

    def _verify(self) -> None:
        from screens.chosen_python import find_python

        try:
            nearest = find_python("")[0]
        except WizardError:
            nearest = ""

        def problem(answer: str) -> str:
            try:
                find_python(answer)
            except WizardError as error:
                return ways.in_words(error).explained
            return ""

        def go_on(answer: str | None) -> None:
            if answer:
                self._prove(find_python(answer)[0])

        self.app.push_screen(
            AskScreen(
                "Check an installation",
                "Which environment, or which Python?",
                value=nearest,
                check=problem,
            ),
            go_on,
        )

    def _prove(self, python: str) -> None:
        def show(found: tuple[bool, Content] | WizardError | None) -> None:
            if isinstance(found, WizardError):
                self.notify(ways.in_words(found).explained, severity="error", timeout=15)
            elif found is not None:
                ok, text = found
                self.app.push_screen(TextScreen(f"{'✓' if ok else '✗'} {short_path(python)}", text))

        self.app.push_screen(
            LookUpScreen(self.session, "Proving it", lambda: _proof(python), short_path(python)),
            show,
        )

    def _runs(self) -> None:
        from screens.tui.runs import RunsPage

        self.app.push_screen(RunsPage(self.session))


def _wrong(error: WizardError) -> str:
    """Return what is wrong with an answer, how to correct it, and the lines that show it: those of
    a program may be many, so they come last."""
    told = ways.in_words(error)
    if told.shown.count("\n"):
        return "\n".join(part for part in (told.what, told.why, *told.hints, told.shown) if part)
    return "\n".join((told.explained, *told.hints))


def _proof(python: str) -> tuple[bool, Content]:
    """Prove it; return whether it works, and what was found, with the cause and what helps."""
    from wizard.advice import failed_proof
    from wizard.proof import verify

    found = verify.verify(python)
    lines = [
        Content.assemble(MARKS[mark], f"  {sentence}") for mark, sentence in verify.sentences(found)
    ]
    if not found.ok:
        explained = failed_proof.explain(found)
        cause = (explained.cause,) if explained.known else ()
        lines += [Content(""), *map(Content, (*cause, *explained.hints))]
    return found.ok, Content("\n").join(lines)


def _row(key: str, title: str, text: str, columns: int) -> Content:
    return Content.assemble(
        (key.upper(), "bold $text-primary"),
        (f"  {title}\n", "bold"),
        ("\n".join(wrap(text, columns, first=INDENT, rest=INDENT)), "$quiet"),
    )
