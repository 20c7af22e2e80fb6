"""Package managers that misbehave: what they have is unknown, and a step of theirs fails clearly.

Each is a shell script under the name of the real program; every kind of misbehaviour is tried with
every manager that the wizard knows.
"""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import Command, Output
from backends.manager import PackageManager, managers
from tests.machines import machine
from tests.programs import only, program
from tests.wizard.planned import plan
from wizard.advice.doctor import findings
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Manager, Privilege
from wizard.knowledge import load
from wizard.machine import packages, query_results
from wizard.needs.case import Case
from wizard.plan import PackagesInstalled, Plan, Step
from wizard.programs import processes
from wizard.running import runner
from wizard.running.events import Event, RunEnded, StepEnded

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs of these tests need POSIX")

KNOWLEDGE = load()
PROGRAMS = {
    "apt": ("apt-get", "apt-cache", "dpkg-query"),
    "apk": ("apk",),
    "dnf": ("dnf", "rpm"),
    "homebrew": ("brew",),
    "macports": ("port",),
    "yum": ("yum", "rpm"),
}
"""The programs that each manager's commands call."""
MACHINES = {
    "apt": "debian-12",
    "apk": "alpine-3.22",
    "dnf": "fedora",
    "homebrew": "mac-arm-brew",
    "macports": "mac-arm-port",
    "yum": "centos-7",
}
GARBAGE = "I am not the program you are looking for"
KINDS = {
    "garbage": (f"echo '{GARBAGE}'", "in an unknown format"),
    "terminal-codes": (r"printf '\033[31m\007%s\033[0m\n' oops", "in an unknown format"),
    "binary": (r"printf '\377\376\000\001\n\200\n'", "in an unknown format"),
    "huge": (
        "head -c 10000000 /dev/zero | tr '\\0' x; echo",
        "in an unknown format",
    ),
    "language": ("echo 'Fehler: Das kann ich nicht.' >&2; exit 1", "Das kann ich nicht"),
    "hangs": ("exec sleep 60", "did not answer within 0.5 seconds"),
    "child": (f"sleep 60 & echo '{GARBAGE}'", "did not answer within 0.5 seconds"),
    "missing-library": (
        "echo 'error while loading shared libraries: libx.so.1' >&2; exit 127",
        "libx.so.1",
    ),
    "exit-139": ("exit 139", "exit code 139"),
    "crashes": ("kill -SEGV $$", "SIGSEGV"),
}
WAIT = ("hangs", "child")
"""Those that are waited for, as long as is allowed."""


@pytest.fixture
def bin_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first folder on PATH, and the only one with package managers."""
    only(monkeypatch, tmp_path / "bin")
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_CACHE", str(tmp_path / "cache"))

    def program_of(backend: PackageManager) -> str:
        """Only the pretended one: this computer may have the real one somewhere else."""
        path = tmp_path / "bin" / backend.programs[0]
        return str(path) if path.exists() else ""

    monkeypatch.setattr(packages, "program", program_of)
    return tmp_path / "bin"


def pretend(folder: Path, name: str, body: str) -> None:
    for each in PROGRAMS[name]:
        program(folder, each, body)


def asked(name: str) -> Manager:
    """What the probe says of this manager."""
    tables = [table for table in KNOWLEDGE.packages if table.manager == name]
    family = frozenset(tables[0].distributions)
    found = packages.read(("3.11",), known=tables, family=family)
    return next(manager for manager in found if manager.name == name)


def here(name: str, manager: Manager) -> Facts:
    """A machine of that manager's kind on which it misbehaves."""
    return replace(machine(MACHINES[name]), managers=(manager,), tools=(), openssl=())


def test_every_manager_is_tried() -> None:
    assert set(PROGRAMS) == set(MACHINES) == set(managers())


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_it_has_is_unknown_and_the_reason_is_said(
    bin_: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    body, told = KINDS[kind]
    if kind in WAIT:
        monkeypatch.setattr(packages, "TIME_LIMIT", 0.5)
    pretend(bin_, name, body)
    found = asked(name)
    assert told in found.problem
    assert found.packages == ()
    assert found.problem.isprintable()
    assert found.problem.endswith(".")
    assert len(found.problem) < 600
    facts = here(name, found)
    warned = [
        f for f in findings(Case(facts, KNOWLEDGE)) if f.mark == "warn" and f.title == "Packages"
    ]
    assert [f.detail for f in warned] == [found.problem]
    # The wheel does not need it; a source build is refused, with the reason.
    assert plan(facts, KNOWLEDGE, Choices()).method == "wheel"
    release = "40.0.2" if name == "yum" else ""  # its Python is too old for newer ones
    with pytest.raises(Impossible) as refused:
        plan(facts, KNOWLEDGE, Choices(method="source", release=release, manager=name))
    assert found.problem in (refused.value.why, *refused.value.shown.splitlines())


@pytest.mark.parametrize("name", PROGRAMS)
def test_silence_is_no_answer_where_a_healthy_one_speaks(bin_: Path, name: str) -> None:
    pretend(bin_, name, "exit 0")
    found = asked(name)
    assert found.packages == ()
    if name == "apk":  # it says nothing of what it does not know: its lists are fetched first
        assert found.problem == ""
        steps = plan(here(name, found), KNOWLEDGE, Choices(method="source")).steps
        assert [step.id for step in steps] == ["packages-refresh"]
    else:
        assert "in an unknown format" in found.problem


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("apt", "gcc:\\n  Installiert:           (keine)\\n  Installationskandidat: 4:12.2\\n"),
        ("yum", "Verfügbare Pakete\\nopenssl11-devel.x86_64  1:1.1.1k-7.el7  epel\\n"),
    ],
)
def test_another_language_is_not_taken_for_nothing(bin_: Path, name: str, said: str) -> None:
    pretend(bin_, name, f"printf '{said}'")
    assert "English" in asked(name).problem or "known" in asked(name).problem
    backend = managers()[name]
    names = ("gcc", "openssl11-devel")
    with pytest.raises(ValueError, match="English"):
        backend.candidates(names, Output(0, said.replace("\\n", "\n")))


def test_one_answer_that_cannot_be_read_does_not_hide_the_other(bin_: Path) -> None:
    pretend(bin_, "apt", f"echo '{GARBAGE}'")
    program(bin_, "dpkg-query", "echo 'ii  libssl-dev 3.0.19 '; exit 1")
    found = asked("apt")
    assert [package.name for package in found.packages] == ["libssl-dev"]
    assert found.problem.startswith("apt-cache printed")


def test_a_folder_is_taken_only_if_it_can_be_one(bin_: Path) -> None:
    formula = (
        '{"name": "openssl@3", "aliases": [], "installed": [], "versions": {"stable": "3.6.0"}}'
    )
    info = f'[ "$1" = info ] && echo \'{{"formulae": [{formula}]}}\' && exit 0\n'
    for said, folder in (("/opt/x", "/opt/x"), ("lost", ""), (r"/a\n/b", ""), (r"/\033[1m", "")):
        program(bin_, "brew", f"{info}printf '{said}\\n'")
        (package,) = asked("homebrew").packages
        assert (package.candidate, package.folder) == ("3.6.0", folder)


def test_an_answer_without_end_is_ended(bin_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "MAX_ANSWER", 1_000_000)
    monkeypatch.setattr(packages, "TIME_LIMIT", 60.0)
    pretend(bin_, "apk", "exec yes")
    problem = asked("apk").problem
    assert problem.endswith("apk printed far too much output and was stopped.")


def test_what_a_manager_says_does_no_harm_to_a_terminal() -> None:
    command = Command(("apk", "policy"))
    told = query_results.unknown_format_problem(
        command, Output(0, "\x1b[2J\x07 a\tb\r\n" + "x" * 9_000), ("g",)
    )
    assert told == "apk printed output in an unknown format: ?[2J? a b."


# In a run.


def step_of(name: str, command: Command) -> tuple[StepEnded, RunEnded]:
    """Run one step that installs with this manager; how it and the run ended."""
    check = PackagesInstalled(name, ("no-such-thing",))
    step = Step("packages", "Install packages", "Because.", command, check=check)
    plan_ = Plan("50.0.2", "source", "dynamic", "/nowhere/python", "/nowhere", False, (step,))
    facts = Facts(machine(MACHINES[name]).system, privilege=Privilege("root"))
    events: list[Event] = []
    over = runner.run(plan_, Choices(), facts, events.append, threading.Event())
    (ended,) = [event for event in events if isinstance(event, StepEnded)]
    return ended, over


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_step_that_runs_it_fails_with_a_cause(
    bin_: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    limit = 0.5 if kind in WAIT else 60.0

    def soon(argv: tuple[str, ...], **more: object) -> Output:
        return processes.ask(argv, env=more["env"], timeout=limit)  # type: ignore[arg-type]

    monkeypatch.setattr("wizard.running.step_checks.ask", soon)
    monkeypatch.setattr("wizard.running.inventory.TIMEOUT", limit)
    pretend(bin_, name, KINDS[kind][0])
    command = managers()[name].install(("no-such-thing",))
    assert command is not None
    ended, over = step_of(name, replace(command, timeout=1.0 if kind == "hangs" else 60.0))
    assert (ended.state, over.code) == ("failed", 1)
    assert ended.cause
    assert "Traceback" not in ended.cause
    assert Path(ended.log).exists()
    if kind == "hangs":
        assert "limit of 1 second" in ended.cause
    if kind in ("garbage", "huge", "binary"):  # exit 0: only asking afterwards tells
        assert ended.exit == 0
        assert "installed" in ended.cause


def test_a_sudo_that_hangs_is_ended_within_the_limit_of_its_step(bin_: Path) -> None:
    sudo = program(bin_, "sudo", "echo 'waiting for the administrator'; exec sleep 60")
    command = replace(managers()["apt"].refresh(), timeout=1.0)
    step = Step("refresh", "Fetch the lists", "Because.", command)
    plan_ = Plan("50.0.2", "source", "dynamic", "/nowhere/python", "/nowhere", False, (step,))
    facts = Facts(machine("debian-12").system, privilege=Privilege("sudo", sudo))
    events: list[Event] = []
    over = runner.run(plan_, Choices(), facts, events.append, threading.Event())
    (ended,) = [event for event in events if isinstance(event, StepEnded)]
    assert (ended.state, over.code) == ("failed", 1)
    assert "limit of 1 second" in ended.cause
    assert ended.excerpt == ("waiting for the administrator",)
