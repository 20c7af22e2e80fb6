"""The command ``cache``: its words, its three answers, its exit codes."""

from __future__ import annotations

import io
import json
import os
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from screens import commands
from screens.cli import main
from screens.command_line import parse
from screens.commands.cache import cache_command
from wizard.cache import entries
from wizard.cache.integrity import seal
from wizard.errors import BadRequest, Exit, WizardError

BUILT = "openssl/3.5.7-static-x86_64-glibc-0a1b2c3d"
SOURCE = "openssl/src/openssl-9.9.9.tar.gz"


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a cache that is not there yet."""
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def root(empty: Path) -> Path:
    """Return a cache with a whole OpenSSL, a damaged source and an unfinished build."""
    (empty / BUILT / "lib").mkdir(parents=True)
    (empty / BUILT / "lib" / "libssl.a").write_bytes(b"l" * 2_345_678)
    seal(empty / BUILT, "OpenSSL 3.5.7, static")
    before = (datetime.now(timezone.utc) - timedelta(hours=50)).timestamp()
    os.utime(empty / BUILT, (before, before))
    (empty / "openssl" / "src").mkdir()
    (empty / SOURCE).write_bytes(b"<html>")
    (empty / "openssl" / "build" / "3.5.7-static-x").mkdir(parents=True)
    return empty


def run(*words: str, yes: bool = False, as_json: bool = False) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = cache_command(words, yes=yes, as_json=as_json, stream=out, err=err)
    return code, out.getvalue(), err.getvalue()


def answers(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Somebody types this at a terminal."""
    stream = io.StringIO(text)
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr("screens.text.confirm.discard_typeahead", lambda: None)
    monkeypatch.setattr(sys, "stdin", stream)
    monkeypatch.setattr("screens.text.confirm.is_terminal", lambda _: True)


@pytest.mark.parametrize("words", [(), ("list",), ("verify",), ("clear",)])
def test_an_empty_cache_is_said_to_be_empty(empty: Path, words: tuple[str, ...]) -> None:
    code, out, _ = run(*words)
    assert code == 0
    assert out == f"The cache is empty: {empty}\n"
    assert not empty.exists()


def test_the_list_has_everything_with_its_state_size_and_age(root: Path) -> None:
    code, out, _ = run()
    assert code == 0
    assert run("list")[1] == out
    lines = out.splitlines()
    assert lines[0] == f"In the cache, {root}:"
    rows = [line.split("  ") for line in lines[2:5]]
    told = [[word.strip() for word in row if word.strip()] for row in rows]
    assert told == [
        ["complete", BUILT, "2 MB", "2 days old", "OpenSSL 3.5.7, static"],
        ["DAMAGED", SOURCE, "1 kB", "new", "the source of OpenSSL 9.9.9"],
        ["unfinished", "openssl/build/3.5.7-static-x", "0 kB", "new",
         "from a run that was interrupted or is still running"],
    ]  # fmt: skip
    assert lines[6] == "3 entries, 2 MB."
    assert lines[7].endswith(f"cryptography-wizard cache clear {SOURCE}")


def test_verify_says_what_is_damaged_and_fails(root: Path) -> None:
    code, out, _ = run("verify")
    assert code == Exit.UNPROVED
    assert "It is damaged or incomplete" in out
    assert run("verify", BUILT)[0] == 0
    (root / BUILT / "lib" / "libssl.a").write_bytes(b"m")
    code, out, _ = run("verify", BUILT)
    assert code == Exit.UNPROVED
    assert "    lib/libssl.a has changed since it was built." in out.splitlines()


def test_list_and_verify_as_json(root: Path) -> None:
    code, out, err = run("verify", as_json=True)
    data = json.loads(out)
    assert (code, data["code"], data["schema"], err) == (4, 4, 1, "")
    assert data["folder"] == str(root)
    assert data["bytes"] == sum(each["entry"]["bytes"] for each in data["entries"])
    assert [each["state"] for each in data["entries"]] == ["whole", "damaged", "leftover"]
    assert [bool(each["problems"]) for each in data["entries"]] == [False, True, False]
    assert data["entries"][0]["entry"]["name"] == BUILT
    code, out, _ = run("list", as_json=True)
    assert (code, json.loads(out)["code"]) == (0, 0)
    assert json.loads(out)["entries"] == data["entries"]


def test_what_cannot_be_read_is_damaged(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_entry: Any) -> tuple[str, ...]:
        raise WizardError("It cannot be read.", shown="Input/output error")

    monkeypatch.setattr(entries, "verify", broken)
    code, out, _ = run("verify", BUILT)
    assert code == Exit.UNPROVED
    assert "It cannot be read. Input/output error" in out
    assert str(root) in out


def test_clear_removes_all_or_what_is_named(root: Path) -> None:
    code, out, _ = run("clear", "openssl-9.9.9.tar.gz", yes=True)  # the last part of a name will do
    assert code == 0
    assert out.splitlines() == [f"Removed {SOURCE}", "1 entry removed, 1 kB freed."]
    assert (root / BUILT).exists()
    code, out, _ = run("clear", yes=True)
    assert code == 0
    assert out.splitlines()[-1] == "2 entries removed, 2 MB freed."
    assert run()[1].startswith("The cache is empty")


def test_clear_as_json(root: Path) -> None:
    code, out, _ = run("clear", BUILT, SOURCE, yes=True, as_json=True)
    data = json.loads(out)
    assert code == 0
    assert data == {
        "folder": str(root), "removed": [BUILT, SOURCE], "kept": [], "code": 0, "schema": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("typed", "goes"), [("y\n", True), ("YES\n", True), ("n\n", False),
                                             ("\n", False), ("", False)])  # fmt: skip
def test_clear_asks_first(
    root: Path, monkeypatch: pytest.MonkeyPatch, typed: str, goes: bool
) -> None:
    answers(monkeypatch, typed)
    code, out, err = run("clear", BUILT)
    assert f"{BUILT} (OpenSSL 3.5.7, static, 2 MB)" in err
    assert "Remove 1 entry?" in err
    assert (root / BUILT).exists() is not goes
    assert code == (0 if goes else Exit.CANCELLED)
    assert bool(out) is goes


@pytest.mark.parametrize("as_json", [False, True])
def test_where_nobody_can_answer_nothing_is_removed(
    root: Path, monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    if as_json:
        answers(monkeypatch, "y\n")
    else:
        monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(BadRequest, match="there is no terminal to ask in") as caught:
        run("clear", as_json=as_json)
    assert "--yes" in caught.value.hints[0]
    assert (root / BUILT).exists()


def test_what_is_in_use_stays_and_the_exit_code_says_so(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = entries.clear

    def clear(entry: entries.Entry) -> None:
        if entry.name == BUILT:
            raise WizardError("The cache is in use.", shown="by process 812")
        really(entry)

    monkeypatch.setattr(entries, "clear", clear)
    with pytest.raises(WizardError, match="in use") as caught:
        run("clear", BUILT, SOURCE, yes=True)
    assert caught.value.code == Exit.FAILED
    assert not (root / SOURCE).exists()
    code, out, _ = run("clear", yes=True, as_json=True)
    assert (code, json.loads(out)["code"]) == (1, 1)
    assert json.loads(out)["kept"] == [
        {"name": BUILT, "why": "The cache is in use. by process 812"}
    ]
    assert json.loads(out)["removed"] == ["openssl/build/3.5.7-static-x"]


@pytest.mark.parametrize("deed", ["list", "verify", "clear"])
def test_a_name_that_is_not_there_is_refused_with_the_nearest(root: Path, deed: str) -> None:
    with pytest.raises(BadRequest, match=r"did you mean openssl-9\.9\.9\.tar\.gz\?") as caught:
        run(deed, BUILT, "openssl-9.9.8.tar.gz", yes=True)
    assert caught.value.code == Exit.WRONG
    assert (root / BUILT).exists()


def test_a_word_that_is_none_is_refused_with_the_nearest(root: Path) -> None:
    with pytest.raises(
        BadRequest, match=r"Unknown command: 'cache verfy' \(did you mean verify\?\)"
    ):
        run("verfy")
    assert root.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("cache", "clear", "--yes", "a", "b"),
        ("cache", "--yes", "clear", "a", "b"),
        ("cache", "clear", "a", "--yes", "b"),
        ("cache", "clear", "a", "b", "--yes"),
        ("--yes", "cache", "clear", "a", "b"),
    ],
)
def test_flags_may_stand_anywhere(words: tuple[str, ...]) -> None:
    request = parse(words)
    assert request.command is commands.load("cache")
    assert (request.arguments.words, request.arguments.yes) == (("clear", "a", "b"), True)


def test_other_commands_take_no_words_of_their_own() -> None:
    for words in (("doctor", "--json", "x"), ("plan", "x"), ("verify", "a", "b")):
        with pytest.raises(BadRequest, match="Unrecognized arguments"):
            parse(words)


def test_from_the_front_door(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["cache"]) == 0
    assert BUILT in capfd.readouterr().out
    assert main(["cache", "verify", "--json"]) == 4
    assert json.loads(capfd.readouterr().out)["folder"] == str(root)
    assert main(["cache", "clear", "--json", "nothing"]) == 2
    assert json.loads(capfd.readouterr().out)["error"]["what"].startswith(
        "'nothing' is not in the cache"
    )
    assert main(["cache", "clear", "--yes"]) == 0
    assert "3 entries removed" in capfd.readouterr().out
    assert main(["cahce"]) == 2
    assert "did you mean cache?" in capfd.readouterr().err
