"""The one list of questions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.machines import machine
from wizard.choices import Choices
from wizard.errors import BadRequest, Impossible
from wizard.facts import Facts, Python
from wizard.knowledge import load
from wizard.needs.case import Case
from wizard.questions import completion
from wizard.questions.question import Question

KNOWLEDGE = load()
WORKSHOP = machine("workshop")
DEBIAN = machine("debian-12")


def keys(facts: Facts, choices: Choices = Choices()) -> list[str]:  # noqa: B008 - frozen
    return [q.key for q in completion.applicable(Case(facts, KNOWLEDGE, choices))]


def question(facts: Facts, key: str, choices: Choices = Choices()) -> Question:  # noqa: B008
    return next(q for q in completion.applicable(Case(facts, KNOWLEDGE, choices)) if q.key == key)


def test_the_order_is_where_python_release_method() -> None:
    assert keys(WORKSHOP) == ["venv", "python", "release", "method"]


def test_one_python_is_not_asked_about() -> None:
    assert keys(DEBIAN) == ["venv", "release", "method"]


@pytest.mark.parametrize("facts", [WORKSHOP, DEBIAN, machine("debian-13-bare")])
def test_each_question_is_complete(facts: Facts) -> None:
    for each in completion.applicable(Case(facts, KNOWLEDGE, Choices())):
        assert each.prompt.endswith("?")
        assert each.help.startswith("# ")
        assert each.because.endswith(".")
        recommended = next(o for o in each.options if o.value == each.recommended)
        assert not recommended.closed
        assert all(option.consequence or option.closed for option in each.options)


def test_the_newest_release_is_recommended() -> None:
    asked = question(WORKSHOP, "release")
    assert asked.recommended == "50.0.2"
    assert asked.options[0].value == "50.0.2"


def test_an_older_python_gets_the_newest_that_serves_it() -> None:
    old = next(p.path for p in WORKSHOP.pythons if p.version.startswith("3.6"))
    asked = question(WORKSHOP, "release", Choices(python=old))
    assert asked.recommended == "40.0.2"
    newest = next(o for o in asked.options if o.value == "50.0.2")
    assert "3.6" in newest.closed


def test_a_python_that_is_too_old_is_closed_with_the_reason() -> None:
    asked = question(WORKSHOP, "python")
    closed = [o for o in asked.options if o.closed]
    assert [o.label.split()[1] for o in closed] == ["2.7.18"]
    assert "3.6" in closed[0].closed


def test_an_active_environment_is_recommended() -> None:
    active = replace(
        WORKSHOP.pythons[0], origin="active", environment="/home/ada/api/.venv",
        path="/home/ada/api/.venv/bin/python",
    )  # fmt: skip
    facts = replace(WORKSHOP, pythons=(active, *WORKSHOP.pythons))
    asked = question(facts, "venv")
    assert asked.recommended == "/home/ada/api/.venv"
    assert keys(facts) == ["venv", "release", "method"]
    assert keys(facts, Choices(venv="/home/ada/new"))[1] == "python"


def test_no_privilege_closes_the_source_build_with_the_packages_it_lacks() -> None:
    facts = replace(DEBIAN, privilege=replace(DEBIAN.privilege, method="none"))
    assert keys(facts) == ["venv", "release"]
    with pytest.raises(Impossible) as caught:
        completion.complete(Case(facts, KNOWLEDGE, Choices(method="source")))
    assert "root" in caught.value.why
    assert any("build-essential" in hint for hint in caught.value.hints)
    wheel = "What works here is “Wheel (ready-made download)”: --method wheel"
    assert wheel in caught.value.hints


def test_answers_are_checked() -> None:
    asked = question(WORKSHOP, "method")
    assert completion.answer(asked, " wheel ") == "wheel"
    with pytest.raises(BadRequest, match="not one of the answers"):
        completion.answer(asked, "binary")
    with pytest.raises(BadRequest):
        completion.answer(asked, "")
    release = question(WORKSHOP, "release")
    assert completion.answer(release, "46.0.1") == "46.0.1"


def test_a_closed_answer_is_refused() -> None:
    asked = question(WORKSHOP, "python")
    closed = next(o for o in asked.options if o.closed)
    with pytest.raises(BadRequest) as caught:
        completion.answer(asked, closed.value)
    assert caught.value.why == closed.closed


def test_complete_takes_the_recommended() -> None:
    done = completion.complete(Case(WORKSHOP, KNOWLEDGE, Choices())).choices
    assert done == Choices(
        venv="/home/ada/project/cryptography-env",
        python=WORKSHOP.pythons[0].path,
        release="50.0.2",
        method="wheel",
    )


def test_what_is_said_of_an_openssl_goes_with_it() -> None:
    said = ("https://m.example/", "0" * 64)
    for openssl, left in (("3.5.7", said), ("system", ("", "")), ("", ("", ""))):
        choices = Choices(method="source", openssl=openssl, link="dynamic")
        choices = replace(choices, openssl_source=said[0], openssl_sha256=said[1])
        done = completion.complete(Case(WORKSHOP, KNOWLEDGE, choices)).choices
        assert (done.openssl_source, done.openssl_sha256) == left, openssl


def test_complete_is_settled() -> None:
    done = completion.complete(Case(DEBIAN, KNOWLEDGE, Choices(method="source"))).choices
    assert completion.complete(Case(DEBIAN, KNOWLEDGE, done)).choices == done


@pytest.mark.parametrize(
    ("choices", "error", "says"),
    [
        (Choices(release="49.9.9"), BadRequest, "49.0.0"),
        (Choices(release="45.0.0"), BadRequest, "withdrawn"),
        (Choices(release="3.3.2"), BadRequest, "3.4"),
        (Choices(release="99.0"), BadRequest, "50.0.2"),
        (Choices(python="/home/ada/.pyenv/versions/2.7.18/bin/python"), BadRequest, "too old"),
        (Choices(python="/opt/gone/python"), BadRequest, "did not find"),
        (Choices(method="source", manager="port"), BadRequest, "apt"),
        (Choices(method="source", link="static", release="39.0.2"), Impossible, "without shared"),
        (Choices(method="source", openssl="9.9.9"), Impossible, "There is no OpenSSL 9.9.9"),
        (Choices(method="source", openssl="/opt/none"), Impossible, "does not contain an OpenSSL"),
        (Choices(method="source", rust="none"), Impossible, "without Rust"),
    ],
)
def test_what_cannot_be_is_refused(choices: Choices, error: type[BadRequest], says: str) -> None:
    with pytest.raises(error) as caught:
        completion.complete(Case(WORKSHOP, KNOWLEDGE, choices))
    told = caught.value
    assert says in " ".join((told.what, told.why, told.shown, *told.hints))


def test_an_answer_that_became_impossible_gives_way() -> None:
    old = next(p.path for p in WORKSHOP.pythons if p.version.startswith("3.7"))
    asked = question(WORKSHOP, "method", Choices(python=old, release="50.0.2"))
    assert asked.recommended == "wheel"


def test_a_machine_without_any_python_says_so() -> None:
    broken = Python("/usr/bin/python3", "path", problem="It does not start.")
    with pytest.raises(Impossible, match="No Python"):
        completion.applicable(Case(replace(WORKSHOP, pythons=(broken,)), KNOWLEDGE, Choices()))
