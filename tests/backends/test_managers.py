"""The contract that every package manager's backend keeps, over output of the real programs.

A new manager joins by a row in ``CASES`` and its recordings in ``tests/transcripts``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from backends.action import Output
from backends.manager import managers, with_program_path
from tests.recordings import recorded
from wizard.knowledge import load

SHELL_WORDS = re.compile(r"[;|&<>`]")


@dataclass(frozen=True)
class Case:
    """The recordings of one manager: each field is the name of a file, or what it must mean.

    ``names`` are those that were asked for; ``quiet`` is the argument or variable that keeps it
    from asking (empty: it never does). ``waits``: it waits for the lock by itself and then goes
    on, so that ``locked`` is the recording of a success.
    """

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
    names: tuple[str, ...]
    quiet: str
    recordings: str = ""
    waits: bool = False

    @property
    def folder(self) -> str:
        """The folder of the recordings, where it is not called like the manager."""
        return self.recordings or self.manager


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
        names=(
            *("build-essential", "libffi-dev", "pkg-config", "cargo-1.80", "rustc-1.80", "rustc"),
            *("rustc-web", "no-such-package", "c-compiler"),
        ),
        quiet="-y",
    ),
    *(
        Case(
            manager="dnf",
            recordings=folder,
            installed_part="query-part",
            part={
                "gcc": "14.1.1-7.fc40",
                "pkg-config": "2.1.1-1.fc40",
                "python3.12-devel": "3.12.4-1.fc40",
            },
            nothing_installed="query-none",
            candidates="candidates",
            offered={
                "gcc": "14.1.1-7.fc40",
                "openssl-devel": "3.2.2-1.fc40",
                "python3.12-devel": "3.12.4-1.fc40",
                "rust": "1.79.0-1.fc40",
            },
            not_offered=("no-such-package", "python3.6-devel"),
            unknown_candidate="candidates-unknown",
            unknown="unknown",
            offline="offline",
            locked="locked",
            denied="denied",
            success="install",
            again="again",
            names=(
                *("gcc", "pkg-config", "python3.12-devel", "openssl-devel", "rust", "cargo"),
                *("no-such-package", "python3.6-devel"),
            ),
            quiet="-y",
            waits=folder == "dnf5",
        )
        for folder in ("dnf4", "dnf5")
    ),
    # Recorded with dnf 4 under its other name; the words of yum 3 are in test_yum.py.
    Case(
        manager="yum",
        installed_part="query-part",
        part={"gcc": "14.1.1-7.fc40"},
        nothing_installed="query-none",
        candidates="candidates",
        offered={"openssl-devel": "3.2.2-1.fc40", "rust": "1.79.0-1.fc40"},
        not_offered=("no-such-package",),
        unknown_candidate="candidates-unknown",
        unknown="unknown",
        offline="offline",
        locked="locked",
        denied="denied",
        success="install",
        again="again",
        names=("gcc", "openssl-devel", "rust", "cargo", "no-such-package"),
        quiet="-y",
    ),
    *(
        Case(
            manager="apk",
            recordings=folder,
            installed_part="policy",
            part={"gcc": "13.2.1_git20240309-r1", "openssl-dev": "3.3.6-r0"},
            nothing_installed="policy-unknown",
            candidates="policy",
            offered={"openssl-dev": "3.3.6-r0", "rustup": "1.27.1-r0"},
            not_offered=("no-such-package",),
            unknown_candidate="policy-unknown",
            unknown="unknown",
            offline="offline",
            locked="locked",
            denied="denied",
            success="install",
            again="again",
            names=("gcc", "openssl-dev", "rustup", "no-such-package"),
            quiet="",
        )
        for folder in ("apk2", "apk3")
    ),
    *(
        Case(
            manager="homebrew",
            recordings=folder,
            installed_part="info",
            part={"openssl@3": "3.6.0", "rust": "1.92.0"},
            nothing_installed="info-unknown",
            candidates="info",
            offered={"openssl@3": "3.6.0", "rust": "1.92.0"},
            not_offered=("openssl@1.1", "openssl"),
            unknown_candidate="info-unknown",
            unknown="unknown",
            offline="offline",
            locked="locked",
            denied="denied",
            success="install",
            again="again",
            names=("openssl@3", "rust", "pkgconf", "openssl@1.1"),
            quiet="HOMEBREW_NO_ASK",
        )
        for folder in ("brew5", "brew6")
    ),
    Case(
        manager="macports",
        recordings="port",
        installed_part="installed-two",
        part={"openssl": "3.6.0_0", "rust": "1.91.0_0"},
        nothing_installed="installed-missing",
        candidates="search",
        offered={"openssl": "3.6.0"},
        not_offered=("no-such-port",),
        unknown_candidate="search-none",
        unknown="unknown",
        offline="offline",
        locked="waits-for-lock",
        denied="denied",
        success="install",
        again="again",
        names=("openssl", "rust", "cargo", "no-such-port"),
        quiet="-N",
        waits=True,
    ),
]
NAMES = CASES[0].names

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder)


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
def test_undo_removes_what_was_installed_and_nothing_else(case: Case) -> None:
    manager = managers()[case.manager]
    install, remove = manager.install(NAMES[:3]), manager.remove(NAMES[:3])
    assert install is not None
    assert remove is not None
    named = set(NAMES) & set(remove.argv)
    if named:
        assert named == set(NAMES[:3])
    else:  # they were installed under one name of their own
        assert remove.argv[-1] in install.argv
        assert remove.argv[-1] not in NAMES
    assert remove.root == install.root


@each
def test_nothing_is_asked(case: Case) -> None:
    manager = managers()[case.manager]
    for command in (manager.install(NAMES), manager.remove(NAMES)):
        assert command is not None
        if case.quiet:
            assert case.quiet in command.argv or dict(command.env)[case.quiet] == "1"
        assert not {"-i", "--interactive"} & set(command.argv)


@each
def test_it_is_called_by_its_first_name(case: Case) -> None:
    manager = managers()[case.manager]
    for command in (manager.refresh(), manager.install(NAMES), manager.remove(NAMES)):
        assert command is not None
        assert command.argv[0] == manager.programs[0]
        assert with_program_path(manager, command, f"/usr/bin/{manager.programs[0]}") == command
        found = with_program_path(manager, command, "/opt/elsewhere/program")
        assert found.argv == ("/opt/elsewhere/program", *command.argv[1:])
        assert found.env == command.env


@each
def test_no_command_is_a_shell_string(case: Case) -> None:
    manager = managers()[case.manager]
    commands = [manager.query(NAMES), manager.ask_candidates(NAMES), manager.refresh(),
                manager.install(NAMES), manager.remove(NAMES)]  # fmt: skip
    for command in commands:
        assert command is not None
        words = [word for word in command.argv if not word.startswith(("${", "%{"))]
        assert not any(SHELL_WORDS.search(word) for word in words)
        assert dict(command.env)["LC_ALL"] == "C"


@each
def test_questions_need_no_root(case: Case) -> None:
    manager = managers()[case.manager]
    assert not manager.query(NAMES).root
    assert not manager.ask_candidates(NAMES).root


@each
def test_part_installed(case: Case) -> None:
    output = recorded(case.folder, case.installed_part)
    assert managers()[case.manager].installed(case.names, output) == case.part


@each
def test_none_installed(case: Case) -> None:
    output = recorded(case.folder, case.nothing_installed)
    assert managers()[case.manager].installed(case.names, output) == {}


@each
def test_candidates(case: Case) -> None:
    found = managers()[case.manager].candidates(case.names, recorded(case.folder, case.candidates))
    assert case.offered.items() <= found.items()
    assert not set(case.not_offered) & set(found)


@each
def test_an_unknown_name_has_no_candidate(case: Case) -> None:
    output = recorded(case.folder, case.unknown_candidate)
    assert managers()[case.manager].candidates(("no-such-package",), output) == {}


@each
@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("unknown", "unknown-package"),
        ("offline", "offline"),
        ("denied", "denied"),
    ],
)
def test_failures_are_told_apart(case: Case, field: str, kind: str) -> None:
    output = recorded(case.folder, getattr(case, field))
    problem = managers()[case.manager].explain(output)
    assert problem is not None
    assert problem.kind == kind
    assert problem.line in output.stdout + output.stderr


@each
def test_a_lock_is_told_or_waited_for(case: Case) -> None:
    problem = managers()[case.manager].explain(recorded(case.folder, case.locked))
    assert case.waits if problem is None else problem.kind == "locked"


@each
@pytest.mark.parametrize("field", ["success", "again"])
def test_success_is_no_problem(case: Case, field: str) -> None:
    output = recorded(case.folder, getattr(case, field))
    assert managers()[case.manager].explain(output) is None


@each
def test_a_lock_is_seen_in_the_output(case: Case) -> None:
    manager = managers()[case.manager]
    command = manager.install(NAMES)
    assert command is not None
    output = recorded(case.folder, case.locked)
    assert re.search(command.busy, output.stdout + output.stderr)
    calm = recorded(case.folder, case.success)
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
