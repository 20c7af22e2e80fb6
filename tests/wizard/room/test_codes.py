"""Codes that are read out, typed in, and sometimes misheard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wizard.room.test_message import KEY, PROVED
from wizard.errors import BadRequest
from wizard.room import codes
from wizard.room.keys import ALPHABET
from wizard.room.message import Message

FAILED = replace(PROVED, state="failed", cause="no-space", step=2, steps=3, release="")


def code(message: Message, key: str = KEY) -> str:
    inside = codes.contents(message)
    return codes.spoken(inside, codes.code_of(inside, key))


def test_a_code_says_what_was_proved() -> None:
    made = code(PROVED)
    assert [len(group) for group in made.split("-")] == [5] * 5
    heard = codes.read(made, KEY)
    assert heard.laptop == PROVED.laptop[:4]
    assert heard.message == Message(
        laptop="0123" + "0" * 12,
        session="0" * 16,
        number=0,
        state="proved",
        system="linux",
        machine="x86_64",
        release="50.0.2",
        openssl="OpenSSL 4.0.3",
        linkage="static",
        python="3.11",
    )


def test_a_code_says_why_it_failed() -> None:
    message = codes.read(code(FAILED), KEY, ("rust-missing", "no-space")).message
    assert (message.state, message.cause) == ("failed", "no-space")
    assert (message.step, message.steps) == (2, 3)
    assert codes.read(code(FAILED), KEY).message.cause == ""
    assert codes.read(code(replace(FAILED, cause="")), KEY, ("no-space",)).message.cause == ""
    assert codes.read(code(replace(FAILED, state="stopped")), KEY).message.state == "stopped"


@pytest.mark.parametrize(
    ("openssl", "heard"),
    [
        ("OpenSSL 3.0.17 1 Jul 2025", "OpenSSL 3.0.17"),
        ("OpenSSL 1.1.1w  11 Sep 2023", "OpenSSL 1.1.1w"),
        ("OpenSSL 1.1.1  11 Sep 2018", "OpenSSL 1.1.1"),
        ("LibreSSL", ""),
        ("OpenSSL 3.0.99", "OpenSSL 3.0.0"),  # it does not fit
    ],
)
def test_versions_of_openssl(openssl: str, heard: str) -> None:
    assert codes.read(code(replace(PROVED, openssl=openssl)), KEY).message.openssl == heard


def test_small_letters_blanks_and_letters_like_digits_are_fine() -> None:
    made = code(PROVED)
    typed = made.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert codes.read(typed, KEY) == codes.read(made, KEY)


def test_another_key_is_noticed() -> None:
    with pytest.raises(BadRequest, match="not made with the key of this room"):
        codes.read(code(PROVED, "0" * 16), KEY)


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        ("", "0 characters instead of 25"),
        ("ABCDE-FGHJK", "10 characters instead of 25"),
        ("U" * 25, "never contains U"),
        ("é" * 25, "never contains"),
    ],
)
def test_what_is_no_code_is_explained(typed: str, what: str) -> None:
    with pytest.raises(BadRequest, match=what):
        codes.read(typed, KEY)


@given(st.integers(0, 24), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed_in_its_group(position: int, character: str) -> None:
    groups = code(PROVED).split("-")
    group, place = groups[position // 5], position % 5
    if group[place] == character:
        return
    groups[position // 5] = group[:place] + character + group[place + 1 :]
    with pytest.raises(BadRequest, match=f"Group {position // 5 + 1} is wrong"):
        codes.read("-".join(groups), KEY)


def test_wrong_groups_are_named_together() -> None:
    groups = code(PROVED).split("-")
    for place in (0, 1, 4):
        last = groups[place][-1]
        groups[place] = groups[place][:-1] + ALPHABET[ALPHABET.index(last) - 1]
        if place == 1:
            with pytest.raises(BadRequest, match=r"^Groups 1 and 2 are wrong: "):
                codes.read("-".join(groups), KEY)
    with pytest.raises(BadRequest, match=r"^Groups 1, 2 and 5 are wrong: "):
        codes.read("-".join(groups), KEY)


@given(st.permutations(range(5)))
def test_groups_in_another_order_are_noticed(order: list[int]) -> None:
    groups = code(PROVED).split("-")
    if order == sorted(order):
        return
    with pytest.raises(BadRequest, match="Group"):
        codes.read("-".join(groups[n] for n in order), KEY)


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_a_bad_request(text: str) -> None:
    with pytest.raises(BadRequest):
        codes.read(text, KEY)


@given(
    st.integers(0, 200),
    st.integers(0, 30),
    st.integers(0, 30),
    st.text(max_size=10),
    st.text("0123456789abcdef", min_size=16, max_size=16),
)
def test_any_message_has_a_code(
    major: int, minor: int, patch: int, machine: str, laptop: str
) -> None:
    release = f"{major}.{minor}.{patch}"
    message = replace(PROVED, release=release, machine=machine, laptop=laptop)
    heard = codes.read(code(message), KEY)
    assert heard.laptop == laptop[:4]
    if 0 < major < 128 and minor < 16 and patch < 16:
        assert heard.message.release == release
