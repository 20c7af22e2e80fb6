"""Every kind of fix on every recorded machine."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from backends.manager import ProblemKind
from tests.machines import machine, names
from tests.wizard.fixes.failures import decided, failed
from wizard.choices import Choices
from wizard.engine import Decision, settle
from wizard.errors import WizardError
from wizard.facts import Space
from wizard.fixes import offers
from wizard.fixes.fix import carried
from wizard.fixes.kinds import KINDS, TABLE
from wizard.plan import order
from wizard.running.step_checks import MANAGER
from wizard.table_source import read_asset

WITHOUT_NETWORK = tuple(kind for kind in KINDS if kind.id != "let-through")


def decisions(name: str) -> list[Decision]:
    """The plans of a machine with a large disk, by each method that is possible there."""
    facts = machine(name)
    facts = replace(facts, spaces=(Space(facts.cache or facts.folder, 99 << 30),))
    found = []
    for method in ("wheel", "source"):
        try:
            found.append(decided(facts, Choices(method=method)))
        except WizardError:
            continue
    return found


@pytest.mark.parametrize("name", names())
def test_a_fix_has_a_plan_says_what_it_asks_for_and_repeats_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "MOST", 99)
    monkeypatch.setattr(
        offers, "KINDS", tuple(replace(kind, also=lambda _: True) for kind in WITHOUT_NETWORK)
    )
    for decision in decisions(name):
        ids = [step.id for step in order(decision.plan)]
        run = failed(decision, step="install" if "install" in ids else ids[-1])
        finished = {s.step.id: s.step.action for s in run.steps if s.status == "done"}
        *found, last = offers.offered(settle, decision.case, run)
        assert not last.plans_anew
        for fix in found:
            plan = settle(decision.case.choosing(fix.applied(decision.choices))).plan
            kept = carried(run, plan, probed=False)
            left = [step for step in order(plan) if step.id not in kept]
            assert left, fix
            assert fix.root == any(step.needs_root for step in left)
            assert fix.root == ("administrator rights" in fix.consequence)
            for step in plan.steps:
                if finished.get(step.id) == step.action and kept.issuperset(step.needs):
                    assert step.id in kept, fix


def test_the_table_names_known_causes_and_remedies() -> None:
    table = read_asset(TABLE)
    assert [row["id"] for row in table["fix"]] == [kind.id for kind in KINDS]
    causes = {row["id"] for row in read_asset("failures.toml")["cause"]}
    of_a_manager = {f"{MANAGER}{kind}" for kind in get_args(ProblemKind)}
    remedies = {row["id"] for row in read_asset("remedies.toml")["remedy"]}
    named = {cause for row in table["fix"] for cause in row.get("causes", ())}
    assert named | {*table["locks"], *table["passing"]} <= causes | of_a_manager
    assert {each for row in table["fix"] for each in row.get("remedies", ())} <= remedies
