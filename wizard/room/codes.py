"""The code that is read out if a laptop cannot reach its room: five groups of five characters.

Of each group, the last character is a check: a wrong or a swapped group is noticed where it is. The
other twenty are 64 bits of contents, and 36 bits of an HMAC that only the room's key can make.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from wizard.errors import BadRequest
from wizard.room.keys import ALPHABET, GROUP, authentication_code, grouped, plain
from wizard.room.message import Message, State
from wizard.wording import joined

GROUPS = 5
_CONTENT_BITS = 64
_CODE_BITS = 36
_VERSION = 1
_STATES: tuple[State, ...] = ("proved", "failed", "stopped")
_SYSTEMS = ("", "linux", "macos", "windows")
_MACHINES = ("", "x86_64", "arm64", "other")
_LINKAGES = ("", "static", "dynamic")
_ALIKE: Mapping[str, str] = MappingProxyType(
    {"aarch64": "arm64", "amd64": "x86_64", "x64": "x86_64"}
)
_VERSION_NUMBERS = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?([a-z]?)")
# The fields of both kinds, with their bits: 24 that all have, then 40.
_COMMON = (("version", 3), ("state", 2), ("laptop", 16), ("system", 3))
_PROVED = (
    *(("major", 7), ("minor", 4), ("patch", 4)),
    *(("ssl_major", 3), ("ssl_minor", 4), ("ssl_patch", 5), ("linkage", 2)),
    *(("python", 5), ("machine", 2), ("spare", 4)),
)
_OTHER = (("cause", 20), ("step", 6), ("steps", 6), ("machine", 2), ("spare", 6))


@dataclass(frozen=True)
class Spoken:
    """What a code says, as a message with the first four digits of its laptop's name."""

    laptop: str
    message: Message


def contents(message: Message) -> str:
    """Return the contents of the code for a message that ends a run: 16 hexadecimal digits.

    What does not fit in is left out, and then counts as unknown.
    """
    values: dict[str, int] = {
        "version": _VERSION,
        "state": _STATES.index(message.state),
        "laptop": int(message.laptop[:4], 16),
        "system": _index(_SYSTEMS, message.system),
        "machine": _machine(message.machine),
        "spare": 0,
    }
    if message.state == "proved":
        release, openssl = _numbers(message.release), _numbers(message.openssl)
        values.update(zip(("major", "minor", "patch"), release))
        values.update(zip(("ssl_major", "ssl_minor", "ssl_patch"), openssl))
        values["linkage"] = _index(_LINKAGES, message.linkage)
        values["python"] = _numbers(message.python)[1]
    else:
        values.update(cause=_short(message.cause), step=message.step, steps=message.steps)
    number = 0
    for name, bits in (*_COMMON, *(_PROVED if message.state == "proved" else _OTHER)):
        value = values[name]
        number = number << bits | (value if value < 1 << bits else 0)
    return f"{number:0{_CONTENT_BITS // 4}x}"


def spoken(inside: str, code: str) -> str:
    """Return the code to read out. ``code`` is the HMAC of the contents, in hexadecimal."""
    number = int(inside, 16) << _CODE_BITS | int(code, 16) >> (4 * len(code) - _CODE_BITS)
    characters = ""
    for position in range(GROUPS * GROUP):
        characters += ALPHABET[number >> 5 * (GROUPS * GROUP - 1 - position) & 31]
    groups = grouped(characters).split("-")
    return "-".join(group + _check(group, place) for place, group in enumerate(groups))


def code_of(inside: str, key: str) -> str:
    """Return the HMAC of the contents, for a message that cryptography does not sign."""
    return authentication_code(key, "proof", inside)


def read(text: str, key: str, causes: Iterable[str] = ()) -> Spoken:
    """Read a code as it was typed. ``causes`` are the known ids of causes.

    Raises BadRequest that names the wrong group, or says that the code is of another room.
    """
    typed = plain(text)
    if strange := sorted(set(typed) - set(ALPHABET)):
        raise BadRequest(f"A code never contains {' or '.join(strange)}.")
    if len(typed) != GROUPS * (GROUP + 1):
        raise BadRequest(
            f"The code has {len(typed)} characters instead of {GROUPS * (GROUP + 1)}.",
            why=f"It has {GROUPS} groups of {GROUP + 1}.",
        )
    groups = grouped(typed, GROUP + 1).split("-")
    wrong = [n for n, group in enumerate(groups) if _check(group[:-1], n) != group[-1]]
    if wrong:
        which = joined(str(place + 1) for place in wrong)
        are = f"Group {which} is" if len(wrong) == 1 else f"Groups {which} are"
        raise BadRequest(
            f"{are} wrong: {', '.join(groups[place] for place in wrong)}.",
            hints=("Read it out again, and compare each character.",),
        )
    number = 0
    for group in groups:
        for character in group[:-1]:
            number = number << 5 | ALPHABET.index(character)
    inside = f"{number >> _CODE_BITS:0{_CONTENT_BITS // 4}x}"
    expected = int(code_of(inside, key), 16) >> (256 - _CODE_BITS)
    if not hmac.compare_digest(str(expected), str(number & (1 << _CODE_BITS) - 1)):
        raise BadRequest(
            "This code was not made with the key of this room.",
            why="That laptop was started with another address: perhaps it was mistyped, or it is "
            "that of an earlier room.",
        )
    return _spoken(int(inside, 16), causes)


def _spoken(number: int, causes: Iterable[str]) -> Spoken:
    values, rest = {}, _CONTENT_BITS
    for name, bits in _COMMON:
        rest -= bits
        values[name] = number >> rest & (1 << bits) - 1
    if values["version"] != _VERSION or values["state"] >= len(_STATES):
        raise BadRequest("This code is of another version of the wizard.")
    state = _STATES[values["state"]]
    for name, bits in _PROVED if state == "proved" else _OTHER:
        rest -= bits
        values[name] = number >> rest & (1 << bits) - 1
    laptop = f"{values['laptop']:04x}"
    message = Message(
        laptop=laptop + "0" * 12,
        session="0" * 16,
        number=0,
        state=state,
        system=_word(_SYSTEMS, values["system"]),
        machine=_word(_MACHINES, values["machine"]),
        **_details(state, values, causes),
    )
    return Spoken(laptop, message)


def _details(state: State, values: Mapping[str, int], causes: Iterable[str]) -> dict[str, Any]:
    if state != "proved":
        known = (cause for cause in causes if _short(cause) == values["cause"])
        cause = next(known, "") if values["cause"] else ""
        return {"cause": cause, "step": values["step"], "steps": values["steps"]}
    release = f"{values['major']}.{values['minor']}.{values['patch']}" if values["major"] else ""
    numbers = [values["ssl_major"], values["ssl_minor"]]
    openssl = f"OpenSSL {numbers[0]}.{numbers[1]}.{values['ssl_patch']}" if numbers[0] else ""
    if numbers == [1, 1]:  # the last number of 1.1.1 is always 1, and its patch a letter
        openssl = f"OpenSSL 1.1.1{chr(96 + values['ssl_patch']) if values['ssl_patch'] else ''}"
    return {
        "release": release,
        "openssl": openssl,
        "linkage": _word(_LINKAGES, values["linkage"]),
        "python": f"3.{values['python']}" if values["python"] else "",
    }


def _numbers(text: str) -> tuple[int, int, int]:
    """Return the three numbers of the first version in a text; zeros if there is none.

    Of OpenSSL 1.1.1w, the third is the place of the letter: 23.
    """
    match = _VERSION_NUMBERS.search(text)
    if match is None:
        return 0, 0, 0
    major, minor, patch = int(match[1]), int(match[2]), int(match[3] or 0)
    if (major, minor) == (1, 1) and "OpenSSL" in text:
        patch = ord(match[4]) - 96 if match[4] else 0
    return major, minor, patch


def _machine(name: str) -> int:
    name = _ALIKE.get(name.lower(), name.lower())
    return _index(_MACHINES, name) or (_MACHINES.index("other") if name else 0)


def _index(words: tuple[str, ...], word: str) -> int:
    return words.index(word) if word in words else 0


def _word(words: tuple[str, ...], index: int) -> str:
    return words[index] if index < len(words) else ""


def _short(cause: str) -> int:
    return int(sha256(cause.encode()).hexdigest()[:5], 16) if cause else 0


def _check(group: str, place: int) -> str:
    """Return the check of a group at a place, by Luhn's method in base 32.

    It notices each wrong character, and nearly each pair of swapped ones.
    """
    total = place
    for position, character in enumerate(reversed(group)):
        value = ALPHABET.index(character) * (2 if position % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]
