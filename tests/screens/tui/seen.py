"""What the scenes of the full screen look like; the fixture `played` plays each once for all tests.

A scene is played in one size, and its terminal then gets the others, so that a page must look the
same whether it was opened in a size or resized to it. Every second scene begins in the wide one.
Then it gets other themes, no colours, and ASCII alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.terminal_theme import TerminalTheme
from textual.command import CommandPalette
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Button, Input

from screens.letters import Letters
from screens.terminal import Look
from screens.tui import drawing, themes
from screens.tui.app import WizardApp
from screens.tui.keys_line import KeysLine
from tests.screens.fakes import pretend
from tests.screens.scenes import REAL_SCENES, SCENES, STORED_SCENES, fake_run, open_palette
from tests.screens.tui.contrast import PALETTES, Piece, pieces

Size = tuple[int, int]
SMALL, WIDE = (80, 24), (120, 40)
SMALLEST = (60, 16)
NARROW, WIDEST = (60, 20), (200, 60)
LOW = ("run", "failure-fixes", "result")
"""The scenes of which there are pictures in a small terminal, too."""
SIZES = (SMALL, SMALLEST, NARROW, WIDE, WIDEST)
COLOURED = (
    *(
        "welcome",
        "review-open",
        "answers",
        "more",
        "welcome-problem",
        "question-method",
        "question-closed",
        "question-own",
        "help",
        "review",
    ),
    *("possible", "run-find", "run-cancel", "stopped", "result", "result-unproved", "palette"),
    *("failure", "failure-fixes", "welcome", "more", "answers"),
    *STORED_SCENES,
)
"""The scenes whose colours are looked at: together they have every state of every part."""
ASCII = Look(letters=Letters("ascii"))
COLOURLESS = Look(colours=False)


@dataclass(frozen=True)
class Seen:
    """A scene in one size: its picture, its text, the screen, and the buttons with their labels.

    ``cut`` are the parts of the page that reach beyond their place. ``picture`` is empty in the
    sizes of which there are no pictures.
    """

    picture: str
    text: str
    screen: Region
    buttons: tuple[tuple[str, Region], ...]
    cut: tuple[str, ...]


@dataclass(frozen=True)
class Played:
    """All that was seen of a scene.

    ``colours`` has what is drawn with each theme in each kind of terminal, without what is behind
    a dialog, if the scene is one of `COLOURED`; ``marks`` what is drawn without colours. ``focus``
    is where the focus is, if something but a text field or an empty list has it. ``keys`` are those
    that do something.
    """

    sizes: Mapping[Size, Seen]
    colours: Mapping[str, tuple[Piece, ...]]
    marks: tuple[Piece, ...]
    focus: Region | None
    ascii: str
    colourless: str
    keys: frozenset[str]
    help: str


def play(name: str) -> Played:
    """Play a scene, and look at it in each size, theme and kind of terminal."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        if name in SCENES:
            pretend(monkeypatch)
        return asyncio.run(_play(name))


async def _play(name: str) -> Played:
    scenes = {**SCENES, **REAL_SCENES, **STORED_SCENES}
    scene = scenes[name]
    sizes = list(SIZES)
    if list(scenes).index(name) % 2:
        sizes.reverse()
    if scene.size:
        sizes = [scene.size]
    app, found = scene.app(), {}
    try:
        async with app.run_test(size=sizes[0]) as pilot:
            await scene.show(pilot)
            for size in sizes:
                if size != sizes[0]:
                    await pilot.resize_terminal(*size)
                drawn_too = (*((NARROW,) if name in LOW else ()), SMALL, WIDE, scene.size)
                found[size] = await _look(pilot, picture=size in drawn_too)
            if sizes[-1] != (first := scene.size or SMALL):
                await pilot.resize_terminal(*first)
            ascii_text = await _with_look(pilot, ASCII)
            colourless = await _with_look(pilot, COLOURLESS)
            marks = _drawn(app, ColorSystem.TRUECOLOR, PALETTES[0][2])
            drawn: Mapping[str, tuple[Piece, ...]] = {}
            if name in COLOURED:
                await _with_look(pilot, Look())
                drawn = await colours(pilot)
            focused = app.screen.focused
            has_shape = focused is not None and focused.region and not isinstance(focused, Input)
            keys = frozenset(app.screen.active_bindings)
            played = Played(
                found,
                drawn,
                marks,
                focused.region if focused is not None and has_shape else None,
                ascii_text,
                colourless,
                keys,
                getattr(app.screen, "HELP_PAGE", ""),
            )
            fake_run(pilot).release()
    finally:
        app.session.engine.run.release()  # type: ignore[attr-defined]
    return played


async def _look(pilot: Pilot[Any], *, picture: bool) -> Seen:
    await pilot.pause()
    await pilot.wait_for_scheduled_animations()
    await pilot.pause()
    app = pilot.app
    drawn = app.export_screenshot(title=app.title, simplify=True) if picture else ""
    buttons = tuple((str(each.label), each.region) for each in app.screen.query(Button))
    return Seen(drawn, text(app), app.screen.region, buttons, tuple(_cut(app)))


def text(app: Any) -> str:
    """Return the text on the screen."""
    lines = (strip.text.rstrip() for strip in app.screen._compositor.render_strips())
    return "\n".join(lines) + "\n"


def _on(widget: Widget, place: Region) -> Region:
    """Return a place in a widget as one on the screen."""
    return place.translate(widget.content_region.offset)


def _cut(app: Any) -> list[str]:
    """Return the parts of the page and the keys that are larger than their place."""
    screen = app.screen.region
    found = [
        f"{widget}: {widget.region} reaches beyond the screen"
        for widget in app.screen.query("#page > *")
        if widget.display and widget.region and widget.region.right > screen.right
    ]
    found += [
        f"{widget}: {widget.region} is below the buttons"
        for buttons in app.screen.query("#page > .buttons")
        for widget in app.screen.query("#page > *, #page > ListPlace > *")
        if widget is not buttons and widget.display and widget.region.bottom > buttons.region.y
    ]
    found += [
        f"{page}: lines are wrapped to {app.screen.columns} of {page.content_size.width} columns"
        for page in app.screen.query("#page")
        if page.content_size and page.content_size.width != app.screen.columns
    ]
    found += _touching(app)
    found += [
        f"the keys {place} reach beyond the screen"
        for keys in app.screen.query(KeysLine)
        for place in keys.places
        if keys.display and keys.region and not keys.region.contains_region(_on(keys, place))
    ]
    for widget in app.screen.query("Static, Label, ProgressLine").exclude("#bar"):
        place = widget.content_size
        if widget.display and place and not widget.is_scrollable:
            needed = widget.get_content_height(app.size, app.size, place.width)
            if needed > place.height:
                found.append(f"{widget}: {place} for {needed} lines")
    return found


def _touching(app: Any) -> list[str]:
    """Return the lines whose text has no blank before a scrollbar, except what is cut there."""
    lines = [strip.text for strip in app.screen._compositor.render_strips()]
    found = []
    for widget in app.screen.query("*"):
        if widget.show_vertical_scrollbar and not widget.show_horizontal_scrollbar:
            bar = widget.vertical_scrollbar.region.intersection(app.screen.region)
            found += [
                f"{widget}: no blank before the scrollbar: {lines[y]}"
                for y in range(bar.y, bar.bottom)
                if cell(lines[y], bar.x - 1).isalnum()
            ]
    return found


def cell(line: str, column: int) -> str:
    """Return what a line has in a column; a blank beyond its end."""
    at = 0
    for character in line:
        if at >= column:
            return character
        at += cell_len(character)
    return " "


async def _with_look(pilot: Pilot[Any], look: Look) -> str:
    """Return the text of the screen in a terminal of another kind."""
    app = pilot.app
    assert isinstance(app, WizardApp)
    app._more_filters = drawing.filters(look, lambda: app.current_theme.dark)
    if app.no_color is look.colours:
        app.no_color = not look.colours
        app.refresh_css(animate=False)
        await _reopened(pilot)
    app.screen.refresh()
    await pilot.pause()
    await pilot.pause()
    return text(app)


async def _reopened(pilot: Pilot[Any]) -> None:
    """Open the command palette again, if it is open: it keeps the theme that it was opened with."""
    if isinstance(pilot.app.screen, CommandPalette):
        await pilot.press("escape")
        await open_palette(pilot)


async def colours(pilot: Pilot[Any]) -> Mapping[str, tuple[Piece, ...]]:
    """Return what is drawn with each theme in each kind of terminal that it is for."""
    app, found = pilot.app, {}
    for few, pair in themes.THEMES.items():
        for theme in pair:
            app.theme = theme.name
            await pilot.pause()
            await _reopened(pilot)
            await pilot.pause()
            for kind, system, palette in PALETTES:
                if (system is ColorSystem.STANDARD) is few:
                    found[f"{theme.name} {kind}"] = _drawn(app, system, palette)
    return found


def _drawn(app: Any, system: ColorSystem, palette: TerminalTheme) -> tuple[Piece, ...]:
    """Return what is drawn, without what is behind a dialog."""
    # All widgets: the command palette is in containers that have no place.
    places = [each.region for each in app.screen.query("*") if each.display]
    return tuple(
        piece
        for piece in pieces(app.screen._compositor.render_strips(), system, palette)
        if any(place.contains(piece.x, piece.y) for place in places)
    )
