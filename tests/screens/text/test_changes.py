"""What a run has changed on this machine, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from screens.text.last_words import changes
from tests.machines import machine
from tests.wizard.needs.test_openssl import LTS, WORKSHOP, source
from wizard.running.run_state import RunState

INSTALLED = frozenset(("openssl-install",))


@pytest.mark.parametrize(
    ("done", "told"),
    [
        (INSTALLED | {"openssl"}, "OpenSSL 3.5.4 is kept in the wizard's cache"),
        (INSTALLED, "OpenSSL 3.5.4 is in the wizard's cache, but unfinished"),
    ],
)
def test_an_openssl_in_the_cache_is_named(done: frozenset[str], told: str) -> None:
    made = source(WORKSHOP, openssl=LTS.version, link="static")
    assert changes(RunState.before_run(made, done)) == [told]


def test_other_changes_are_the_titles_of_their_steps() -> None:
    made = source(machine("alpine-3.22"), link="static")
    (packages,) = (step for step in made.steps if step.id == "packages")
    run = RunState.before_run(made, frozenset((packages.id, "environment")))
    assert changes(run) == [packages.title]


def test_nothing_done_is_nothing_changed() -> None:
    made = source(WORKSHOP, openssl=LTS.version, link="static")
    assert changes(RunState.before_run(replace(made, environment=""))) == []
