"""The command ``update-tables``, and what ``--version`` says about the tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from screens.cli import main
from tests.minisigned import OURS
from tests.wizard.updates.published import NEWER, Published
from wizard import table_source

BUILT_IN = table_source.built_in().date


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Published]:
    """A folder with newer tables, whose key the wizard trusts."""
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    monkeypatch.setenv(table_source.KEY_VARIABLE, OURS.public)
    monkeypatch.delenv(table_source.ADDRESS_VARIABLE, raising=False)
    table_source.forget_current()
    made = Published(tmp_path / "published")
    made.put(releases="+\n", system_packages="+\n")
    yield made
    monkeypatch.undo()
    table_source.forget_current()


def test_from_a_folder_and_back(published: Published, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["update-tables", "--from", str(published.folder)]) == 0
    assert capfd.readouterr().out == (
        f"The tables of {NEWER} are in use now; those before were of {BUILT_IN}.\n"
        "Signed, checked and kept. Changed: releases, system packages.\n"
    )
    assert main(["--version"]) == 0
    assert (
        capfd.readouterr().out == f"cryptography-wizard 0.1.0\nTables of {NEWER} (fetched, new)\n"
    )
    assert main(["update-tables", "--from", str(published.folder)]) == 0
    assert "has the same.\n" in capfd.readouterr().out
    assert main(["update-tables", "--reset"]) == 0
    assert capfd.readouterr().out == f"The built-in tables of {BUILT_IN} are in use.\n"
    assert main(["version"]) == 0
    assert f"Tables of {BUILT_IN} (built-in, " in capfd.readouterr().out


def test_from_the_variable_as_json(
    published: Published, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(table_source.ADDRESS_VARIABLE, str(published.folder))
    assert main(["update-tables", "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert said["changed"] == ["releases.toml", "system_packages.toml"]
    assert (said["code"], said["action"], said["date"]) == (0, "updated", NEWER)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "No address for tables is configured: name one with --from, or in CRYPTO"),
        (["--from", "nowhere"], 2, "nowhere is neither a folder nor an address."),
        (["--from", "http://"], 2, "http:// is not an address of tables."),
        (["--from", "x", "--reset"], 2, "--reset and --from contradict each other"),
        (["--from", ""], 2, "The value of --from is empty"),
        (["https://tables.example"], 2, "Unrecognized arguments: https://tables.example"),
        (["--frm", "x"], 2, "Unknown flag: --frm (did you mean --from?)."),
    ],
)
def test_wrong_requests(
    words: list[str], code: int, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["update-tables", *words]) == code
    assert said in capfd.readouterr().err


def test_every_start_says_in_one_sentence_that_tables_are_not_used(
    published: Published, capfd: pytest.CaptureFixture[str]
) -> None:
    main(["update-tables", "--from", str(published.folder)])
    table_source.stored_file().write_text("damaged", encoding="utf-8")
    table_source.forget_current()
    capfd.readouterr()
    assert main(["diagnose", "--explain", "no-space"]) == 0
    err = capfd.readouterr().err
    assert err.startswith("cryptography-wizard: The fetched tables are not used, but the built-in")
    assert err.count("\n") == 1
    assert main(["update-tables", "--from", str(published.folder)]) == 0
    capfd.readouterr()
    assert main(["diagnose", "--explain", "no-space"]) == 0
    assert capfd.readouterr().err == ""
