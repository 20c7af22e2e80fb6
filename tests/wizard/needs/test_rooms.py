"""How much disk space a plan needs, and where."""

from __future__ import annotations

from dataclasses import replace

from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.facts import Facts, Space
from wizard.knowledge import load
from wizard.needs import storage
from wizard.needs.storage import BUILD, DOWNLOADED, ENVIRONMENT, OPENSSL, RUST, Room


def roomy() -> Facts:
    facts = machine("workshop")
    spaces = tuple(Space(folder, 1 << 40) for folder in (facts.folder, facts.cache))
    return replace(facts, spaces=spaces, system=replace(facts.system, temporary_free=3 << 30))


def rooms(choices: Choices, facts: Facts) -> tuple[Room, ...]:
    return storage.rooms(plan(facts, load(), choices), facts, choices.temporary_folder)


def test_a_wheel_needs_the_environment_and_a_little_temporary_space() -> None:
    facts = roomy()
    environment, temporary = rooms(Choices(method="wheel"), facts)
    assert (environment.needed, environment.free) == (ENVIRONMENT, 1 << 40)
    assert temporary == Room(facts.system.temporary, DOWNLOADED, 3 << 30)


def test_a_build_needs_its_tools_in_the_cache() -> None:
    facts = roomy()
    choices = Choices(method="source", rust="rustup", openssl="3.5.7", link="static")
    found = {room.folder: room.needed for room in rooms(choices, facts)}
    assert found[facts.cache] == RUST + OPENSSL
    assert found[facts.system.temporary] == BUILD


def test_another_temporary_folder_counts() -> None:
    facts = roomy()
    facts = replace(facts, spaces=(*facts.spaces, Space("/big", 5 << 30)))
    found = rooms(Choices(method="source", temporary_folder="/big/tmp"), facts)
    assert Room("/big/tmp", BUILD, 5 << 30) in found


def test_what_is_unknown_is_not_guessed() -> None:
    facts = roomy()
    facts = replace(facts, spaces=(), system=replace(facts.system, temporary_free=0))
    assert {room.free for room in rooms(Choices(method="wheel"), facts)} == {-1}


def test_a_proof_alone_needs_none() -> None:
    facts = roomy()
    made = plan(facts, load(), Choices(method="wheel"))
    assert storage.rooms(replace(made, steps=made.steps[-1:]), facts) == ()
