"""The user's keyring: asked only where there is one, and never made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backends import gpg
from tests.keys import Keyring, keyring
from tests.programs import program
from wizard.facts import Tool
from wizard.machine import keyring as module
from wizard.machine import tools
from wizard.programs.processes import ProgramTimeout

KEY, OTHER = "A" * 40, "B" * 40


@pytest.fixture(scope="module")
def keys() -> Iterator[Keyring]:
    """Return a keyring with two keys."""
    with keyring() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the home of a user, with nothing in it."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("GNUPGHOME", raising=False)
    return folder


def pretended(folder: Path, body: str) -> tuple[Tool, ...]:
    return (Tool("gpg", program(folder, "gpg", body), "2.4.7"),)


SAYS = f"echo >\"$0.asked\"; echo 'pub:-:::'; echo 'fpr:::::::::{KEY}:'; exit 2"


@pytest.mark.parametrize("ring", gpg.KEYRING_FILES)
def test_it_is_asked_where_there_is_a_keyring(home: Path, tmp_path: Path, ring: str) -> None:
    (home / ".gnupg" / ring).parent.mkdir(parents=True)
    (home / ".gnupg" / ring).write_text("x")
    assert module.find_keys(pretended(tmp_path, SAYS), (OTHER, KEY)) == (KEY,)
    assert (tmp_path / "gpg.asked").exists()


def test_it_is_not_asked_where_there_is_none(home: Path, tmp_path: Path) -> None:
    assert module.find_keys(pretended(tmp_path, SAYS), (KEY,)) == ()
    (home / ".gnupg").mkdir()
    assert module.find_keys(pretended(tmp_path, SAYS), (KEY,)) == ()
    assert not (tmp_path / "gpg.asked").exists()
    assert [path.name for path in home.rglob("*")] == [".gnupg"]


def test_another_folder_can_be_named(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pubring.kbx").write_text("x")
    monkeypatch.setenv("GNUPGHOME", str(tmp_path))
    assert module.find_keys(pretended(tmp_path, SAYS), (KEY,)) == (KEY,)
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    "tool",
    [
        Tool("gpg", "/usr/bin/gpg", problem="It ended with exit code 3."),
        Tool("gpg", "/usr/bin/gpg", "2.0.22"),  # CentOS 7
        Tool("uv", "/usr/bin/uv", "9.9"),
    ],
)
def test_without_a_gpg_that_will_do_there_is_no_key(home: Path, tool: Tool) -> None:
    (home / ".gnupg").mkdir()
    (home / ".gnupg" / "pubring.kbx").write_text("x")
    assert module.find_keys((tool,), (KEY,)) == ()


def test_one_that_hangs_is_given_up(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / ".gnupg").mkdir()
    (home / ".gnupg" / "pubring.kbx").write_text("x")
    usual = gpg.keys

    def impatient(*arguments: object) -> object:
        return replace(usual(*arguments), timeout=0.2)  # type: ignore[arg-type]

    monkeypatch.setattr(gpg, "keys", impatient)
    with pytest.raises(ProgramTimeout, match="did not answer"):
        module.find_keys(pretended(tmp_path, "exec sleep 30"), (KEY,))


def test_a_real_gpg_says_which_keys_it_has(
    keys: Keyring, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = tools.read(("gpg",))
    assert module.find_keys(found, (keys.signer,)) == ()
    assert list(home.iterdir()) == []
    monkeypatch.setenv("GNUPGHOME", str(keys.home))
    before = sorted(keys.home.iterdir())
    assert module.find_keys(found, (KEY, keys.stranger, keys.signer)) == (
        keys.stranger,
        keys.signer,
    )
    assert module.find_keys(found, (KEY,)) == ()
    assert sorted(keys.home.iterdir()) == before
