"""A machine whose package lists are empty: every face prepares it, looks again and goes on."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field, replace

import pytest
from textual.widgets import Static

from screens.text import linear, unattended
from screens.tui.app import WizardApp
from screens.tui.review import ReviewPage
from tests.machines import machine
from tests.simulate import simulated
from wizard.choices import Choices
from wizard.engine import Engine
from wizard.errors import Impossible
from wizard.facts import Facts
from wizard.questions.question import Question

DEBIAN = machine("debian-12")
ROOT = replace(DEBIAN.privilege, method="root", password=False)
AFTER = replace(DEBIAN, privilege=ROOT)
BEFORE = replace(AFTER, managers=tuple(replace(m, packages=()) for m in AFTER.managers))
SOURCE = Choices(method="source")


@dataclass
class Machine:
    """Its package lists are there from the second look on, or never."""

    helps: bool = True
    looks: int = 0
    ran: list[str] = field(default_factory=list)

    def probe(self, _choices: Choices, *, everything: bool = False, **_more: object) -> Facts:
        self.looks += 1
        # A quick look that finds no plan is followed by a thorough one; neither changes anything.
        return AFTER if self.helps and self.ran and everything else BEFORE

    def engine(self) -> Engine:
        run = simulated({})

        def recorded(plan, *args, **kwargs):  # type: ignore[no-untyped-def] # passed on as it is
            self.ran += [step.id for step in plan.steps]
            return run(plan, *args, **kwargs)

        return Engine(self.probe, recorded, lambda _facts: True)


REST = ["packages-refresh", "packages", "environment", "pip", "install", "proof"]


def test_without_questions() -> None:
    pretended, out = Machine(), io.StringIO()
    code = unattended.install(pretended.engine(), SOURCE, out, io.StringIO(), can_ask=False)
    assert code == 0
    assert pretended.ran == ["packages-refresh", *REST]
    assert "Looking at this machine again" in out.getvalue()


def test_without_questions_for_scripts() -> None:
    pretended, out = Machine(), io.StringIO()
    code = unattended.install_for_scripts(
        pretended.engine(), SOURCE, out, io.StringIO(), can_ask=False
    )
    assert code == 0
    assert [step["id"] for step in json.loads(out.getvalue())["steps"]] == REST


def test_lists_that_stay_empty_end_with_the_reason() -> None:
    pretended = Machine(helps=False)
    with pytest.raises(Impossible, match="still empty"):
        unattended.install(pretended.engine(), SOURCE, io.StringIO(), io.StringIO(), can_ask=False)
    assert pretended.ran == ["packages-refresh"]


class Agreeable:
    """Takes what stands, and says yes."""

    def ask(self, question: Question, current: str, *, first: bool) -> str:
        return current

    def pick(self, prompt: str, options: tuple[tuple[str, str], ...]) -> str:
        return options[0][0]


def test_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    pretended = Machine()
    assert linear.install(pretended.engine(), SOURCE, Agreeable()) == 0
    assert pretended.ran == ["packages-refresh", *REST]
    said = capsys.readouterr().out
    assert said.index("Prepare to install") < said.index("Install cryptography 50.0.2 from source")


async def test_full_screen() -> None:
    pretended = Machine()
    app = WizardApp(pretended.engine(), SOURCE)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(12):
            await app.workers.wait_for_complete()
            await pilot.pause()
            if pretended.ran == ["packages-refresh"] and isinstance(app.screen, ReviewPage):
                break
            await pilot.press("enter")
        shown = " ".join(str(each.content) for each in app.screen.query(Static))
        assert isinstance(app.screen, ReviewPage)
        assert "build-essential" in shown
        await pilot.press("enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert pretended.ran == ["packages-refresh", *REST]
