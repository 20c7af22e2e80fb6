"""A laptop in words."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace

import pytest

from tests.wizard.room.test_message import PROVED
from wizard import invocation
from wizard.plan import Role
from wizard.room import view
from wizard.room.board import Row, Signature
from wizard.room.message import Message

TIME = "2026-11-30T09:00:00+00:00"


def row(message: Message = PROVED, signature: Signature = "hmac", **values: object) -> Row:
    return Row(replace(message, **values), signature, TIME)  # type: ignore[arg-type]


def test_a_proof() -> None:
    line = view.line(row())
    assert (line.standing, line.status) == ("proved", "Proved")
    assert line.detail == "cryptography 50.0.2, OpenSSL 4.0.3 (static)"
    assert (line.system, line.python) == ("Linux x86_64", "3.11.2")
    assert line.signed == "Signed with HMAC by its own cryptography"


@pytest.mark.parametrize(
    ("signature", "status", "signed"),
    [("unsigned", "Not signed", "NOT SIGNED"), ("invalid", "Wrong signature", "WRONG SIGNATURE")],
)
def test_a_doubtful_proof(signature: Signature, status: str, signed: str) -> None:
    line = view.line(row(signature=signature))
    assert (line.standing, line.status) == ("doubtful", status)
    assert line.signed.startswith(signed)


def test_a_running_step() -> None:
    line = view.line(row(signature="", state="installing", step=2, steps=3, role="install"))
    assert (line.status, line.detail) == ("Step 2 of 3", "Installing cryptography")
    assert line.release == ""  # what an earlier run has proved
    assert view.line(row(signature="", state="installing", role="odd")).detail == ""
    assert view.line(row(signature="", state="looking")).status == "Looking"
    assert view.line(row(signature="", state="stopped")).status == "Stopped"


def test_each_role_of_a_step_has_words() -> None:
    from typing import get_args

    assert set(view.ROLES) == set(get_args(Role)) - {""}


def test_a_failure_has_its_cause_and_what_helps_on_that_system() -> None:
    invocation.set_words(("./odd/place",))
    try:
        view.explain.cache_clear()
        lines = {
            system: view.line(row(signature="", state="failed", cause="no-space", system=system))
            for system in ("macos", "windows")
        }
    finally:
        invocation.set_words(("cryptography-wizard",))
        view.explain.cache_clear()
    assert lines["macos"].detail == "The disk, or the folder for temporary files, is full."
    assert 0 < len(lines["macos"].remedies) <= view.MOST_HELPS
    assert "TMPDIR" in " ".join(lines["macos"].remedies)
    assert "TMPDIR" not in " ".join(lines["windows"].remedies)
    assert "odd" not in str(lines)  # that laptop starts the wizard in another way


def test_what_that_laptop_chose_comes_first() -> None:
    _, usual = view.explain("rust-missing-maturin", (), "linux", "x86_64")
    _, chosen = view.explain("rust-missing-maturin", ("rust",), "linux", "x86_64")
    assert "Rust" in chosen[0]
    assert chosen[1] == usual[0]


@pytest.mark.parametrize("cause", ["", "from-a-newer-version"])
def test_an_unknown_cause(cause: str) -> None:
    line = view.line(row(signature="", state="failed", cause=cause, step=1, steps=3))
    assert line.detail == "The cause is not known."
    assert line.remedies


def test_a_refusal_before_a_run() -> None:
    line = view.line(row(signature="", state="failed", step=0, steps=0))
    assert line.detail == "It was refused before it began."
    assert line.remedies == ("Look at its screen.",)
    known = view.line(row(signature="", state="failed", step=0, steps=0, cause="index-unreachable"))
    assert "could not be reached" in known.detail


@pytest.mark.parametrize("cause", view.causes())
def test_each_cause_has_a_sentence_everywhere(cause: str) -> None:
    for system in ("linux", "macos", "windows", ""):
        sentence, helps = view.explain(cause, (), system, "x86_64")
        assert sentence
        assert "{" not in sentence
        assert len(helps) <= view.MOST_HELPS


def test_what_is_not_sent_leaves_a_whole_sentence() -> None:
    sentence, _ = view.explain("pip-too-old-sdist", (), "linux", "x86_64")
    assert sentence.startswith("This pip is too old for today's wheels, so")
    sentence, _ = view.explain("pypy-too-old-pyo3", (), "linux", "x86_64")
    assert sentence == "This release needs … or newer, but this is …"


@pytest.mark.parametrize("cause", view.causes())
def test_no_sentence_has_two_blanks_in_a_row_or_four_dots(cause: str) -> None:
    sentence, helps = view.explain(cause, (), "linux", "x86_64")
    text = "\n".join((sentence, *helps))
    assert not re.search(r"… …|…\.|\(…\)", text)


def test_a_laptop_without_a_name_has_a_number() -> None:
    assert view.line(row(name="")).name == "Laptop 0123"


def test_csv_has_no_formula() -> None:
    rows = [row(name="=1+1"), row(name="@x"), row(name='a "b", c'), row(name="-5", step=3)]
    cells = list(csv.reader(io.StringIO(view.to_csv(rows))))
    assert cells[0][:2] == ["id", "name"]
    assert [line[1] for line in cells[1:]] == ["'=1+1", "'@x", 'a "b", c', "'-5"]
    assert not [cell for line in cells[1:] for cell in line if cell.startswith(("=", "@", "-"))]


def test_counts_in_words() -> None:
    assert view.counted({}) == "no laptop yet"
    assert view.counted({"proved": 1}) == "1 laptop: 1 proved"
    assert view.counted({"failed": 2, "proved": 3}) == "5 laptops: 3 proved, 2 failed"
