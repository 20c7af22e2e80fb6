"""A page or a dialog that opens at the moment when the user quits does no harm."""

from __future__ import annotations

import asyncio

import pytest
from textual import events

from tests.screens.fakes import pretend
from tests.screens.scenes import SCENES

TURNS = 6
"""The turns of the event loop after which a screen is made, but not yet open."""


@pytest.mark.parametrize(
    ("scene", "key"),
    [("run", "x"), ("question-method", "enter"), ("question-method", "f1"), ("result", "o")],
    ids=["run-x", "question-enter", "question-help", "result-log"],
)
async def test_quitting_while_it_opens(
    scene: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch)
    app = SCENES[scene].app()
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await SCENES[scene].show(pilot)
            app.post_message(events.Key(key, key if len(key) == 1 else None))
            for _ in range(TURNS):
                await asyncio.sleep(0)
            app.exit(0)
        assert app.bug is None
    finally:
        app.session.engine.run.release()  # type: ignore[attr-defined]
