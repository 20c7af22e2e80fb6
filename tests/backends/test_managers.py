"""The contract that every package manager's backend keeps, over output of the real programs.

A new manager joins by a row in ``CASES`` and its recordings in ``tests/transcripts``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from backends.action import Output
from backends.manager import managers
from tests.recordings import recorded
from wizard.knowledge import load

SHELL_WORDS = re.compile(r"[;|&<>`]")


@dataclass(frozen=True)
class Case:
    """The recordings of one manager: each field is the name of a file, or what it must mean."""

    manager: str
    installed_part: str
    part: dict[str, str]
    nothing_installed: str
    candidates: str
    offered: dict[str, str]
    not_offered: tuple[str, ...]
    unknown_candidate: str
    unknown: str
    offline: str
    locked: str
    denied: str
    success: str
    again: str


CASES = [
    Case(
        manager="apt",
        installed_part="query-part",
        part={"libffi-dev": "3.4.4-1", "pkg-config": "1.8.1-1"},
        nothing_installed="query-none-installed",
        candidates="policy",
        offered={
            "build-essential": "12.9",
            "rustc": "1.63.0+dfsg1-2",
            "rustc-web": "1.96.0+dfsg1-1~deb12u2",
        },
        not_offered=("cargo-1.80", "rustc-1.80"),
        unknown_candidate="policy-unknown",
        unknown="install-unknown",
        offline="offline-install",
        locked="locked-install",
        denied="not-root",
        success="install",
        again="install-again",
    ),
]
NAMES = ("build-essential", "libffi-dev", "pkg-config", "cargo-1.80", "rustc-1.80", "rustc",
         "rustc-web", "no-such-package", "c-compiler")  # fmt: skip

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.manager)


def test_every_backend_has_a_case_and_a_table() -> None:
    assert {case.manager for case in CASES} == set(managers())
    assert all(load().packages_of(name) for name in managers())


@each
def test_nothing_to_do_is_no_command(case: Case) -> None:
    manager = managers()[case.manager]
    assert manager.install(()) is None
    assert manager.remove(()) is None


@each
def test_everything_missing_is_one_command(case: Case) -> None:
    command = managers()[case.manager].install(NAMES[:3])
    assert command is not None
    assert command.argv[-3:] == NAMES[:3]
    assert command.timeout > 0
    assert command.busy_seconds > 0


@each
def test_no_command_is_a_shell_string(case: Case) -> None:
    manager = managers()[case.manager]
    commands = [manager.query(NAMES), manager.ask_candidates(NAMES), manager.refresh(),
                manager.install(NAMES), manager.remove(NAMES)]  # fmt: skip
    for command in commands:
        assert command is not None
        words = [word for word in command.argv if not word.startswith("${")]
        assert not any(SHELL_WORDS.search(word) for word in words)
        assert dict(command.env)["LC_ALL"] == "C"


@each
def test_questions_need_no_root(case: Case) -> None:
    manager = managers()[case.manager]
    assert not manager.query(NAMES).root
    assert not manager.ask_candidates(NAMES).root


@each
def test_part_installed(case: Case) -> None:
    output = recorded(case.manager, case.installed_part)
    assert managers()[case.manager].installed(NAMES, output) == case.part


@each
def test_none_installed(case: Case) -> None:
    output = recorded(case.manager, case.nothing_installed)
    assert managers()[case.manager].installed(NAMES, output) == {}


@each
def test_candidates(case: Case) -> None:
    found = managers()[case.manager].candidates(NAMES, recorded(case.manager, case.candidates))
    assert case.offered.items() <= found.items()
    assert not set(case.not_offered) & set(found)


@each
def test_an_unknown_name_has_no_candidate(case: Case) -> None:
    output = recorded(case.manager, case.unknown_candidate)
    assert managers()[case.manager].candidates(("no-such-package",), output) == {}


@each
@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("unknown", "unknown-package"),
        ("offline", "offline"),
        ("locked", "locked"),
        ("denied", "denied"),
    ],
)
def test_failures_are_told_apart(case: Case, field: str, kind: str) -> None:
    output = recorded(case.manager, getattr(case, field))
    problem = managers()[case.manager].explain(output)
    assert problem is not None
    assert problem.kind == kind
    assert problem.line in output.stdout + output.stderr


@each
@pytest.mark.parametrize("field", ["success", "again"])
def test_success_is_no_problem(case: Case, field: str) -> None:
    output = recorded(case.manager, getattr(case, field))
    assert managers()[case.manager].explain(output) is None


@each
def test_a_lock_is_seen_in_the_output(case: Case) -> None:
    manager = managers()[case.manager]
    command = manager.install(NAMES)
    assert command is not None
    output = recorded(case.manager, case.locked)
    assert re.search(command.busy, output.stdout + output.stderr)
    calm = recorded(case.manager, case.success)
    assert not re.search(command.busy, calm.stdout + calm.stderr)


@each
@pytest.mark.parametrize(
    "text", ["", "\0\1\2 garbage", "x" * 1_000_000, "Bonjour :\n  Candidat : 1"]
)
def test_garbage_means_nothing(case: Case, text: str) -> None:
    manager = managers()[case.manager]
    output = Output(1, text, text)
    assert manager.installed(NAMES, output) == {}
    assert manager.candidates(NAMES, output) == {}
    problem = manager.explain(output)
    assert problem is not None
    assert problem.kind == "other"
