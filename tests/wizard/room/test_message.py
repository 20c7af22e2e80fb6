"""Messages from anybody: what is not one is refused, whatever it is."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.room.message import (
    Envelope,
    Message,
    Signatures,
    Unreadable,
    clean_name,
    read_envelope,
    read_message,
)

KEY = "ABCDEFGH12345678"
PROVED = Message(
    laptop="0123456789abcdef",
    session="fedcba9876543210",
    number=7,
    state="proved",
    name="Évariste",
    system="linux",
    machine="x86_64",
    release="50.0.2",
    openssl="OpenSSL 4.0.3 29 Sep 2026",
    linkage="static",
    python="3.11.2",
)


def test_it_is_read_as_it_was_sent() -> None:
    envelope = Envelope.sealed(PROVED, KEY, Signatures("00ff", "11", "22"))
    assert read_envelope(envelope.as_bytes()) == envelope
    assert read_message(envelope.text) == PROVED
    assert envelope.is_genuine(KEY)
    assert envelope.text.isascii()


def test_a_changed_text_or_another_key_is_noticed() -> None:
    envelope = Envelope.sealed(PROVED, KEY)
    assert not envelope.is_genuine("0" * 16)
    changed = replace(envelope, text=envelope.text.replace("50.0.2", "50.0.3"))
    assert not changed.is_genuine(KEY)


def test_it_contains_nothing_but_what_is_documented() -> None:
    assert set(json.loads(PROVED.text())) == {
        *("laptop", "session", "number", "state", "name", "system", "machine", "step", "steps"),
        *("role", "release", "openssl", "linkage", "python", "cause", "remedies", "version"),
    }


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"version": 2}, "version 1"),
        ({"state": "dancing"}, "state"),
        ({"laptop": "0123"}, "an id"),
        ({"laptop": 5}, "laptop"),
        ({"number": -1}, "number"),
        ({"number": True}, "number"),
        ({"number": 10**30}, "number"),
        ({"step": 1e3}, "step"),
        ({"name": "x" * 61}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": "\u202egnp"}, "name"),
        ({"release": "\x1b[2J"}, "release"),
        ({"cause": "<script>"}, "cause"),
        ({"remedies": ["wheel"] * 9}, "remedies"),
        ({"remedies": "wheel"}, "remedies"),
        ({"remedies": [1]}, "remedy"),
        ({"more": 1}, "unknown"),
    ],
)
def test_a_wrong_value_is_refused(changes: dict[str, object], why: str) -> None:
    values = {**asdict(PROVED), **changes}
    with pytest.raises(Unreadable, match=why):
        read_message(json.dumps(values))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b"[" * 20000,
        b'{"text":"x"}',
        b'{"text":"x","code":"xyz"}',
        b'{"text":"x","code":"00","signatures":{"rsa":"00"}}',
        b'{"text":"x","code":"00","signatures":{"hmac":7}}',
        b'{"text":"x","code":"00","signatures":[]}',
        b'{"text":1,"code":"00"}',
        b'{"text":"x","code":"' + b"0" * 130 + b'"}',
    ],
)
def test_what_is_no_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_envelope(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_refused_in_order(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_envelope(data)


@given(st.sampled_from(sorted(asdict(PROVED))), JSON)
def test_any_value_is_taken_or_refused(name: str, value: object) -> None:
    try:
        message = read_message(json.dumps({**asdict(PROVED), name: value}))
    except Unreadable:
        return
    assert read_message(message.text()) == message


def test_a_name_is_one_short_line() -> None:
    assert clean_name("  Ada \n\x1b Lovelace\t") == "Ada Lovelace"
    assert len(clean_name("x" * 100)) == 60
