"""A plan written out."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal, NamedTuple

import pytest

from backends.action import (
    Action,
    CheckSignature,
    Command,
    Download,
    Prove,
    RemoveFolder,
    Unpack,
    WriteFile,
)
from backends.gpg import CHECK
from tests.machines import machine, names
from tests.programs import program
from tests.wizard.planned import plan, plans
from wizard.choices import Choices
from wizard.errors import BadRequest, Exit, WizardError
from wizard.export.commands import command_text
from wizard.export.formats import to_powershell, to_shell, to_text
from wizard.facts import Privilege
from wizard.knowledge import load
from wizard.plan import Plan, Step, beside
from wizard.programs.variables import REMOVED
from wizard.running.schedule import startable

DEBIAN = plan(machine("debian-12"), load(), Choices(method="source"))


def small(*steps: Step, environment: str = "/e") -> Plan:
    return Plan("50.0.2", "wheel", "static", "/e/bin/python", environment, True, steps)


SHELLS = [name for name in ("dash", "bash", "busybox") if shutil.which(name)] or ["sh"]


def run(
    script: str, folder: Path, shell: str = "sh", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    path = folder / "plan.sh"
    path.write_text(script)
    name = (shell, "sh") if shell == "busybox" else (shell,)
    program = shutil.which(shell) or shell  # PATH in ``env`` may be a smaller one
    return subprocess.run(
        [program, *name[1:], str(path)],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=30,
        check=False,
        env={**os.environ, **(env or {})},
    )


def test_the_text_has_every_step_with_its_command() -> None:
    text = to_text(DEBIAN)
    for step in DEBIAN.steps:
        assert step.title in text
    assert "(as root)" in text
    assert "$ LC_ALL=C DEBIAN_FRONTEND=noninteractive" in text
    assert max(len(line) for line in text.splitlines() if "$ " not in line) < 120


@pytest.mark.parametrize("method", ["sudo", "doas", "root", "none"])
def test_a_line_can_be_copied_by_this_user(method: Literal["sudo", "doas", "root", "none"]) -> None:
    text = to_text(DEBIAN, privilege=Privilege(method, f"/usr/bin/{method}"), to_type=True)
    shown = [line.split("$ ", 1)[1] for line in text.splitlines() if line.startswith("   $ ")]
    assert len(shown) == len(DEBIAN.steps)
    begins = {"sudo": ["sudo", "env"], "doas": ["doas", "env"]}.get(method)
    for step, line in zip(DEBIAN.steps, shown):
        words = shlex.split(line)
        if step.needs_root and begins:
            assert isinstance(step.action, Command)
            assert words[:2] == begins
            assert words[-len(step.action.argv) :] == list(step.action.argv)
        else:
            assert line == command_text(step.action)
    assert any(step.needs_root for step in DEBIAN.steps)


def test_on_windows_no_line_begins_with_sudo() -> None:
    line = command_text(Command(("x",), root=True), "windows", Privilege("sudo", "/usr/bin/sudo"))
    assert line == "x"


def test_progress_reports_are_not_for_people() -> None:
    assert "Status-Fd" not in to_text(DEBIAN) + to_shell(DEBIAN)


def test_the_script_is_accepted_by_the_shell(tmp_path: Path) -> None:
    (tmp_path / "plan.sh").write_text(to_shell(DEBIAN))
    subprocess.run(["sh", "-n", str(tmp_path / "plan.sh")], check=True, timeout=30)


@pytest.mark.parametrize(
    "name", ["a b", "it's", '"q"', "$(touch stolen)", "`touch stolen`", "a\nb"]
)
def test_odd_names_stay_one_word(tmp_path: Path, name: str) -> None:
    show = Command((sys.executable, "-c", "import sys; print(repr(sys.argv[1]))", name))
    result = run(to_shell(small(Step("s", f"Show {name}", f"Why {name}.", show), environment=name)),
                 tmp_path)  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert repr(name) in result.stdout
    assert not (tmp_path / "stolen").exists()


def test_the_script_sets_variables_and_path(tmp_path: Path) -> None:
    show = Command(
        (sys.executable, "-c", "import os; print(os.environ['A'], os.environ['PATH'])"),
        env=(("A", "x y"),),
        path=("/opt/rust 1/bin",),
    )
    result = run(to_shell(small(Step("s", "t", "w.", show))), tmp_path)
    assert result.stdout.splitlines()[-1].startswith("x y /opt/rust 1/bin:")


def test_the_script_writes_files_and_folders(tmp_path: Path) -> None:
    write = WriteFile(str(tmp_path / "a b.txt"), "50%\n$HOME\n")
    result = run(to_shell(small(Step("s", "t", "w.", write))), tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "a b.txt").read_text() == "50%\n$HOME\n"


@pytest.mark.parametrize("wheelhouse", ["", "/home/ada/wheels"])
def test_a_script_fetches_no_crates_ahead(wheelhouse: str) -> None:
    choices = Choices(method="source", openssl="3.5.7", link="static", wheelhouse=wheelhouse)
    made = plan(machine("workshop"), load(), choices)
    assert "--dry-run" in to_text(made)  # the runner does it while OpenSSL is compiled
    last = len(made.steps) - 1
    for script in (to_shell(made), to_powershell(made)):
        assert "--dry-run" not in script
        assert "Meanwhile" not in script
        assert f"[{last}/{last}] {made.steps[-1].title}" in script


def test_the_text_says_which_steps_may_run_at_the_same_time() -> None:
    choices = Choices(method="source", openssl="3.5.7")
    made = plan(machine("debian-12"), load(), choices)
    numbers = {step.id: number for number, step in enumerate(made.steps, 1)}
    text = to_text(made)
    crates = text[text.index(f"\n{numbers['crates']}. ") :].split("\n\n")[0]
    words = " ".join(crates.split())
    assert "This runs while OpenSSL is compiled." in words
    first, last = numbers["openssl-source"], numbers["openssl-clean"]
    assert numbers["openssl-build"] in range(first, last)
    assert f"It can run at the same time as steps {first} to {last}" in words


def test_steps_in_a_row_say_nothing_about_time() -> None:
    one = Step("one", "t", "w.", Command(("x",)))
    two = Step("two", "t", "w.", Command(("x",)), needs=("one",))
    assert "same time" not in to_text(small(one, two))


@pytest.mark.parametrize("name", names())
def test_what_the_text_says_of_time_is_what_the_runner_does(name: str) -> None:
    for choices in (Choices(), Choices(method="source")):
        with contextlib.suppress(WizardError):
            made = plan(machine(name), load(), choices)
            assert_beside_is_true(made)
    with contextlib.suppress(WizardError):
        assert_beside_is_true(plan(machine(name), load(), Choices(openssl="3.5.7")))


def assert_beside_is_true(made: Plan) -> None:
    """Each pair of steps may run together according to `beside` if the schedule can do it."""
    for number, (step, others) in enumerate(zip(made.steps, beside(made)), 1):
        for place, other in enumerate(made.steps[: number - 1], 1):
            # Everything else is done that can be without these two.
            done: set[str] = set()
            while True:
                ready = startable(made.steps, done, ())
                new = [s.id for s in ready if s.id not in (step.id, other.id)]
                if not new:
                    break
                done |= set(new)
            together = {s.id for s in startable(made.steps, done, ())} >= {step.id, other.id}
            assert (place in others) == together


@pytest.mark.parametrize("to_script", [to_shell, to_powershell])
def test_a_script_carries_the_notes_as_comments(to_script: Callable[[Plan], str]) -> None:
    notes = ("A first note, with \u201cquotes\u201d.", "A second one. " + "It is long. " * 20)
    script = to_script(replace(small(Step("s", "t", "w.", Command(("x",)))), notes=notes))
    comments = [line for line in script.splitlines() if line.startswith("# ")]
    assert sum(line.startswith("# * ") for line in comments) == len(notes)
    text = " ".join(" ".join(line.lstrip("# *") for line in comments).split())
    assert "A first note, with" in text
    assert notes[1].strip() in text
    assert "* " not in to_script(small(Step("s", "t", "w.", Command(("x",))))).split("set -eu")[0]


def test_a_note_cannot_leave_its_comment(tmp_path: Path) -> None:
    notes = ("one\ntouch stolen", "$(touch stolen)")
    result = run(to_shell(replace(small(), notes=notes)), tmp_path)
    assert result.returncode == 0, result.stderr
    assert not (tmp_path / "stolen").exists()


def test_the_script_stops_at_the_first_failure(tmp_path: Path) -> None:
    fail = Command((sys.executable, "-c", "import sys; sys.exit(7)"))
    later = WriteFile(str(tmp_path / "later"), "x")
    result = run(to_shell(small(Step("a", "t", "w.", fail), Step("b", "t", "w.", later))), tmp_path)
    assert result.returncode == 7
    assert not (tmp_path / "later").exists()


def test_the_proof_of_the_script_fails_without_cryptography(tmp_path: Path) -> None:
    subprocess.run(
        (sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "e")), timeout=60, check=True
    )
    (tmp_path / "cryptography.py").write_text("__version__ = '50.0.2'\n")  # not what is installed
    prove = Prove(str(tmp_path / "e" / "bin" / "python"), "50.0.2")
    result = run(to_shell(small(Step("p", "t", "w.", prove))), tmp_path)
    assert result.returncode != 0
    assert "No module named 'cryptography'" in result.stderr


def test_windows_commands_are_for_powershell() -> None:
    command = Command(("C:\\Program Files\\python.exe", "-m", "venv", "C:\\my env"))
    shown = command_text(command, "windows")
    assert shown == "& 'C:\\Program Files\\python.exe' -m venv 'C:\\my env'"
    assert f"PS> {shown}" in to_text(
        replace(small(Step("s", "t", "w.", command)), system="windows")
    )


def test_a_command_can_be_pasted() -> None:
    for step in DEBIAN.steps:
        if isinstance(step.action, Command):
            words = shlex.split(command_text(step.action))
            assert words[-len(step.action.argv) :] == list(step.action.argv)


def test_a_command_is_written_and_run_without_what_makes_plans() -> None:
    look = "import sys, wizard.running.runner, wizard.export.commands; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = done.stdout.split()
    assert "wizard.export.shell" in loaded
    rooms = ("wizard.planning", "wizard.questions", "wizard.advice", "wizard.export.dockerfile")
    assert [name for name in loaded if name.startswith(rooms)] == []


def test_a_preparation_says_that_more_follows() -> None:
    prepared = replace(DEBIAN, prepares=True)
    assert to_text(prepared).startswith("Prepare")
    assert "again" in to_shell(prepared)


SEES = "import os; print([os.environ.get(n) for n in ('GONE', 'LIB', 'INCLUDE', 'NEW')])"
VARIED = Command(
    (sys.executable, "-c", SEES),
    env=(("NEW", "it's new"), ("INCLUDE", "own")),
    lists=(("LIB", "/a b"), ("LIB", "/c"), ("INCLUDE", "/i")),
    unset=("GONE",),
)
VARIED_ROOT = replace(VARIED, root=True)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("command", [VARIED, VARIED_ROOT], ids=["user", "root"])
@pytest.mark.parametrize(("lib", "wanted"), [("/old", "/a b:/c:/old"), ("", "/a b:/c")])
def test_the_script_has_lists_and_takes_variables_away(
    tmp_path: Path, shell: str, command: Command, lib: str, wanted: str
) -> None:
    bin_folder = tmp_path / "bin"
    program(bin_folder, "id", "echo 1000")
    program(bin_folder, "sudo", 'exec "$@"')
    env = {"GONE": "here", "LIB": lib, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    result = run(to_shell(small(Step("s", "t", "w.", command))), tmp_path, shell, env)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == repr([None, wanted, "/i:own", "it's new"])


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_goes_where_the_plan_says_and_through_the_proxy(
    tmp_path: Path, shell: str
) -> None:
    bin_folder = tmp_path / "bin"
    program(bin_folder, "id", "echo 1000")
    program(bin_folder, "doas", 'exec env -i PATH="$PATH" "$@"')
    without_sudo = tools(tmp_path / "few", "env", "sh")["PATH"]
    sees = "import os; print([os.environ.get(n) for n in ('PIP_USER', 'https_proxy', 'NO_PROXY')])"
    steps = [Step(str(n), "t", "w.", Command((sys.executable, "-c", sees), root=bool(n)))
             for n in range(2)]  # fmt: skip
    env = {"PATH": f"{bin_folder}{os.pathsep}{without_sudo}", "https_proxy": "it's a proxy"}
    env |= dict.fromkeys(REMOVED, "1")
    result = run(to_shell(small(*steps)), tmp_path, shell, env)
    assert result.returncode == 0, result.stderr
    wanted = repr([None, "it's a proxy", os.environ.get("NO_PROXY")])
    assert result.stdout.splitlines() == ["[1/2] t", wanted, "[2/2] t", wanted]


@pytest.mark.parametrize("shell", SHELLS)
def test_every_plan_is_a_shell_script_but_those_of_windows(tmp_path: Path, shell: str) -> None:
    for number, each in enumerate(plans()):
        if each.system == "windows":
            with pytest.raises(BadRequest):
                to_shell(each)
        else:
            (tmp_path / str(number)).write_text(to_shell(each), encoding="utf-8")
    words = ("busybox", "sh") if shell == "busybox" else (shell,)
    scripts = sorted(tmp_path.iterdir())
    assert scripts
    for script in scripts:
        subprocess.run([*words, "-n", str(script)], check=True, timeout=30)


def test_a_list_that_is_not_to_be_seen_starts_anew(tmp_path: Path) -> None:
    command = replace(VARIED, env=(), lists=(("LIB", "/new"),), unset=("LIB",))
    result = run(to_shell(small(Step("s", "t", "w.", command))), tmp_path, env={"LIB": "/old"})
    assert result.stdout.splitlines()[-1] == repr([None, "/new", None, None])


def test_a_line_of_the_text_does_the_same(tmp_path: Path) -> None:
    result = run(command_text(VARIED), tmp_path, env={"GONE": "here", "LIB": "/old"})
    assert result.stdout.strip() == repr([None, "/a b:/c:/old", "/i:own", "it's new"])


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("code", "goes_on"), [(0, True), (100, True), (1, False)])
def test_the_script_knows_which_exit_codes_are_good(
    tmp_path: Path, shell: str, code: int, goes_on: bool
) -> None:
    check = Command((sys.executable, "-c", f"import sys; sys.exit({code})"), ok=(0, 100))
    later = WriteFile(str(tmp_path / "later"), "x")
    steps = (Step("a", "t", "w.", check), Step("b", "t", "w.", later))
    assert (run(to_shell(small(*steps)), tmp_path, shell).returncode == 0) is goes_on
    assert (tmp_path / "later").exists() is goes_on


def test_the_script_removes_a_folder_even_if_it_is_gone(tmp_path: Path) -> None:
    (tmp_path / "a b" / "deep").mkdir(parents=True)
    remove = Step("r", "t", "w.", RemoveFolder(str(tmp_path / "a b")))
    assert run(to_shell(small(remove)), tmp_path).returncode == 0
    assert not (tmp_path / "a b").exists()
    assert run(to_shell(small(remove)), tmp_path).returncode == 0


def test_a_line_of_the_text_writes_the_file(tmp_path: Path) -> None:
    for text in ("", "a", "a\n", "it's 50%\n\n$HOME `x`\n"):
        write = WriteFile(str(tmp_path / "not there" / "f g"), text)
        assert run(command_text(write), tmp_path).returncode == 0
        assert (tmp_path / "not there" / "f g").read_text() == text
        shutil.rmtree(tmp_path / "not there")
    assert "\n" not in command_text(WriteFile("f", "one\ntwo\n"))


def test_scripts_and_lines_unpack_without_the_top_folder(tmp_path: Path) -> None:
    (tmp_path / "top-1.0").mkdir()
    (tmp_path / "top-1.0" / "config").write_text("x")
    with tarfile.open(tmp_path / "it's.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "top-1.0", "top-1.0")
    for name, text in (("a b", command_text), ("c", lambda it: to_shell(small(wrapped(it))))):
        folder = tmp_path / "new" / name
        unpack = Unpack(str(tmp_path / "it's.tar.gz"), str(folder))
        assert run(text(unpack), tmp_path).returncode == 0
        assert (folder / "config").read_text() == "x"


def test_a_script_stops_where_nothing_can_be_unpacked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder and no archive")
    for archive, folder in (("file", "new"), ("none", "new"), ("file", "file/below")):
        unpack = Unpack(str(tmp_path / archive), str(tmp_path / folder))
        later = WriteFile(str(tmp_path / "later"), "x")
        assert run(to_shell(small(wrapped(unpack), wrapped(later))), tmp_path).returncode != 0
        assert not (tmp_path / "later").exists()


def wrapped(action: Action) -> Step:
    return Step(action.kind, "t", "w.", action)


CONTENT = b"#!/bin/sh\necho fetched\n"
SUM = hashlib.sha256(CONTENT).hexdigest()


class Served(NamedTuple):
    folder: Path
    url: str


@pytest.fixture(params=["http", "file"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """A program to download, with its published sum, over HTTP or from a disk."""
    folder = tmp_path / "served files"
    folder.mkdir()
    (folder / "tool").write_bytes(CONTENT)
    (folder / "tool.sha256").write_text(f"{SUM.upper()} *target/tool\r\nmore\n")
    if request.param == "file":
        yield Served(folder, folder.as_uri())
        return
    with serving(folder) as url:
        yield Served(folder, url)


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Tests are silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(10)


def tools(folder: Path, *names: str) -> dict[str, str]:
    """A PATH with only these programs."""
    folder.mkdir()
    for name in names:
        found = shutil.which(name)
        if found is None:
            pytest.skip(f"there is no {name} here")
        (folder / name).symlink_to(found)
    return {"PATH": str(folder)}


BASIC = ("cat", "chmod", "cut", "dirname", "env", "mkdir", "mv", "rm", "tr")
LINUX = (*BASIC, "curl", "sha256sum")
MAC = (*BASIC, "curl", "shasum")
BUSYBOX = (*BASIC, "wget", "sha256sum")


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("sha256", "page"), [(SUM, ""), ("", "/tool.sha256")])
@pytest.mark.parametrize("have", [LINUX, MAC, BUSYBOX], ids=["linux", "mac", "wget"])
def test_the_script_downloads(
    tmp_path: Path, served: Served, shell: str, sha256: str, page: str, have: tuple[str, ...]
) -> None:
    if "wget" in have and served.url.startswith("file"):
        pytest.skip("wget reads no file: address")
    path = tmp_path / "new folder" / "it's"
    fetch = Download(f"{served.url}/tool", str(path), sha256, served.url + page, executable=True)
    steps = (Step("f", "t", "w.", fetch), Step("r", "t", "w.", Command((str(path),))))
    result = run(to_shell(small(*steps)), tmp_path, shell, tools(tmp_path / "bin", *have, "sh"))
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "fetched"
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("sha256", "page"), [("0" * 64, ""), ("", "/page"), ("", "/missing"), ("", "/")]
)
def test_the_script_stops_at_a_wrong_sum(
    tmp_path: Path, served: Served, shell: str, sha256: str, page: str
) -> None:
    (served.folder / "page").write_text("<html>Please log in</html>\n")
    path = tmp_path / "new" / "tool"
    fetch = Download(f"{served.url}/tool", str(path), sha256, served.url + page)
    steps = (Step("f", "t", "w.", fetch), Step("l", "t", "w.", WriteFile(f"{tmp_path}/later", "")))
    result = run(to_shell(small(*steps)), tmp_path, shell)
    assert result.returncode != 0
    assert result.stderr
    assert not path.exists()
    assert not (tmp_path / "later").exists()


KEY = "A" * 40
VALID = f"printf '[GNUPG:] VALIDSIG %s 2026-11-27 1 0 4 0 22 8 00 {KEY}\\n' {'B' * 40}"


def signed(served: Served, path: Path, gpg: str) -> CheckSignature:
    """A file that is there already, and its signature on the server."""
    (served.folder / "it's.asc").write_text("signature")
    path.parent.mkdir()
    path.write_text("archive")
    asked = f'[ "$*" = "{" ".join(CHECK)} --verify $6 $7" ] && [ "$6" = "$7.asc" ] || exit 9'
    there = '[ -f "$6" ] && [ -f "$7" ] || exit 8'
    pretended = program(path.parent, "gpg", f"{asked}\n{there}\n{gpg}")
    return CheckSignature(f"{served.url}/it's.asc", str(path), KEY, pretended)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("gpg", "good"),
    [
        (VALID, True),
        (f"{VALID}; exit 1", False),
        (f"echo '[GNUPG:] VALIDSIG {'B' * 40} {'B' * 40}'", False),
        (f"echo '[GNUPG:] GOODSIG {KEY}'", False),
        (f"{VALID} >&2", False),
    ],
    ids=["good", "exit", "other", "status", "stream"],
)
def test_scripts_and_lines_check_a_signature(
    tmp_path: Path, served: Served, shell: str, gpg: str, good: bool
) -> None:
    path = tmp_path / "new folder" / "it's"
    action = signed(served, path, gpg)
    line = command_text(action)
    assert "\n" not in line
    assert (run(line, tmp_path, shell).returncode == 0) is good
    Path(f"{path}.asc").unlink()
    later = Step("l", "t", "w.", WriteFile(f"{tmp_path}/later", ""))
    fetch = Download(f"{served.url}/tool", f"{tmp_path}/tool", SUM)
    script = to_shell(small(wrapped(fetch), wrapped(action), later))
    result = run(script, tmp_path, shell)
    assert (result.returncode == 0, path.exists(), (tmp_path / "later").exists()) == (good,) * 3
    assert (f"is not signed by {KEY}, so it was deleted." in result.stderr) is not good
    assert [p.name for p in path.parent.iterdir() if p != path] == ["gpg"]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_stops_where_there_is_no_signature(
    tmp_path: Path, served: Served, shell: str
) -> None:
    path = tmp_path / "new" / "it's"
    action = signed(served, path, VALID)
    (served.folder / "it's.asc").unlink()
    fetch = Download(f"{served.url}/tool", f"{tmp_path}/tool", SUM)
    assert run(to_shell(small(wrapped(fetch), wrapped(action))), tmp_path, shell).returncode != 0
    assert not path.exists()
    assert run(command_text(action), tmp_path, shell).returncode != 0


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_stops_where_no_sum_can_be_made(tmp_path: Path, shell: str) -> None:
    (tmp_path / "tool").write_bytes(CONTENT)
    fetch = Download((tmp_path / "tool").as_uri(), str(tmp_path / "new"), sha256=SUM)
    result = run(
        to_shell(small(Step("f", "t", "w.", fetch))),
        tmp_path,
        shell,
        tools(tmp_path / "bin", *BASIC, "curl"),
    )
    assert result.returncode != 0
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(("system", "have"), [("linux", LINUX), ("macos", MAC)])
@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("published", [True, False])
def test_a_line_of_the_text_downloads(
    tmp_path: Path,
    served: Served,
    system: str,
    have: tuple[str, ...],
    right: bool,
    published: bool,
) -> None:
    (served.folder / "tool.sha256").write_text(f"{SUM if right else '0' * 64}  tool\n")
    path = tmp_path / "new folder" / "it's"
    fetch = Download(
        f"{served.url}/tool",
        str(path),
        sha256="" if published else SUM.upper() if right else "0" * 64,
        sha256_url=f"{served.url}/tool.sha256" if published else "",
        executable=True,
    )
    line = command_text(fetch, system)
    assert "\n" not in line
    result = run(f"{line} && {shlex.quote(str(path))}", tmp_path, env=tools(tmp_path / "b", *have))
    assert (result.stdout == "fetched\n") is right
    assert (result.returncode == 0) is right


def test_a_plan_for_windows_is_no_shell_script() -> None:
    windows = replace(DEBIAN, system="windows")
    with pytest.raises(BadRequest, match="Windows") as caught:
        to_shell(windows)
    assert caught.value.code == Exit.WRONG
    assert "plan --format powershell" in caught.value.hints[0]
