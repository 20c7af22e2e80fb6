"""``install.sh`` in every shell that is here: what it installs, where from, and what it refuses.

It gets a PATH with the programs that it needs, so that a missing one is really missing. The release
that it installs is a small program in the same form.
"""

from __future__ import annotations

import hashlib
import http.server
import os
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from distribution import pyz
from tests.packaging.build import CHECKOUT
from tests.programs import program

SCRIPT = CHECKOUT / "packaging" / "install.sh"
NAME = "cryptography-wizard"
FILE = f"{NAME}.pyz"
SHELLS = {
    name: words
    for name, words in {
        "dash": ("dash",),
        "bash": ("bash",),
        "zsh": ("zsh",),
        "busybox": ("busybox", "sh"),
    }.items()
    if shutil.which(words[0])
} or {"sh": ("sh",)}
TOOLS = (
    *("cat", "chmod", "cp", "grep", "head", "id", "mkdir", "mktemp", "mv", "rm", "sed"),
    *("tr", "uname"),
)
"""All programs that it needs besides a Python."""
FILES = {
    "cryptography_wizard/__init__.py": b"",
    "cryptography_wizard/__main__.py": (
        b"import sys\ndef main():\n    print('cryptography-wizard 9.8.7', *sys.argv[2:])\n"
        b"    if sys.argv[1:] == ['--version']: print('Tables of today')\n"
    ),
    "cryptography_wizard/one_file.py": (
        CHECKOUT / "cryptography_wizard" / "one_file.py"
    ).read_bytes(),
}
INSTALLED = "(cryptography-wizard 9.8.7)"
PYTHON = os.path.realpath(sys.executable)
"""The Python of the tests, which starts faster outside of their environment."""


@dataclass
class Machine:
    """A home, a PATH, and the variables of a user."""

    folder: Path
    shell: Sequence[str]
    env: dict[str, str | None] = field(default_factory=dict)
    """Variables in place of the usual ones; None: it is not set."""

    @property
    def home(self) -> Path:
        """The user's home; its name must be quoted."""
        return self.folder / "it's a home"

    @property
    def bin(self) -> Path:
        """Where the command is put."""
        return self.home / ".local" / "bin"

    @property
    def command(self) -> Path:
        """The command."""
        return self.bin / NAME

    @property
    def programs(self) -> Path:
        """The only folder in PATH."""
        return self.folder / "programs"

    def link(self, name: str, target: str | None = None) -> None:
        """Put a program into PATH."""
        found = target or shutil.which(name)
        if not found:
            pytest.skip(f"there is no {name}")
        (self.programs / name).symlink_to(found)

    @property
    def variables(self) -> Mapping[str, str]:
        """What its programs get."""
        own = {"HOME": str(self.home), "PATH": str(self.programs), "SHELL": "/bin/zsh"}
        wanted = {**own, "NONINTERACTIVE": "1", **self.env}
        return {name: value for name, value in wanted.items() if value is not None}

    def install(self, *words: str, script: Path = SCRIPT) -> subprocess.CompletedProcess[str]:
        """Run the installer as a file."""
        program = shutil.which(self.shell[0])
        assert program
        return self._run([program, *self.shell[1:], str(script), *words])

    def pipe(self, text: str) -> subprocess.CompletedProcess[str]:
        """Run the installer as ``curl … | sh`` does."""
        program = shutil.which(self.shell[0])
        assert program
        return self._run([program, *self.shell[1:]], text)

    def start(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command."""
        return self._run([str(self.command), *words])

    def left(self) -> list[str]:
        """The files in the folder of the command."""
        return sorted(path.name for path in self.bin.iterdir()) if self.bin.is_dir() else []

    def _run(
        self, argv: Sequence[str], text: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            argv,
            cwd=self.folder,
            env=self.variables,
            input=text or "",
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture(autouse=True)
def _no_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_USER", raising=False)


def prepared(folder: Path, shell: Sequence[str]) -> Machine:
    """A machine with one shell, one Python, and no curl or wget."""
    made = Machine(folder, shell)
    made.home.mkdir()
    made.programs.mkdir()
    for name in TOOLS:
        made.link(name)
    made.link("python3", PYTHON)
    return made


@pytest.fixture(params=SHELLS)
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    """One machine for each shell that is here."""
    return prepared(tmp_path, SHELLS[request.param])


@pytest.fixture
def one(tmp_path: Path) -> Machine:
    """A machine with the system's shell, for what does not depend on the shell."""
    return prepared(tmp_path, ("sh",))


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A folder with a release, whose name must be quoted."""
    folder = tmp_path / "a release"
    folder.mkdir()
    pyz.write(FILES, folder / FILE, (2020, 2, 2, 0, 0, 0))
    write_sums(folder)
    return folder


def write_sums(folder: Path) -> None:
    digest = hashlib.sha256((folder / FILE).read_bytes()).hexdigest()
    other = "0" * 64
    text = f"{other}  other-{FILE}\n{digest}  {FILE}\n{other}  {FILE}.asc\n"
    (folder / "SHA256SUMS").write_text(text, encoding="utf-8")


@dataclass
class Server:
    """A server of a folder, which notes who asked for what."""

    address: str
    asked: list[tuple[str, str]]


@pytest.fixture
def server(release: Path) -> Iterator[Server]:
    asked: list[tuple[str, str]] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(release))  # type: ignore[arg-type]

        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("User-Agent", "").partition("/")[0]))
            self.path = urlsplit(self.path).path  # a proxy is asked for the whole address
            super().do_GET()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.05,))
        thread.start()
        yield Server(f"http://127.0.0.1:{made.server_port}", asked)
        made.shutdown()
        thread.join(timeout=30)


def test_from_a_folder(machine: Machine, release: Path) -> None:
    machine.env["CRYPTOGRAPHY_WIZARD_FROM"] = str(release)
    done = machine.install()
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Installed: {machine.command} {INSTALLED}" in done.stdout
    assert machine.left() == [NAME, FILE]
    started = machine.start("--yes", "a b")
    assert (started.returncode, started.stderr) == (0, "")
    assert started.stdout == "cryptography-wizard 9.8.7 a b\n"


def test_from_a_pipe_and_an_address(machine: Machine, server: Server) -> None:
    machine.env["CRYPTOGRAPHY_WIZARD_FROM"] = f"{server.address}/"
    done = machine.pipe(SCRIPT.read_text(encoding="utf-8"))
    assert (done.returncode, done.stderr) == (0, "")
    assert machine.left() == [NAME, FILE]
    assert [path for path, _ in server.asked] == [f"/{FILE}", "/SHA256SUMS"]
    assert {agent for _, agent in server.asked} == {"Python-urllib"}


@pytest.mark.parametrize(("name", "agent"), [("curl", "curl"), ("wget", "Wget")])
def test_with_curl_or_wget(one: Machine, server: Server, name: str, agent: str) -> None:
    one.link(name)
    one.env["CRYPTOGRAPHY_WIZARD_FROM"] = server.address
    done = one.install()
    assert (done.returncode, done.stderr) == (0, "")
    assert {agent for _, agent in server.asked} == {agent}


def test_busybox_s_wget_checks_no_certificates(one: Machine, server: Server) -> None:
    one.link("wget", shutil.which("busybox"))
    one.env["CRYPTOGRAPHY_WIZARD_FROM"] = server.address
    done = one.install()
    assert (done.returncode, done.stderr) == (0, "")
    assert {agent for _, agent in server.asked} == {"Python-urllib"}


@pytest.mark.parametrize("name", ["curl", "wget", ""])
def test_behind_a_proxy(one: Machine, server: Server, name: str) -> None:
    if name:
        one.link(name)
    one.env["CRYPTOGRAPHY_WIZARD_FROM"] = "http://wizard.example/files"
    one.env["CRYPTOGRAPHY_WIZARD_SHA256"] = "0" * 64
    one.env["HTTP_PROXY"] = server.address  # curl and wget read only the small letters
    done = one.install()
    assert server.asked[0][0] == f"http://wizard.example/files/{FILE}", done.stderr
    assert done.returncode == 1  # the proxy has it in another folder


def test_beside_it_on_a_stick(one: Machine, release: Path) -> None:
    script = Path(shutil.copy(SCRIPT, release))
    done = one.install(script=script)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"From:   {release}\n" in done.stdout


def test_a_second_time_replaces_it(one: Machine, release: Path) -> None:
    one.env["CRYPTOGRAPHY_WIZARD_FROM"] = str(release)
    assert one.install().returncode == 0
    files = {**FILES, "cryptography_wizard/__main__.py": b"def main():\n    print('newer')\n"}
    pyz.write(files, release / FILE, (2020, 2, 2, 0, 0, 0))
    write_sums(release)
    assert one.install().returncode == 0
    assert one.start().stdout == "newer\n"
    assert one.left() == [NAME, FILE]


@pytest.mark.parametrize("damage", ["changed", "truncated", "empty"])
def test_a_wrong_file_is_refused(one: Machine, release: Path, damage: str) -> None:
    file = release / FILE
    data = file.read_bytes()
    new = {"changed": data[:-1] + b"x", "truncated": data[: len(data) // 2], "empty": b""}[damage]
    file.write_bytes(new)
    one.env["CRYPTOGRAPHY_WIZARD_FROM"] = str(release)
    done = one.install()
    assert done.returncode == 3
    assert "is not the published file." in done.stderr
    assert hashlib.sha256(data).hexdigest() in done.stderr
    assert hashlib.sha256(new).hexdigest() in done.stderr
    assert one.left() == []


def test_the_checksum_that_was_stated_counts(one: Machine, release: Path) -> None:
    (release / "SHA256SUMS").unlink()
    one.env["CRYPTOGRAPHY_WIZARD_FROM"] = str(release)
    digest = hashlib.sha256((release / FILE).read_bytes()).hexdigest()
    one.env["CRYPTOGRAPHY_WIZARD_SHA256"] = "0" * 64
    assert one.install().returncode == 3
    one.env["CRYPTOGRAPHY_WIZARD_SHA256"] = digest.upper()
    assert one.install().returncode == 0
    del one.env["CRYPTOGRAPHY_WIZARD_SHA256"]
    done = one.install()
    assert done.returncode == 2
    assert done.stderr.startswith(f"{NAME}: There is no SHA256SUMS in {release}.\n")


def test_beside_it_in_the_current_folder(one: Machine, release: Path) -> None:
    for name in (FILE, "SHA256SUMS"):
        shutil.copy(release / name, one.folder)
    shutil.copy(SCRIPT, one.folder)
    done = one.install(script=Path("install.sh"))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"From:   {one.folder}\n" in done.stdout


@pytest.mark.parametrize("text", ["", f"abc  {FILE}\n", f"{'0' * 64}  other\n", "<html>\n"])
def test_a_list_without_its_checksum(one: Machine, release: Path, text: str) -> None:
    (release / "SHA256SUMS").write_text(text, encoding="utf-8")
    one.env["CRYPTOGRAPHY_WIZARD_FROM"] = str(release)
    done = one.install()
    assert done.returncode == 3
    assert "has no checksum" in done.stderr
    assert one.left() == []


def test_without_a_network(one: Machine) -> None:
    one.env["CRYPTOGRAPHY_WIZARD_FROM"] = "http://127.0.0.1:1"
    done = one.install()
    assert done.returncode == 1
    assert "http://127.0.0.1:1/cryptography-wizard.pyz could not be downloaded" in done.stderr
    assert "Connection refused" in done.stderr
    assert "Without a network: put" in done.stderr
    assert one.left() == []


def test_half_of_the_script_does_nothing(one: Machine, release: Path) -> None:
    one.env["CRYPTOGRAPHY_WIZARD_FROM"] = str(release)
    text = SCRIPT.read_text(encoding="utf-8")
    for part in (0.5, 0.99):
        one.pipe(text[: int(len(text) * part)])
        assert one.left() == []
    last = text.rindex("main")
    one.pipe(text[:last])
    assert one.left() == []


def test_path_has_it_already(one: Machine, release: Path) -> None:
    one.env["CRYPTOGRAPHY_WIZARD_FROM"] = str(release)
    one.env["PATH"] = f"{one.programs}:{one.bin}"
    done = one.install()
    assert done.stdout.endswith(f"\n\nStart it: {NAME}\n")


@pytest.mark.parametrize(
    ("shell", "line"),
    [
        ("/bin/zsh", ">> ~/.zshrc"),
        ("/usr/bin/bash", ">> ~/.bashrc"),
        ("/usr/bin/fish", "fish_add_path "),
        ("", ">> ~/.profile"),
        (None, ">> ~/.profile"),
    ],
)
def test_it_says_how_path_gets_it(
    one: Machine, release: Path, shell: str | None, line: str
) -> None:
    one.env.update({"CRYPTOGRAPHY_WIZARD_FROM": str(release), "SHELL": shell})
    done = one.install()
    assert (done.returncode, done.stderr) == (0, "")
    (start,) = (text for text in done.stdout.splitlines() if text.startswith("Start it: "))
    assert shlex.split(start.partition(": ")[2]) == [str(one.command)]
    assert line in done.stdout
    left = {path.name for path in one.home.iterdir()}
    assert left == {".cache", ".local"}  # it changes none of these files
    if shell and shell.endswith("bash"):
        typed = next(text for text in done.stdout.splitlines() if line in text)
        argv = [shutil.which("bash") or "bash", "-c", f"{typed}; . ~/.bashrc; command -v {NAME}"]
        found = subprocess.run(
            argv, env=one.variables, capture_output=True, text=True, timeout=60, check=False
        )
        assert found.stdout == f"{one.command}\n", found.stderr


def test_another_one_comes_first(one: Machine, release: Path) -> None:
    program(one.programs, NAME, "echo other")
    one.env["CRYPTOGRAPHY_WIZARD_FROM"] = str(release)
    one.env["PATH"] = f"{one.programs}:{one.bin}"
    done = one.install()
    assert f"Another one, {one.programs / NAME}, comes first in PATH." in done.stdout


def test_a_folder_that_cannot_be_made(one: Machine, release: Path) -> None:
    (one.home / ".local").write_text("in the way")
    one.env["CRYPTOGRAPHY_WIZARD_FROM"] = str(release)
    done = one.install()
    assert done.returncode == 2
    assert f"The folder {one.bin} cannot be made." in done.stderr
    assert "CRYPTOGRAPHY_WIZARD_BIN=FOLDER" in done.stderr


def test_another_folder(one: Machine, release: Path) -> None:
    one.env["CRYPTOGRAPHY_WIZARD_FROM"] = str(release)
    one.env["CRYPTOGRAPHY_WIZARD_BIN"] = "my bin"
    done = one.install()
    assert (done.returncode, done.stderr) == (0, "")
    assert (one.folder / "my bin" / NAME).is_file()
    assert (one.folder / "my bin" / FILE).read_bytes() == (release / FILE).read_bytes()
    assert one.left() == []


def test_its_python_may_be_replaced(one: Machine, release: Path) -> None:
    """As Homebrew does with each new version."""
    old = one.folder / "old python's" / "python3"
    old.parent.mkdir()
    text = f'exec {shlex.quote(PYTHON)} "$@"'
    program(old.parent, "real", text)
    program(
        old.parent, "python3", f'case "$*" in *_base_executable*) echo "$0" ;; *) {text} ;; esac'
    )
    one.env.update({"CRYPTOGRAPHY_WIZARD_FROM": str(release), "PYTHON": str(old)})
    done = one.install()
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Python: {old}\n" in done.stdout
    assert one.start().returncode == 0
    shutil.rmtree(old.parent)
    assert one.start().stdout == "cryptography-wizard 9.8.7\n"
    (one.programs / "python3").unlink()
    gone = one.start()
    assert gone.returncode == 3
    assert "its Python is gone" in gone.stderr


def old_python(one: Machine, name: str) -> None:
    (one.programs / name).unlink(missing_ok=True)
    program(one.programs, name, "exit 1")


def test_an_old_python_first_and_a_newer_one_by_its_number(machine: Machine, release: Path) -> None:
    old_python(machine, "python3")
    machine.link("python3.11", PYTHON)
    machine.env["CRYPTOGRAPHY_WIZARD_FROM"] = str(release)
    done = machine.install()
    assert (done.returncode, done.stderr) == (0, "")
    assert machine.start().returncode == 0


@pytest.mark.parametrize(
    ("system", "programs", "hints"),
    [
        ("Linux", ("apt-get",), ("  sudo apt-get install python3\n",)),
        ("Linux", ("dnf",), ("  sudo dnf install python3\n",)),
        ("Linux", ("apk", "uv"), ("  sudo apk add python3\n", "  uv python install 3.13 ")),
        ("Linux", ("pkg",), ("  pkg install python3\n",)),
        ("Darwin", ("xcode-select",), ("https://www.python.org/downloads/macos/",)),
        ("Darwin", ("xcode-select", "brew"), ("  brew install python\n",)),
        ("Darwin", (), ("  xcode-select --install ",)),
    ],
)
def test_without_a_python_it_says_how_to_get_one(
    one: Machine, system: str, programs: Sequence[str], hints: Sequence[str]
) -> None:
    old_python(one, "python3")
    (one.programs / "uname").unlink()
    program(one.programs, "uname", f"echo {system}")
    for name in programs:
        program(one.programs, name, "exit 1" if name == "uv" else "exit 0")
    done = one.install()
    assert done.returncode == 3, done.stderr
    assert "It needs Python 3.9 or newer, and found none." in done.stderr
    for hint in (*hints, "uv"):
        assert hint in done.stderr
    assert one.left() == []


def test_uv_gets_one(one: Machine, release: Path) -> None:
    old_python(one, "python3")
    there = one.folder / "there"
    program(
        one.programs,
        "uv",
        f"""case "$1 $2" in
"python install") : > {shlex.quote(str(there))} ;;
"python find") [ -e {shlex.quote(str(there))} ] && echo {shlex.quote(PYTHON)} ;;
esac""",
    )
    one.env["CRYPTOGRAPHY_WIZARD_FROM"] = str(release)
    done = one.install()
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "uv python install 3.13\n" in done.stdout
    assert one.start().returncode == 0


def test_a_python_that_was_named(one: Machine) -> None:
    old_python(one, "python3")
    one.env["PYTHON"] = "python3"
    done = one.install()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{NAME}: PYTHON=python3 is no Python 3.9 or newer.\n"


def test_an_apple_placeholder_is_not_started(one: Machine) -> None:
    if not Path("/usr/bin/python3").exists():
        pytest.skip("there is no /usr/bin/python3 to pretend with")
    text = SCRIPT.read_text(encoding="utf-8")
    (one.programs / "uname").unlink()
    program(one.programs, "uname", "echo Darwin")  # and there is no xcode-select
    script = one.folder / "functions.sh"
    script.write_text(
        text[: text.rindex("main ")] + "checked /usr/bin/python3 || echo not started\n"
    )
    assert one.install(script=script).stdout == "not started\n"


def test_sudo_is_refused(one: Machine, release: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root is asked about sudo")
    one.env.update({"CRYPTOGRAPHY_WIZARD_FROM": str(release), "SUDO_USER": "somebody"})
    done = one.install()
    assert done.returncode == 2
    assert "Do not use sudo" in done.stderr
    assert one.left() == []


def test_uninstall(machine: Machine, release: Path) -> None:
    machine.env["CRYPTOGRAPHY_WIZARD_FROM"] = str(release)
    assert machine.install().returncode == 0
    cache = machine.home / ".cache" / NAME
    assert list((cache / "program").iterdir())
    (cache / "openssl").mkdir()
    done = machine.install("--uninstall")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Removed: {machine.command}\n" in done.stdout
    assert machine.left() == []
    assert [path.name for path in cache.iterdir()] == ["openssl"]
    again = machine.install("--uninstall")
    assert again.returncode == 0
    assert "nothing to remove" in again.stdout


def test_uninstall_leaves_what_it_has_not_installed(one: Machine) -> None:
    program(one.bin, NAME, "echo mine")
    done = one.install("--uninstall")
    assert done.returncode == 2
    assert one.left() == [NAME]


def test_other_words(one: Machine) -> None:
    assert one.install("--help").stdout.startswith("Installs cryptography-wizard")
    done = one.install("--unknown")
    assert done.returncode == 2
    assert done.stderr == f"{NAME}: --unknown is unknown. Allowed: --uninstall, --help\n"


@pytest.mark.parametrize("home", ["", None])
def test_without_a_home(one: Machine, home: str | None) -> None:
    one.env["HOME"] = home
    done = one.install()
    assert done.returncode == 2
    assert "HOME is not set" in done.stderr
