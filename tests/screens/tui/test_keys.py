"""The keys: each in the footer does something, means the same everywhere, and is where it is named.

The focus: Tab comes to every part of a page and back to the first, in one order, and each stop can
be seen without colours.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

import assets
from screens.tui.app import WizardApp
from screens.tui.page import Page
from tests.screens.fakes import pretend
from tests.screens.scenes import REAL_SCENES, SCENES, Scene, fake_run
from tests.screens.tui.seen import COLOURLESS, text

ALL = {**SCENES, **REAL_SCENES}
PAGES = (
    *("welcome", "question-method", "review", "answers", "more", "possible", "help"),
    *("run", "run-cancel", "failure", "result"),
)
"""One scene for each page and each kind of dialog."""
MEANINGS = {
    "a": {"Answers", "Back"},
    "b": {"Back", "Questions"},
    "c": {"Copy", "Copy the command", "Copy the next command"},
    "e": {"Error"},
    "escape": {"Back", "No", "Close", "Result", "Questions"},
    "f": {"Find"},
    "f1": {"Help", "Close"},
    "g": {"Go on"},
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


async def _shown(scene: Scene, pilot: Pilot[Any]) -> dict[str, str]:
    """Return the keys in the footer, and what each does."""
    await scene.show(pilot)
    found = {}
    for _, binding, enabled, _ in pilot.app.screen.active_bindings.values():
        if binding.show and enabled:
            found[binding.key] = binding.description
    return found


def _state(app: Any) -> tuple[object, ...]:
    """Return all that a key can change."""
    notices = tuple(notice.message for notice in app._notifications)
    screens = tuple(map(id, app.screen_stack))
    probes = app.session.engine.probe.__self__.probes
    return text(app), notices, screens, app._exit, app.return_value, app.screen.focused, probes


@pytest.mark.parametrize("name", PAGES)
async def test_each_key_in_the_footer_does_something(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All keys in turn, each in the scene as it begins."""
    if name in SCENES:
        pretend(monkeypatch)
    monkeypatch.setattr("screens.clipboard.copy", lambda _text: True)
    left, tried = None, []
    while left is None or left:
        app = ALL[name].app(COLOURLESS)
        try:
            async with app.run_test(size=(80, 24)) as pilot:
                shown = await _shown(ALL[name], pilot)
                left = list(shown) if left is None else left
                if not left:
                    break
                key = left.pop()
                before = _state(app)
                await pilot.press(key)
                await pilot.pause()
                await pilot.pause()
                assert _state(app) != before, f"{key}: {shown[key]}"
                tried.append(key)
                fake_run(pilot).release()
        finally:
            app.session.engine.run.release()  # type: ignore[attr-defined]
    assert tried or name in ("help", "run-cancel", "answers")


@pytest.mark.parametrize("name", PAGES)
async def test_tab_comes_to_every_part_and_each_stop_is_seen(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name in SCENES:
        pretend(monkeypatch)
    app = ALL[name].app(COLOURLESS)
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await ALL[name].show(pilot)
            chain = app.screen.focus_chain
            tab = app.screen.active_bindings["tab"].binding.action
            if tab.startswith("turn"):
                assert len(chain) == 1, "Tab is for the logs, so nothing else may need it"
                fake_run(pilot).release()
                return
            first = app.screen.focused
            stops, texts = [first], [text(app)]
            for _ in range(len(chain) - 1):
                await pilot.press("tab")
                await pilot.pause()
                stops.append(app.screen.focused)
                texts.append(text(app))
            assert {id(stop) for stop in stops} == {id(each) for each in chain}
            assert len(set(texts)) == len(texts), "a stop looks like another one"
            await pilot.press("tab")
            await pilot.pause()
            assert app.screen.focused is first
            fake_run(pilot).release()
    finally:
        app.session.engine.run.release()  # type: ignore[attr-defined]


def _keys_in(help_text: str) -> set[str]:
    """Return the keys that a help names."""
    return {word for word in re.findall(r"\*\*(.+?)\*\*", help_text) if _KEY.fullmatch(word)}


@pytest.mark.parametrize(
    "name", ["welcome", "review", "run", "log", "failure", "result", "possible", "more", "runs"]
)
def test_each_key_that_a_help_names_is_on_its_page(name: str) -> None:
    from textual.screen import Screen
    from textual.widgets import Button, Input, OptionList

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
