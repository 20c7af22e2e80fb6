"""What is run on a host: the scripts, by a real sh, with an empty home."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wizard import checksums
from wizard.errors import Impossible, WizardError
from wizard.hosts import engine_search, work
from wizard.hosts.inventory import parse

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the hosts have a POSIX shell")
PROGRAM = "import sys; print(sys.argv[1:], sys.stdin.read())"


def sh(script: str, home: Path, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (shutil.which("sh") or "sh", "-c", script),
        env={"HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin", **more},
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_archive_is_copied_once_and_started(tmp_path: Path) -> None:
    home = tmp_path / "a home"
    home.mkdir()
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    digest = checksums.of_file(program)
    first = sh(work.prepare_command(digest), home)
    word, _, place = first.stdout.strip().partition(" ")
    assert (word, Path(place).parent.stat().st_mode & 0o777) == ("need", 0o700)
    shutil.copyfile(program, f"{place}.part")
    words = ("--yes", "--name", "O'Brien; $(x)")
    done = sh(work.run_command(digest, 9, words), home, "the key")
    assert done.stdout == f"{list(words)} the key\n", done.stderr
    assert sh(work.prepare_command(digest), home).stdout == f"have {place}\n"
    Path(f"{place}.part").write_text("half", encoding="utf-8")  # somebody else copies it now
    done = sh(work.run_command(digest, 9, words), home, "the key")
    assert done.stdout == f"{list(words)} the key\n", done.stderr
    assert Path(f"{place}.part").is_file()


def test_a_damaged_copy_is_not_started(tmp_path: Path) -> None:
    place = sh(work.prepare_command("0" * 64), tmp_path).stdout.split()[1]
    Path(f"{place}.part").write_text(PROGRAM, encoding="utf-8")
    done = sh(work.run_command("0" * 64, 9, ()), tmp_path)
    assert (done.returncode, done.stderr) == (1, "the copy of the wizard is damaged\n")
    assert not Path(f"{place}.part").exists()


def test_without_a_python_it_says_so(tmp_path: Path) -> None:
    done = sh(work.run_command("0" * 64, 9, ()), tmp_path, PATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (3, "there is no Python 3.9 or newer\n")


DRIVER = """#!{python}
import json, sys
request = json.loads(sys.stdin.read())
print("not an event")
for host in request["hosts"]:
    print(json.dumps({{"host": host["name"], "kind": "connected", "was": host}}))
sys.exit({code})
"""


def driven(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int = 0
) -> list[dict[str, object]]:
    """Let a stand-in take the place of the Python with pyinfra."""
    python = tmp_path / "python"
    python.write_text(DRIVER.format(python=sys.executable, code=code), encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.setattr(engine_search, "words", lambda: (str(python),))
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    (tmp_path / "x.pyz").write_bytes(b"PK")
    wanted = work.Work(
        parse("root@a name=one\nb key=~/.ssh/b", "machines.txt"),
        tmp_path / "x.pyz",
        9,
        {"one": ("--yes",), "b": ("--yes",)},
        {"one": "key\n", "b": "key\n"},
        2,
    )
    return [event for event in work.carried_out(wanted, "secret") if event]


def test_the_driver_gets_everything_through_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = driven(tmp_path, monkeypatch)
    assert [event["host"] for event in events] == ["one", "b"]
    first = json.loads(json.dumps(events[0]["was"]))
    assert first["data"] == {
        "ssh_hostname": "a",
        "ssh_user": "root",
        "ssh_password": "secret",
    }
    assert first["input"] == "key\n"
    second = json.loads(json.dumps(events[1]["was"]))
    assert second["data"] == {
        "ssh_hostname": "b",
        "ssh_key": "~/.ssh/b",
        "ssh_password": "secret",
        "ssh_key_password": "secret",
    }
    assert (tmp_path / ".ssh").stat().st_mode & 0o777 == 0o700


def test_a_driver_that_fails_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WizardError) as error:
        driven(tmp_path, monkeypatch, 1)
    assert error.value.shown == "not an event"


def test_where_pyinfra_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(Impossible, match="pyinfra is not installed"):
        engine_search.words()
    for name, first in (("uv", "#!/bin/sh"), ("pyinfra", f"#!{sys.executable}")):
        program = tmp_path / name
        program.write_text(f"{first}\n", encoding="utf-8")
        program.chmod(0o755)
        if name == "uv":
            assert engine_search.words()[1:4] == ("run", "--no-project", "--quiet")
    assert engine_search.words() == (sys.executable,)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: object())
    assert engine_search.words() == (sys.executable,)


@pytest.mark.parametrize(
    "first",
    [
        "#!/bin/sh\n'''exec' '/home/a b/venv/bin/python' \"$0\" \"$@\"\n' '''",
        "#!/usr/bin/env sh",
        "#!/nowhere/python3 -sE",
    ],
)
def test_pyinfra_in_a_folder_with_a_blank_is_started_by_the_python_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    inside, path = tmp_path / "a b" / "bin", tmp_path / "path"
    inside.mkdir(parents=True)
    path.mkdir()
    (inside / "pyinfra").write_text(f"{first}\n", encoding="utf-8")
    (inside / "pyinfra").chmod(0o755)
    (path / "pyinfra").symlink_to(inside / "pyinfra")  # as pipx makes it
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(Impossible, match="pyinfra is not installed"):
        engine_search.words()
    (inside / "python").touch()
    assert engine_search.words() == (str(inside / "python"),)
