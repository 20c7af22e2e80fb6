"""The keys: each in the footer does something, means the same everywhere, and is where it is named.

The focus: Tab comes to every part of a page and back to the first, in one order, and each stop can
be seen without colours.
"""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

import assets
from screens.tui.app import WizardApp
from screens.tui.help import HelpScreen
from screens.tui.keys_line import KeysLine, ShownKey
from screens.tui.more import MorePage
from screens.tui.page import Page
from screens.tui.welcome import WelcomePage
from tests.screens.fakes import pretend
from tests.screens.scenes import REAL_SCENES, SCENES, STORED_SCENES, fake_run, until
from tests.screens.tui.seen import COLOURLESS, text

ALL = {**SCENES, **REAL_SCENES, **STORED_SCENES}
PAGES = (
    *("welcome", "question-method", "review", "answers", "more", "possible", "help"),
    *("run", "run-cancel", "failure", "result"),
    *("ask", "runs", "run-details", "report", "log-begin"),
)
"""One scene for each page and each kind of dialog."""
MEANINGS = {
    "a": {"Answers", "Back"},
    "b": {"Back", "Questions", "Menu"},
    "c": {"Copy", "Copy the command", "Copy the next command"},
    "e": {"Error"},
    "escape": {"Back", "No", "Close", "Result", "Questions", "Menu"},
    "f": {"Find"},
    "f1": {"Help", "Close"},
    "g": {"Resume"},
    "l": {"Important"},
    "m": {"More"},
    "n": {"No", "Next"},
    "o": {"Full log", "See full log"},
    "p": {"As last time", "Plan again"},
    "q": {"Quit", "Back", "Close"},
    "r": {"Look again", "Try again"},
    "s": {"Save"},
    "t": {"Show the steps"},
    "u": {"Undo"},
    "w": {"Report"},
    "x": {"Stop"},
    "y": {"Yes"},
}
"""What a key may mean: the same thing, which each page names in its way. Q leaves what is shown."""
MOVING = {"j", "k", "G", "N"}
"""Keys that move, as in other programs that show text."""
LAST = ("b", "escape", "tab")
"""Keys that may forget what other keys need, such as the log with the error."""
NAMED = {
    "Esc": "escape",
    "Page Up": "pageup",
    "Page Down": "pagedown",
    "↑": "up",
    "↓": "down",
    "?": "question_mark",
    "/": "slash",
    "Shift+Tab": "shift+tab",
    "Shift+G": "G",
    "Shift+N": "N",
    "+": "plus",
    "-": "minus",
}
_KEY = re.compile(
    r"[A-Z0-9?/↑↓+-]|F1|Enter|Esc|Tab|Space|Home|End|Page (?:Up|Down)|(?:Ctrl|Shift)\+\w+"
)


def bindings_of(cls: type[Any]) -> Iterator[tuple[str, str]]:
    """Yield the keys of a page and of its parts, and what each does."""
    for binding in cls._merged_bindings.key_to_bindings.items():
        for each in binding[1]:
            yield binding[0], each.description


def every_screen() -> list[type[Any]]:
    """Return every page and dialog of the wizard."""
    from screens import tui
    from screens.tui.dialogs import Dialog

    for module in pkgutil.iter_modules(tui.__path__):
        importlib.import_module(f"{tui.__name__}.{module.name}")
    found: list[type[Any]] = []
    left: list[type[Any]] = [Page, Dialog]
    while left:
        cls = left.pop()
        found.append(cls)
        left += cls.__subclasses__()
    return found


def test_a_key_means_the_same_on_every_page() -> None:
    meanings: dict[str, set[str]] = defaultdict(set)
    classes: list[type[Any]] = [*every_screen(), WizardApp]
    for cls in classes:
        for key, description in bindings_of(cls):
            if len(key) <= 2 or key == "escape":
                meanings[key].add(description)
    strange = {
        key: found - MEANINGS.get(key, set()) - {""}
        for key, found in meanings.items()
        if key not in MOVING and not key.isdigit() and found - MEANINGS.get(key, set()) - {""}
    }
    assert not strange


@pytest.mark.parametrize("name", PAGES)
async def test_focus_and_keys_of_a_page(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One test, so that the scene is played once."""
    if name in SCENES:
        pretend(monkeypatch)
    monkeypatch.setattr("screens.clipboard.copy", lambda _text: True)
    monkeypatch.chdir(tmp_path)  # a key of an earlier run goes to its folder
    app = ALL[name].app(COLOURLESS)
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await ALL[name].show(pilot)
            _check_buttons(app)
            await _check_focus(pilot)
            if isinstance(app.screen, Page):
                await _check_footer(pilot, monkeypatch)
            else:
                _check_dialog(app)
            fake_run(pilot).release()
    finally:
        app.session.engine.run.release()  # type: ignore[attr-defined]


def _check_buttons(app: WizardApp) -> None:
    """A key that a button names has the same name in the line of keys, if it is there."""
    (line,) = app.screen.query(KeysLine)
    below = {shown.name.upper(): shown.meaning for shown in line.keys}
    named = [
        re.fullmatch(r"(.+?) +\((\w+)\)", str(button.label)) for button in app.screen.query(Button)
    ]
    for meaning, key in (found.groups() for found in named if found):
        assert below.get(key.upper(), meaning) == meaning


async def _check_focus(pilot: Pilot[Any]) -> None:
    """Tab comes to every part and back to the first, and each stop looks different."""
    screen = pilot.app.screen
    chain, first = screen.focus_chain, screen.focused
    if screen.active_bindings["tab"].binding.action.startswith("turn"):
        assert len(chain) == 1, "Tab is for the logs, so nothing else may need it"
        return
    stops, texts = [first], [text(pilot.app)]
    for _ in range(len(chain) - 1):
        await pilot.press("tab")
        await pilot.pause()
        stops.append(screen.focused)
        texts.append(text(pilot.app))
    assert {id(stop) for stop in stops} == {id(each) for each in chain}
    assert len(set(texts)) == len(texts), "a stop looks like another one"
    await pilot.press("tab")
    await pilot.pause()
    assert screen.focused is first


def _check_dialog(app: WizardApp) -> None:
    """The keys in sight are those of the dialog, and not those of the page below it."""
    (line,) = app.screen.query(KeysLine)
    assert line.keys
    assert line.region.bottom == app.size.height
    assert "q" not in {shown.key for shown in line.keys}, "one cannot quit from here"
    page = next(screen for screen in reversed(app.screen_stack) if isinstance(screen, Page))
    assert not page.query_one(KeysLine).visible


async def _check_footer(pilot: Pilot[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key does something. What would leave the page is only noted."""
    app, page, left = pilot.app, pilot.app.screen, list[object]()
    pop = app.pop_screen

    def leave() -> Any:
        left.append(app.screen)
        return None if app.screen is page else pop()

    monkeypatch.setattr(app, "pop_screen", leave)
    monkeypatch.setattr(app, "show_page", left.append)
    monkeypatch.setattr(app, "exit", lambda *result, **_more: left.append(result))

    def state() -> tuple[object, ...]:
        notices = tuple(notice.identity for notice in app._notifications)
        probes = app.session.engine.probe.__self__.probes  # type: ignore[attr-defined]
        return text(app), notices, tuple(app.screen_stack), app.screen.focused, probes, tuple(left)

    bindings = [each.binding for each in page.active_bindings.values() if each.enabled]
    tried = {binding.key: binding.description for binding in bindings if binding.show}
    assert "q" in tried, "one can always quit"
    for key, description in sorted(tried.items(), key=lambda each: each[0] in LAST):
        before = state()
        await pilot.press(key)
        await pilot.pause()
        await pilot.pause()
        assert state() != before, f"{key}: {description}"
        while app.screen is not page:
            pop()
            await pilot.pause()


async def test_a_capital_letter_is_the_key_that_the_screen_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pretend(monkeypatch)
    app = SCENES["welcome"].app(COLOURLESS)
    async with app.run_test(size=(80, 24)) as pilot:
        await SCENES["welcome"].show(pilot)
        await pilot.press("M")
        await until(pilot, lambda: isinstance(app.screen, MorePage))
        await pilot.press("B")
        await until(pilot, lambda: isinstance(app.screen, WelcomePage))
        await pilot.press("Z")
        assert isinstance(app.screen, WelcomePage)
        await pilot.press("Q")
    assert app.return_code is not None


def _keys_in(help_text: str) -> set[str]:
    """Return the keys that a help names."""
    return {word for word in re.findall(r"\*\*(.+?)\*\*", help_text) if _KEY.fullmatch(word)}


@pytest.mark.parametrize(
    "name", ["welcome", "review", "run", "log", "failure", "result", "possible", "more", "runs"]
)
def test_each_key_that_a_help_names_is_on_its_page(name: str) -> None:
    from textual.screen import Screen
    from textual.widgets import Input, OptionList

    from screens.tui import find_field, live_log, log_page

    pages = [cls for cls in every_screen() if getattr(cls, "HELP_PAGE", "") == name]
    assert pages
    parts = (OptionList, Button, Input, Screen, WizardApp, find_field.FindField, live_log.LiveLog)
    classes: list[type[Any]] = [*pages, *parts, log_page.LogText]
    known = {key for cls in classes for key, _ in bindings_of(cls)}
    known.add(WizardApp.COMMAND_PALETTE_BINDING)
    named = _keys_in(assets.text(f"help/{name}.md"))
    assert named
    for key in named:
        assert NAMED.get(key, key.lower()) in known, key


@contextlib.asynccontextmanager
async def keys_of_welcome(
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[tuple[Pilot[int], KeysLine]]:
    """The first page of the full screen, and the keys at its bottom."""
    pretend(monkeypatch)
    app = SCENES["welcome"].app()
    async with app.run_test(size=(80, 24)) as pilot:
        await SCENES["welcome"].show(pilot)
        yield pilot, app.screen.query_one(KeysLine)


async def test_keys_at_the_bottom_can_be_clicked_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async with keys_of_welcome(monkeypatch) as (pilot, line):
        app = pilot.app
        place = line.places[[key.key for key in line.keys].index("f1")]
        before = line.render().spans
        await pilot.hover(KeysLine, offset=(place.x, 0))
        await pilot.pause()
        assert line.render().spans != before, "the key under the mouse is marked"
        await pilot.hover(KeysLine, offset=(79, 0))
        await pilot.pause()
        assert line.render().spans == before, "there is no key"
        await pilot.hover(KeysLine, offset=(place.right - 1, 0))
        await pilot.hover("#page")
        await pilot.pause()
        assert line.render().spans == before, "the mouse has left"
        await pilot.click(KeysLine, offset=(79, 0))
        await pilot.pause()
        assert isinstance(app.screen, WelcomePage)
        await pilot.click(KeysLine, offset=(place.right - 1, 0))
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))


async def test_keys_in_two_lines_are_below_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    async with keys_of_welcome(monkeypatch) as (pilot, line):
        app = pilot.app
        rung: list[bool] = []
        monkeypatch.setattr(app, "bell", lambda: rung.append(True))
        keys = [ShownKey("f5", "F5", word * 10, word != "b") for word in "abcde"]
        line.keys = (*keys, ShownKey("f1", "F1", "Help", True))
        await pilot.pause()
        assert line.size.height == 2
        assert [(place.x, place.y) for place in line.places] == [
            *((0, 0), (15, 0), (30, 0)),
            *((0, 1), (15, 1), (30, 1)),
        ]
        lines = [strip.text.rstrip() for strip in line.render_lines(line.size.region)]
        assert lines == [
            " F5 aaaaaaaaaa  F5 bbbbbbbbbb  F5 cccccccccc",
            " F5 dddddddddd  F5 eeeeeeeeee  F1 Help",
        ]
        await pilot.click(KeysLine, offset=(16, 0))
        await pilot.pause()
        assert rung, "that key does nothing now"
        await pilot.click(KeysLine, offset=(31, 1))
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
