"""Which steps run side by side: examples, and rules that hold for every plan."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from backends.action import Action, Command, Prove
from tests.wizard.running.random_runs import plans
from wizard.plan import Step, order
from wizard.running.schedule import startable

COMMAND = Command(("x",))


def step(
    name: str, *needs: str, lock: str = "", heavy: bool = False, action: Action = COMMAND
) -> Step:
    return Step(name, f"Title of {name}", "Because.", action, needs, lock=lock, heavy=heavy)


def names(steps: tuple[Step, ...]) -> list[str]:
    return [each.id for each in steps]


def test_what_does_not_need_each_other_starts_together_in_the_order_of_the_plan() -> None:
    steps = (step("b"), step("a"), step("c", "a"))
    assert names(startable(steps, (), ())) == ["b", "a"]
    assert names(startable(steps, {"a"}, {"b"})) == ["c"]
    assert names(startable(steps, (), {"a", "b"})) == []


def test_two_holders_of_one_lock_never_run_together() -> None:
    steps = (step("one", lock="apt"), step("two", lock="apt"), step("other", lock="brew"))
    assert names(startable(steps, (), ())) == ["one", "other"]
    assert names(startable(steps, (), {"one", "other"})) == []
    assert names(startable(steps, {"one"}, {"other"})) == ["two"]


def test_two_heavy_steps_never_run_together() -> None:
    steps = (step("openssl", heavy=True), step("wheel", heavy=True), step("light"))
    assert names(startable(steps, (), ())) == ["openssl", "light"]
    assert names(startable(steps, {"openssl", "light"}, ())) == ["wheel"]


def test_a_proof_runs_alone_whatever_it_needs() -> None:
    steps = (step("one"), step("prove", action=Prove("python")), step("after"))
    assert names(startable(steps, (), ())) == ["one"]
    assert names(startable(steps, {"one"}, ())) == ["prove"]
    assert names(startable(steps, {"one"}, {"prove"})) == []
    assert names(startable(steps, {"one", "prove"}, ())) == ["after"]


def test_what_was_done_in_an_earlier_try_is_not_started_again() -> None:
    steps = (step("one"), step("two", "one"), step("three"))
    assert names(startable(steps, {"one", "three"}, ())) == ["two"]
    assert names(startable(steps, {"one", "two", "three"}, ())) == []


def conflict(one: Step, other: Step) -> bool:
    """The rules once more, in other words."""
    if isinstance(one.action, Prove) or isinstance(other.action, Prove):
        return True
    return (one.heavy and other.heavy) or one.lock == other.lock != ""


@given(plans().map(order), st.data())
def test_the_rules_hold_for_every_plan_whichever_step_ends_first(
    steps: tuple[Step, ...], data: st.DataObject
) -> None:
    places = names(steps)
    done = set(data.draw(st.sets(st.sampled_from(places)), label="done before"))
    earlier = frozenset(done)
    running: dict[str, Step] = {}
    started: list[str] = []
    while len(done) < len(steps):
        fresh = startable(steps, done, running.keys())
        assert names(fresh) == sorted(names(fresh), key=places.index)
        for each in fresh:
            assert each.id not in (*started, *earlier), "each runs once"
            assert done.issuperset(each.needs)
            running[each.id] = each
            started.append(each.id)
        for one, other in combinations(running.values(), 2):
            assert not conflict(one, other)
        for left in steps:
            if left.id in running or left.id in done or not done.issuperset(left.needs):
                continue
            held = any(conflict(left, other) for other in running.values())
            before = steps[: places.index(left.id)]
            proofs = [each for each in before if isinstance(each.action, Prove)]
            barred = any(each.id not in done for each in proofs)
            proof = isinstance(left.action, Prove) and any(each.id not in done for each in before)
            assert held or barred or proof, f"{left.id} could have started"
        assert running, "it never stands still"
        ended = data.draw(st.sampled_from(sorted(running)), label="ends")
        del running[ended]
        done.add(ended)
    assert sorted((*started, *earlier)) == sorted(places)
    assert startable(steps, done, ()) == ()
