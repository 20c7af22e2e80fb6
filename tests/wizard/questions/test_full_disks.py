"""A full or read-only disk is what the refusal says, not that wheels and builds are impossible."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.screens.pretend import DEBIAN
from wizard import engine
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Space

MIB = 1 << 20


def test_a_path_that_is_not_utf_8_is_refused_before_the_start() -> None:
    with pytest.raises(Impossible, match="not valid UTF-8"):
        engine.settle(engine.case_of(replace(DEBIAN, folder="/home/ada/\udcff"), Choices()))


@pytest.mark.parametrize("method", ["", "wheel", "source"])
@pytest.mark.parametrize(
    ("space", "said"),
    [
        (Space("/home/ada/project", 20 * MIB), "only 20 MB left, but a new environment"),
        (Space("/home/ada/project", 900 * MIB, readonly=True), "project/cryptography-env is read-"),
        (Space("/tmp", 8 * MIB), "/tmp has only 8 MB left, but an installation takes 20 MB"),
        (Space("/state", 1 * MIB), "The disk of /state has only 1 MB left"),
        (Space("/state", 900 * MIB, readonly=True), "The disk of /state is read-only"),
    ],
)
def test_the_disk_is_the_headline(space: Space, said: str, method: str) -> None:
    system = replace(DEBIAN.system, temporary="/tmp")
    facts = replace(DEBIAN, system=system, state="/state", spaces=(space,))
    with pytest.raises(Impossible) as refused:
        engine.settle(engine.case_of(facts, Choices(method=method)))
    assert said in refused.value.what
    assert refused.value.hints
