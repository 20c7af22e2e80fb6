"""The probe asks what would be removed, with few questions."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.manager import managers
from tests.programs import only, program
from wizard.facts import Manager, Package, Removal
from wizard.knowledge import load
from wizard.machine import packages
from wizard.tables import OpenSSLPackage, Packages, RustPackage

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs of these tests need POSIX")

TABLE = Packages(
    "apt",
    ("build-essential", "pkg-config"),
    ("python{minor}-dev",),
    "",
    (OpenSSLPackage("libssl-dev"),),
    (
        RustPackage(("cargo", "rustc"), "rustc"),
        RustPackage(("cargo-web", "rustc-web"), "rustc-web"),
    ),
)
HAVE = """echo "$*" >> {log}
echo 'ii  pkg-config 1.8.1 '; echo 'ii  cargo 0.66 '; echo 'ii  rustc 1.63 '; exit 1"""
OFFER = """for name in build-essential pkg-config libssl-dev cargo rustc cargo-web rustc-web; do
printf '%s:\\n  Installed: x\\n  Candidate: 1\\n' $name; done"""
SIMULATES = """echo "$*" >> {log}
case "$*" in *cargo-web*) echo 'Remv rustc [1.63]'; echo 'Remv cargo [0.66]' ;; esac
echo 'Inst something (1.0 Debian:12/stable [amd64])'"""


def asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apt_get: str
) -> tuple[Manager, list[str]]:
    """Ask an invented apt; return what is known of it, and what apt-get was asked."""
    bin_, log = tmp_path / "bin", tmp_path / "log"
    only(monkeypatch, bin_)
    program(bin_, "dpkg-query", HAVE.format(log=tmp_path / "other"))
    program(bin_, "apt-cache", OFFER)
    program(bin_, "apt-get", apt_get.format(log=log))
    (found,) = packages.read(("3.11",), known=(TABLE,), family=frozenset({"debian"}))
    return found, log.read_text().splitlines() if log.exists() else []


def test_what_would_be_removed_is_a_fact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, questions = asked(tmp_path, monkeypatch, SIMULATES)
    assert found.problem == ""
    assert found.removals == (Removal(("cargo-web", "rustc-web"), ("rustc", "cargo")),)
    asked_names = {question.partition("recommends ")[2] for question in questions}
    assert asked_names == {"build-essential libssl-dev", "cargo-web rustc-web"}
    assert all(" -s " in question for question in questions)
    # What is installed, and what there is not, are not asked about.
    assert not any("pkg-config" in q or "python3.11-dev" in q for q in questions)


def test_if_nothing_is_removed_two_questions_are_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, questions = asked(tmp_path, monkeypatch, 'echo "$*" >> {log}')
    assert found.removals == ()
    assert len(questions) == 2


@pytest.mark.parametrize("apt_get", ["exit 100", "kill -9 $$", "echo garbage; exit 1"])
def test_what_cannot_be_asked_is_no_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apt_get: str
) -> None:
    found, _ = asked(tmp_path, monkeypatch, apt_get)
    assert (found.problem, found.removals) == ("", ())
    assert found.package("libssl-dev") is not None


@given(
    sizes=st.lists(st.integers(1, 3), max_size=12),
    removing=st.sets(st.integers(0, 11)),
    exclusive=st.sets(st.integers(0, 11)),
)
def test_all_removals_are_found(sizes: list[int], removing: set[int], exclusive: set[int]) -> None:
    """Some groups remove something, and some cannot be installed together with each other."""
    groups = [tuple(f"{g}-{n}" for n in range(size)) for g, size in enumerate(sizes)]

    def ask_manager(names: Sequence[str]) -> tuple[str, ...] | None:
        wanted = {int(name.partition("-")[0]) for name in names}
        if len(wanted & exclusive) > 1:
            return None
        return tuple(f"old-{g}" for g in sorted(wanted & removing))

    expected = [
        Removal(group, (f"old-{number}",))
        for number, group in enumerate(groups)
        if number in removing
    ]
    assert packages._find_removals(ask_manager, groups) == expected


def test_one_name_that_homebrew_does_not_know_hides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, tmp_path / "bin")
    answer = json.dumps({"formulae": [{"name": "rust", "versions": {"stable": "1.92.0"}}]})
    program(
        tmp_path / "bin",
        "brew",
        """case "$*" in *cryptography*)
        echo 'Error: No available formula with the name "cryptography".' >&2; exit 1 ;; esac
        """
        f"echo '{answer}'",
    )
    table = load().packages_of("homebrew")
    assert table is not None
    found = packages.read(("3.13",), known=(table,), family=frozenset())
    (brew,) = [manager for manager in found if manager.name == "homebrew"]
    assert brew.problem == ""
    assert brew.packages == (Package("rust", "", "1.92.0"),)


def test_an_interrupted_dpkg_is_a_fact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """dpkg's numbered files; what else is in that folder means nothing."""
    apt = managers()["apt"]
    monkeypatch.setattr(type(apt), "journal", str(tmp_path))
    (tmp_path / "tmp.i").touch()
    assert not packages.unfinished(apt)
    (tmp_path / "0003").touch()
    assert packages.unfinished(apt)
    found, _ = asked(tmp_path / "machine", monkeypatch, 'echo "$*" >> {log}')
    assert found.unfinished
    monkeypatch.setattr(type(apt), "journal", str(tmp_path / "none"))
    assert not packages.unfinished(apt)
    assert not packages.unfinished(managers()["homebrew"])
