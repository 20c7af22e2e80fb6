"""A case answers each question once, and the cases made from it share the answers."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import replace

import pytest

from tests.machines import machine, names
from wizard import engine
from wizard.choices import Choices
from wizard.engine import case_of
from wizard.errors import BadRequest, WizardError
from wizard.facts import Facts, Privilege
from wizard.knowledge import load
from wizard.needs import build_needs
from wizard.needs.build_needs import BuildNeeds
from wizard.needs.build_request import BuildRequest
from wizard.needs.case import Case
from wizard.refused import Refused

WISHES = (
    Choices(),
    Choices(method="source"),
    Choices(method="source", link="static", openssl="3.5.7"),
    Choices(wheelhouse="/wheels", method="source"),
)


@pytest.fixture
def assessed(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[object, ...]]:
    """How often each build was assessed."""
    real, calls = build_needs.assess, Counter[tuple[object, ...]]()
    machines: list[Facts] = []  # kept, so that no two of them have the same id

    def counted(request: BuildRequest) -> BuildNeeds | Refused:
        facts, row = request.facts, request.release_row.first
        machines.append(facts)
        calls[(id(facts), request.python, row, request.choices, request.folder)] += 1
        return real(request)

    monkeypatch.setattr(build_needs, "assess", counted)
    return calls


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("choices", WISHES, ids=lambda choices: str(choices.answered()))
def test_no_build_is_assessed_twice(
    name: str, choices: Choices, assessed: Counter[tuple[object, ...]]
) -> None:
    case = case_of(machine(name), choices)
    for _ in range(2):
        with contextlib.suppress(WizardError):  # to be refused takes looking, too
            engine.settle(case)
    assert assessed
    assert set(assessed.values()) == {1}


def test_a_wheel_is_planned_with_one_look_at_the_source_build(
    assessed: Counter[tuple[object, ...]],
) -> None:
    assert engine.settle(case_of(machine("debian-12"), Choices())).plan.method == "wheel"
    assert sum(assessed.values()) == 1


def test_the_newest_wheel_is_found_without_a_look_at_source_builds(
    assessed: Counter[tuple[object, ...]],
) -> None:
    case = case_of(machine("debian-12"), Choices())
    assert case.newest_wheel(case.target.python)
    assert not assessed


def test_what_does_not_depend_on_a_choice_is_shared(
    assessed: Counter[tuple[object, ...]],
) -> None:
    case = case_of(machine("debian-12"), Choices(release="50.0.2", method="source"))
    needs = case.offer().needs
    for other in (case.with_(installer="pip"), case.with_(toolchain="keep"), case.with_(method="")):
        assert other.offer().needs is needs
    assert sum(assessed.values()) == 1
    assert case.with_(link="static").offer().needs != needs
    assert sum(assessed.values()) == 2


def test_the_target_depends_on_where_and_on_nothing_else() -> None:
    case = case_of(machine("debian-12"), Choices())
    assert case.with_(method="source", release="50.0.2").target is case.target
    assert case.with_(venv="/elsewhere").target.folder == "/elsewhere"
    assert case.target.folder != "/elsewhere"


def test_other_facts_have_other_answers() -> None:
    facts = replace(machine("debian-12"), privilege=Privilege("none"))
    case = case_of(facts, Choices(release="50.0.2"))
    assert case.offer().source_blocked_by
    root = replace(case, facts=replace(facts, privilege=Privilege("root")))
    assert root.offer().source_blocked_by is None
    assert case.offer().source_blocked_by


def test_cases_are_equal_whatever_they_were_asked() -> None:
    one, other = (Case(machine("debian-12"), load(), Choices(method="wheel")) for _ in range(2))
    assert one.target
    assert one == other
    assert one != other.with_(method="source")


def test_a_release_that_does_not_exist_is_a_bad_request() -> None:
    with pytest.raises(BadRequest, match=r"no release 9\.9") as caught:
        case_of(machine("debian-12"), Choices(release="9.9")).offer()
    assert any("Nearest" in hint for hint in caught.value.hints)
    with pytest.raises(BadRequest, match="no release 9999") as caught:
        case_of(machine("debian-12"), Choices(release="9999")).offer()
    assert caught.value.hints == ("Newest: 50.0.2.",)


@pytest.mark.parametrize(("line", "newest"), [("46.0", "46.0.7"), ("46", "46.0.7")])
def test_the_newest_release_of_a_line_is_named(line: str, newest: str) -> None:
    with pytest.raises(BadRequest) as caught:
        case_of(machine("debian-12"), Choices(release=line)).offer()
    assert caught.value.hints == (f"The newest of {line}: --release {newest}",)
