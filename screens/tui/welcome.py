"""The first page: the facts of the machine, what is usual on it, and a key that does it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Callable, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static

from screens import ways
from screens.tui.activity import activity
from screens.tui.background import in_thread
from screens.tui.machine_facts import LABELS, MachineFacts
from screens.tui.marked_list import MarkedList
from screens.tui.page import Page, Reading, ShowPage
from screens.tui.room_note import RoomTrouble
from wizard.choices import Choices
from wizard.errors import Impossible, WizardError
from wizard.programs import waiting
from wizard.wording import age, wrap

if TYPE_CHECKING:
    from screens.session import Session
    from wizard.advice.support import Support
    from wizard.engine import Decision
    from wizard.history.past_runs import PastRun
    from wizard.plan import Plan

INTRODUCTION = "This wizard installs the package cryptography, and proves that it works."
READY = "Ready. Nothing has been changed."
READY_AGAIN = "Ready."
"""The same after a run of this session, which has changed something."""
MENU_ACTIONS = {
    "install": "1",
    "customise": "2",
    "quit_menu": "3",
    "last": "p",
    "more": "m",
    "continue_run": "g",
    "undo_run": "u",
}
"""The actions of rows of the menu, with their keys. T is not here: if it has no row, the first row
does the same."""
TALL_ENOUGH = 22
"""The number of lines from which the facts are shown beside the rest."""
GAPS, TALL_GAPS = 5, 7
"""The lines of the bars at top and bottom, and those that are empty; those of a tall page."""
OF_A_RUN = ("g", "p")
"""The keys of the rows that are about an earlier run."""
INDENT = "     "
"""Before what goes on below a label: as much as the mark and the key take."""
BORDERS = 5
"""The largest number of columns that the paddings of page and menu, and its mark, take."""


class WelcomePage(Page):
    """The facts of the machine, what is usual on it, and what can be done."""

    STAGE = "Welcome"
    HELP_PAGE = "welcome"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "install", "Install now", show=False),
        Binding("2", "customise", "Customise", show=False),
        Binding("t", "steps", "Show the steps", show=False),
        Binding("p", "last", "As last time", show=False),
        Binding("m", "more", "More", show=False),
        Binding("3", "quit_menu", "Quit", show=False),
        Binding("r", "look", "Look again"),
        Binding("g", "continue_run", "Resume", show=False),
        Binding("u", "undo_run", "Undo", show=False),
    ]

    @dataclass
    class ContinueRun(Message):
        """The user wants to continue a run that was cut off or stopped."""

        past: PastRun

    @dataclass
    class UndoRun(Message):
        """The user wants to undo a run that was cut off or stopped."""

        past: PastRun

    class Install(Message):
        """The user wants what is usual, without seeing its steps."""

    @dataclass
    class UseAnswers(Message):
        """The user wants a plan with these choices; ``why`` says where they come from, ``resumes``
        which run they continue, ``folder`` where they were given, if it was not here. If that is
        not possible, ``ask_again`` gets the reason."""

        choices: Choices
        why: str
        resumes: str = ""
        folder: str = ""
        ask_again: Callable[[WizardError], None] | None = None

    class More(Message):
        """The user wants to see what else the wizard can do."""

    def __init__(
        self, session: Session, find_unfinished: Callable[[], PastRun | None] = lambda: None
    ) -> None:
        super().__init__(session)
        self._find_unfinished = find_unfinished
        self._unfinished: PastRun | None = None
        self._last: PastRun | None = None
        self._usual: Decision | WizardError | None = None
        self._since = 0.0
        self._probing = False
        self._planning = False
        self._known: dict[str, object] = {}
        self._support: Support | None = None
        self._told = ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ignore the keys of rows that the menu does not have, and R while the wizard looks."""
        if self.is_mounted and action == "look":
            return self._machine.has_rows and not self._probing
        if self.is_mounted and self.has_class("-planned") and action in MENU_ACTIONS:
            rows = self.query_one(MarkedList).options
            return any(row.id == MENU_ACTIONS[action] for row in rows)
        return super().check_action(action, parameters)

    def body(self) -> ComposeResult:
        """Compose the introduction, the facts, what is usual, and what can be done."""
        yield Static(INTRODUCTION, id="introduction", classes="title", markup=False)
        yield MachineFacts()
        yield Static("", id="looking", markup=False)
        with Reading(id="usual-place"):
            yield Static("", id="usual", markup=False)
        yield RoomTrouble(self.session.engine.room_trouble)
        yield MarkedList("menu")

    def on_mount(self) -> None:
        """Start the animation that runs during the probe."""
        super().on_mount()
        self.set_interval(0.25, self._show_activity)

    def fit(self) -> None:
        """Without space for everything, show only what is usual and what can be done."""
        super().fit()
        if self.has_class("-planned") and self.session.facts is not None:
            self._show_menu()

    def size_classes(self) -> dict[str, bool]:
        """Return one more: whether the terminal is too low for everything."""
        return {**super().size_classes(), "-short": self.app.size.height < TALL_ENOUGH}

    def on_screen_resume(self) -> None:
        """Show the facts after the page itself, so that its text appears sooner."""
        super().on_screen_resume()
        self.call_after_refresh(self._show_machine)

    @property
    def _machine(self) -> MachineFacts:
        return self.query_one(MachineFacts)

    async def _show_machine(self) -> None:
        """Show the machine as it is known now; look at it if it is not known."""
        await self._machine.add_rows()
        if self.session.facts is not None and self.session.knowledge is not None:
            self._show_facts()
        elif not self.has_class("-trouble"):  # a problem stays until the user probes again
            self.action_look()

    def action_look(self) -> None:
        """Probe the machine in the background."""
        if self._probing or not self._machine.has_rows:
            return
        self._probing = True
        self._known = {}
        self._usual = None
        self._since = self.session.clock()
        self.remove_class("-trouble", "-planned", "-crowded", "-overfull")
        self.query_one("#usual", Static).update("")
        self.query_one(MarkedList).show(())
        self._machine.clear()
        self.refresh_bindings()
        self._show_activity()
        self.run_worker(self._probe(), exclusive=True)

    async def _probe(self) -> None:
        # The page first, because the probe keeps the processor busy.
        shown = asyncio.Event()
        self.call_after_refresh(shown.set)
        await shown.wait()
        try:
            await in_thread(partial(self.session.probe, self._known.__setitem__))
        except WizardError as error:
            self._probing = False
            if self.closing:
                return
            self.refresh_bindings()
            self.add_class("-trouble")  # the space is needed for the explanation
            told = ways.in_words(error)
            parts = (told.shown, told.why, *told.hints, "Press R to look again.")
            rest = "".join(f"\n\n{part}" for part in parts if part)
            self._say(Content.assemble((f"✗ {error.what}", "bold $text-error"), rest))
            return
        self._probing = False
        if not self.closing:
            self.refresh_bindings()
            self._show_facts()

    def _show_activity(self) -> None:
        planning = self._planning and self.session.facts is not None
        if not (self._probing or planning) or self.closing:
            return
        elapsed = self.session.clock() - self._since
        slow = tuple(wait.sentence for wait in waiting.slow()[:1])
        if self._probing:
            text = "\n".join((activity(self.app, "Looking at your computer", elapsed), *slow))
            if self._known:
                self._machine.show_known(self._known.copy())  # threads add to it
        else:  # the facts are shown already, but not yet what can be done
            text = self._problems(activity(self.app, "Planning the installation", elapsed), *slow)
        self._say(text)

    def _say(self, text: str | Content) -> None:
        """Show a line below the facts; without a text, no empty one."""
        looking = self.query_one("#looking", Static)
        looking.update(text)
        looking.set_class(not text, "-empty")

    @property
    def _ready(self) -> str:
        return READY_AGAIN if self.session.has_run else READY

    def _problems(self, *more: str) -> str:
        """Return what could not be found out about the machine, and more lines."""
        facts, _ = self.session.probed()
        return "\n".join((*(f"! {problem}" for problem in facts.system.problems[:2]), *more))

    def _show_facts(self) -> None:
        facts, _ = self.session.probed()
        self._machine.show(facts)
        self._planning, self._since = True, self.session.clock()
        self._show_activity()
        self._usual = None  # until it is known again: the answers may have changed
        self.run_worker(self._plan(), group="usual", exclusive=True)
        self.run_worker(self._show_support(), group="support", exclusive=True)

    async def _plan(self) -> None:
        """Find out what is usual here, and which earlier runs matter."""
        try:
            self._usual = await in_thread(self.session.usual)
        except WizardError as error:
            self._usual = error
        text, bad = await in_thread(self._describe_usual), isinstance(self._usual, WizardError)
        self._unfinished = await in_thread(self._find_unfinished)
        self._last = None if self._unfinished else await in_thread(self._find_last)
        if self.closing:
            return
        self._planning = False
        self._say(self._problems(*(() if bad else (self._ready,))))
        usual = self.query_one("#usual", Static)
        usual.set_class(bad, "bad")
        usual.update(text)
        self._told = text
        self.add_class("-planned")
        self._show_support_row()
        self.set_class(self._unfinished is not None, "-unfinished")
        self._show_menu()

    def _describe_usual(self) -> str:
        """Return what the wizard would do now, in two sentences, or why nothing is possible."""
        usual = self._usual
        if isinstance(usual, WizardError):
            said = ways.in_words(usual)
            told = " ".join(filter(None, (said.why, *said.hints)))
            return "\n".join(filter(None, (f"✗ {said.what}", said.shown, told)))
        if usual is None:
            return ""
        from screens.tui.review import effort, headline

        plan = usual.plan
        what = headline(plan, usual.choices, usual.case.target.python.version)
        return f"{what}. {effort(plan, self.session.estimate(plan))}"

    def _find_last(self) -> PastRun | None:
        """Return the last run in this folder, if its answers are others than the usual ones."""
        from wizard.history import past_runs
        from wizard.questions import answers

        facts, _ = self.session.probed()
        past = past_runs.last_in(facts.folder)
        usual = self._usual
        if past is None or self.session.given.answered():
            return None  # what was asked for now counts more
        try:
            choices = answers.load(str(past.answers))
        except WizardError:  # an older version may have had other choices
            return None
        if usual is None or isinstance(usual, WizardError) or past.state is None:
            return past
        same = [
            (plan.release, plan.method, plan.link, plan.environment, plan.wheelhouse)
            for plan in (usual.plan, past.state.plan)
        ]
        return past if same[0] != same[1] or usual.choices.project != choices.project else None

    def _set_crowded(self) -> None:
        """Keep the end of the menu on the screen: without the facts, or with less of the reason."""
        told = "\n".join((INTRODUCTION, self._problems(self._ready), self._told))
        lines = sum(len(wrap(line, self.columns)) or 1 for line in told.splitlines())
        free = self.app.size.height - lines - sum(len(row.split("\n")) for _, row in self._rows())
        free -= TALL_GAPS if self.has_class("-tall") else GAPS
        self.set_class(free < len(LABELS) + 2, "-crowded")  # with the frame around them
        self.set_class(free < 0, "-overfull")

    def _show_menu(self) -> None:
        self._set_crowded()
        self.query_one(MarkedList).show(self._rows())
        self.refresh_bindings()
        self.take_focus()

    def _rows(self) -> list[tuple[str, Content]]:
        """Return the rows of the menu. Without space beside a label, only what says which run is
        meant goes on below it; the other labels say enough."""
        columns = self.columns - BORDERS
        rows = []
        for key, label, more in self._ways():
            words = f"  {more}" if len(f"{key}  {label}  {more}") <= columns else ""
            if more and not words and key in OF_A_RUN:
                words = "\n" + "\n".join(wrap(more, columns + 2, first=INDENT, rest=INDENT))
            named = (key.upper(), "bold $text-primary"), (f"  {label}", "bold")
            rows.append((key, Content.assemble(*named, (words, "$quiet"))))
        return rows

    def _ways(self) -> list[tuple[str, str, str]]:
        """Return what can be done: its key, its label, and a few more words."""
        usual, ways = self._usual, []
        if self._unfinished is not None:
            when, ended = _ago(self._unfinished), self._unfinished.how_it_ended_early
            ways += [
                ("g", f"Resume the run that {ended}", f"{when}: {self._unfinished.title}"),
                ("u", "Undo it", ""),
            ]
        if isinstance(usual, WizardError):
            if isinstance(usual, Impossible) and usual.alternatives:
                ways += [("1", "Show what is possible instead", "")]
        elif usual is not None:
            plan = usual.plan
            if plan.only_proves:
                ways += [("1", "Prove that it works", "")]
            elif plan.asks_first:
                ways += [("1", "Review and install", _why_first(plan))]
            else:
                # Enter does what is first.
                ways += [("1", "Install now", "" if ways else "(Enter)")]
        ways += [("2", "Customise", self._what_is_asked())]
        if self._last is not None:
            ways += [("p", "As last time", f"{self._last.title}, {_ago(self._last)}")]
        if usual is not None and not isinstance(usual, WizardError) and not usual.plan.asks_first:
            ways += [("t", "Show the steps first", "")]
        return [
            *ways,
            ("m", "More", "a project, wheels for offline use, a check, earlier runs"),
            ("3", "Quit", ""),
        ]

    def _what_is_asked(self) -> str:
        try:
            count = len(self.session.questions())
        except WizardError:
            return "other answers"
        if not count:
            return "change an answer"
        return "answer a question" if count == 1 else "answer a few questions"

    async def _show_support(self) -> None:
        self._support = await in_thread(self.session.support)
        if not self.closing:
            self._show_support_row()

    def _show_support_row(self) -> None:
        """Show whether the release is tested here, without a tick if it cannot be installed."""
        facts, _ = self.session.probed()
        possible = not isinstance(self._usual, WizardError)
        self._machine.show_support(facts, self._support, possible=possible)

    def first_focus(self) -> None:
        """Focus what can be done, once that is known."""
        self.query_one(MarkedList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Do what the row says."""
        actions = {
            "1": self.action_install,
            "2": self.action_customise,
            "3": self.action_quit_page,
            "g": self.action_continue_run,
            "u": self.action_undo_run,
            "p": self.action_last,
            "t": self.action_steps,
            "m": self.action_more,
        }
        actions[str(event.option.id)]()

    def _is_ready(self) -> bool:
        """Return whether something can be done; otherwise say why not."""
        if self.has_class("-trouble"):
            self.notify("Press R to look again.")
            return False
        if self._probing or self.session.facts is None or self._usual is None:
            self.notify("One moment: still looking at your computer.")
            return False
        return True

    def action_install(self) -> None:
        """Do what is usual; show it first if the user must agree to it."""
        usual = self._usual
        if not self._is_ready() or usual is None:
            return
        if isinstance(usual, WizardError) or usual.plan.asks_first:
            self.action_steps()
        else:
            self.session.skip_questions()
            self.post_message(self.Install())

    def action_steps(self) -> None:
        """Show the steps of what is usual, or why it is not possible."""
        if not self._is_ready():
            return
        if not isinstance(self._usual, WizardError):
            self.session.skip_questions()
        self.post_message(ShowPage("review"))

    def action_customise(self) -> None:
        """Go to the questions, once the machine is known."""
        if not self._is_ready():
            return
        self.session.position = 0
        if isinstance(self._usual, WizardError):
            self.session.ask_everything()
            opened = self.session.open_impossible()
            if opened:
                self.notify(ways.left_out(opened, self._usual), timeout=15)
        try:
            is_asking = bool(self.session.questions())
        except WizardError:
            is_asking = True  # the next page explains it
        if is_asking:
            self.post_message(ShowPage("question"))
            return
        from screens.tui import answers

        self.session.skip_questions()
        answers.show(self)

    def action_last(self) -> None:
        """Plan with the answers of the last run in this folder."""
        if self._last is None or not self._is_ready():
            return
        from wizard.questions import answers

        choices = answers.load(str(self._last.answers))
        self.post_message(self.UseAnswers(choices, "These are the answers of your last run here."))

    def action_more(self) -> None:
        """Show what else the wizard can do."""
        if self._is_ready():
            self.post_message(self.More())

    def action_quit_menu(self) -> None:
        """Quit, if the menu that says so is shown."""
        if self.has_class("-planned") or self._is_ready():
            self.action_quit_page()

    def action_continue_run(self) -> None:
        """Continue the run that was cut off or stopped."""
        if self._unfinished is not None and self._is_ready():
            self.post_message(self.ContinueRun(self._unfinished))

    def action_undo_run(self) -> None:
        """Undo the run that was cut off or stopped."""
        if self._unfinished is not None and self._is_ready():
            self.post_message(self.UndoRun(self._unfinished))


def _ago(past: PastRun) -> str:
    passed = age(past.started) if past.started else ""
    return f"{passed} ago" if passed else "just now"


def _why_first(plan: Plan) -> str:
    """Return why a plan is shown before it runs."""
    if plan.needs_root:
        return "some steps need administrator rights"
    return "there is something to read first" if plan.notes else "it removes a folder"
