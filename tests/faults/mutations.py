"""Damage to valid files: to their data, to their text and to their bytes."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

import tomli_w

HOSTILE = (
    "",
    " ",
    "-",
    "--",
    "-rf",
    "--help",
    "/",
    "..",
    "../../../../etc/passwd",
    "~",
    "~nobody-has-this-name/x",
    "a b",
    "a;touch PWNED",
    "$(touch PWNED)",
    "`touch PWNED`",
    "'\"\\",
    "a\nRUN touch PWNED",
    "a\r\nb",
    "\x00",
    "\x1b[2J\x1b]0;title\x07",
    "\x7f\x85\u2028",
    "\ud800",
    "\udcff",
    "\u202eevil",
    "\ufeff",
    "😀 é ı ß",
    "%s%n%d{0}{x}",
    "{", "}", "[bold]", "[/]",
    "9" * 5000,
    "1" + ".0" * 3000,
    "x" * 70_000,
    "50.0.2",
    "3.4.8",
    "1!2.0.post1.dev3+local",
    "not a version",
    ">=42,<45,!=43.*",
    "NaN",
    "https://user:secret@index.example/simple?a=b",
    "file:///etc/passwd",
    "http://[::1",
    "C:\\Users\\ada",
    "\\\\server\\share",
    "system",
    "linux",
    "windows",
    "macos",
    "apt",
    "cp311-abi3-manylinux_2_34_x86_64",
    "cryptography",
    "os.system('touch PWNED')",
)  # fmt: skip
"""Texts that have broken programs: for shells, terminals, paths, versions and encodings."""

ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    -(2**64),
    10**400,
    0.5,
    1e308,
    float("nan"),
    float("inf"),
    [],
    {},
    [[]],
    [None],
    {"": None},
    {"kind": "command"},
    {"kind": []},
)
"""Values of types that were not expected, and numbers that are too large."""


def odd_value(random: Random) -> Any:
    """Return a value of any type."""
    return random.choice(ODD) if random.random() < 0.5 else random.choice(HOSTILE)


def damaged_data(random: Random, data: Any, changes: int = 1) -> Any:
    """Return a copy of data in which some values have another type, are gone, or are too many."""
    data = copy.deepcopy(data)
    for _ in range(changes):
        data = _damage(random, data)
    return data


def _damage(random: Random, data: Any) -> Any:
    """Change one place somewhere in ``data``."""
    if random.random() < 0.02:
        return odd_value(random)
    parent: Any = None
    place: Any = None
    here = data
    while isinstance(here, (dict, list)) and here:
        parent, place = here, _any_place(random, here)
        here = here[place]
        if random.random() < 0.15:
            break
    if parent is None:
        return odd_value(random)
    what = random.randrange(8)
    if what == 0:
        del parent[place]
    elif what == 1 and isinstance(parent, dict):
        parent[random.choice(HOSTILE)] = odd_value(random)
    elif what == 2 and isinstance(parent, list):
        parent.insert(random.randrange(len(parent) + 1), copy.deepcopy(here))
    elif what == 3 and isinstance(parent, dict):
        parent[_any_place(random, parent)] = copy.deepcopy(here)
    elif what == 4 and isinstance(parent[place], str):
        at = random.randrange(len(here) + 1)
        parent[place] = here[:at] + random.choice(HOSTILE) + here[at:]
    elif what == 5:
        parent[place] = _nested(random, here)
    else:
        parent[place] = odd_value(random)
    return data


def _any_place(random: Random, value: Any) -> Any:
    return random.choice(list(value)) if isinstance(value, dict) else random.randrange(len(value))


def _nested(random: Random, value: Any) -> Any:
    for _ in range(random.choice((1, 3, 40, 400))):
        value = {"a": value} if random.random() < 0.5 else [value]
    return value


def damaged_bytes(random: Random, raw: bytes) -> bytes:
    """Return bytes like those of a file that was cut off, edited badly, or written elsewhere."""
    what = random.randrange(16)
    at = random.randrange(len(raw) + 1)
    text = raw.decode("utf-8", "replace")
    lines = text.split("\n")
    line = random.randrange(len(lines))
    if what == 0:
        return raw[:at]
    if what == 1:
        return raw[at:]
    if what == 2:
        return raw[:at] + random.randbytes(random.randrange(1, 40)) + raw[at:]
    if what == 3:
        return b"\xef\xbb\xbf" + raw
    if what == 4:
        return text.encode(random.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32")))
    if what == 5:
        return raw.replace(
            b"\n", random.choice((b"\r\n", b"\r", b"\n\n", b"\x0b", b"\xe2\x80\xa8"))
        )
    if what == 6:
        return "\n".join([*lines[:line], lines[line], *lines[line:]]).encode()
    if what == 7:
        return "\n".join([*lines[:line], *lines[line + 1 :]]).encode()
    if what == 8:
        return random.randbytes(random.choice((0, 1, 3, 100, 5000)))
    if what == 9:
        opening = random.choice((b"[", b"{", b'{"a":', b"(", b"<"))
        return raw[:at] + opening * random.choice((1, 50, 3000, 100_000)) + raw[at:]
    if what == 10:
        return bytes(random.choice((0, 1, 1000)))
    if what == 11:
        return raw[:at] + random.choice(HOSTILE).encode("utf-8", "surrogatepass") + raw[at:]
    if what == 12:
        return raw + raw
    if what == 13:
        random.shuffle(lines)
        return "\n".join(lines).encode()
    if what == 14:
        number = random.choice((b"NaN", b"-Infinity", b"9" * 5000, b"1e999", b'"\\ud800"'))
        return raw[:at] + number + raw[at:]
    return bytes(byte ^ (random.random() < 0.01) * random.randrange(256) for byte in raw[:20_000])


def as_json(random: Random, data: Any) -> bytes:
    """Return data as JSON, in one of the forms that a program might write."""
    ascii_only = random.random() < 0.7
    text = json.dumps(data, ensure_ascii=ascii_only, indent=random.choice((None, 2)))
    return text.encode("utf-8", "surrogatepass")


def as_toml(data: Any) -> bytes | None:
    """Return data as TOML, or None if TOML has no such value."""
    try:
        return tomli_w.dumps(data).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError, AttributeError, RecursionError):
        return None


def damaged_json(random: Random, data: Any) -> bytes:
    """Return JSON with damage to its data, to its bytes, or to both."""
    if random.random() < 0.7:
        data = damaged_data(random, data, random.choice((1, 1, 1, 2, 5)))
    raw = as_json(random, data)
    return damaged_bytes(random, raw) if random.random() < 0.4 else raw
