"""The real dnf in a throw-away root, by both of its names, driven by the wizard's own runner.

The root is a Debian 12 with Debian's ``dnf``, ``rpm`` and ``createrepo-c``. Where they look is as
on the systems that the backends are made for: the database of rpm is in /var/lib/rpm, dnf.conf is
Fedora's (Debian's is the same), and the repositories, of stand-ins with the names of the real
packages, are the files of `tests.live.rpms`.

Debian has no package ``yum``. /usr/bin/yum is made here as RHEL has it since 8: a link to dnf-3. On
the machine called dnf both names are there, as on RHEL 9. On the one called yum the name dnf is
taken away, so that the wizard has to take yum, as on RHEL 7. So the commands of the yum backend
are run for real, but the words that it reads are those of dnf 4; yum 3 does not run on a Python
that is alive.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.live import roots, rpms
from tests.live.command import Done
from tests.live.marks import limit
from tests.live.roots import Root

pytestmark = [pytest.mark.live, limit(900)]

ADDRESS = "/etc/yum.repos.d/stand-in.repo"
DRIVER = "/usr/local/lib/drive.py"
OFFLINE = "The package manager could not reach its download server."
STUDENT, STUDENTS_HOME = 1000, "/home/student"
WRITTEN = (
    *("/var/lib/rpm", "/var/lib/dnf", "/var/cache/dnf", "/usr/share/stand-in"),
    *(roots.STATE, STUDENTS_HOME),
)
"""All that a test leaves in the root: folders, which the next one starts without."""

DRIVE = f"""\
import json, pathlib, subprocess, sys, threading, time
from dataclasses import replace
sys.path.insert(0, {roots.PLACE!r})
from cryptography_wizard import finder
finder.install()
from wizard import codec
from wizard.machine import packages, system
from wizard.needs import package_steps
from wizard.running import runner
from wizard.choices import Choices
from wizard.running.events import Waiting
from wizard.facts import Facts, Privilege
from wizard.plan import Plan, Step

asked = json.loads(sys.argv[1])
let_go = pathlib.Path({rpms.LET_GO!r})

def hold():
    there = subprocess.DEVNULL
    process = subprocess.Popen(asked["holder"], stdin=there, stdout=there, stderr=there)
    end = time.monotonic() + {rpms.PATIENCE}
    while not pathlib.Path({rpms.HELD!r}).exists():
        if process.poll() is not None or time.monotonic() > end:
            sys.exit(f"nothing is held: {{process.poll()}}")
        time.sleep(0.05)
    return process

holder = hold() if asked["holder"] and asked["early"] else None
found = [manager for manager in packages.read(asked["minors"]) if manager.name != "apt"]
print(codec.to_json(found[0], indent=None), flush=True)
if asked["holder"]:
    holder = holder or hold()
    print(json.dumps({{"kind": "held", "pid": holder.pid}}), flush=True)
way = Privilege(asked["privilege"]) if asked["privilege"] else system.privilege()
facts = Facts(system.read(), managers=tuple(found), privilege=way)
steps = package_steps.install_steps(facts, found[0].name, tuple(asked["names"]), "")
if asked["undo"]:
    undo = [action for step in steps for action in step.undo]
    steps = tuple(Step(f"undo-{{n}}", "", "", action) for n, action in enumerate(undo))
elif not asked["refresh"]:
    steps = tuple(replace(step, needs=()) for step in steps[1:])

def emit(event):
    if isinstance(event, Waiting):
        let_go.touch()
    print(codec.to_json(event, indent=None), flush=True)

plan = Plan("", "wheel", "", "", "", False, steps)
ended = runner.run(plan, Choices(), facts, emit, threading.Event())
if holder:
    let_go.touch()
    holder.wait(60)
sys.exit(ended.code)
"""
"""Run inside: looks at the managers, then does what is asked, and tells all that as JSON.

The holder of a lock is started before or after that look (``early``). It lets go when the runner
says that it waits.
"""

HOLD_LISTS = f"""\
import pathlib, time
from dnf import Base, lock
with lock.build_metadata_lock(Base().conf.cachedir, exit_on_lock=True):
    pathlib.Path({rpms.HELD!r}).touch()
    end = time.monotonic() + {rpms.PATIENCE}
    while not pathlib.Path({rpms.LET_GO!r}).exists() and time.monotonic() < end:
        time.sleep(0.05)
"""
"""Holds the lock of the package lists with dnf's own code, as a refresh does."""


@dataclass(frozen=True)
class Told:
    """What the driver told: the manager as it was before, then the events of the run."""

    done: Done
    manager: dict[str, Any]
    events: list[dict[str, Any]]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of one kind."""
        return [event for event in self.events if event["kind"] == kind]

    @property
    def states(self) -> dict[str, str]:
        """How each step ended."""
        return {event["step"]: event["state"] for event in self.of("step-ended")}

    @property
    def failed(self) -> dict[str, Any]:
        """The end of the one step that failed."""
        (event,) = (event for event in self.of("step-ended") if event["state"] == "failed")
        return event

    @property
    def lines(self) -> list[str]:
        """What the programs said."""
        return [line for event in self.of("lines") for line in event["lines"]]

    @property
    def installed(self) -> dict[str, str]:
        """The installed ones of the packages that matter, with their versions."""
        return {p["name"]: p["installed"] for p in self.manager["packages"] if p["installed"]}

    @property
    def candidates(self) -> dict[str, str]:
        """The available packages among those that a build may need, with their versions."""
        return {p["name"]: p["candidate"] for p in self.manager["packages"] if p["candidate"]}


@dataclass(frozen=True)
class Machine:
    """The root, as a machine that has this tool."""

    root: Root
    tool: str

    @property
    def offered(self) -> dict[str, str]:
        """The packages of its repository, with their versions."""
        return {rpm.name: rpm.version for rpm in self._rpms}

    @property
    def wanted(self) -> tuple[str, ...]:
        """Names as a source build asks for them; one of them is another package's second name."""
        if self.tool == "yum":
            return ("gcc", "redhat-rpm-config", "libffi-devel", "pkgconfig", "openssl11-devel")
        return ("gcc", "libffi-devel", "pkg-config", "openssl-devel", "python3.13-devel", "cargo")

    @property
    def repository(self) -> str:
        """The folder of its repository."""
        return f"{rpms.REPOSITORIES}/{'centos' if self.tool == 'yum' else 'fedora'}"

    @property
    def brings(self) -> set[str]:
        """The packages that these names stand for, and all that they require."""
        names = {
            rpm.name
            for rpm in self._rpms
            if {rpm.name, *(provided.split()[0] for provided in rpm.provides)} & {*self.wanted}
        }
        return names | {need for rpm in self._rpms if rpm.name in names for need in rpm.requires}

    @property
    def _rpms(self) -> tuple[rpms.Rpm, ...]:
        return rpms.CENTOS if self.tool == "yum" else rpms.FEDORA

    def prepare(self) -> None:
        """Make it a machine on which nothing is installed and no list was ever fetched."""
        for folder in WRITTEN:
            shutil.rmtree(self.root.path(folder), ignore_errors=True)
        for cache in self.root.path("/var/tmp").glob("dnf-*"):
            shutil.rmtree(cache)
        for file in (rpms.HELD, rpms.LET_GO, "/usr/bin/dnf", "/usr/bin/yum"):
            self.root.path(file).unlink(missing_ok=True)
        for name in ("yum",) if self.tool == "yum" else ("yum", "dnf"):
            self.root.path(f"/usr/bin/{name}").symlink_to("dnf-3")
        distribution = "centos" if self.tool == "yum" else "fedora"
        release = self.root.path("/etc/os-release")
        release.unlink()  # a link to Debian's
        release.write_text(f'ID={distribution}\nNAME="A stand-in"\n', encoding="utf-8")
        home = self.root.path(STUDENTS_HOME)
        home.mkdir()
        shutil.chown(home, STUDENT, STUDENT)
        self.root.path("/var/lib/rpm").mkdir()
        assert self.root.run("rpm", "--initdb").code == 0
        self.point_to(f"file://{self.repository}")

    def point_to(self, address: str, *, skip: bool = True) -> None:
        """Let the repository be at ``address``. ``skip``: ignore it if it is missing."""
        lines = ("[stand-in]", "name=Stand-in", f"baseurl={address}", "gpgcheck=0",
                 f"skip_if_unavailable={int(skip)}")  # fmt: skip
        self.root.path(ADDRESS).write_text("\n".join((*lines, "")), encoding="utf-8")

    def has(self) -> set[str]:
        """The names of all installed packages."""
        done = self.root.run("rpm", "-qa", "--qf", "%{NAME}\\n")
        assert done.code == 0, done.said
        return set(done.out.split())

    def transactions(self) -> set[str]:
        """The transactions by which the installed packages came."""
        return set(self.root.run("rpm", "-qa", "--qf", "%{INSTALLTID}\\n").out.split())

    def install(self, *names: str) -> None:
        """Install packages as the machine's owner does, without the wizard."""
        done = self.root.run(self.tool, "install", "-y", *names)
        assert done.code == 0, done.said

    def drive(
        self,
        names: Sequence[str] = (),
        *,
        minors: Sequence[str] = ("3.11",),
        refresh: bool = True,
        undo: bool = False,
        holder: Sequence[str] = (),
        early: bool = False,
        privilege: str = "",
        student: bool = False,
    ) -> Told:
        """Look, then install these packages with the wizard's runner, or undo that.

        ``privilege`` is what the wizard believes that it may do, not what it measures. ``student``
        runs it all as a user who may do nothing.
        """
        asked = {"names": names, "minors": minors, "refresh": refresh, "undo": undo,
                 "holder": holder, "early": early, "privilege": privilege}  # fmt: skip
        argv = ["/usr/bin/python3", DRIVER, json.dumps(asked)]
        env = {}
        if student:
            argv[:0] = ("setpriv", f"--reuid={STUDENT}", f"--regid={STUDENT}", "--clear-groups")
            env = {"HOME": STUDENTS_HOME, "CRYPTOGRAPHY_WIZARD_STATE": f"{STUDENTS_HOME}/state"}
        done = self.root.run(*argv, timeout=120, env=env)
        lines = [json.loads(line) for line in done.out.splitlines()]
        assert lines, done.said
        assert lines[-1]["kind"] == "run-ended", done.said
        return Told(done, lines[0], lines[1:])


@pytest.fixture(scope="module")
def root(host_pip: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Root]:
    """Return a root with dnf, the wizard and both repositories."""
    roots.possible()
    folder = tmp_path_factory.mktemp("roots") / "dnf"
    # Fedora's Python can make environments; in Debian that is a package.
    include = ("dnf", "createrepo-c", "rpm", "python3-venv")
    made = roots.make("bookworm", "3.11", folder, include)
    try:
        wheel = roots.build_wheel(host_pip, tmp_path_factory.mktemp("wheel"))
        roots.install_wizard(made, host_pip, wheel)
        for name, text in (
            ("/etc/rpm/macros", "%_dbpath /var/lib/rpm\n"),
            ("/etc/dnf/vars/releasever", "42\n"),
            (DRIVER, DRIVE),
        ):
            made.path(name).parent.mkdir(parents=True, exist_ok=True)
            made.path(name).write_text(text, encoding="utf-8")
        made.path("/etc/os-release").unlink()  # apt is there too, and would be the system's own
        made.path("/etc/os-release").write_text("ID=fedora\nNAME=Fedora\n", encoding="utf-8")
        made.path(ADDRESS).parent.mkdir()
        with made.path("/etc/passwd").open("a", encoding="utf-8") as file:
            file.write(f"student:x:{STUDENT}:{STUDENT}::{STUDENTS_HOME}:/bin/sh\n")
        rpms.publish(made, "fedora", rpms.FEDORA)
        rpms.publish(made, "centos", rpms.CENTOS)
        yield made
    finally:
        shutil.rmtree(made.folder)


@pytest.fixture(params=["dnf", "yum"])
def machine(root: Root, request: pytest.FixtureRequest) -> Machine:
    """Return a machine on which nothing is installed, by each of the tool's names."""
    made = Machine(root, request.param)
    made.prepare()
    return made


@pytest.fixture
def fedora(root: Root) -> Machine:
    """Return a machine that has both names, on which nothing is installed."""
    made = Machine(root, "dnf")
    made.prepare()
    return made


@pytest.fixture
def refusing() -> Iterator[str]:
    """Return the address of a server that refuses to talk: nobody listens at a taken port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/fedora"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """A web server of this folder, as long as the block lasts; its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join(10)


def test_what_is_there_and_what_is_to_be_had(machine: Machine) -> None:
    told = machine.drive()
    assert told.manager["name"] == machine.tool
    assert told.manager["program"] == f"/usr/bin/{machine.tool}"
    assert told.manager["problem"] == ""  # no list was fetched yet: that is no problem
    assert (told.installed, told.candidates) == ({}, {})
    machine.install("gcc")
    told = machine.drive()
    assert told.manager["problem"] == ""
    assert told.installed == {"gcc": machine.offered["gcc"]}
    everything = {n: version for n, version in machine.offered.items() if n in told.candidates}
    assert told.candidates == everything
    assert {"redhat-rpm-config", "libffi-devel", "gcc"} <= told.candidates.keys()


def test_a_user_is_answered_from_the_lists_of_the_system(machine: Machine) -> None:
    machine.install("gcc")
    told = machine.drive(student=True)
    assert told.manager["problem"] == ""
    assert told.installed == {"gcc": machine.offered["gcc"]}
    assert told.candidates["libffi-devel"] == machine.offered["libffi-devel"]


def test_what_would_be_replaced_is_known_and_restored(fedora: Machine) -> None:
    old = "old-openssl-devel"
    assert fedora.root.run("dnf", "makecache").code == 0
    assert fedora.root.run("rpm", "-i", f"{fedora.repository}/{old}.rpm").code == 0
    told = fedora.drive()
    assert told.manager["problem"] == ""
    assert told.manager["removals"] == [{"packages": ["openssl-devel"], "removes": [old]}]
    assert old in fedora.has()  # asking changed nothing
    # DNF 4 answers only root.
    assert fedora.drive(student=True).manager["removals"] == []
    plan = fedora.root.wizard("plan", "--method", "source", "--json")
    assert plan.code == 3, plan.said
    assert f"DNF removes the installed package {old}." in plan.said
    assert "--openssl" in plan.said  # the wizard can build one instead


def test_a_package_is_known_by_a_name_that_it_provides(fedora: Machine) -> None:
    fedora.install("python3-devel", "pkg-config")
    told = fedora.drive(minors=("3.13", "3.6"))
    version = fedora.offered["python3-devel"]
    assert told.installed["python3.13-devel"] == version
    assert told.candidates["python3.13-devel"] == version
    assert told.installed["pkgconf-pkg-config"] == fedora.offered["pkgconf-pkg-config"]
    assert not {"python3.6-devel", "python3.11-devel"} & told.candidates.keys()


def test_all_that_is_missing_is_installed_in_one_call(machine: Machine) -> None:
    told = machine.drive(machine.wanted)
    assert told.done.code == 0, told.done.said
    assert told.states == {"packages-refresh": "done", "packages": "done"}
    started = [event["command"] for event in told.of("step-started")]
    assert started[1].split()[-len(machine.wanted) :] == list(machine.wanted)
    assert machine.has() == machine.brings
    assert len(machine.transactions()) == 1
    assert not any("[y/N]" in line for line in told.lines)
    assert told.of("waiting") == []


def test_where_everything_is_there_nothing_is_done(machine: Machine) -> None:
    machine.install(*machine.wanted)
    before, transactions = machine.has(), machine.transactions()
    told = machine.drive()
    missing = {n for n in machine.wanted if n in told.candidates and n not in told.installed}
    assert missing == set()
    told = machine.drive(tuple(missing))
    assert told.of("step-started") == []
    # Installing it again anyway is harmless.
    told = machine.drive(machine.wanted)
    assert told.done.code == 0, told.done.said
    assert told.states == {"packages-refresh": "done", "packages": "done"}
    assert (machine.has(), machine.transactions()) == (before, transactions)


def test_the_plan_of_a_source_build(fedora: Machine) -> None:
    def commands() -> dict[str, list[str]]:
        done = fedora.root.wizard("plan", "--method", "source", "--json")
        assert done.code == 0, done.said
        return {step["id"]: step["action"].get("argv", []) for step in done.report["steps"]}

    assert list(commands()) == ["packages-refresh"]  # without lists nothing more is known
    assert fedora.root.run("dnf", "makecache").code == 0
    planned = commands()["packages"]
    assert planned[0] == "dnf"
    names = [word for word in planned if word in fedora.offered]
    assert {"gcc", "openssl-devel", "python3.11-devel", "cargo"} <= set(names)
    fedora.install(*names[:2])
    assert [word for word in commands()["packages"] if word in fedora.offered] == names[2:]
    fedora.install(*names[2:])
    assert not {"packages-refresh", "packages"} & commands().keys()


def test_one_unknown_name_drops_the_whole_call(machine: Machine) -> None:
    told = machine.drive(("gcc", "no-such-package", "libffi-devel"))
    assert told.done.code == 1
    assert told.states == {"packages-refresh": "done", "packages": "failed"}
    assert told.failed["cause"] == ("The package manager does not know a requested package.")
    assert any("no-such-package" in line for line in told.failed["excerpt"])
    assert told.failed["hints"]
    assert machine.has() == set()


@pytest.mark.parametrize("skip", [True, False], ids=["skip-if-unavailable", "needed"])
def test_a_repository_that_cannot_be_reached(machine: Machine, refusing: str, skip: bool) -> None:
    machine.point_to(refusing, skip=skip)
    told = machine.drive(machine.wanted, refresh=False)
    assert told.done.code == 1
    # With skip_if_unavailable the last line says that the names are unknown, which is not why.
    assert any("Unable to find a match" in line for line in told.lines) == skip
    assert told.failed["cause"] == OFFLINE
    assert any("Curl error" in line for line in told.failed["excerpt"])
    assert any("online" in hint for hint in told.failed["hints"])
    assert machine.has() == set()


def test_lists_that_cannot_be_fetched(machine: Machine, refusing: str) -> None:
    machine.point_to(refusing, skip=False)
    told = machine.drive(machine.wanted)
    assert told.done.code == 1
    assert told.states == {"packages-refresh": "failed", "packages": "skipped"}
    assert told.failed["cause"] == OFFLINE
    assert any("Curl error" in line for line in told.failed["excerpt"])
    assert told.failed["hints"]
    assert machine.has() == set()


def test_lists_that_are_left_out_where_they_cannot_be_fetched(
    machine: Machine, refusing: str
) -> None:
    machine.point_to(refusing, skip=True)
    told = machine.drive(machine.wanted)
    assert told.done.code == 1
    # The manager calls that a success; it is the next step that tells.
    assert told.states == {"packages-refresh": "done", "packages": "failed"}
    assert told.failed["cause"] == OFFLINE


def test_packages_that_cannot_be_downloaded(machine: Machine) -> None:
    """The lists are there and young enough, and then the network goes."""
    with served(machine.root.path(machine.repository)) as address:
        machine.point_to(address)
        assert machine.root.run(machine.tool, "makecache").code == 0
    told = machine.drive(machine.wanted, refresh=False)
    assert told.candidates["gcc"] == machine.offered["gcc"]
    assert told.done.code == 1
    assert told.failed["cause"] == OFFLINE
    assert any("Curl error" in line for line in told.failed["excerpt"])
    assert machine.has() == set()


@pytest.mark.parametrize("what", ["packages", "lists"])
def test_a_lock_is_named_and_waited_for(machine: Machine, what: str) -> None:
    assert machine.root.run(machine.tool, "makecache").code == 0
    if what == "packages":
        step, program = "packages", machine.tool
        holder = [f"/usr/bin/{machine.tool}", "install", "-y", "slow"]
    else:
        step, program = "packages-refresh", "python3"
        holder = ["/usr/bin/python3", "-c", HOLD_LISTS]
    told = machine.drive(("gcc",), holder=holder)
    assert told.done.code == 0, told.done.said
    (held,) = told.of("held")
    waiting = told.of("waiting")
    assert {event["step"] for event in waiting} == {step}
    assert f"{program} (process {held['pid']})" in [event["what"] for event in waiting]
    assert all(0 < event["seconds"] <= 300 for event in waiting)
    assert told.states == {"packages-refresh": "done", "packages": "done"}
    assert "gcc" in machine.has()


def test_questions_are_answered_while_packages_are_installed(machine: Machine) -> None:
    holder = [f"/usr/bin/{machine.tool}", "install", "-y", "slow"]
    machine.install("gcc")
    told = machine.drive(holder=holder, early=True)
    assert told.of("held")
    assert told.manager["problem"] == ""
    assert told.installed == {"gcc": machine.offered["gcc"]}
    assert told.candidates["libffi-devel"] == machine.offered["libffi-devel"]


def test_undo_removes_what_was_installed_and_nothing_else(machine: Machine) -> None:
    machine.install("nano", "gcc", "libffi")
    before = machine.has()
    assert before == {"nano", "gcc", "cpp", "libffi"}
    there = machine.drive().installed
    missing = tuple(name for name in machine.wanted if name not in there)
    assert "gcc" not in missing
    assert machine.drive(missing).done.code == 0
    assert machine.has() == before | machine.brings
    told = machine.drive(missing, undo=True)
    assert told.done.code == 0, told.done.said
    assert told.states == {"undo-0": "done"}
    # Dependencies that dnf installed stay, as with apt: they could have been there before.
    left = machine.has()
    assert before <= left <= before | machine.brings
    assert not set(machine.wanted) & (left - before)
    assert {path.name for path in machine.root.path("/usr/share/stand-in").iterdir()} == left


def test_undo_leaves_what_nobody_needs_but_was_there_before(machine: Machine) -> None:
    machine.install("cpp")
    assert machine.drive(("gcc",)).done.code == 0
    assert machine.has() == {"gcc", "cpp"}
    assert machine.drive(("gcc",), undo=True).done.code == 0
    assert machine.has() == {"cpp"}


def test_undo_where_somebody_else_removed_it_already(machine: Machine) -> None:
    assert machine.drive(machine.wanted).done.code == 0
    assert machine.root.run(machine.tool, "remove", "-y", *machine.wanted).code == 0
    assert machine.has() == set()
    assert machine.drive(machine.wanted, undo=True).states == {"undo-0": "done"}


def test_a_user_who_may_not_is_told_so_before_anything_starts(machine: Machine) -> None:
    told = machine.drive(("gcc",), student=True)
    assert told.done.code == 3
    assert told.states == {"packages-refresh": "failed", "packages": "skipped"}
    assert "must run as root" in told.failed["cause"]
    assert all(line in told.failed["cause"] or "root" in line for line in told.lines), "nothing ran"


def test_what_the_manager_says_to_a_user_who_may_not(machine: Machine) -> None:
    told = machine.drive(("gcc",), student=True, privilege="root", refresh=False)
    assert told.done.code == 1
    assert told.failed["cause"] == "The package manager reports that it was not run as root."
    assert any("superuser privileges" in line for line in told.failed["excerpt"])
    assert told.failed["hints"]
    assert machine.has() == set()
