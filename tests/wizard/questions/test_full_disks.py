"""A full or read-only disk is what the refusal says, not that wheels and builds are impossible."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.screens.pretend import DEBIAN
from wizard import engine
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Space

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


def with_an_environment(cryptography: str) -> Facts:
    """A machine whose temporary folder is full, and whose active environment has a release."""
    folder = "/home/ada/env"
    python = replace(
        DEBIAN.pythons[0],
        path=f"{folder}/bin/python",
        environment=folder,
        origin="active",
        cryptography=cryptography,
    )
    system = replace(DEBIAN.system, temporary="/tmp")
    disks = (Space("/tmp", 8 * MIB),)
    return replace(DEBIAN, system=system, spaces=disks, pythons=(python, *DEBIAN.pythons))


def test_a_full_temporary_folder_does_not_matter_if_nothing_is_installed() -> None:
    facts = with_an_environment("50.0.2")
    for choices in (Choices(), Choices(release="50.0.2")):
        assert engine.settle(engine.case_of(facts, choices)).plan.only_proves


@pytest.mark.parametrize(
    ("there", "choices"),
    [
        ("50.0.2", Choices(reinstall="yes")),
        ("45.0.7", Choices()),
        ("45.0.7", Choices(release="50.0.2")),
    ],
)
def test_a_full_temporary_folder_matters_if_something_is_installed(
    there: str, choices: Choices
) -> None:
    with pytest.raises(Impossible) as refused:
        engine.settle(engine.case_of(with_an_environment(there), choices))
    said = f"{refused.value.what} {refused.value.why}"
    assert "/tmp has only 8 MB left, but an installation takes 20 MB" in said
