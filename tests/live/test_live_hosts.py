"""The wizard on eight hosts over SSH, each a Debian system; one more is not there at first."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from distribution import made
from tests.live import machine, roots, sshhosts
from tests.live.command import Wizard, finished
from tests.live.marks import limit
from tests.live.matrix import long
from tests.live.sshhosts import SshHost
from wizard.room.board import Board, standing
from wizard.room.keys import RoomAddress
from wizard.room.server import RoomServer

pytestmark = [pytest.mark.live, long("hosts"), limit(1200)]
KEY = "ABCDEFGH12345678"
NUMBER = 8


@pytest.fixture
def pristine(host_pip: tuple[str, ...], tmp_path: Path) -> tuple[roots.Root, Path]:
    """A Debian 12 that accepts a key over SSH, and that key."""
    sshhosts.possible()
    folder = tmp_path / "pristine"
    root = roots.make("bookworm", roots.PYTHONS["bookworm"], folder, include=sshhosts.PACKAGES)
    return root, sshhosts.prepare(root, tmp_path)


@pytest.fixture
def hosts(pristine: tuple[roots.Root, Path], tmp_path: Path) -> Iterator[list[SshHost]]:
    root, key = pristine
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(
                sshhosts.running(roots.copy(root, tmp_path / f"host-{number}"), number, key)
            )
            for number in range(NUMBER)
        ]


@pytest.fixture
def room() -> Iterator[tuple[Board, RoomAddress]]:
    board = Board(KEY)
    server = RoomServer(("127.0.0.1", 0), board, "own")
    server.start()
    yield board, RoomAddress("127.0.0.1", server.port, KEY)
    server.stop()


def environment(tmp_path: Path) -> Mapping[str, str]:
    """A separate home, for the hosts' keys; and uv, which keeps pyinfra."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    uv = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    cache = os.environ.get("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv"))
    return {"HOME": str(home), "PATH": uv, "UV_CACHE_DIR": cache}


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def arguments_seen(process: subprocess.Popen[str]) -> set[str]:
    """Return the command lines of all processes of this machine while one runs."""
    seen: set[str] = set()
    while process.poll() is None:
        for file in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                seen.add(file.read_text(encoding="utf-8", errors="replace").replace("\0", " "))
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
    return seen


def test_eight_hosts_and_one_that_comes_later(
    hosts: list[SshHost],
    pristine: tuple[roots.Root, Path],
    wizard: Wizard,
    room: tuple[Board, RoomAddress],
    tmp_path: Path,
) -> None:
    board, address = room
    root, key = pristine
    late = f"root@127.0.0.{sshhosts.FIRST + NUMBER}:{sshhosts.PORT} name=late key={key}"
    machines = tmp_path / "machines.txt"
    machines.write_text("\n".join([*(host.line for host in hosts), late]), encoding="utf-8")
    more = environment(tmp_path)

    done = wizard("hosts", str(machines), "--plan", timeout=300, env=more)
    assert done.code == 1, done.said
    assert "8 of 9 machines: planned." in done.out

    words = ("hosts", str(machines), "--json", "--room", str(address))
    output = tmp_path / "output"
    with output.open("w") as file:
        process = subprocess.Popen(
            wizard.argv(*words),
            cwd=wizard.folder,
            env=wizard.environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            text=True,
        )
        try:
            seen = arguments_seen(process)
        finally:
            process.kill()
    assert process.returncode == 1, output.read_text(encoding="utf-8")
    told = lines(output.read_text(encoding="utf-8"))
    last = {host["name"]: host for host in told[-1]["hosts"]}
    assert {name for name, host in last.items() if host["phase"] != "proved"} == {"late"}
    assert last["late"]["problem"].startswith("It could not be reached: ")
    assert told[-1]["undelivered"] == []
    steps = [one["message"]["step"] for one in told if one.get("message") and one["kind"] == "host"]
    assert {1, 2, 3, 4} <= set(steps)  # while they worked
    rows = {row.message.name: standing(row) for row in board.rows.values()}
    assert (len(rows), rows["late"]) == (NUMBER + 1, "failed")
    assert {kind for name, kind in rows.items() if name != "late"} == {"proved"}
    assert not [words for words in seen if KEY in words and str(address) not in words]
    for host in hosts:
        assert host.root.path("/root/cryptography-env/pyvenv.cfg").is_file()

    with sshhosts.running(roots.copy(root, tmp_path / "host-late"), NUMBER, key):
        done = wizard("hosts", str(machines), "--retry", timeout=400, env=more)
    assert done.code == 0, done.said
    assert "1 of 1 machines: proved." in done.out
    assert "late" in done.out
    done = wizard("hosts", str(machines), "--retry", env=more)
    assert done.code == 2
    assert "nothing to retry" in done.err


def test_the_one_file_copies_itself_whatever_it_is_called(
    pristine: tuple[roots.Root, Path], release: Path, tmp_path: Path
) -> None:
    root, key = pristine
    program = tmp_path / "cryptography-wizard"  # Homebrew's has no end of a name either
    shutil.copy(release / made.PROGRAM, program)
    machines = tmp_path / "machines.txt"
    with sshhosts.running(root, 0, key) as host:
        machines.write_text(host.line, encoding="utf-8")
        argv = (machine.newest(), "-I", str(program), "hosts", str(machines), "--json")
        env = {**os.environ, **environment(tmp_path), "CRYPTOGRAPHY_WIZARD_STATE": str(tmp_path)}
        done = finished(argv, 400, cwd=tmp_path, env=env)
    assert done.code == 0, done.said
    (seat,) = lines(done.out)[-1]["hosts"]
    assert (seat["phase"], seat["report"]["code"]) == ("proved", 0)
    (copied,) = root.path("/root/.cache/cryptography-wizard-hosts").iterdir()
    assert copied.read_bytes() == program.read_bytes()
