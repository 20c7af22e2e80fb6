"""What a step really does: a command that is started, or a sentence."""

from __future__ import annotations

import pytest

from tests.wizard.planned import plans
from tests.wizard.test_actions import KINDS, SAMPLES
from wizard.export.in_words import deed, sentence
from wizard.facts import Privilege


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_only_a_command_is_shown_as_one(kind: type) -> None:
    done = deed(SAMPLES[kind], privilege=Privilege("sudo", "/usr/bin/sudo"))
    assert done.is_command is (kind.__name__ == "Command")
    assert done.is_command or done.text.startswith("The wizard ")
    assert "\n" not in sentence(SAMPLES[kind])


def test_no_plan_shows_a_command_that_nobody_starts() -> None:
    for plan in plans():
        for step in plan.steps:
            done = deed(step.action, plan.system)
            assert done.is_command is hasattr(step.action, "argv")
            assert "curl" not in done.text
