"""Newer tables: used after they were verified and checked; whatever is wrong changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import wizard
from tests.minisigned import STRANGER, Signer
from tests.wizard.updates.published import NEWER, Published
from wizard import knowledge, table_source
from wizard.errors import BadRequest, WizardError
from wizard.table_source import FILE, KEY_VARIABLE, SIGNATURE, current
from wizard.updates import update
from wizard.updates.update import Outcome

FLAW = """+
[[flaw]]
fixed = "51.0.0"
text = "Releases before 51.0.0 have a flaw that was found later."
source = "a test"
"""
BUILT_IN = table_source.built_in().date


def refused(place: Path | str) -> WizardError:
    """Return the error for tables that are not used; nothing is stored."""
    before = (current(), stored())
    with pytest.raises(WizardError) as caught:
        update.update(str(place))
    table_source.forget_current()
    assert (current(), stored()) == before
    assert knowledge.load() == knowledge.load()
    return caught.value


def stored() -> bytes:
    file = table_source.stored_file()
    return file.read_bytes() if file.exists() else b""


def test_newer_tables_are_used_from_then_on(published: Published) -> None:
    outcome = update.update(str(published.put(releases=FLAW)))
    assert outcome == Outcome(
        *(0, "updated", NEWER, BUILT_IN, "fetched"),
        place=str(published.folder / FILE),
        changed=("releases.toml",),
    )
    assert "found later" in knowledge.load().caveat("50.0.2", bundled=True)
    table_source.forget_current()  # as the next wizard does
    assert "found later" in knowledge.load().caveat("50.0.2", bundled=True)
    assert (current().date, current().origin, current().problem) == (NEWER, "fetched", "")
    assert current().age == "new"


def test_the_same_tables_again_change_nothing(published: Published) -> None:
    place = str(published.put(releases=FLAW))
    update.update(place)
    before = stored()
    assert update.update(place).action == "current"
    assert stored() == before


def test_the_built_in_tables_are_offered(published: Published) -> None:
    outcome = update.update(str(published.put(BUILT_IN)))
    assert (outcome.action, outcome.origin, stored()) == ("current", "built-in", b"")


def test_still_newer_ones_replace_them(published: Published) -> None:
    update.update(str(published.put(releases=FLAW)))
    outcome = update.update(str(published.put("2999-01-02", pythons="+\n")))
    assert (outcome.action, outcome.before) == ("updated", NEWER)
    assert outcome.changed == ("pythons.toml", "releases.toml")
    file = table_source.stored_file()
    assert list(file.parent.iterdir()) == [file]


def test_older_ones_are_a_way_back_to_known_flaws(published: Published) -> None:
    assert "is older (2020-01-01)" in refused(published.put("2020-01-01", releases=FLAW)).what
    update.update(str(published.put(releases=FLAW)))
    assert f"is older (2998-12-31) than the tables in use ({NEWER})" in (
        refused(published.put("2998-12-31", releases=FLAW)).what
    )


def test_two_states_with_one_date(published: Published) -> None:
    assert "but other contents" in refused(published.put(BUILT_IN, releases=FLAW)).what


def test_the_way_back_to_the_built_in_tables(published: Published) -> None:
    update.update(str(published.put(releases=FLAW)))
    assert update.reset() == Outcome(0, "reset", BUILT_IN, NEWER, "built-in")
    assert "found later" not in knowledge.load().caveat("50.0.2", bundled=True)
    assert update.reset().before == BUILT_IN


@pytest.mark.parametrize(
    ("signer", "said"),
    [
        (STRANGER, "is signed by the key"),
        (Signer(STRANGER.seed, b"signer 1"), "was changed after it was signed"),
    ],
)
def test_tables_of_a_stranger(published: Published, signer: Signer, said: str) -> None:
    error = refused(published.put(signer=signer, releases=FLAW))
    assert said in error.what
    assert error.why == "The tables that were in use stay in use."


def test_tables_that_were_changed_on_the_way(published: Published) -> None:
    folder = published.put(releases=FLAW)
    (folder / FILE).write_bytes((folder / FILE).read_bytes().replace(b"51.0.0", b"50.0.0"))
    assert "was changed after it was signed" in refused(folder).what


def document(**changes: object) -> bytes:
    text = table_source.built_in_text()
    return json.dumps({"schema": 1, "date": NEWER, "tables": text, **changes}).encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "does not have the schema 1"),
        (document(schema=2), "does not have the schema 1"),
        (document(date="soon"), "has no valid date"),
        (document(date="20990101"), "has no valid date"),
        (document(date=20990101), "has no valid date"),
        (document(tables=[]), "does not contain tables"),
        (document(tables={"releases.toml": 1}), "does not contain tables"),
        (document(tables={"releases.toml": ""}), "lacks the table dependents.toml"),
    ],
)
def test_signed_documents_that_are_no_tables(published: Published, data: bytes, said: str) -> None:
    assert said in refused(published.put_document(data)).what


def test_what_else_a_document_has_is_left_out(published: Published) -> None:
    text = {**table_source.built_in_text(), "../../evil.py": "import os"}
    assert update.update(str(published.put_document(document(tables=text)))).action == "current"


def test_a_folder_without_tables(published: Published, tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path).what
    assert isinstance(refused(tmp_path / "nowhere"), BadRequest)
    (published.put() / SIGNATURE).unlink()
    assert SIGNATURE in refused(published.folder).what


def test_a_folder_that_cannot_be_written(published: Published, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, where a folder is needed", encoding="utf-8")
    with pytest.raises(WizardError, match="cannot be written"):
        update.update(str(published.put(releases=FLAW)))


def damaged(published: Published, data: bytes) -> str:
    """Return the sentence about stored tables with these contents; the built-in ones are used."""
    update.update(str(published.put(releases=FLAW)))
    table_source.stored_file().write_bytes(data or stored()[:-1])
    table_source.forget_current()
    assert (current().date, current().origin, current().text) == (BUILT_IN, "built-in", None)
    assert "found later" not in knowledge.load().caveat("50.0.2", bundled=True)
    problem = current().problem
    assert problem.startswith("The fetched tables are not used, but the built-in ones: ")
    assert problem.count(".\n") == 0
    return problem


def test_stored_tables_that_are_damaged(published: Published) -> None:
    assert "was changed after it was signed" in damaged(published, b"")
    assert "is damaged" in damaged(published, b"\0" * 100)
    assert "is damaged" in damaged(published, b"x" * (table_source.MAX_BYTES + 10_000))


def test_stored_tables_of_another_version(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    update.update(str(published.put(releases=FLAW)))
    table_source.forget_current()
    monkeypatch.setattr(table_source, "__version__", f"{wizard.__version__}.1")
    assert "another version of the wizard; update-tables" in current().problem
    assert update.update(str(published.folder)).action == "updated"


def test_stored_tables_whose_key_is_no_longer_trusted(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    update.update(str(published.put(releases=FLAW)))
    table_source.forget_current()
    monkeypatch.delenv(KEY_VARIABLE)
    assert "is signed by the key 31" in current().problem


def test_a_newer_wizard_has_newer_tables(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    update.update(str(published.put(releases=FLAW)))
    table_source.forget_current()
    newer = table_source.Tables("2999-06-01", "built-in")
    monkeypatch.setattr(table_source, "built_in", lambda: newer)
    assert current() == newer


def test_a_key_that_is_none(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "secret")
    assert KEY_VARIABLE in refused(published.put(releases=FLAW)).what


def test_no_address(published: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadRequest, match="--from") as caught:
        update.address("")
    assert "built-in" in caught.value.hints[0]
    monkeypatch.setenv(table_source.ADDRESS_VARIABLE, "https://tables.example/")
    assert update.address("") == "https://tables.example/"
    assert update.address("/folder") == "/folder"
