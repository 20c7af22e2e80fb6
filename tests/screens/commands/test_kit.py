"""The command kit: its actions, what they write, and their exit codes; without a network."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from screens.cli import main
from screens.commands.kit import _shared, check
from tests.wizard.kit import kits
from wizard.index.source import IndexSource
from wizard.kit import checking
from wizard.kit.making import Progress
from wizard.proof import kit_manifest


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a folder be the index, and work beside it."""
    kits.FolderIndex(tmp_path / "index")
    source = IndexSource("", find_links=(str(tmp_path / "index"),), no_index=True)
    monkeypatch.setattr(_shared, "index_source", lambda: source)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "index"


MAKE = ("kit", "make", "kit", "--for", "linux-x86_64,macos-x86_64", "--pythons", "3.9,3.12")


def test_a_kit_is_made_checked_and_updated(
    index: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kits.pyz(tmp_path).rename(tmp_path / "own.pyz")
    assert main([*MAKE, "--wizard", "own.pyz", "--yes"]) == 0
    out, err = capfd.readouterr()
    assert "50.0.2 for Python 3.9, 3.12, glibc 2.17 or newer" in err
    assert "48.0.1 for Python 3.12, macOS 10.13 or newer" in err
    assert "! nothing for Python 3.9: cffi has no wheel for it." in err
    assert "To download: " in err
    assert "The kit is ready: " in out
    assert main(["kit", "update", "kit", "--yes"]) == 0
    out, err = capfd.readouterr()
    assert "is up to date. Nothing was changed." in err
    next((tmp_path / "kit" / "wheels").glob("pycparser*")).unlink()
    assert main(["kit", "update", "kit", "--yes", "--json"]) == 0
    out, err = capfd.readouterr()
    assert json.loads(out)["kind"] == kit_manifest.KIND
    assert err == ""
    assert (tmp_path / "kit" / "cryptography-wizard.pyz").is_file()


def test_without_a_terminal_nothing_is_downloaded(
    index: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(list(MAKE)) == 2
    assert "--yes does not ask." in capfd.readouterr().err
    assert not (tmp_path / "kit").exists()


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("\n", 130), ("n\n", 130), ("", 130)])
def test_a_kit_without_the_wizard_is_asked_for(
    answer: str,
    code: int,
    index: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    from screens.text import confirm

    monkeypatch.setattr(confirm, "is_terminal", lambda _stream: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    assert main(list(MAKE)) == code
    assert "cryptography-wizard.pyz is missing" in capfd.readouterr().err
    assert (tmp_path / "kit" / "manifest.json").exists() == (code == 0)


def test_requirements_are_read(
    index: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "more.txt").write_text("pycparser\n", encoding="utf-8")
    (tmp_path / "w.txt").write_text("typing-extensions>=4\n-c more.txt\n", encoding="utf-8")
    assert main([*MAKE, "--yes", "--requirements", "w.txt"]) == 0
    before_the_download = capfd.readouterr().err.partition("To download: ")[0]
    assert re.search(
        r"^  Other packages: cffi [\d.]+, pip [\d.]+, pycparser [\d.]+, typing-extensions [\d.]+$",
        before_the_download,
        re.MULTILINE,
    )
    order = kit_manifest.load(tmp_path / "kit").order
    assert order.requirements == ("typing-extensions>=4",)
    assert order.constraints == ("pycparser",)
    for line in ("./own", "https://index.example/a.whl", "a @ https://index.example/a.whl", "-e ."):
        (tmp_path / "w.txt").write_text(f"{line}\n", encoding="utf-8")
        capfd.readouterr()
        assert main([*MAKE, "--yes", "--requirements", "w.txt"]) == 2, line
        assert "w.txt:1" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["kit"], "kit needs an action: make, check, update, serve"),
        (["kit", "chek", "x"], "Unknown action: 'chek' (did you mean check?). Allowed: "),
        (["kit", "room"], "cryptography-wizard room is a separate command."),
        (["kit", "make"], "The following arguments are required: DIR."),
        (["kit", "make", "a", "b"], "Unrecognized arguments: b."),
        (["kit", "make", "a", "--glibc", "3"], "--glibc: '3' is not a version of glibc."),
        (["kit", "make", "a", "--release", "new"], "--release: 'new' is not a version"),
        (["kit", "make", "a", "--port", "1"], "--port is a flag of kit serve"),
        (
            ["kit", "make", "a", "--wizzard", "1"],
            "Unknown flag: --wizzard (did you mean --wizard?)",
        ),
        (["kit", "make", ""], "the value of DIR is empty"),
        (["kit", "make", "a", "--requirements", "none.txt"], "none.txt cannot be read"),
        (["kit", "make", "a", "--wizard", "none.pyz"], "none.pyz does not exist"),
        (["kit", "check", "none"], "none does not exist."),
        (["kit", "update", "none"], "none does not exist."),
        (["kit", "serve", "none"], "none does not exist."),
        (["kit", "serve", "none", "--port", "65536"], "--port: '65536' is not a port."),
        (["kit", "serve", "none", "--port", "-1"], "--port"),
        (["kit", "serve", "none", "--address", "here"], "--address: 'here' is not an IP address"),
    ],
)
def test_a_wrong_request_is_named(
    words: list[str], told: str, index: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    out, err = capfd.readouterr()
    assert told.lower() in err.lower()
    assert "Traceback" not in err
    assert out == ""


def test_help_of_an_action(capfd: pytest.CaptureFixture[str]) -> None:
    for words in (["help", "kit", "serve"], ["kit", "serve", "--help"]):
        assert main(words) == 0
        assert "--address IP" in capfd.readouterr().out
    assert main(["kit", "--help"]) == 0
    out = capfd.readouterr().out
    assert re.findall(r"^    (\w+) ", out, re.MULTILINE) == ["make", "check", "update", "serve"]
    assert main(["help", "kit", "none"]) == 2


def test_a_damaged_kit_is_neither_served_nor_proved(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kits.make(tmp_path, kits.request("linux-x86_64"))
    (tmp_path / "kit" / "START-HERE.html").write_bytes(b"other")
    assert main(["kit", "check", str(tmp_path / "kit")]) == 3
    assert "START-HERE.html: it has 5 bytes, not " in capfd.readouterr().out
    if os.name != "nt":
        strange = tmp_path / "kit" / "wheels" / "a\x1b[2J.whl"
        strange.touch()
        assert main(["kit", "check", str(tmp_path / "kit")]) == 3
        assert r"wheels/a\x1b[2J.whl: the manifest does not name it" in capfd.readouterr().out
        strange.unlink()
    assert main(["kit", "check", str(tmp_path / "kit"), "--json"]) == 3
    found = json.loads(capfd.readouterr().out)
    assert (found["ok"], found["exit"], len(found["differences"])) == (False, 3, 1)
    assert main(["kit", "serve", str(tmp_path / "kit")]) == 3
    assert "is not as it was made" in capfd.readouterr().err


@pytest.mark.parametrize("inside", ["", "wheels"])
def test_a_changed_kit_is_not_installed_from(
    inside: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kits.make(tmp_path, kits.request("linux-x86_64"))
    folder = tmp_path / "kit"
    (folder / "wheels" / "evil-1.0-py3-none-any.whl").write_bytes(b"PK")
    assert main(["--yes", "--from-wheelhouse", str(folder / inside)]) == 3
    assert "evil-1.0-py3-none-any.whl" in capfd.readouterr().err
    (folder / "manifest.json").unlink()
    assert main(["--yes", "--from-wheelhouse", str(folder / inside)]) == 2
    assert "is unfinished" in capfd.readouterr().err


def test_a_kit_is_a_wheelhouse(tmp_path: Path) -> None:
    from wizard.choices import Choices
    from wizard.questions import validation

    kits.make(tmp_path, kits.request("linux-x86_64"))
    for place in ("kit", "kit/wheels"):
        found = validation.check(Choices(from_wheelhouse=str(tmp_path / place)))
        assert found.from_wheelhouse == str(tmp_path / "kit" / "wheels")


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_other_computers_are_not_let_in_without_a_question(
    more: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kits.make(tmp_path, kits.request("linux-x86_64"))
    folder = str(tmp_path / "kit")
    assert main(["kit", "serve", folder, "--address", "192.0.2.1", *more]) == 2
    told = "".join(capfd.readouterr())
    assert "asks before it opens a port" in told
    assert f"To open it without being asked: cryptography-wizard kit serve {folder} --yes" in told


def test_after_a_no_nothing_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from screens.text import confirm

    kits.make(tmp_path, kits.request("linux-x86_64"))
    monkeypatch.setattr(confirm, "is_terminal", lambda _stream: True)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["kit", "serve", str(tmp_path / "kit"), "--address", "192.0.2.1"]) == 130
    err = capfd.readouterr().err
    assert "Every machine that reaches 192.0.2.1 can then ask this server. It shows the kit" in err
    assert err.endswith("Open it? [y/N] Nothing was opened.\n")


@pytest.mark.usefixtures("ending_signals")
@pytest.mark.skipif(os.name == "nt", reason="a process there cannot be interrupted alone")
def test_serving_ends_in_order_after_ctrl_c(tmp_path: Path) -> None:
    import signal

    kits.make(tmp_path, kits.request("linux-x86_64"), wizard=kits.pyz(tmp_path))
    process = subprocess.Popen(
        (sys.executable, "-m", "cryptography_wizard", "kit", "serve", "kit", "--json"),
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        assert set(said) == {"address", "index", "joins"}
        with urlopen(f"{said['address']}/START-HERE.html", timeout=10) as answer:  # noqa: S310
            assert answer.read().startswith(b"<!DOCTYPE html>")
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=15)
        assert process.returncode == 0, err
        assert err == ""
    finally:
        process.kill()
        process.communicate(timeout=10)


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_on_a_terminal_and_few_lines_elsewhere() -> None:
    plain = io.StringIO()
    show = _shared.downloading(_shared.Meter(plain, quiet=False))
    for number in range(1001):
        show(Progress(number // 100, 10, number * 1000, 1_000_000))
    assert len(plain.getvalue().splitlines()) == _shared.STEPS
    live = Terminal()
    meter = _shared.Meter(live, quiet=False)
    show = _shared.downloading(meter)
    show(Progress(0, 1, 5_000_000, 0))
    time.sleep(_shared.BETWEEN)
    show(Progress(1, 1, 9_000_000, 0))
    meter.end()
    assert "\n" not in live.getvalue()
    assert "Downloading: 9.0 MB, 1 of 1 files" in live.getvalue()
    quiet = io.StringIO()
    _shared.downloading(_shared.Meter(quiet, quiet=True))(Progress(1, 1, 1, 1))
    assert quiet.getvalue() == ""


def test_the_index_is_that_of_any_pip_here(monkeypatch: pytest.MonkeyPatch) -> None:
    from wizard.errors import Impossible
    from wizard.facts import Python
    from wizard.machine import inspection, pythons

    here, there = IndexSource("https://index.example/a"), IndexSource("https://index.example/b")
    own = Python("/usr/bin/python3", "asked")
    others = {"/opt/python": there}
    monkeypatch.setattr(pythons, "find", lambda *_words, **_more: ((), others))
    monkeypatch.setattr(inspection, "inspect", lambda *_words: (own, here))
    assert _shared.index_source() is here
    monkeypatch.setattr(inspection, "inspect", lambda *_words: (own, None))
    assert _shared.index_source() is there
    others.clear()
    with pytest.raises(Impossible, match="which index to use") as caught:
        _shared.index_source()
    assert "python3-pip" in caught.value.hints[0]


@pytest.mark.parametrize("named", ["/nope", "none-such-python", __file__])
def test_a_python_that_is_none_is_a_wrong_argument(
    named: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kits.make(tmp_path, kits.request("linux-x86_64"))
    assert main(["kit", "check", str(tmp_path / "kit"), "--python", named]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert named in err


def test_what_a_check_says_has_a_whole_command_and_right_plurals(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = checking.MachineCheck("/py")
    monkeypatch.setattr(checking, "install_here", lambda _folder, _kit, _python: found)
    monkeypatch.setattr(checking, "find_pip", lambda _python: ())
    kits.make(tmp_path, kits.request("linux-x86_64"))
    assert main(["kit", "check", str(tmp_path / "kit")]) == 0
    assert "ok: 1 kind of computer and Python gets all that it needs" in capfd.readouterr().out
    (tmp_path / "kit" / "START-HERE.html").unlink()
    assert main(["kit", "check", str(tmp_path / "kit")]) == 3
    assert f"kit update {tmp_path / 'kit'}" in " ".join(capfd.readouterr().out.split())


@pytest.mark.parametrize(
    ("by", "who"),
    [
        (("pip", "pip"), "(pip agrees)"),
        (("pip", "computed"), "(pip agrees about 1 of them)"),
        (("computed", "computed"), "(computed by the wizard alone, without pip)"),
    ],
)
def test_it_says_whether_pip_was_asked(by: tuple[checking.Way, checking.Way], who: str) -> None:
    rows = tuple(checking.TargetCheck("linux-x86_64-3.12", "50.0.2", 4, each) for each in by)
    found = checking.Checked("/kit", True, 1, 10, (), rows)
    lines = check._lines(found)
    assert lines[0] == "ok: 1 file, 1 kB: every checksum is right."
    assert lines[1].startswith("ok: 2 kinds of computers and Pythons get ")
    assert who in lines[1]


def test_a_kit_keeps_its_port(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from wizard.kit import ports

    kits.make(tmp_path, kits.request("linux-x86_64"))
    folder = tmp_path / "kit"

    def served() -> int:
        assert main(["kit", "serve", str(folder), "--json"]) == 0
        return int(json.loads(capfd.readouterr().out)["address"].rpartition(":")[2])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wizard.kit.server.serve", lambda *_: None)
        first = served()
        assert ports.load(folder) == first
        assert served() == first
        with socket.create_server(("127.0.0.1", first)):
            other = served()  # another program has it
        assert other != first
        assert ports.load(folder) == other
