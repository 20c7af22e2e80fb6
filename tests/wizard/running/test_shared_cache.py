"""Several wizards in one cache: real processes with small builds, one of which is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from backends.action import Command, RemoveFolder, Seal
from tests.wizard.running.watched import Watched, plan, program
from wizard.cache import entries, integrity
from wizard.plan import Plan, Step
from wizard.running import ownership, shared_cache
from wizard.running.events import Waiting

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs of these tests need POSIX")

NAME = "3.5.4-static-x86_64-glibc-0123abcd"
BUILD = """
import os, sys, time
build, begun, go = sys.argv[1:]
os.makedirs(build)  # it fails if another wizard builds in the same folder
open(begun, "a").write("one build\\n")
for _ in range(3000):
    if os.path.exists(go):
        break
    time.sleep(0.01)
open(os.path.join(build, "libcrypto.a"), "w").write("built by %d" % os.getppid())
"""
INSTALL = """
import os, shutil, sys
build, prefix = sys.argv[1:]
os.makedirs(prefix, exist_ok=True)
shutil.copy(os.path.join(build, "libcrypto.a"), prefix)
"""
RUN = """
import sys
from pathlib import Path
from tests.wizard.running.test_shared_cache import openssl_plan
from tests.wizard.running.watched import Watched
run = Watched(openssl_plan(Path(sys.argv[1]), sys.argv[2]))
for name in ("openssl-source", "use"):
    print(*run.lines(name), sep="\\n")
sys.exit(run.end.code)
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(ownership, "POLL_SECONDS", 0.05)
    return tmp_path / "cache"


def openssl_plan(folder: Path, environment: str) -> Plan:
    """A plan like that of a build of OpenSSL, which is then used."""
    build = folder / "cache" / "openssl" / "build" / NAME
    prefix = folder / "cache" / "openssl" / NAME
    read = "import sys; print('used:', open(sys.argv[1]).read())"

    def part(name: str, action: Command | Seal, *needs: str) -> Step:
        return Step(name, name, "Because.", action, needs, role="openssl")

    return plan(
        part("openssl-source", Command(program("print('downloaded')"))),
        part(
            "openssl-build",
            Command(program(BUILD, str(build), str(folder / "begun"), str(folder / "go"))),
            "openssl-source",
        ),
        part(
            "openssl-install", Command(program(INSTALL, str(build), str(prefix))), "openssl-build"
        ),
        part("openssl", Seal(str(prefix), "OpenSSL 3.5.4, static"), "openssl-install"),
        Step(
            *("openssl-clean", "Clean", "Because.", RemoveFolder(str(build)), ("openssl",)),
            role="clean-up",
        ),
        Step(
            "use",
            "Use",
            "Because.",
            Command(program(read, str(prefix / "libcrypto.a"))),
            ("openssl",),
        ),
        environment=str(folder / environment),
    )


def started(folder: Path, environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(folder), environment],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )


def wait_until_begun(folder: Path) -> None:
    for _ in range(600):
        if (folder / "begun").exists():
            return
        threading.Event().wait(0.05)
    raise AssertionError("no build has begun")


def test_the_second_wizard_waits_and_uses_the_build_of_the_first(tmp_path: Path) -> None:
    with started(tmp_path, "one") as first:
        wait_until_begun(tmp_path)
        waiting: list[Waiting] = []

        class Second(Watched):
            def _take(self, event: object) -> None:
                super()._take(event)  # type: ignore[arg-type]
                if isinstance(event, Waiting):
                    waiting.append(event)
                    (tmp_path / "go").touch()

        second = Second(openssl_plan(tmp_path, "two"))
        output, _ = first.communicate(timeout=60)
        first_process = first.pid
    assert (first.returncode, second.end.code) == (0, 0)
    assert len(waiting) == 1
    assert waiting[0].step == "openssl-source"
    assert f"process {first_process}, since " in waiting[0].what
    assert waiting[0].what.endswith(": OpenSSL 3.5.4)")
    assert second.lines("openssl-source") == [
        "Another wizard has built OpenSSL 3.5.4 in the meantime. This run uses it."
    ]
    assert second.lines("use")[0] in output
    assert (tmp_path / "begun").read_text() == "one build\n"
    assert integrity.sealed_folders(tmp_path / "cache" / "openssl") == (NAME,)


def test_a_killed_wizard_leaves_the_build_to_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with started(tmp_path, "one") as first:
        wait_until_begun(tmp_path)
        half = tmp_path / "cache" / "openssl" / NAME
        half.mkdir(parents=True)
        (half / "half-installed.a").write_text("")
        os.kill(first.pid, signal.SIGKILL)
    (tmp_path / "go").touch()
    # The step that unpacks replaces the folder of an interrupted build.
    what = openssl_plan(tmp_path, "two")
    build = tmp_path / "cache" / "openssl" / "build" / NAME
    unpack = Step(
        "unpack", "Unpack", "", RemoveFolder(str(build)), ("openssl-source",), role="openssl"
    )
    steps = [unpack if s.id == "openssl-build" else s for s in what.steps]
    steps.insert(
        2, Step(*("openssl-build", "", "", what.steps[1].action, ("unpack",)), role="openssl")
    )
    second = Watched(plan(*steps))
    assert second.end.code == 0, second.states()
    prefix = tmp_path / "cache" / "openssl" / NAME
    assert sorted(path.name for path in prefix.iterdir()) == ["libcrypto.a", "sealed.json"]
    assert not integrity.damaged_files(prefix)


def test_a_damaged_build_is_named_and_built_again(tmp_path: Path) -> None:
    (tmp_path / "go").touch()
    assert Watched(openssl_plan(tmp_path, "one")).end.code == 0
    prefix = tmp_path / "cache" / "openssl" / NAME
    (prefix / "libcrypto.a").write_text("something else")
    (prefix / "added.a").write_text("")
    again = Watched(openssl_plan(tmp_path, "one"))
    assert again.end.code == 0
    assert again.lines("openssl-source")[0] == (
        "OpenSSL 3.5.4 in the cache is damaged, so it is built again: added.a and libcrypto.a have "
        "changed since it was built."
    )
    assert not (prefix / "added.a").exists()
    assert (tmp_path / "begun").read_text() == "one build\n" * 2


def test_another_try_goes_on_with_what_the_first_has_done(tmp_path: Path) -> None:
    (tmp_path / "go").touch()
    what = openssl_plan(tmp_path, "one")
    failing = Command(program("import sys; sys.exit(1)"))
    use = Step("use", "Use", "Because.", failing, ("openssl",))
    seal_fails = Step("openssl", "Seal", "", failing, ("openssl-install",), role="openssl")
    broken = plan(*what.steps[:3], seal_fails, use)
    assert Watched(broken).end.code == 1
    done = frozenset(step.id for step in what.steps[:3])
    assert Watched(what, done=done).end.code == 0
    assert (tmp_path / "begun").read_text() == "one build\n"


def rust_plan(cache: Path, *, installs: bool) -> Plan:
    home = cache / "rust"
    make = "import os, sys; os.makedirs(sys.argv[1], exist_ok=True)"
    use = Command(program("print('built')"), path=(str(home / "cargo" / "bin"),))
    steps = [
        Step("build", "Build", "Because.", use, ("rust",) if installs else ()),
        Step("rust-remove", "Remove", "Because.", RemoveFolder(str(home)), ("build",)),
    ]
    if installs:
        action = Command(program(make, str(home / "cargo" / "bin")))
        steps.insert(0, Step("rust", "Rust", "Because.", action, role="rust"))
    return plan(*steps)


def test_the_last_run_that_uses_rust_removes_it(cache: Path) -> None:
    other = shared_cache.RustUse()
    other.begin(threading.Event())
    first = Watched(rust_plan(cache, installs=True))
    assert first.end.code == 0
    assert first.lines("rust-remove") == [
        "Another wizard still uses this Rust, so it stays for now.",
    ]
    assert (cache / "rust").is_dir()
    other.end()
    assert Watched(rust_plan(cache, installs=False)).end.code == 0
    assert not (cache / "rust").exists()


def test_a_run_whose_rust_was_removed_says_so_before_any_work(cache: Path) -> None:
    run = Watched(rust_plan(cache, installs=False))
    assert run.end.code == 1
    assert run.states() == [("build", "failed"), ("rust-remove", "skipped")]
    ended = run.ended("build")
    assert ended.cause == "Another wizard has removed the Rust that this plan needs."
    assert ended.hints == ("Start again: the new plan installs it.",)
    with entries.alone(cache / "locks" / shared_cache.RUST_IN_USE):
        pass  # that run has released it


def test_undo_does_not_remove_what_another_run_uses(cache: Path) -> None:
    from dataclasses import replace

    prefix = cache / "openssl" / NAME
    prefix.mkdir(parents=True)
    step = Step("undo-1", "Undo", "Because.", RemoveFolder(str(prefix)))
    undo = replace(plan(step), undoes="20260101T000000Z-1")
    with entries.in_use(threading.Event()):
        blocked = Watched(undo)
    assert blocked.ended("undo-1").state == "failed"
    assert blocked.ended("undo-1").cause.startswith("The cache is in use, so nothing was removed.")
    assert prefix.is_dir()
    assert Watched(undo).end.code == 0
    assert not prefix.exists()
