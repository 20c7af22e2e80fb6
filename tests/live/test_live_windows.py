"""The wizard on Windows, as far as Wine is Windows: from the installation by pip to the proof.

CPython for Windows and its root are made once and kept (`tests.live.windows`). They are done in
their turn: see `tests.live.matrix`.
"""

from __future__ import annotations

import http.server
import json
import secrets
import shlex
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.live import machine, roots
from tests.live.command import Done, Wizard
from tests.live.marks import limit
from tests.live.matrix import long
from tests.live.terminal import PROMPT, Terminal
from tests.live.windows import wine
from tests.live.windows.system import WIZARD, WORK, Windows
from tests.live.windows.wine import DRIVE, PYTHON, WINE

pytestmark = [pytest.mark.live, limit(1800), long("windows")]

NEWEST = "50.0.2"
NAMES = "Ünï cødé & Пример 例"
"""A folder's name. The code page of western Europe, which Wine uses, has only its first letters."""
WHEEL = f"cryptography-{NEWEST}-cp311-abi3-win_amd64.whl"
LISTED = {"cryptography": WHEEL, "pip": "pip-99.0-py3-none-any.whl"}
CONSOLE_SECONDS = 300.0
"""How long anything may take in a console of Wine; an installation takes half a minute."""
PROMPTS_AT_MOST = 12


@pytest.fixture(scope="module")
def windows(
    host_pip: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Windows]:
    """Return a Windows with the wizard."""
    roots.possible()
    folder = tmp_path_factory.mktemp("windows")
    pristine = wine.pristine(host_pip, folder / "builder")
    root = roots.copy(pristine, folder / "root")
    wine.connect(root)
    found = Windows(root)
    found.install_wizard(roots.build_wheel(host_pip, folder))
    yield found
    shutil.rmtree(root.folder)


def assert_proved(done: Done, release: str) -> Any:
    """A wheel of this release was installed and proved; return the report."""
    assert done.code == 0, done.said
    report = done.report
    assert {step["state"] for step in report["steps"]} == {"done"}
    assert report["plan"]["method"] == "wheel"
    assert report["report"]["ok"] is True
    assert report["report"]["version"] == release
    assert report["report"]["linkage"]["kind"] == "static"
    assert report["report"]["linkage"]["file"].endswith(".pyd")
    return report


def tries(windows: Windows, environment: str) -> str:
    """Import it in an environment, without the wizard; return its version."""
    code = "from cryptography import x509; import cryptography; print(cryptography.__version__)"
    done = windows.run(f"{environment}\\Scripts\\python.exe", "-c", code)
    assert done.code == 0, done.said
    return done.out.strip()


def is_file(path: str) -> bool:
    """Whether a mirror was asked for a wheel."""
    return path.startswith("/files/")


@contextmanager
def mirror(*, stuck: bool = False) -> Iterator[tuple[str, list[str]]]:
    """A mirror that lists wheels and has none of them: its address, and what was asked for.

    A ``stuck`` one never answers a request for a wheel, until the block ends.
    """
    asked: list[str] = []
    over = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            wheel = LISTED.get(self.path.strip("/").partition("/")[2])
            if wheel:
                body = f'<!DOCTYPE html><a href="/files/{wheel}">{wheel}</a>'.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                return
            if stuck and is_file(self.path):
                over.wait(600)
            self.send_error(404)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/simple", asked
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join(10)


def test_the_program_that_pip_installs_starts(windows: Windows) -> None:
    done = windows.run(r"C:\Python313\Scripts\cryptography-wizard.exe", "--help")
    assert done.code == 0, done.said
    assert "wheelhouse" in done.out


def test_the_newest_wheel_is_proved_and_verified(windows: Windows) -> None:
    report = assert_proved(windows.wizard("--yes", "--json", "--venv", "newest"), NEWEST)
    assert report["plan"]["python"] == r"C:\work\newest\Scripts\python.exe"
    assert tries(windows, r"C:\work\newest") == NEWEST
    done = windows.wizard("verify", report["plan"]["python"], "--json")
    assert done.code == 0, done.said
    assert done.report["version"] == NEWEST


def test_a_folder_with_letters_of_other_alphabets(windows: Windows) -> None:
    arguments = ("--yes", "--json", "--release", "42.0.8", "--venv", f"{WORK}\\{NAMES}")
    report = assert_proved(windows.wizard(*arguments), "42.0.8")
    assert report["plan"]["environment"] == f"{WORK}\\{NAMES}"
    assert windows.path(f"{NAMES}/pyvenv.cfg").is_file()
    done = windows.wizard("verify", f"{WORK}\\{NAMES}\\Scripts\\python.exe")
    assert done.code == 0, done.said


def test_an_old_release_is_proved(windows: Windows) -> None:
    done = windows.wizard("--yes", "--json", "--release", "3.4.8", "--venv", "old")
    assert_proved(done, "3.4.8")


def test_a_wheelhouse_needs_no_network(windows: Windows) -> None:
    made = windows.wizard("--yes", "--wheelhouse", "wheels", "--targets", PYTHON)
    assert made.code == 0, made.said
    names = {path.name for path in windows.path("wheels").iterdir()}
    assert {WHEEL, "manifest.json"} <= names
    there = ("--from-wheelhouse", "wheels", "--venv", "offline")
    done = subprocess.run(
        ("unshare", "--net", *windows.argv(WINE, *WIZARD, "--yes", "--json", *there)),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert_proved(Done(done.returncode, done.stdout, done.stderr), NEWEST)


def test_what_doctor_saves_can_be_planned_for_there_and_elsewhere(
    windows: Windows, wizard: Wizard
) -> None:
    # The console's code page lacks most of these letters; a file must have them anyway.
    name = f"{NAMES}-facts"
    made = windows.run(PYTHON, "-m", "venv", "--without-pip", name)
    assert made.code == 0, made.said
    done = windows.wizard("doctor", "--json", env={"VIRTUAL_ENV": f"{WORK}\\{name}"})
    assert done.code == 0, done.said
    facts = json.loads(done.out)
    assert facts["system"]["name"] == "windows"
    assert f"{WORK}\\{name}" in {each["environment"] for each in facts["pythons"]}
    saved = windows.path(f"{name}/lab.json")
    saved.write_text(done.out, encoding="utf-8")
    here = windows.wizard("plan", "--json", "--facts", f"{WORK}\\{name}\\lab.json")
    elsewhere = wizard("plan", "--json", "--facts", str(saved))
    for plan in (here, elsewhere):
        assert plan.code == 0, plan.said
        assert plan.report["release"] == NEWEST
        assert plan.report["environment"].startswith("C:\\")
    assert here.report == elsewhere.report


def test_a_plan_is_written_for_powershell(windows: Windows) -> None:
    done = windows.wizard("plan", "--format", "powershell", "--venv", NAMES)
    assert done.code == 0, done.said
    assert "python.exe" in done.out
    assert f"cryptography=={NEWEST}" in done.out


def test_without_microsofts_compiler_a_source_build_is_refused(windows: Windows) -> None:
    done = windows.wizard("--yes", "--json", "--method", "source", "--venv", "compiled")
    assert done.code == 3, done.said
    assert "Microsoft" in json.dumps(done.report["error"])
    assert "export " not in json.dumps(done.report["error"])
    assert not windows.path("compiled").exists()


def test_a_release_that_never_was_is_a_bad_request(windows: Windows) -> None:
    done = windows.wizard("--yes", "--release", "49.9.9", "--venv", "never")
    assert done.code == 2, done.said
    assert "49.9.9" in done.err
    assert "Traceback" not in done.said


def test_a_step_that_fails_is_explained(windows: Windows) -> None:
    with mirror() as (address, asked):
        arguments = ("--yes", "--json", "--venv", "failed", "--installer", "pip")
        done = windows.wizard(*arguments, env={"PIP_INDEX_URL": address})
    assert any(map(is_file, asked))
    assert done.code == 1, done.said
    (failed,) = (step for step in done.report["steps"] if step["state"] == "failed")
    log = failed["log"].replace("\\", "/").partition(":")[2]
    text = windows.root.path(DRIVE + log).read_text(encoding="utf-8")
    assert "404" in text
    assert "Traceback" not in done.said


@pytest.fixture
def token() -> str:
    """Return a variable, as ``NAME=value``, that only the processes of one test carry."""
    return f"CRYPTOGRAPHY_WIZARD_LIVE={secrets.token_hex(8)}"


@pytest.fixture
def terminal(windows: Windows, token: str, tmp_path: Path) -> Iterator[Terminal]:
    """Return a terminal with a shell of Linux in the root, in the folder ``C:\\work``.

    A program for Windows that is started there has a console of Wine in that terminal.
    """
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not on this machine")
    name, _, value = token.partition("=")
    variables = {"TERM": "xterm-256color", "PS1": "inside> ", name: value}
    opened = Terminal(tmp_path, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"})
    try:
        opened.wait(PROMPT.strip())
        opened.type(shlex.join(windows.argv("sh", env=variables)))
        opened.press("Enter")
        opened.wait("inside> ")
        yield opened
    finally:
        opened.close()


def start(terminal: Terminal, *arguments: str, before: str = "") -> None:
    """Type the command into the shell; its exit code is printed when it ends."""
    command = shlex.join((WINE, *WIZARD, *arguments))
    terminal.type(f'{before} {command}; echo "exit code $?."'.lstrip())
    terminal.press("Enter")


def next_prompt(terminal: Terminal, before: str) -> str:
    """Wait for a list to choose from that is another than ``before``; return its screen."""
    deadline = time.monotonic() + CONSOLE_SECONDS
    seen = ""
    while time.monotonic() < deadline:
        screen = terminal.screen()
        if "\n > " in screen and screen == seen and screen != before:
            return screen
        seen = screen
        time.sleep(1)
    pytest.fail(f"no other prompt came within {CONSOLE_SECONDS:g} s:\n{terminal.screen()}")


def test_prompts_from_the_first_key_to_the_proof(terminal: Terminal, windows: Windows) -> None:
    start(terminal, "--prompts")
    screen = ""
    for _ in range(PROMPTS_AT_MOST):
        screen = next_prompt(terminal, screen)
        terminal.press("Enter")
        if " > Yes, start" in screen:
            break
    assert " > Yes, start" in screen
    terminal.wait("exit code 0.", seconds=CONSOLE_SECONDS)
    assert tries(windows, f"{WORK}\\cryptography-env") == NEWEST


def test_ctrl_c_ends_pip_as_well(terminal: Terminal, token: str) -> None:
    with mirror(stuck=True) as (address, asked):
        start(terminal, "--yes", "--venv", "cancelled", before=f"PIP_INDEX_URL={address}")
        terminal.wait_until(lambda _: any(map(is_file, asked)), seconds=CONSOLE_SECONDS)
        assert pythons(token) > 1
        terminal.press("C-c")
        terminal.wait("exit code 130.", seconds=CONSOLE_SECONDS)
        assert pythons(token) == 0


def pythons(token: str) -> int:
    """How many Pythons run in the terminal of this test."""
    return [machine.name_of(pid) for pid in machine.carrying(token)].count("python.exe")
