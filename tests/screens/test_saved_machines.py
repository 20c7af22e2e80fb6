"""Saved machines through the real command line: a damaged one is read, or refused by its key."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screens import cli, terminal
from tests.machines import FOLDER, names
from wizard import locations
from wizard.errors import Exit

DATA = {name: json.loads((FOLDER / f"{name}.json").read_text("utf-8")) for name in names()}
COMMANDS = (
    ("plan",),
    ("plan", "--method", "source"),
    ("plan", "--format", "json"),
    ("doctor",),
)
GONE = object()
"""Instead of a value: the key itself is taken away."""
VALUES: tuple[Any, ...] = (
    *(GONE, None, True, False, 0, -1, 12, 1.5, 10**30, float("nan")),
    *("", "x", "0", "/", "linux", "macos", "windows", "apt", "50.0.2", "cp311-abi3", "a\0b\nc"),
    *("\ud800", "{minor}", "$(x)", [], {}, [None], ["x"], [["x"]], [{}], {"x": 1}),
)
Place = tuple[Any, ...]


@pytest.fixture(autouse=True)
def _quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(locations, "state", lambda: tmp_path / "state")
    monkeypatch.setattr(terminal, "make_streams_safe", lambda **_more: None)


def run(*words: str) -> tuple[int, str, str]:
    """Run the command line in this process: its exit code and what it wrote."""
    out, err = io.BytesIO(), io.BytesIO()
    with (
        io.TextIOWrapper(out, "utf-8", "backslashreplace", write_through=True) as stdout,
        io.TextIOWrapper(err, "utf-8", "backslashreplace", write_through=True) as stderr,
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
    ):
        code = cli.main(words)
        return code, out.getvalue().decode(), err.getvalue().decode()


def places(value: Any, above: Place = ()) -> Iterator[Place]:
    """Every key and every place of a list, of all that is in this value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in inside:
        yield (*above, key)
        if isinstance(part, (dict, list)):
            yield from places(part, (*above, key))


PLACES = {name: tuple(places(data)) for name, data in DATA.items()}


def damaged(name: str, place: Place, value: Any) -> dict[str, Any]:
    """The machine with one value changed, or one key taken away."""
    data: dict[str, Any] = copy.deepcopy(DATA[name])
    inner: Any = data
    for key in place[:-1]:
        inner = inner[key]
    if value is GONE:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return data


def check(data: dict[str, Any], place: Place, words: tuple[str, ...]) -> None:
    """Damaged data is read and planned for, or refused; where it is refused, by its key."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "machine.json"
        file.write_text(json.dumps(data), encoding="utf-8")
        code, out, err = run(*words, "--facts", str(file))
    said = out + err
    assert "This is a bug" not in said, said
    assert "Traceback" not in said, said
    assert code in (Exit.DONE, Exit.FAILED, Exit.WRONG, Exit.IMPOSSIBLE)
    if code == Exit.WRONG and str(file) in said:
        key = next(key for key in reversed(place) if isinstance(key, str))
        near = {key, *(k for k in place if isinstance(k, str))}
        # Another key can be the one that contradicts: a Mac's tags where system.name is linux.
        assert any(each in said for each in near) or "system.name" in said, said


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_one_damaged_value_is_read_or_refused_by_its_key(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(DATA)))
    place = data.draw(st.sampled_from(PLACES[name]))
    value = data.draw(st.one_of(st.sampled_from(VALUES), st.text(max_size=12), st.integers()))
    check(damaged(name, place, value), place, data.draw(st.sampled_from(COMMANDS)))


KEYS = sorted({tuple(k for k in p if isinstance(k, str)) for all_ in PLACES.values() for p in all_})


@pytest.mark.parametrize("keys", KEYS, ids=".".join)
def test_every_key_is_damaged_in_some_ways(keys: Place) -> None:
    name, place = next(
        (name, place)
        for name in ("workshop", *names())
        for place in PLACES[name]
        if tuple(k for k in place if isinstance(k, str)) == keys and isinstance(place[-1], str)
    )
    chosen = random.Random(".".join(keys)).sample(range(1, len(VALUES)), 1)  # noqa: S311 - not secret
    for number in (0, *chosen):  # the first: the key is taken away
        words = COMMANDS[number % len(COMMANDS)]
        check(damaged(name, place, VALUES[number]), place, words)


@pytest.mark.parametrize("key", ["system", "system.machine", "system.name", "schema"])
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    data = damaged("debian-12", tuple(key.split(".")), GONE)
    (tmp_path / "machine.json").write_text(json.dumps(data), encoding="utf-8")
    code, out, err = run("plan", "--facts", "machine.json")
    assert (code, out) == (Exit.WRONG, "")
    assert key.rpartition(".")[2] in err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "machine.json is empty"),
        (b" \n", "machine.json is empty"),
        (b"\x7fELF\x02\x01\x01\0\0\0", "not JSON"),
        (b"\x89PNG\r\n\x1a\n\0", "not text in UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"schema": 1, "system": ' + b"[" * 500 + b"]" * 500 + b"}", "machine.json.system"),
        (b'{"schema": 1, "schema": 1}', "the key 'schema' twice"),
        (b'{"schema": 1, "memory": ' + b"9" * 5000 + b"}", "too many digits"),
        (b'{"schema": 1, "taken": "' + b"x" * 10_000_000 + b'"}', "machine.json.system"),
        (b'{"schema": 1, "' + b"x" * 10_000_000 + b'": 1}', "machine.json"),
        (b'{"schema": 1.5}', "schema 1.5"),
        (b'{"schema": "1"}', "schema '1'"),
        (b'{"schema": 1, "system": {"name": "beos", "machine": ""}}', "'linux', 'macos'"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_file_that_is_none(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "machine.json").write_bytes(content)
    for words in (("plan",), ("doctor",), ("doctor", "--json")):
        code, out, err = run(*words, "--facts", "machine.json")
        assert code == Exit.WRONG
        assert told in out + err
        assert "What to do" in err or "--json" in words or "nested" in err or "digits" in err
        assert len(out + err) < 4000


def test_a_contradiction_is_told_with_the_key_and_what_is_allowed(tmp_path: Path) -> None:
    data = damaged("debian-12", ("pythons", 0, "platform"), "win-amd64")
    (tmp_path / "machine.json").write_text(json.dumps(data), encoding="utf-8")
    code, out, err = run("plan", "--facts", "machine.json")
    assert (code, out) == (Exit.WRONG, "")
    assert err.splitlines()[:2] == [
        "cryptography-wizard: machine.json describes an impossible machine.",
        "  | pythons[0].platform is 'win-amd64', but system.name is 'linux': allowed is 'linux-…'.",
    ]


@pytest.mark.parametrize("method", ["sudo", "doas"])
def test_the_text_of_a_plan_has_lines_for_the_user_of_that_machine(
    method: str, tmp_path: Path
) -> None:
    data = json.loads((FOLDER / "debian-12.json").read_text(encoding="utf-8"))
    data["listing"] = json.loads((FOLDER / "listing.json").read_text(encoding="utf-8"))
    data["privilege"] = {"method": method, "program": f"/usr/bin/{method}", "password": True}
    file = tmp_path / "machine.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    code, out, err = run("plan", "--facts", str(file), "--method", "source")
    assert (code, err) == (Exit.DONE, "")
    lines = [line for line in out.splitlines() if " apt-get " in line and line.startswith("   $")]
    assert len(lines) == 2
    assert all(line.startswith(f"   $ {method} env ") for line in lines)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--manager", "brew"), "does not use the package manager 'homebrew'"),
        (("--manager", "aptitude"), "'apt', not 'aptitude'"),
        (("--manager", "pacman"), "The wizard supports: apk, apt, dnf, homebrew, macports, yum."),
        (("--manager", "macports"), "Found here: apt."),
        (("--method", "source", "--manager", "macports"), "Found here: apt."),
        (("--method", "wheel", "--manager", "apt"), "contradict"),
    ],
)
def test_a_manager_that_cannot_be(words: tuple[str, ...], told: str) -> None:
    code, out, err = run("plan", "--facts", str(FOLDER / "debian-12.json"), *words)
    assert (code, out) == (Exit.WRONG, "")
    assert told in err
