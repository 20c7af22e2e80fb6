"""Which releases the packages in an environment allow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.wizard.environments import (
    CLICK,
    OLD_PYOPENSSL,
    PARAMIKO,
    PINNED,
    PYOPENSSL,
    SNOWFLAKE,
    holding,
)
from wizard.choices import Choices
from wizard.facts import Facts, Installed
from wizard.knowledge import load
from wizard.needs import release_limits
from wizard.needs.case import Case

KNOWLEDGE = load()


def case(facts: Facts, **choices: str) -> Case:
    environment = facts.pythons[0].environment
    return Case(facts, KNOWLEDGE, Choices(**{"venv": environment, **choices}))  # type: ignore[arg-type]


def sentences(found: Case) -> list[str]:
    return [release_limits.sentence(limit) for limit in found.limits]


def test_a_package_states_its_limit() -> None:
    found = case(holding("debian-12", PYOPENSSL, CLICK))
    assert sentences(found) == ["pyOpenSSL 24.2.1 allows only cryptography<44,>=41.0.5."]
    assert [limit.package for limit in found.limits_against(found.find("50.0.2"))] == ["pyOpenSSL"]
    assert found.limits_against(found.find("43.0.3")) == ()


@pytest.mark.parametrize(("version", "allows"), [("20.0.1", "<38"), ("22.0.0", "<39")])
def test_a_package_that_is_known_to_break_has_a_limit(version: str, allows: str) -> None:
    old = Installed("pyOpenSSL", version, ("cryptography>=3.2",))
    (stated, known) = case(holding("debian-12", old)).limits
    assert stated.specifier == ">=3.2"
    assert known.specifier == allows
    assert "import OpenSSL fails" in release_limits.sentence(known)
    newer = Installed("pyOpenSSL", "22.1.0", ("cryptography<39,>=38.0.0",))
    assert len(case(holding("debian-12", newer)).limits) == 1


def test_a_limit_on_cffi_is_a_limit_on_the_release() -> None:
    found = case(holding("debian-12", SNOWFLAKE))
    assert sentences(found) == [
        "snowflake-connector-python 3.15.0 allows only cryptography>=3.1.0.",
        "snowflake-connector-python 3.15.0 (which needs cffi<2.0.0,>=1.9) allows only "
        "cryptography<46.0.1.",
    ]
    assert found.broken_by(found.find("46.0.7"))
    assert not found.broken_by(found.find("46.0.0"))


def test_from_python_3_14_on_46_0_0_needs_the_new_cffi_too() -> None:
    facts = holding("debian-12", SNOWFLAKE)
    newer = replace(facts.pythons[0], version="3.14.0")
    found = case(replace(facts, pythons=(newer, *facts.pythons[1:])))
    assert found.broken_by(found.find("46.0.0"))
    assert not found.broken_by(found.find("45.0.7"))


def test_typing_extensions_matters_only_where_the_release_needs_it() -> None:
    package = Installed("tensors", "2.12", ("typing-extensions<4.6.0,>=3.6.6",))
    old = case(holding("ubuntu-22.04", package))  # Python 3.10
    assert [limit.specifier for limit in old.limits] == ["<46.0.0"]
    assert case(holding("debian-12", package)).limits == ()  # Python 3.11


def test_pypy_needs_no_cffi() -> None:
    facts = holding("pypy", SNOWFLAKE)
    assert facts.pythons[0].implementation == "pypy"
    assert [limit.specifier for limit in case(facts).limits] == [">=3.1.0"]


def test_a_new_environment_has_no_limits() -> None:
    facts = holding("debian-12", PINNED)
    assert case(facts, venv="/home/ada/project/other").limits == ()
    assert case(facts, dependents="new").limits == ()


def test_a_machine_of_an_earlier_version_has_none() -> None:
    facts = holding("debian-12", PINNED)
    unread = replace(facts, pythons=(replace(facts.pythons[0], packages=None), *facts.pythons[1:]))
    assert case(unread).limits == ()


def test_what_is_already_broken_is_not_broken_again() -> None:
    found = case(holding("debian-12", PYOPENSSL, PARAMIKO, cryptography="49.0.0", cffi="2.1.1"))
    assert found.limits_against(found.find("50.0.2"))
    assert found.broken_by(found.find("50.0.2")) == ()


def test_a_package_that_waits_for_cryptography_is_not_broken_yet() -> None:
    found = case(holding("debian-12", PYOPENSSL, cryptography=""))
    assert found.broken_by(found.find("50.0.2"))


def test_no_upper_bound_is_no_limit() -> None:
    found = case(holding("debian-12", PARAMIKO, OLD_PYOPENSSL, cryptography="38.0.1"))
    newest = found.find("50.0.2")
    assert {limit.package for limit in found.broken_by(newest)} == {"pyOpenSSL"}
