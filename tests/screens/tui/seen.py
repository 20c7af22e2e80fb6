"""What the scenes of the full screen look like: each is played once for all tests that look at it.

A scene is played in one size, and its terminal then gets the others, so that a page must look the
same whether it was opened in a size or resized to it. Every second scene begins in the wide one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widgets import Button

from tests.screens.fakes import pretend
from tests.screens.scenes import REAL_SCENES, SCENES, fake_run

Size = tuple[int, int]
SMALL, WIDE = (80, 24), (120, 40)
SMALLEST = (60, 16)
LOWER = (60, 20)


@dataclass(frozen=True)
class Seen:
    """A scene in one size: its picture, the screen, and the buttons with their labels."""

    picture: str
    screen: Region
    buttons: tuple[tuple[str, Region], ...]


@cache
def seen(name: str) -> Mapping[Size, Seen]:
    """Play a scene, and look at it in each size."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        if name in SCENES:
            pretend(monkeypatch)
        return asyncio.run(_play(name))


async def _play(name: str) -> Mapping[Size, Seen]:
    scenes = {**SCENES, **REAL_SCENES}
    scene = scenes[name]
    sizes = [SMALL, SMALLEST, LOWER, WIDE]
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
                found[size] = await _look(pilot)
            fake_run(pilot).release()
    finally:
        app.session.engine.run.release()  # type: ignore[attr-defined]
    return found


async def _look(pilot: Pilot[Any]) -> Seen:
    await pilot.pause()
    await pilot.wait_for_scheduled_animations()
    await pilot.pause()
    app = pilot.app
    picture = app.export_screenshot(title=app.title, simplify=True)
    buttons = tuple((str(each.label), each.region) for each in app.screen.query(Button))
    return Seen(picture, app.screen.region, buttons)
