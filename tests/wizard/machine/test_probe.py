"""The probe on pretended machines: programs that ask, hang, lie or are not there at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from backends.manager import managers
from tests.programs import only, program, python, silent_apt
from wizard import codec, openssl_archive
from wizard.cache import integrity
from wizard.choices import Choices
from wizard.facts import Facts, Headers, Listed, Listing, Manager, Package, Privilege
from wizard.index import listing
from wizard.index.source import IndexSource
from wizard.knowledge import load
from wizard.machine import control_groups, headers, packages, probe, pythons, system, tools
from wizard.machine.inspection import inspect
from wizard.machine.parallel import Task, run_all
from wizard.tables import OpenSSLPackage, Packages, RustPackage

BASE = str(getattr(sys, "_base_executable", sys.executable))
TABLE = Packages(
    manager="apt",
    build=("gcc",),
    openssl=(OpenSSLPackage("libssl-dev"),),
    python_headers=("python{minor}-dev",),
    venv="",
    rust=(RustPackage(("cargo", "rustc"), "rustc"),),
)


@pytest.fixture
def bin_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH but the system's own."""
    only(monkeypatch, tmp_path / "bin")
    for name in ("PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "CARGO_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path / "bin"


# Side by side.


def test_a_task_that_breaks_has_a_problem_and_the_stand_in() -> None:
    def broken() -> int:
        raise ValueError("odd answer")

    task = Task("Memory", 5, broken)
    assert task.answer(-1) == -1
    assert task.problem == "Memory: ValueError: odd answer"


def test_a_task_that_hangs_is_left_behind() -> None:
    task = Task("Disk", 0.05, lambda: time.sleep(5))
    assert task.answer(None) is None
    assert task.problem == "Disk: no answer within 0.05 seconds."


# System and privilege.


def test_this_system() -> None:
    found = system.read()
    assert found.name == system.system_name()
    assert found.machine
    assert found.memory > 0
    assert found.cores >= 1
    assert found.temporary_free > 0
    assert found.problems == ()


def test_a_part_that_cannot_be_read_is_a_problem_and_the_rest_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails() -> int:
        raise OSError("no such thing")

    monkeypatch.setattr(system, "_memory", fails)
    found = system.read()
    assert found.memory == 0
    assert found.cores >= 1
    assert found.problems == ("The memory could not be read: no such thing.",)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has control groups")
def test_a_limit_of_memory_and_cores_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control_groups, "read", lambda: control_groups.Limits(1 << 30, 1 << 20, 1))
    monkeypatch.setattr(control_groups, "read_swap", lambda: 1 << 30)
    found = system.read()
    assert (found.memory, found.swap, found.cores) == (1 << 30, 1 << 20, 1)
    monkeypatch.setattr(
        control_groups, "read", lambda: control_groups.Limits(1 << 60, None, 1 << 10)
    )
    found = system.read()
    assert found.memory < 1 << 60
    assert found.swap == 1 << 30
    assert found.cores < 1 << 10


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [("/data/data/com.termux/files/usr", ("termux", "Termux")), ("", ("android", "Android"))],
)
@pytest.mark.skipif(sys.platform != "linux", reason="Android counts as Linux")
def test_android_is_known_by_its_variables(
    monkeypatch: pytest.MonkeyPatch, prefix: str, expected: tuple[str, str]
) -> None:
    monkeypatch.setenv("PREFIX", prefix)
    monkeypatch.setenv("ANDROID_ROOT", "/system")
    monkeypatch.delenv("ANDROID_DATA", raising=False)
    assert system.read().distribution not in ("termux", "android")
    monkeypatch.setenv("ANDROID_DATA", "/data")
    found = system.read()
    assert (found.distribution, found.distribution_name) == expected


@pytest.mark.parametrize(
    ("sudo", "doas", "method", "password"),
    [
        ("exit 0", "exit 0", "sudo", False),
        ("echo 'sudo: a password is required' >&2; exit 1", "exit 0", "sudo", True),
        ("echo 'sudo: interactive authentication is required' >&2; exit 1", "", "sudo", True),
        ("echo 'ann is not in the sudoers file.' >&2; exit 1", "exit 0", "doas", False),
        ("exit 1", "echo 'doas: Authentication required' >&2; exit 1", "doas", True),
        ("exit 1", "echo 'doas: Operation not permitted' >&2; exit 1", "none", False),
        ("exec sleep 30", "", "none", False),
        (
            "echo 'The \"no new privileges\" flag is set: a password is required' >&2; exit 1",
            "",
            "none",
            False,
        ),
    ],
)
def test_the_way_to_root(
    bin_: Path, monkeypatch: pytest.MonkeyPatch, sudo: str, doas: str, method: str, password: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    program(bin_, "sudo", sudo)
    program(bin_, "doas", doas or "exit 1")
    found = system.privilege(timeout=0.5)
    assert (found.method, found.password) == (method, password)
    assert found.program == ("" if method == "none" else str(bin_ / method))


@pytest.mark.parametrize("tool", ["sudo", "doas"])
def test_a_rule_may_allow_only_a_package_manager(
    bin_: Path, monkeypatch: pytest.MonkeyPatch, tool: str
) -> None:
    # sudo 1.9.13 with the rule "NOPASSWD: /usr/bin/apt-get"
    refused = "echo 'sudo: a password is required' >&2; exit 1"
    program(bin_, "apt-get", "exit 0")
    program(bin_, "sudo", "exit 1")
    program(bin_, tool, f'case "$2" in apt-get) exec "$2" "$3";; *) {refused};; esac')
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    found = system.privilege(timeout=5)
    assert (found.method, found.password, found.only) == (tool, False, ("apt-get",))


def test_root_asks_nobody(bin_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program(bin_, "sudo", f'touch "{bin_}/asked"')
    assert system.privilege() == Privilege("root")
    assert not (bin_ / "asked").exists()


# Tools and headers.


def test_a_tool_says_its_version(bin_: Path) -> None:
    path = program(bin_, "cc", "echo 'cc (Ubuntu 11.4.0-1ubuntu1~22.04) 11.4.0'")
    assert tools.inspect("cc", path).version == "11.4.0"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("exec sleep 30", "No answer within 0.3 seconds."),
        ("echo 'cannot load libLLVM' >&2; exit 127", "cannot load libLLVM"),
        ("exit 3", "It ended with exit code 3."),
        ("echo hello", "It does not print its version."),
    ],
)
def test_a_tool_that_does_not_run_has_a_problem(bin_: Path, body: str, said: str) -> None:
    tool = tools.inspect("rustc", program(bin_, "rustc", body), timeout=0.3)
    assert (tool.version, tool.problem) == ("", said)


def test_a_rustup_without_a_toolchain(bin_: Path) -> None:
    program(
        bin_,
        "rustup",
        'test "$RUSTUP_AUTO_INSTALL" = 0 || exit 9\n'
        "echo 'error: rustup could not choose a version of rustc to run' >&2; exit 1",
    )
    (bin_ / "rustc").symlink_to("rustup")
    tool = tools.inspect("rustc", str(bin_ / "rustc"))
    assert tool.origin == "rustup"
    assert tool.problem == "rustup has no toolchain."


def test_every_rustc_on_path_in_its_order_then_rustup_s(
    bin_: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = program(bin_, "rustc", "echo rustc 1.63.0")
    second = program(tmp_path / "CARGO_HOME" / "bin", "rustc", "echo rustc 1.95.0")
    monkeypatch.setenv("PATH", f"{bin_}{os.pathsep}{bin_}{os.pathsep}/usr/bin:/bin")
    found = [t for t in tools.read(("rustc",)) if not t.path.startswith(("/usr", "/bin"))]
    assert [(t.path, t.version) for t in found] == [(first, "1.63.0"), (second, "1.95.0")]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('# define OPENSSL_VERSION_TEXT    "OpenSSL 1.1.1w  11 Sep 2023"', "1.1.1w"),
        ('# define OPENSSL_VERSION_STR "3.0.19"', "3.0.19"),
        (
            "# define OPENSSL_VERSION_MAJOR  3\n# define OPENSSL_VERSION_MINOR  5\n"
            "# define OPENSSL_VERSION_PATCH  1\n",
            "3.5.1",
        ),
        (
            '#define LIBRESSL_VERSION_TEXT   "LibreSSL 3.8.2"\n'
            '#define OPENSSL_VERSION_TEXT    "LibreSSL 3.8.2"',
            "LibreSSL 3.8.2",
        ),
        ("/* nothing */", ""),
    ],
)
def test_the_version_in_opensslv_h(text: str, version: str) -> None:
    assert headers.version_of(text) == version


def test_headers_that_are_pointed_at_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    include = tmp_path / "include" / "openssl"
    include.mkdir(parents=True)
    (include / "opensslv.h").write_text('# define OPENSSL_VERSION_STR "3.9.9"', encoding="utf-8")
    monkeypatch.setenv("OPENSSL_DIR", str(tmp_path))
    assert headers.read()[0] == Headers(str(tmp_path / "include"), "3.9.9")
    lib = tmp_path / "lib"
    lib.mkdir()
    for name in ("libssl.a", "libcrypto.a"):
        (lib / name).write_bytes(b"")
    found = headers.read()[0]
    assert (found.libraries, found.static, found.shared) == (str(lib), True, False)
    (lib / "libcrypto.so").write_bytes(b"")
    assert headers.read()[0].shared


# Package managers.


HAVE = "echo 'ii  gcc 4:12.2 c-compiler'; exit 1"
OFFER = r"printf 'gcc:\n  Installed: 4:12.2\n  Candidate: 4:12.2\nrustc:\n  Candidate: 1.63\n'"
"""What the programs of an apt print that has one package, and could install another."""


def pretend_apt(bin_: Path, query: str, policy: str) -> None:
    program(bin_, "apt-get", "exit 0")
    program(bin_, "dpkg-query", query)
    program(bin_, "apt-cache", policy)


def apt(bin_: Path, query: str, policy: str) -> tuple[Manager, ...]:
    pretend_apt(bin_, query, policy)
    return tuple(m for m in packages.read(("3.12",), known=(TABLE,)) if m.name == "apt")


def test_a_manager_says_what_it_has(bin_: Path) -> None:
    (found,) = apt(bin_, HAVE, OFFER)
    assert found.problem == ""
    assert found.packages == (Package("gcc", "4:12.2", "4:12.2"), Package("rustc", "", "1.63"))


def test_a_manager_that_fails_or_speaks_garbage_has_a_problem(bin_: Path) -> None:
    (found,) = apt(bin_, "echo 'E: Sub-process dpkg error' >&2; exit 2", "head -c 999 /dev/urandom")
    assert "Sub-process" in found.problem
    assert found.packages == ()


def test_a_manager_whose_reader_breaks_has_a_problem(
    bin_: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> dict[str, str]:
        raise KeyError("Candidate")

    monkeypatch.setattr(type(managers()["apt"]), "candidates", breaks)
    (found,) = apt(bin_, "echo 'ii  gcc 4:12.2 '", "echo")
    assert "in an unknown format" in found.problem
    assert found.packages == (Package("gcc", "4:12.2", ""),)


def test_a_manager_that_hangs_is_left(bin_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "TIME_LIMIT", 0.3)
    (found,) = apt(bin_, "exec sleep 30", "exec sleep 30")
    assert found.problem == "dpkg-query did not answer within 0.3 seconds."


def test_the_names_that_matter_each_once() -> None:
    wanted = ("gcc", "libssl-dev", "cargo", "rustc", "python3.12-dev", "python3.9-dev")
    assert packages.package_names(TABLE, ("3.12", "3.9")) == wanted


# All of it.


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> list[IndexSource]:
    """Instead of the network: a list of what was asked."""
    asked: list[IndexSource] = []

    def fetch(source: IndexSource) -> Listing:
        asked.append(source)
        return Listing((Listed("50.0.2"),))

    monkeypatch.setattr(listing, "fetch", fetch)
    return asked


def has_pip() -> bool:
    return inspect(BASE, "path")[1] is not None


def test_everything_of_this_machine(bin_: Path, tmp_path: Path, listed: list[IndexSource]) -> None:
    bin_.mkdir()
    (bin_ / "python3").symlink_to(BASE)
    program(bin_, "rustc", "exit 1")
    program(bin_, "python3.6", "exec sleep 0.2; exit 1")
    measured = probe.measure(Choices(), everything=True, folder=str(tmp_path))
    facts = measured.facts
    assert facts.folder == str(tmp_path)
    assert facts.pythons[0].problem == ""
    assert facts.pythons[-1].path == str(bin_ / "python3.6")
    assert facts.tool("rustc") is None or facts.tool("rustc") != facts.tools[0]
    assert facts.system.problems == ()
    assert {"Pythons", "System", "Tools", "Package managers"} <= set(measured.seconds)
    assert codec.from_json(Facts, codec.to_json(facts), source="facts", schema=1) == facts
    if has_pip():
        assert facts.listing == Listing((Listed("50.0.2"),))
        assert len(listed) == 1


@pytest.mark.parametrize("answer", [Listing((Listed("50.0.2"),)), Listing(problem="No answer.")])
def test_the_full_probe_after_a_quick_one_does_not_ask_the_index_again(
    bin_: Path, tmp_path: Path, listed: list[IndexSource], answer: Listing
) -> None:
    bin_.mkdir()
    (bin_ / "python3").symlink_to(BASE)
    choices = Choices(python=str(bin_ / "python3"))
    quick = replace(probe.probe(choices, folder=str(tmp_path)), listing=answer)
    listed.clear()
    full = probe.probe(choices, everything=True, after=quick, folder=str(tmp_path))
    assert full.listing == answer
    assert listed == []
    probe.probe(choices, everything=True, folder=str(tmp_path))
    assert len(listed) == 1


def test_a_full_probe_that_prefers_another_python_asks_its_index(
    bin_: Path, tmp_path: Path, listed: list[IndexSource]
) -> None:
    if not has_pip():
        pytest.skip("this Python has no pip, so its index is not known")
    bin_.mkdir()
    (bin_ / "python3").symlink_to(BASE)
    choices = Choices(python=str(bin_ / "python3"))
    quick = probe.probe(choices, folder=str(tmp_path))
    other = replace(quick, pythons=(), listing=Listing(problem="No answer."))
    listed.clear()
    full = probe.probe(choices, everything=True, after=other, folder=str(tmp_path))
    assert full.listing == Listing((Listed("50.0.2"),))
    assert len(listed) == 1


def test_a_wheel_asks_neither_managers_nor_sudo(
    bin_: Path, tmp_path: Path, listed: list[IndexSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not inspect(BASE, "path")[0].ensurepip:
        pytest.skip("this Python has no ensurepip, so a package manager is asked")
    bin_.mkdir()
    (bin_ / "python3").symlink_to(BASE)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for name in ("sudo", "doas", "dpkg-query", "apt-cache", "cc"):
        program(bin_, name, f'echo {name} >> "{tmp_path}/asked"; exit 1')
    facts = probe.probe(Choices(python=str(bin_ / "python3")), folder=str(tmp_path))
    assert [p.origin for p in facts.pythons] == ["asked"]
    assert facts.managers == ()
    assert facts.privilege == Privilege()
    assert not (tmp_path / "asked").exists()
    assert len(listed) == 1


def test_a_source_build_asks_them(bin_: Path, tmp_path: Path, listed: list[IndexSource]) -> None:
    silent_apt(bin_)
    (bin_ / "python3").symlink_to(BASE)
    program(bin_, "cc", "echo cc 12.2.0")
    facts = probe.probe(Choices(method="source"), folder=str(tmp_path))
    cc = facts.tool("cc")
    assert cc is not None
    assert cc.path == str(bin_ / "cc")


def test_what_is_known_early_is_told_while_another_part_is_slow(
    bin_: Path, tmp_path: Path, listed: list[IndexSource]
) -> None:
    answers = tmp_path / "answers"
    for name in ("apt-get", "apt-cache", "dpkg-query"):
        program(bin_, name, f"while [ ! -e {answers} ]; do sleep 0.05; done")
    (bin_ / "python3").symlink_to(BASE)
    told, complete = dict[str, object](), threading.Event()

    def tell(name: str, value: object) -> None:
        told[name] = value
        if set(told) == {"system", "pythons", "tools", "openssl"}:
            complete.set()

    def meanwhile() -> None:
        assert complete.wait(60), f"told only {sorted(told)}"
        answers.touch()

    choices = Choices(method="source")
    facts = probe.probe(choices, folder=str(tmp_path), meanwhile=meanwhile, tell=tell)
    assert {name: getattr(facts, name) for name in ("pythons", "tools", "openssl")} == {
        name: told[name] for name in ("pythons", "tools", "openssl")
    }
    assert facts.managers, "the slow part was asked, too"


def test_a_source_build_compares_what_is_in_the_cache_with_its_seal(
    bin_: Path, tmp_path: Path, listed: list[IndexSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    silent_apt(bin_)
    (bin_ / "python3").symlink_to(BASE)
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_CACHE", str(tmp_path / "cache"))
    for name in ("3.5.4-static-a-1", "3.5.4-static-a-2", "3.5.4-static-a-3"):
        folder = tmp_path / "cache" / "openssl" / name
        folder.mkdir(parents=True)
        (folder / "libcrypto.a").write_text("one")
        if not name.endswith("3"):
            integrity.seal(folder, "OpenSSL 3.5.4, static")
    (tmp_path / "cache" / "openssl" / "3.5.4-static-a-2" / "libcrypto.a").write_text("two")
    facts = probe.probe(Choices(method="source"), folder=str(tmp_path))
    assert facts.built == ("3.5.4-static-a-1",)
    assert facts.damaged == ("3.5.4-static-a-2",)
    facts = probe.probe(Choices(method="wheel"), folder=str(tmp_path))
    assert (facts.built, facts.damaged) == ((), ())


def test_a_source_build_looks_what_an_openssl_can_be_checked_with(
    bin_: Path, tmp_path: Path, listed: list[IndexSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    silent_apt(bin_)
    (bin_ / "python3").symlink_to(BASE)
    key = load().openssls[0].signer
    program(bin_, "gpg", f"echo 'gpg (GnuPG) 2.4.7'; echo 'pub:-:'; echo 'fpr:::::::::{key}:'")
    (tmp_path / "pubring.kbx").write_text("x")
    file = tmp_path / "mirror" / "openssl-3.5.7.tar.gz"
    file.parent.mkdir()
    file.write_text("x")
    monkeypatch.setenv("GNUPGHOME", str(tmp_path))
    monkeypatch.setenv(openssl_archive.VARIABLE, str(file.parent))
    facts = probe.probe(Choices(method="source"), folder=str(tmp_path))
    assert facts.variable(openssl_archive.VARIABLE) == f"{file.parent.as_uri()}/"
    assert facts.archives == (file.as_uri(),)
    assert facts.signers == (key,)
    other = tmp_path / "openssl-x.tar.gz"
    other.write_text("x")
    asked = Choices(method="source", openssl="3.5.7", openssl_source=other.as_uri())
    assert probe.probe(asked, folder=str(tmp_path)).archives == (other.as_uri(),)
    file.parent.rename(tmp_path / "moved")
    facts = probe.probe(Choices(method="source"), folder=str(tmp_path))
    assert facts.variable(openssl_archive.VARIABLE) == str(file.parent)
    assert (facts.archives, facts.system.problems) == ((), ())


def test_a_probe_that_breaks_leaves_the_others_their_facts(
    bin_: Path, tmp_path: Path, listed: list[IndexSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    silent_apt(bin_)
    monkeypatch.setattr(headers, "read", breaks)
    monkeypatch.setattr(system, "read", breaks)
    monkeypatch.setattr(pythons, "find", breaks)
    facts = probe.probe(Choices(), everything=True, folder=str(tmp_path))
    assert facts.pythons == ()
    assert facts.listing is None
    assert facts.system.name == system.system_name()
    assert set(facts.system.problems) == {
        "OpenSSL headers: RuntimeError: a bug",
        "System: RuntimeError: a bug",
        "Pythons: RuntimeError: a bug",
    }


def test_where_no_python_has_a_pip_the_wizard_s_own_environment_says_where(
    bin_: Path, tmp_path: Path, listed: list[IndexSource], monkeypatch: pytest.MonkeyPatch
) -> None:
    silent_apt(bin_)
    answer = '{"version": "3.11.2", "errors": {}, "pip": null}'
    bare = program(bin_, "python3", f"echo '{answer}'")
    pip = (
        '{"version": "24.0", "installed": true, "tags": ["py3-none-any"], "settings": [], '
        '"default": "https://own.example/simple", "errors": {}}'
    )
    own = program(tmp_path, "python", f'echo \'{{"version": "3.11.2", "pip": {pip}}}\'')
    monkeypatch.setattr(sys, "executable", own)
    facts = probe.probe(Choices(python=bare), folder=str(tmp_path))
    assert [p.path for p in facts.pythons] == [bare]
    assert [source.url for source in listed] == ["https://own.example/simple"]
    assert facts.listing is not None


def test_side_by_side_and_no_more_at_once_than_allowed() -> None:
    running: list[int] = []
    most: list[int] = []

    def work(number: int) -> int:
        running.append(number)
        most.append(len(running))
        time.sleep(0.01)
        running.remove(number)
        return number * 10

    works = [partial(work, number) for number in range(7)]
    assert dict(run_all(works, threads=3)) == {number: number * 10 for number in range(7)}
    assert max(most) <= 3
    assert list(run_all([], threads=3)) == []


def test_what_one_of_many_raises_is_raised() -> None:
    def breaks() -> int:
        raise ValueError("odd")

    with pytest.raises(ValueError, match="odd"):
        list(run_all([breaks], threads=1))


IMPORTS = """\
import json, sys, threading
late = {}
class Recorder:
    def find_spec(self, name, path=None, target=None):
        thread = threading.current_thread()
        if thread is not threading.main_thread():
            late.setdefault(name.partition(".")[0], thread.name)
sys.meta_path.insert(0, Recorder())
from wizard import engine
from wizard.cache import integrity
from wizard.choices import Choices
facts = engine.real().probe(Choices(python=sys.argv[1]), everything=sys.argv[2] == "everything")
safe = sys.stdlib_module_names | {"assets", "backends", "screens", "wizard"}
foreign = {n: late[n] for n in late if n not in safe and not n.startswith("_sysconfigdata")}
problem = facts.listing.problem if facts.listing else ""
print(json.dumps([foreign, problem, "requests" in sys.modules]))
"""
"""Prints the packages of other projects that a thread of the probe was the first to import."""


@pytest.mark.skipif(sys.version_info < (3, 10), reason="this Python does not list its own modules")
@pytest.mark.parametrize("how", ["quick", "everything"])
def test_the_threads_import_no_packages(bin_: Path, tmp_path: Path, how: str) -> None:
    """Two threads that import parts of the same package can block each other."""
    if not has_pip():
        pytest.skip("this Python has no pip, so no index is asked")
    pretend_apt(bin_, HAVE, OFFER)
    done = subprocess.run(
        (sys.executable, "-c", IMPORTS, BASE, how),
        env={**os.environ, "PIP_INDEX_URL": "http://127.0.0.1:1/simple"},  # nobody listens there
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    foreign, problem, requests = json.loads(done.stdout)
    assert foreign == {}
    assert "127.0.0.1:1" in problem
    assert requests


def test_meanwhile_is_called_before_the_pythons_have_answered(
    bin_: Path, tmp_path: Path, listed: list[IndexSource]
) -> None:
    waits = tmp_path / "waits"
    slow = python(bin_, body=f'until [ -e "{waits}" ]; do sleep 0.01; done')
    facts = probe.probe(Choices(python=slow), folder=str(tmp_path), meanwhile=waits.touch)
    assert [p.problem for p in facts.pythons] == [""]
