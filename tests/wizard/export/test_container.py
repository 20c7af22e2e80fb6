"""What a container of the same distribution would be, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from screens.cli import main
from tests.machines import FOLDER, machine, names
from tests.wizard.planned import dockerfile
from wizard.choices import Choices
from wizard.errors import BadRequest, Exit, Impossible
from wizard.export.container import Container, image_managers, images, make_container
from wizard.facts import Tool
from wizard.knowledge import load
from wizard.openssl_archive import VARIABLE


def of(name: str) -> Container:
    return make_container(machine(name), Choices())


def test_a_container_has_nothing_but_the_distribution() -> None:
    fresh = of("workshop").facts
    assert [p.path for p in fresh.pythons] == ["/usr/bin/python3"]
    (python,) = fresh.pythons
    assert (python.pip, python.headers, python.ensurepip) == (None, False, "")
    assert (fresh.tools, fresh.openssl, fresh.built, fresh.variables) == ((), (), (), ())
    assert not any(package.installed for m in fresh.managers for package in m.packages)
    assert (fresh.privilege.method, fresh.folder, fresh.cache) == (
        *("root", "/opt", "/var/cache/wizard"),
    )


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("https://m.example/o/", "https://m.example/o/openssl-3.5.7.tar.gz"),
        ("file:///srv/o/", "https://github.com/"),  # a build of an image sees no folder of ours
    ],
)
def test_a_mirror_of_openssls_is_one_for_an_image_too(value: str, url: str) -> None:
    facts = machine("debian-13")
    tools = (*facts.tools, Tool("gpg", "/usr/bin/gpg", "2.4.7"))
    signers = tuple(row.signer for row in load().openssls)
    facts = replace(facts, variables=((VARIABLE, value),), tools=tools, signers=signers)
    text = dockerfile(facts, Choices(method="source", openssl="3.5.7", link="static"))
    added = next(line for line in text.splitlines() if line.startswith("ADD "))
    assert added.split()[2].startswith(url)
    assert VARIABLE not in text
    assert "gpg" not in "".join(line for line in text.splitlines() if not line.startswith("#"))


def test_what_is_installed_here_could_be_installed_there() -> None:
    facts = machine("free-threaded")
    has = {p.name for m in facts.managers for p in m.packages if p.installed or p.candidate}
    assert {p.name for m in of("free-threaded").facts.managers for p in m.packages} == has
    assert all(p.candidate for m in of("free-threaded").facts.managers for p in m.packages)


def test_only_apt_keeps_the_making_of_environments_apart() -> None:
    assert of("fedora").facts.pythons[0].ensurepip == machine("fedora").pythons[0].ensurepip != ""
    assert of("debian-13").facts.pythons[0].ensurepip == ""


@pytest.mark.parametrize("name", [n for n in names() if machine(n).system.name != "linux"])
def test_other_systems_are_refused_with_what_works(name: str) -> None:
    with pytest.raises(BadRequest) as error:
        dockerfile(machine(name), Choices())
    form = "sh" if machine(name).system.name == "macos" else "powershell"
    assert any(f"--format {form}" in hint for hint in error.value.hints)
    assert any("--format dockerfile --facts" in hint for hint in error.value.hints)


@pytest.mark.parametrize(
    ("distribution", "version"),
    [("debian", ""), ("debian", "99"), ("arch", "1"), ("", ""), ("alpine", "3.2"), ("rhel", "7.9")],
)
def test_an_unknown_system_is_refused_with_those_that_are_known(
    distribution: str, version: str
) -> None:
    facts = machine("debian-13")
    system = replace(facts.system, distribution=distribution, distribution_version=version)
    with pytest.raises(BadRequest, match="The wizard knows no image") as error:
        make_container(replace(facts, system=system), Choices())
    assert "debian 11 and 12 and 13" in error.value.hints[0]
    assert "fedora 41 and later" in error.value.hints[0]


@pytest.mark.parametrize(
    ("distribution", "version", "image"),
    [
        ("debian", "12", "debian:12"),
        ("ubuntu", "24.10", "ubuntu:24.10"),
        ("alpine", "3.22.6", "alpine:3.22"),
        ("alpine", "3.16.9", "alpine:3.16"),
        ("rhel", "9.6", "redhat/ubi9:9.6"),
        ("fedora", "44", "fedora:44"),
    ],
)
def test_the_image_is_that_of_the_version(distribution: str, version: str, image: str) -> None:
    (row,) = (row for row in images() if row.serves(distribution, version))
    facts = machine("debian-13")
    system = replace(facts.system, distribution=distribution, distribution_version=version)
    fresh = make_container(replace(facts, system=system), Choices())
    assert (fresh.image, fresh.image_row) == (image, row)


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        (Choices(project="requirements.txt"), "--for"),
        (Choices(write_constraint="c.txt"), "--write-constraint"),
        (Choices(venv="/home/ada/env"), "--venv"),
        (Choices(wheelhouse="/w"), "--wheelhouse"),
        (Choices(from_wheelhouse="/w"), "--from-wheelhouse"),
        (Choices(installer="uv"), "--installer uv"),
        (Choices(openssl="/opt/openssl"), "--openssl FOLDER"),
        (Choices(openssl="3.5.7", openssl_source="file:///x.tar.gz"), "--openssl-source FILE"),
        (Choices(python="/usr/bin/pypy3"), "/usr/bin/pypy3"),
    ],
)
def test_what_has_no_meaning_in_an_image_is_refused(choices: Choices, told: str) -> None:
    with pytest.raises(BadRequest, match=told) as error:
        make_container(machine("pypy"), choices)
    assert error.value.hints


def test_a_python_of_the_distribution_can_be_chosen() -> None:
    text = dockerfile(machine("rhel-8"), Choices(method="wheel", python="/usr/bin/python3"))
    assert "\n        python3\n" in text
    assert "python39" not in text


def test_without_the_distributions_python_nobody_can_tell_which_one_there_is() -> None:
    facts = machine("debian-13")
    with pytest.raises(Impossible, match="which Python debian:13 has"):
        make_container(replace(facts, pythons=()), Choices())


def test_without_package_lists_a_source_build_cannot_be_written_but_a_wheel_can() -> None:
    with pytest.raises(Impossible, match="package lists are empty"):
        dockerfile(machine("debian-13-bare"), Choices(method="source"))
    assert "FROM debian:13" in dockerfile(machine("debian-13-bare"), Choices(method="wheel"))


def test_epel_is_not_in_red_hats_images() -> None:
    facts = machine("rhel-8")
    (manager,) = facts.managers
    more = replace(manager.packages[0], name="openssl3-devel", candidate="3.2.2-1.el8")
    epel = replace(facts, managers=(replace(manager, packages=(*manager.packages, more)),))
    names = {p.name for m in make_container(epel, Choices()).facts.managers for p in m.packages}
    assert "openssl3-devel" not in names
    assert "openssl-devel" in names


def test_every_row_has_a_manager_and_a_source_and_a_version_has_one_row() -> None:
    assert {row.manager for row in images()} == {each.name for each in image_managers()}
    assert all(row.source and row.openssl for row in images())
    assert all(each.source and each.caches and "10001" in each.user for each in image_managers())
    for row in images():
        for version in filter(None, (row.first, row.last)):
            assert sum(other.serves(row.distribution, version) for other in images()) == 1


def test_the_command_line_writes_it(capsys: pytest.CaptureFixture[str]) -> None:
    saved = str(FOLDER / "debian-13.json")
    assert main(["plan", "--format", "dockerfile", "--facts", saved]) == Exit.DONE
    text = capsys.readouterr().out
    assert text.startswith("# syntax=docker/dockerfile:1\n")
    assert text.endswith('CMD ["python"]\n')


def test_the_command_line_refuses_a_mac(capsys: pytest.CaptureFixture[str]) -> None:
    saved = str(Path(FOLDER) / "mac-arm-brew.json")
    assert main(["plan", "--format", "dockerfile", "--facts", saved]) == Exit.WRONG
    assert "Containers run Linux" in capsys.readouterr().err
