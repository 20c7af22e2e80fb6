"""The README's lines as they are written, from a server with the files of a release.

Only the address is another one: the project's own does not exist yet.
"""

from __future__ import annotations

import functools
import http.server
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from distribution import made
from distribution.pyz import CHECKOUT
from tests.live import machine
from tests.live.command import Done, finished
from tests.live.marks import limit
from wizard import __version__

pytestmark = [
    pytest.mark.live,
    limit(300),
    pytest.mark.skipif(os.name == "nt", reason="the lines for Unix"),
]

HOME = "https://cryptography-wizard.example"
SAID = f"cryptography-wizard {__version__}"


def lines() -> list[str]:
    """The lines to type in the README's first section about starting it."""
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    section = text.partition("## Start it with one line\n")[2].partition("\n## ")[0]
    return re.findall(r"^    (\S.*)$", section, re.MULTILINE)


def the_line(start: str) -> str:
    """The one line that begins so."""
    (found,) = (line for line in lines() if line.startswith(start))
    return found


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server of files that says nothing."""

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def address(release: Path) -> Iterator[str]:
    """Where the files of the release are."""
    handler = functools.partial(Quiet, directory=str(release))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(timeout=30)


@pytest.fixture
def env(address: str, release: Path, tmp_path: Path) -> Mapping[str, str]:
    """The variables of a new user, whose Python is the newest here."""
    home = tmp_path / "home"
    home.mkdir()
    path = machine.path_with(machine.newest(), tmp_path / "python")
    (tmp_path / "python" / "python3").symlink_to(machine.newest())
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "CRYPTOGRAPHY_", "XDG_", "VIRTUAL_ENV", "PYENV_"))
    }
    return {
        **kept,
        "HOME": str(home),
        "PATH": path,
        "CRYPTOGRAPHY_WIZARD_FROM": address,
        # What the index will have after the release; it has the libraries already.
        "PIP_FIND_LINKS": f"{release} {os.environ.get('PIP_FIND_LINKS', '')}".strip(),
        "UV_FIND_LINKS": f"{release},{os.environ.get('UV_FIND_LINKS', '')}".strip(","),
    }


def type_line(line: str, address: str, env: Mapping[str, str], tmp_path: Path) -> Done:
    """Type a line of the README into a shell, as it is but for the address."""
    return finished(("sh", "-c", line.replace(HOME, address)), 240, cwd=tmp_path, env=env)


def test_these_are_all_lines() -> None:
    starts = [line.partition(" ")[0] for line in lines()]
    assert starts == [
        *("curl", "wget", "powershell", "uvx", "pipx", "python3", "python3", "python3"),
    ]
    assert the_line("powershell").count(HOME) == 1  # there is no PowerShell here to type it


@pytest.mark.parametrize("program", ["curl", "wget"])
def test_the_installer(program: str, address: str, env: Mapping[str, str], tmp_path: Path) -> None:
    if not shutil.which(program):
        pytest.skip(f"there is no {program}")
    done = type_line(the_line(program), address, env, tmp_path)
    assert (done.code, done.err) == (0, ""), done.said
    assert f"({SAID}" in done.out
    command = tmp_path / "home" / ".local" / "bin" / "cryptography-wizard"
    started = finished((str(command), "doctor"), 120, env=env, cwd=tmp_path)
    assert started.code == 0, started.said


def test_the_one_file(address: str, env: Mapping[str, str], tmp_path: Path) -> None:
    done = type_line(the_line("python3 -c"), address, env, tmp_path)
    assert done.code == 0, done.said
    done = type_line(f"{the_line('python3 cry')} --version", address, env, tmp_path)
    assert (done.code, done.err) == (0, ""), done.said
    assert done.out.startswith(SAID)


def test_an_environment_of_pip(address: str, env: Mapping[str, str], tmp_path: Path) -> None:
    done = type_line(f"{the_line('python3 -m venv')} --version", address, env, tmp_path)
    assert done.code == 0, done.said
    assert SAID in done.out


def test_uvx(address: str, env: Mapping[str, str], tmp_path: Path) -> None:
    path = machine.path_with(machine.uv(), tmp_path / "uv")
    (tmp_path / "uv" / "uvx").symlink_to(Path(machine.uv()).with_name("uvx"))
    path = os.pathsep.join((env["PATH"], path))
    done = type_line(f"{the_line('uvx')} --version", address, {**env, "PATH": path}, tmp_path)
    assert done.code == 0, done.said
    assert done.out.startswith(SAID)


def test_pipx(address: str, env: Mapping[str, str], tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    pip = (str(tools / "bin" / "python"), "-m", "pip", "install", "--quiet", "pipx")
    subprocess.run((machine.newest(), "-m", "venv", str(tools)), check=True, timeout=120)
    subprocess.run(pip, check=True, timeout=120)
    path = f"{env['PATH']}{os.pathsep}{tools / 'bin'}"
    done = type_line(f"{the_line('pipx')} --version", address, {**env, "PATH": path}, tmp_path)
    assert done.code == 0, done.said
    assert SAID in done.out


def test_from_a_clone(release: Path, env: Mapping[str, str], tmp_path: Path) -> None:
    """What the README says until the project has an address: from the folder ``dist``."""
    line = "CRYPTOGRAPHY_WIZARD_FROM=dist sh dist/install.sh"
    assert f"`{line}`" in (CHECKOUT / "README.md").read_text(encoding="utf-8")
    (tmp_path / "dist").symlink_to(release)
    done = type_line(line, "", env, tmp_path)
    assert (done.code, done.err) == (0, ""), done.said
    done = type_line("sh dist/install.sh --uninstall", "", env, tmp_path)
    assert (done.code, done.err) == (0, ""), done.said
    assert (release / made.PROGRAM).exists()
