"""The address of a room, as people type it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.errors import BadRequest
from wizard.room import keys
from wizard.room.keys import RoomAddress, derived, new_key, parse_address, plain

KEY = "ABCDEFGH12345678"


@pytest.mark.parametrize(
    "typed",
    [
        "192.0.2.7:8021/ABCD-EFGH-1234-5678",
        "http://192.0.2.7:8021/ABCD-EFGH-1234-5678/",
        " 192.0.2.7:8021/abcdefghi2345678 ",
        "192.0.2.7/ABCD-EFGH-l234-5678",
    ],
)
def test_an_address_may_be_typed_in_several_ways(typed: str) -> None:
    assert parse_address(typed) == RoomAddress("192.0.2.7", keys.DEFAULT_PORT, KEY)


def test_an_ipv6_address_has_brackets() -> None:
    address = parse_address("[2001:db8::7]:81/ABCD-EFGH-1234-5678")
    assert address == RoomAddress("2001:db8::7", 81, KEY)
    assert str(address) == "[2001:db8::7]:81/ABCD-EFGH-1234-5678"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("192.0.2.7:8021", "HOST:PORT/KEY"),
        ("", "HOST:PORT/KEY"),
        ("https://192.0.2.7/ABCD-EFGH-1234-5678", "HOST:PORT/KEY"),
        ("192.0.2.7/ABCD-EFGH-1234", "12 characters instead of 16"),
        ("192.0.2.7/ABCD-EFGH-1234-567U", "never contains U"),
        ("192.0.2.7:0/ABCD-EFGH-1234-5678", "from 1 to 65535"),
        ("192.0.2.7:70000/ABCD-EFGH-1234-5678", "from 1 to 65535"),
        ("a b:80/ABCD-EFGH-1234-5678", "HOST:PORT/KEY"),
    ],
)
def test_a_wrong_address_is_explained(typed: str, why: str) -> None:
    with pytest.raises(BadRequest) as error:
        parse_address(typed)
    assert why in error.value.why
    assert error.value.code == 2


def test_a_new_key_is_one() -> None:
    key = new_key()
    assert plain(keys.grouped(key).lower()) == key
    assert len(key) == keys.KEY_LENGTH
    assert new_key() != key


def test_keys_for_different_purposes_differ() -> None:
    made = {derived(KEY, purpose) for purpose in ("message", "proof", "seed", "laptop")}
    assert len(made) == 4
    assert {len(one) for one in made} == {32}


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_a_bad_request(text: str) -> None:
    try:
        address = parse_address(text)
    except BadRequest:
        return
    assert parse_address(str(address)) == address
