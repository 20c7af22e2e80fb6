"""What a plan says about itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import Action, Command, RemoveFolder
from tests.wizard.history.runs import environment_plan
from wizard.plan import Role


@pytest.mark.parametrize(
    ("action", "role", "notes", "asks"),
    [
        (Command(("true",)), "install", (), False),
        (Command(("true",)), "install", ("Read this.",), True),
        (Command(("true",), root=True), "packages", (), True),
        (RemoveFolder("/env"), "environment", (), True),
        (RemoveFolder("/cache/build"), "clean-up", (), False),
    ],
)
def test_what_must_be_seen_before_it_runs(
    action: Action, role: Role, notes: tuple[str, ...], asks: bool
) -> None:
    plan = environment_plan(Path("/env"))
    step = replace(plan.steps[1], action=action, role=role)
    assert replace(plan, steps=(plan.steps[0], step), notes=notes).asks_first is asks
