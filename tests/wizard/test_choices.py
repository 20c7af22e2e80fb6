"""The description of each choice: complete, true to its field, and kept by the checks."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from wizard.choices import Choices, described
from wizard.errors import BadRequest
from wizard.openssl_choice import OpenSSLFolder, OpenSSLVersion, SystemOpenSSL, is_version, parse
from wizard.questions.validation import check_contradictions, with_implied

SAMPLES = {"openssl": "3.5.7", "openssl_sha256": "0" * 64, "targets": "3.11", "jobs": "2"}
RELATIONS = [
    (choice.name, each.other)
    for choice in described().values()
    for each in (*choice.implies, *choice.excludes, *((choice.needs,) if choice.needs else ()))
]


def sample(name: str) -> str:
    """A value that the choice may have."""
    return next(iter(described()[name].values), SAMPLES.get(name, "something"))


def made(*pairs: tuple[str, str]) -> Choices:
    """Choices with these values, and with those that they need."""
    given: dict[str, Any] = dict(pairs)
    for name in tuple(given):
        needs = described()[name].needs
        if needs:
            given.setdefault(needs.other, sample(needs.other))
    return Choices(**given)


def test_every_field_is_described_in_its_order() -> None:
    assert list(described()) == [each.name for each in fields(Choices)]
    for choice in described().values():
        assert choice.help
        assert choice.metavar or len(choice.values) == 1
        assert choice.flag.startswith("--")


@pytest.mark.parametrize(("name", "other"), RELATIONS)
def test_what_is_related_is_another_choice_with_such_a_value(name: str, other: str) -> None:
    assert other in described()
    assert other != name
    values = described()[other].values
    for implication in described()[name].implies:
        if implication.other == other:
            assert implication.value in values
            assert implication.only in ("", *described()[name].values)
    for exclusion in described()[name].excludes:
        if exclusion.other == other:
            assert exclusion.value in ("", *values)


IMPLICATIONS = [(choice.name, each) for choice in described().values() for each in choice.implies]
EXCLUSIONS = [(choice.name, each) for choice in described().values() for each in choice.excludes]
NEEDS = [(choice.name, choice.needs) for choice in described().values() if choice.needs]


@pytest.mark.parametrize(("name", "each"), IMPLICATIONS)
def test_an_implied_choice_is_made_and_another_value_is_refused(name: str, each: Any) -> None:
    given: dict[str, Any] = {name: each.only or sample(name)}
    assert getattr(with_implied(Choices(**given)), each.other) == each.value
    wrong = next(value for value in described()[each.other].values if value != each.value)
    with pytest.raises(BadRequest, match="contradict each other") as caught:
        check_contradictions(Choices(**{**given, each.other: wrong}))
    assert described()[name].flag in caught.value.what
    assert f"{described()[each.other].flag} {wrong}" in caught.value.what
    assert caught.value.why
    assert f"{described()[each.other].flag} {each.value}" in caught.value.hints[0]


@pytest.mark.parametrize(("name", "each"), EXCLUSIONS)
def test_what_is_excluded_is_refused(name: str, each: Any) -> None:
    pairs = ((name, sample(name)), (each.other, each.value or sample(each.other)))
    with pytest.raises(BadRequest, match="contradict each other") as caught:
        check_contradictions(made(*pairs))
    assert caught.value.why
    assert caught.value.hints


@pytest.mark.parametrize(("name", "needs"), NEEDS)
def test_what_is_needed_is_asked_for(name: str, needs: Any) -> None:
    value = needs.only or sample(name)
    alone: dict[str, Any] = {name: value}
    flag, other = described()[name].flag, described()[needs.other].flag
    flag += f" {needs.only}" if needs.only else ""
    with pytest.raises(BadRequest, match=rf"{flag} only works with {other}") as caught:
        check_contradictions(Choices(**alone))
    assert caught.value.hints[0].startswith(f"Add {other} ")
    check_contradictions(made((name, value)))


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", None),
        ("system", SystemOpenSSL()),
        ("3.5.7", OpenSSLVersion("3.5.7")),
        ("1.1.1w", OpenSSLVersion("1.1.1w")),
        ("/opt/my ssl", OpenSSLFolder("/opt/my ssl")),
        (r"C:\ssl", OpenSSLFolder(r"C:\ssl")),
        ("./ssl", OpenSSLFolder("./ssl")),
        ("newest", OpenSSLVersion("newest")),
    ],
)
def test_the_openssl_that_is_asked_for(text: str, meaning: object) -> None:
    assert parse(text) == meaning
    assert Choices(openssl=text).openssl_choice == meaning
    assert Choices(openssl=text).custom_openssl == (None if text == "system" else meaning)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("3.5.7", True), ("1.1.1w", True), ("3.5", False), ("newest", False), ("٣.٦.١", False),
     ("system", False), ("", False), ("/opt/3.5.7", False)],
)  # fmt: skip
def test_what_looks_like_a_version(text: str, is_one: bool) -> None:
    assert is_version(text) is is_one
