"""The front door: commands, wrong requests with their exit codes, and what is never imported."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable

import pytest

from screens import cli, commands, terminal
from screens.command_line import parse, wants_json
from screens.text import unattended
from tests.programs import small_machine
from tests.screens.pretend import BROKEN, DEBIAN, Pretended
from wizard import engine, locations
from wizard.choices import Choices, described
from wizard.codec import to_json
from wizard.errors import BadRequest, Exit
from wizard.facts import Facts
from wizard.machine import saved as saved_machine

Run = Callable[..., "tuple[int, str, str]"]
RUN = "import sys; from screens.cli import main; sys.exit(main())"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the command line on a pretended machine: its exit code and what it wrote."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(locations, "state", lambda: tmp_path / "state")

    def go(*words: str, machine: Pretended | None = None) -> tuple[int, str, str]:
        monkeypatch.setattr(engine, "real", (machine or Pretended()).engine)
        code = cli.main(words)
        written = capfd.readouterr()
        return code, written.out, written.err

    return go


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A saved machine."""
    file = tmp_path / "debian.json"
    file.write_text(to_json(DEBIAN), encoding="utf-8")
    return file


def process(*words: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """The command line in a separate process."""
    return subprocess.run(
        [sys.executable, "-c", RUN, *words],
        stdin=more.pop("stdin", subprocess.DEVNULL),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
        **more,
    )


def test_help_has_examples_and_the_exit_codes(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == Exit.DONE
    for text in ("examples:", "exit codes:", "130 cancelled", "diagnose", "--answers FILE"):
        assert text in out


def test_the_help_fits_a_terminal_of_80_columns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert [line for line in run("--help")[1].splitlines() if len(line) >= 80] == []


@pytest.mark.parametrize("command", commands.names())
def test_each_command_has_help(run: Run, command: str) -> None:
    assert f"    {command} " in run("--help")[1]
    code, out, _ = run(command, "--help")
    assert code == Exit.DONE
    assert f"cryptography-wizard {command}" in out


@pytest.mark.parametrize("word", ["--version", "-V", "version"])
def test_version(run: Run, word: str) -> None:
    code, out, _ = run(word)
    assert code == Exit.DONE
    assert re.fullmatch(
        r"cryptography-wizard 0\.1\.0\nTables of \d{4}-\d\d-\d\d \(built-in, .*\)\n", out
    )


@pytest.mark.parametrize(
    ("word", "flag"),
    [
        (["help"], ["--help"]),
        (["help", "plan"], ["plan", "--help"]),
        (["help", "help"], ["--help"]),
    ],
)
def test_help_can_be_asked_for_by_a_word(run: Run, word: list[str], flag: list[str]) -> None:
    assert run(*word) == run(*flag)


def test_help_fits_a_narrow_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = run("--help")
    usage, _, rest = out.partition("\n\n")
    assert usage == "usage: cryptography-wizard [OPTIONS] [COMMAND ...]"
    assert max(map(len, rest.splitlines())) <= 80


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["plan", "--facts", "{saved}"], ["doctr"]]
)
def test_the_light_commands_import_nothing_slow(words: Sequence[str], saved: Path) -> None:
    code = (
        "import sys; from screens.cli import main\n"
        f"main({[word.format(saved=saved) for word in words]!r})\n"
        "slow = {'textual', 'questionary', 'prompt_toolkit', 'requests', 'rich', 'plumbum'}\n"
        "sys.exit(' '.join(slow & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["doctor", "--help"]])
def test_what_only_describes_the_commands_imports_no_work(words: Sequence[str]) -> None:
    code = (
        "import sys; from screens.cli import main\n"
        f"main({words!r})\n"
        "work = ('wizard.advice', 'wizard.cache', 'wizard.knowledge', 'wizard.machine',\n"
        "        'wizard.needs', 'wizard.planning', 'wizard.proof', 'wizard.running',\n"
        "        'screens.text', 'screens.tui')\n"
        "sys.exit(' '.join(name for name in sys.modules if name.startswith(work)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["docter"], "Unknown command: 'docter' (did you mean doctor?)"),
        (["--methd", "wheel"], "Unknown flag: --methd (did you mean --method?)"),
        (["--method", "wheal"], "did you mean 'wheel'?"),
        (["--method=wheal"], "did you mean 'wheel'?"),
        (["--release"], "--release: expected one argument"),
        (["--release", ""], "--release is empty"),
        (["verify", ""], "PYTHON is empty"),
        (["diagnose", ""], "LOG is empty"),
        (["--method", "wheel", "--method", "source"], "given twice: 'wheel' and 'source'"),
        (["--yes", "--plain"], "not allowed with argument --yes"),
        (["plan", "--format", "yaml"], "'yaml'"),
        (["plan", "surprise"], "surprise"),
        (["plan", "--yes"], "--yes"),
        (["plan", "--bogus"], "Unknown flag: --bogus."),
        (["plan", "--formt", "sh"], "Unknown flag: --formt (did you mean --format?)"),
        (["--formt", "sh"], "Unknown flag: --formt"),
        (["doctor", "--format", "sh"], "--format is a flag of plan, not of doctor."),
        (["doctor", "--venv", "x"], "--venv is not a flag of doctor."),
        (["runs", "--yes"], "--yes is not a flag of runs."),
        (["help", "docter"], "Unknown command: 'docter' (did you mean doctor?)"),
        (["install"], "'install' is not a command: the wizard installs without one."),
        (["instal", "cryptography"], "'instal' is not a command"),
        (["versio"], "Unknown command: 'versio' (did you mean version?)"),
        (["-x"], "Unknown flag: -x"),
        (["--openssl", "3.5.7", "--openssl-sha256", "1f"], "'1f' is not a SHA-256 checksum"),
    ],
)
def test_a_wrong_command_line_is_told_with_the_nearest_word(
    run: Run, words: Sequence[str], told: str
) -> None:
    machine = Pretended()
    code, out, err = run(*words, machine=machine)
    assert (code, out) == (Exit.WRONG, "")
    assert told in err
    assert "What to do:" in err
    assert "Traceback" not in err
    assert machine.probes == []


def test_flags_are_choices_before_and_after_the_command() -> None:
    before = parse(["--method", "source", "plan", "--link", "dynamic"])
    assert before.arguments.choices == Choices(method="source", link="dynamic")
    assert parse(["--yes", "--venv", "a b"]).arguments.choices == Choices(venv="a b")


@pytest.mark.parametrize("name", described())
def test_every_choice_has_a_flag(name: str) -> None:
    special = {"openssl_sha256": "0" * 64, "jobs": "2"}
    word = special.get(name) or next(iter(described()[name].values), "apt")
    choice = described()[name]
    flag = "--for" if name == "project" else f"--{name.replace('_', '-')}"
    words = [flag, *([word] if choice.metavar else [])]
    assert choice.argv(word) == tuple(words)
    assert parse(words).arguments.choices.answered() == {name: word}


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (["--json"], True),
        (["plan", "--format", "json"], True),
        (["plan", "--format=json"], True),
        (["plan", "--format", "text"], False),
        (["--yes"], False),
    ],
)
def test_errors_are_json_where_json_is_wanted(words: Sequence[str], asked: bool) -> None:
    assert wants_json(words) is asked


@pytest.mark.parametrize(
    "words",
    [
        ["--yes", "--json", "--methd", "wheel"],
        ["--yes", "--json", "--release", "not-a-version"],
        ["--yes", "--json", "--answers", "missing.toml"],
        ["plan", "--json", "--facts", "missing.json"],
        ["plan", "--format", "json", "--release", "50.0.9"],
        ["doctor", "--json", "--wrong"],
        ["--json"],
    ],
)
def test_a_wrong_request_for_json_has_one_json_object(run: Run, words: Sequence[str]) -> None:
    code, out, err = run(*words)
    report = json.loads(out)
    assert code == report["code"] == Exit.WRONG
    assert report["schema"] == 1
    assert report["error"]["what"]
    assert set(report["error"]) == {"what", "shown", "why", "hints"}
    assert err == ""


def test_without_a_terminal_nothing_is_asked_and_nothing_is_done(run: Run) -> None:
    machine = Pretended()
    code, out, err = run(machine=machine)
    assert (code, out) == (Exit.WRONG, "")
    assert "cryptography-wizard --yes" in err
    assert machine.probes == []


def test_yes_installs(run: Run) -> None:
    code, out, err = run("--yes", "--venv", "env")
    assert (code, err) == (Exit.DONE, "")
    assert "ok: cryptography 50.0.2 works" in out


def test_yes_json(run: Run) -> None:
    code, out, err = run("--yes", "--json")
    assert code == json.loads(out)["code"] == Exit.DONE
    assert [json.loads(line)["kind"] for line in err.splitlines()][-1] == "run-ended"


def test_a_failed_step_has_its_exit_code(run: Run) -> None:
    code, _, err = run("--yes", machine=Pretended(script={"install": BROKEN}))
    assert code == Exit.FAILED
    assert "  | error: the true cause" in err


def test_answers_from_a_file_and_flags_that_win(run: Run, tmp_path: Path) -> None:
    answers = tmp_path / "answers.toml"
    answers.write_text('release = "49.0.0"\nvenv = "one"\n', encoding="utf-8")
    _, out, _ = run("--yes", "--answers", str(answers), "--venv", "two")
    assert "cryptography 49.0.0 from a wheel" in out
    assert f"{os.sep}two." in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--venv", "file"], "is a file"),
        (["--venv", "full"], "not a virtual environment"),
        (["--python", "missing"], "no Python at missing"),
        (["--release", "abc"], "not a version number"),
        (["--method", "wheel", "--link", "dynamic"], "contradict"),
        (
            ["--openssl", "3.5.7", "--openssl-source", "full"],
            "does not contain openssl-3.5.7.tar.gz",
        ),
        (["--openssl-sha256", "0" * 64], "only works with --openssl VERSION"),
        (["--answers", "full"], "is a folder"),
        (["--answers", "file"], "file"),
    ],
)
def test_a_wrong_request_is_told_before_any_work(
    run: Run, tmp_path: Path, words: Sequence[str], told: str
) -> None:
    (tmp_path / "file").write_text("colour = 1\n", encoding="utf-8")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("precious", encoding="utf-8")
    machine = Pretended()
    code, _, err = run("--yes", *words, machine=machine)
    assert code == Exit.WRONG
    assert told in err
    assert machine.probes == []
    assert (tmp_path / "full" / "thesis.txt").read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("form", ["text", "json", "sh", "powershell"])
def test_a_plan_for_a_saved_machine(run: Run, saved: Path, form: str) -> None:
    machine = Pretended()
    code, out, err = run("plan", "--facts", str(saved), "--format", form, machine=machine)
    assert (code, err) == (Exit.DONE, "")
    assert machine.probes == []
    assert "50.0.2" in out
    if form == "json":
        assert json.loads(out)["release"] == "50.0.2"
    assert out.startswith("#!/bin/sh") is (form == "sh")
    assert ("$ErrorActionPreference = 'Stop'" in out) is (form == "powershell")


def test_a_shell_script_for_windows_is_refused_with_the_way_out(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = engine.decide

    def for_windows(machine: engine.Engine, choices: Choices) -> engine.Decision:
        decision = real(machine, choices)
        return replace(decision, plan=replace(decision.plan, system="windows"))

    monkeypatch.setattr(engine, "decide", for_windows)
    code, out, err = run("plan", "--format", "sh")
    assert (code, out) == (Exit.WRONG, "")
    assert "plan --format powershell" in err
    code, out, _ = run("plan", "--format", "powershell")
    assert code == Exit.DONE
    assert "Invoke-Program" in out


def test_a_plan_for_this_machine(run: Run) -> None:
    code, out, _ = run("plan", "--method", "source")
    assert code == Exit.DONE
    assert "--no-binary cryptography" in out


def test_what_is_impossible_has_its_exit_code(run: Run) -> None:
    bare = Pretended(replace(DEBIAN, managers=()))
    code, _, err = run("--yes", "--method", "source", machine=bare)
    assert code == Exit.IMPOSSIBLE
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "not JSON"),
        (b'{"schema": 99}', "schema 99"),
        (b"[]", "must contain a JSON object"),
        (b'{"schema": "\xe9"}', "not text in UTF-8"),
        (b"\xff\xfe{", "not text in UTF-16"),
        (b'{"schema": 1, "system": {"name": "linux", "machine": "x", "color": 1}}', "color"),
    ],
)
def test_a_saved_machine_that_is_none(run: Run, tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "machine.json"
    file.write_bytes(content)
    code, _, err = run("plan", "--facts", str(file))
    assert code == Exit.WRONG
    assert told in err


@pytest.mark.parametrize("name", [".", "missing.json", "a\0b"])
def test_a_saved_machine_that_cannot_be_read(run: Run, name: str) -> None:
    code, _, err = run("plan", "--facts", name)
    assert code == Exit.WRONG
    assert "machine" in err or "cannot be read" in err or "not the name" in err


def test_a_huge_saved_machine_is_not_read_whole(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved_machine, "MAX_BYTES", 100)
    file = tmp_path / "machine.json"
    file.write_text(" " * 101, encoding="utf-8")
    code, _, err = run("plan", "--facts", str(file))
    assert code == Exit.WRONG
    assert "too large" in err


def test_doctor_writes_facts_that_can_be_read_again(run: Run, saved: Path) -> None:
    code, out, _ = run("doctor", "--json")
    assert code == Exit.DONE
    assert out == saved.read_text(encoding="utf-8") + "\n"
    assert run("doctor", "--json", "--facts", str(saved))[1] == out


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_facts_survive_every_code_page(saved: Path, tmp_path: Path, encoding: str) -> None:
    """A Windows program writes cp1252 to a pipe: other letters would become question marks."""
    folder = "/home/zoë/проект-字"
    saved.write_text(to_json(replace(DEBIAN, folder=folder)), encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = process("doctor", "--json", "--facts", str(saved), env=environment)
    assert done.stdout.isascii()
    assert json.loads(done.stdout)["folder"] == folder
    copy = tmp_path / "lab.json"
    for written in ("utf-8", "utf-8-sig", "utf-16"):  # as shells redirect it
        copy.write_text(done.stdout, encoding=written)
        planned = process("plan", "--format", "sh", "--facts", str(copy), env=environment)
        assert (planned.returncode, planned.stderr) == (Exit.DONE, "")
        assert f"{folder}/cryptography-env" in planned.stdout, "a script is UTF-8 everywhere"
        assert "\r" not in planned.stdout


def test_a_bug_is_told_without_a_traceback(run: Run, tmp_path: Path) -> None:
    class Buggy(Pretended):
        def probe(self, _choices: Choices, **_more: object) -> Facts:
            raise ZeroDivisionError("nobody divides by zero")

    code, out, err = run("--yes", machine=Buggy())
    assert code == Exit.FAILED
    assert "This is a bug in cryptography-wizard" in err
    assert "ZeroDivisionError: nobody divides by zero" in err
    assert "Traceback" not in out + err
    (report,) = (tmp_path / "state" / "bugs").iterdir()
    assert str(report) in err
    assert "Traceback" in report.read_text(encoding="utf-8")
    assert "['--yes']" in report.read_text(encoding="utf-8")


def test_a_bug_is_told_even_where_nothing_can_be_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr(locations, "state", lambda: tmp_path / "file")
    monkeypatch.setattr(cli, "_run", lambda _request: 1 // 0)
    code, _, err = run("--yes")
    assert code == Exit.FAILED
    assert "could not be saved" in err


def test_ctrl_c_outside_of_a_run_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_request: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", interrupt)
    assert run("--yes") == (Exit.CANCELLED, "", "cryptography-wizard: Cancelled.\n")


def test_for_an_unknown_command_the_help_lists_commands(run: Run) -> None:
    _, _, err = run("docter")
    assert "--help lists all commands." in err


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.usefixtures("ending_signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_process_with_one_line(number: int, tmp_path: Path) -> None:
    code = (
        "import sys, time; from screens import cli\n"
        "def wait(request):\n"
        "    print('waiting', flush=True)\n"
        "    time.sleep(60)\n"
        "cli._run = wait\n"
        "sys.exit(cli.main(['--yes']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "waiting\n"
        child.send_signal(number)
        _, err = child.communicate(timeout=60)
    assert child.returncode == Exit.CANCELLED
    assert err == "cryptography-wizard: Cancelled.\n"


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.usefixtures("ending_signals")
@pytest.mark.parametrize("imported", ["cryptography_wizard.finder", "screens.cli"])
def test_ctrl_c_while_the_wizard_is_imported_says_nothing(imported: str) -> None:
    code = (
        "import os, signal, sys\n"
        "def interrupt(event, values):\n"
        f"    if event == 'import' and values[0] == {imported!r}:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.addaudithook(interrupt)\n"
        "from cryptography_wizard.__main__ import main\n"
        "sys.exit(main())"
    )
    argv = [sys.executable, "-c", code, "--version"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (Exit.CANCELLED, "", "")


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_a_reader_that_goes_away_hears_no_complaint(saved: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-c", RUN, "plan", "--facts", str(saved)],
            stdout=writing,
            stderr=subprocess.PIPE,
            timeout=120,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (Exit.CANCELLED, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "words",
    [
        *(["plan", "--facts"], ["--version"], ["--help"], ["help", "doctor"]),
        ["doctor", "--json", "--facts"],
        *(["runs", "--json"], ["diagnose", "--json"]),
    ],
)
def test_a_full_disk_is_no_bug_of_the_wizard(
    saved: Path, words: list[str], unbuffered: str
) -> None:
    argv = [*words, *([str(saved)] if "--facts" in words else [])]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-c", RUN, *argv],
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == Exit.FAILED
    assert done.stderr.startswith("cryptography-wizard: The result could not be written.\n")
    assert "bug" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_an_error_that_no_json_can_tell_is_text() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-c", RUN, "diagnose", "--json", "no-such-log"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == Exit.WRONG
    assert "no-such-log" in done.stderr


class Full(io.StringIO):
    """A stream to a file on a full disk."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("install", [unattended.install, unattended.install_for_scripts])
def test_an_installation_whose_report_cannot_be_written_says_so(
    install: Callable[..., int],
) -> None:
    with pytest.raises(OSError, match="No space left"):
        install(Pretended().engine(), Choices(), Full(), None, can_ask=False)


def test_a_report_for_scripts_that_is_lost_is_named_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where the stream leads to nowhere by then, so that it would take an error as JSON."""

    def unwritten(_arguments: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(cli, "_run_command", unwritten)
    assert cli.main(["--yes", "--json"]) == Exit.FAILED
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("cryptography-wizard: The result could not be written.\n")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_a_second_ctrl_c_comes_too_late_for_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ending_signals: None,
) -> None:
    def interrupted(_arguments: object) -> int:
        raise KeyboardInterrupt

    def again(*_: object) -> bool:
        os.kill(os.getpid(), signal.SIGINT)
        return False

    monkeypatch.setattr(cli, "_run_command", interrupted)
    monkeypatch.setattr("screens.command_line.wants_json", again)
    assert cli.main([]) == Exit.CANCELLED
    assert capsys.readouterr().err == "cryptography-wizard: Cancelled.\n"


@pytest.mark.skipif(os.name == "nt", reason="POSIX descriptors")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize(
    ("words", "code"),
    [("", Exit.WRONG), ("--plain", Exit.WRONG), ("--version", Exit.DONE), ("plan -x", Exit.WRONG)],
)
def test_closed_streams_do_no_harm(closed: str, words: str, code: int, tmp_path: Path) -> None:
    argv = ["sh", "-c", f'"$0" -c "$1" {words} {closed}', sys.executable, RUN]
    env = {**os.environ, **small_machine(tmp_path / "programs")}
    done = subprocess.run(
        argv,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    answers_nobody = words == "--version" and ">&-" in closed.split()
    asks_nobody = words == "--plain" and closed == ">&-"
    if answers_nobody or asks_nobody:
        code = Exit.FAILED
        assert ("Standard output is closed." in done.stderr) == ("2>&-" not in closed)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_waits_for_an_answer_that_cannot_come() -> None:
    reading, writing = os.pipe()  # a pipe that stays open, and silent
    try:
        done = process(stdin=reading)
    finally:
        os.close(reading)
        os.close(writing)
    assert done.returncode == Exit.WRONG
    assert "no terminal" in done.stderr


def test_ascii_only() -> None:
    done = process("--ascii", "verify", "ünïcode-path")
    assert done.returncode == Exit.WRONG
    assert (done.stdout + done.stderr).isascii()


@pytest.mark.parametrize(
    ("flags", "face"), [(["--plain"], "Plain"), (["--prompts"], "Prompts"), ([], "app")]
)
def test_the_face_that_fits_is_started(
    run: Run, monkeypatch: pytest.MonkeyPatch, flags: Sequence[str], face: str
) -> None:
    from screens.text import linear
    from screens.tui import app

    started: list[str] = []

    def install(_engine: object, choices: Choices, asker: object, _cut_off: object) -> int:
        started.append(type(asker).__name__)
        assert choices.release == "49.0.0"
        return 130

    def run_app(_engine: object, choices: Choices, *_more: object) -> int:
        started.append("app")
        assert choices.release == "49.0.0"
        return 130

    abilities = terminal.Abilities(True, True, True, columns=80, lines=24)
    monkeypatch.setattr(terminal, "detect", lambda: abilities)
    monkeypatch.setattr(linear, "install", install)
    monkeypatch.setattr(app, "run_app", run_app)
    assert run(*flags, "--release", "49.0.0")[0] == Exit.CANCELLED
    assert started == [face]


def test_diagnose_reads_a_file_and_standard_input(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "pip.log"
    log.write_text("error: externally-managed-environment\n", encoding="utf-8")
    code, out, _ = run("diagnose", str(log))
    assert code == Exit.DONE
    assert "externally-managed-environment" in out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(log.read_bytes())))
    assert run("diagnose") == (code, out, "")


@pytest.mark.parametrize("cut", [64 * 1024, 30])
def test_diagnose_reads_what_powershell_redirected(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    from screens.commands import diagnose

    monkeypatch.setattr(diagnose, "CHUNK", cut)
    log = tmp_path / "pip.log"
    lines = "Zoë ✓\r\nerror: externally-managed-environment\r\n"
    for encoding in ("utf-16", "utf-8-sig"):
        log.write_bytes(lines.encode(encoding))
        code, out, _ = run("diagnose", str(log))
        assert code == Exit.DONE
        assert "error: externally-managed-environment\n" in out


def test_diagnose_says_that_it_does_not_know(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "pip.log"
    log.write_text("all is well\n", encoding="utf-8")
    code, out, _ = run("diagnose", "--json", str(log))
    assert code == Exit.FAILED
    found = json.loads(out)
    assert (found["id"], found["certainty"]) == (None, "unknown")


def test_a_huge_log_is_read_to_its_limit(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from screens.commands import diagnose

    monkeypatch.setattr(diagnose, "CHUNK", 100)
    log = tmp_path / "pip.log"
    cause = "error: externally-managed-environment\n"
    log.write_text("a\n" * 5000 + cause + "b\n" * 5000, encoding="utf-8")
    assert run("diagnose", str(log))[0] == Exit.DONE
    monkeypatch.setattr(diagnose, "MAX_BYTES", 2000)
    assert run("diagnose", str(log))[0] == Exit.FAILED


@pytest.mark.parametrize("name", [".", "missing.log", "a\0b"])
def test_diagnose_refuses_what_is_no_file(run: Run, name: str) -> None:
    assert run("diagnose", name)[0] == Exit.WRONG


def test_an_unknown_word_is_a_bad_request() -> None:
    with pytest.raises(BadRequest):
        parse(["install"])


@pytest.mark.parametrize(
    ("typed", "words", "yes"),
    [
        (["--", "pip", "install", "--yes", "x"], ("pip", "install", "--yes", "x"), False),
        (["run", "--", "uv", "sync", "--help"], ("uv", "sync", "--help"), False),
        (["run", "--yes", "--", "pip", "--version"], ("pip", "--version"), True),
        (["--yes", "--", "pip"], ("pip",), True),
        (["--", "plan", "--json"], ("plan", "--json"), False),
    ],
)
def test_what_follows_two_dashes_is_the_user_s_command(
    typed: list[str], words: tuple[str, ...], yes: bool
) -> None:
    request = parse(typed)
    assert request.arguments.words == words
    assert request.arguments.yes is yes
    assert not wants_json(typed)


@pytest.mark.parametrize("flag", ["--verbose", "--venv"])
def test_a_flag_of_another_command_is_not_taken_for_the_user_s_program(flag: str) -> None:
    with pytest.raises(BadRequest, match=f"{flag} is not a flag of run"):
        parse([flag, "x", "--", "pip"])


def test_a_log_whose_name_begins_with_a_dash_can_still_be_named() -> None:
    assert parse(["diagnose", "--", "-odd.log"]).arguments.log == "-odd.log"


WITH_LIBRESSL = """
import ssl, sys
ssl.OPENSSL_VERSION = "LibreSSL 2.8.3"  # as in Apple's Python 3.9
{start}
import urllib3
print(urllib3.__name__)
"""


@pytest.mark.parametrize(
    ("start", "warns"),
    [("", True), ("from screens.cli import main\nmain(['--version'])", False)],
)
def test_the_warning_about_apples_libressl_never_reaches_the_screen(
    start: str, warns: bool
) -> None:
    code = WITH_LIBRESSL.format(start=start)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.endswith("urllib3\n")
    assert ("LibreSSL" in done.stderr) is warns


def test_a_folder_that_was_deleted_is_said(tmp_path: Path) -> None:
    code = (
        "import os, sys; os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone'); "
        "from screens.cli import main; sys.exit(main(['plan']))"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == Exit.WRONG
    assert "The current folder cannot be used." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "error", [RuntimeError("can't start new thread"), BlockingIOError(11, "no")]
)
def test_too_few_processes_are_said(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def probe(*_: object, **__: object) -> Facts:
        raise error

    machine = Pretended()
    monkeypatch.setattr(machine, "probe", probe)
    code, _, err = run("plan", machine=machine)
    assert code == Exit.FAILED
    assert "The system allows this user no more processes." in err


def test_an_import_that_ends_the_program_with_words_shows_them(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def probe(*_: object, **__: object) -> Facts:
        raise SystemExit("not on this machine")

    machine = Pretended()
    monkeypatch.setattr(machine, "probe", probe)
    code, _, err = run("plan", machine=machine)
    assert code == Exit.FAILED
    assert "not on this machine" in err


@pytest.mark.parametrize(
    "words",
    [("--release", "1" * 5000), ("--release", f"3.{'1' * 5000}"), ("--python", f"/{'x' * 5000}")],
)
def test_values_that_are_far_too_long_are_wrong(run: Run, words: tuple[str, ...]) -> None:
    code, _, err = run("plan", *words)
    assert code == Exit.WRONG
    assert "bug" not in err
    assert len(err) < 1000


def test_a_user_without_home_and_name_has_the_root_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setenv("HOME", "before")
    monkeypatch.setattr(Path, "home", unknown)
    locations.ensure_home()
    assert os.environ["HOME"] == os.sep


@pytest.mark.parametrize("path", ["", ".", "bin", "./bin", "../x"])
def test_programs_are_not_looked_for_in_relative_folders(
    run: Run, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    absolute = str(Path.cwd())
    monkeypatch.setenv("PATH", os.pathsep.join((path, absolute, path)))
    assert run("runs")[0] == 0
    assert os.environ["PATH"] == absolute


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EMFILE, "Too many open files", "/x"), "no more open files"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "no more memory"),
        (MemoryError(), "no more memory"),
    ],
)
def test_a_limit_of_the_system_is_no_bug(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def probe(*_: object, **__: object) -> Facts:
        raise error

    machine = Pretended()
    monkeypatch.setattr(machine, "probe", probe)
    code, _, err = run("plan", machine=machine)
    assert code == Exit.FAILED
    assert said in err
    assert "bug" not in err


def test_an_error_shows_control_characters_as_escapes(run: Run) -> None:
    code, _, err = run("verify", "/no/\x1b[2Jsuch\u202e")
    assert code == Exit.WRONG
    assert "/no/\\x1b[2Jsuch\\u202e" in err
