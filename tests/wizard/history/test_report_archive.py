"""A report about a run on a machine that is full of secrets has none of them."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.machines import machine
from tests.wizard.history.runs import ended, environment_plan, keep, started
from wizard.errors import WizardError
from wizard.facts import Privilege
from wizard.history import past_runs, report_archive
from wizard.running.events import Event, RunEnded, RunStarted

PLANTED = {
    name: f"Planted{number:02}Secret"
    for number, name in enumerate(
        (
            *("netrc", "pip.conf", "uv.toml", "pypirc", "cargo", "poetry", "PIP_INDEX_URL"),
            *("HTTPS_PROXY", "MY_API_KEY", "UV_INDEX_TOKEN", "PIP_CONFIG_FILE", "path-token"),
        )
    )
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a secret in every file that has some, and in the variables."""
    home = tmp_path / "home"
    files = {
        ".netrc": f"machine index.example login ada password {PLANTED['netrc']}",
        ".config/pip/pip.conf": f"[global]\nindex-url = https://a:{PLANTED['pip.conf']}@i.example/",
        ".config/uv/uv.toml": f'[[index]]\nurl = "https://a:{PLANTED["uv.toml"]}@i.example/"',
        ".pypirc": f"[x]\nusername = ada\npassword = {PLANTED['pypirc']}",
        ".cargo/credentials.toml": f'[registry]\ntoken = "{PLANTED["cargo"]}"',
        ".config/pypoetry/auth.toml": f'[http-basic.x]\npassword = "{PLANTED["poetry"]}"',
        "other.conf": f"[global]\nextra-index-url = https://{PLANTED['PIP_CONFIG_FILE']}@i.example",
    }
    for name, text in files.items():
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    variables = {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PIP_CONFIG_FILE": str(home / "other.conf"),
        "PIP_INDEX_URL": f"https://ada:{PLANTED['PIP_INDEX_URL']}@index.example/simple",
        "PIP_EXTRA_INDEX_URL": f"https://index.example/{PLANTED['path-token']}/simple",
        "HTTPS_PROXY": f"http://ada:{PLANTED['HTTPS_PROXY']}@proxy.example:3128",
        "MY_API_KEY": PLANTED["MY_API_KEY"],
        "UV_INDEX_TOKEN": PLANTED["UV_INDEX_TOKEN"],
        "CRYPTOGRAPHY_WIZARD_STATE": str(tmp_path / "state"),
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return home


@pytest.fixture
def run(home: Path) -> past_runs.PastRun:
    """A failed run whose log repeats every secret."""
    events: list[Event] = [
        RunStarted(),
        started("environment"),
        ended("environment", "failed"),
        ended("install", "skipped"),
        RunEnded(1, 1.0),
    ]
    folder = keep("1", environment_plan(home / "env"), events)
    lines = [f"{name} is {secret}, I say {secret}" for name, secret in PLANTED.items()]
    (folder / "logs" / "01-environment.log").write_text("\n".join(lines))
    return past_runs.find("1")


def test_no_planted_secret_is_in_the_report(run: past_runs.PastRun) -> None:
    parts = report_archive.make_report(run, machine("debian-12"))
    names = [part.name for part in parts]
    assert names == [
        *("versions.txt", "run.txt", "facts.json", "plan.json", "journal.jsonl", "answers.toml"),
        "logs/01-environment.log",
    ]
    text = "\n".join(part.text for part in parts)
    assert [name for name, secret in PLANTED.items() if secret in text] == []
    assert "netrc is ****, I say ****" in text
    assert "Make it: failed" in text


def test_on_request_nobody_is_named(run: past_runs.PastRun, home: Path) -> None:
    facts = machine("debian-12")
    named = report_archive.make_report(run, facts)
    assert any(str(home) in part.text for part in named)
    parts = report_archive.make_report(run, facts, anonymous=True)
    assert not any(str(home) in part.text for part in parts)


def test_an_anonymous_report_says_what_is_replaced(
    run: past_runs.PastRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "jo")
    monkeypatch.setattr("socket.gethostname", lambda: "laptop-of-jo")
    parts = report_archive.make_report(run, machine("debian-12"), anonymous=True)
    said = report_archive.contents(parts, Path("report.zip"), anonymous=True)
    assert said[-2:] == (
        "These are replaced: the home folder by ~ and the name of this computer by HOST.",
        "Not replaced: the user name (jo), which is also a part of other words.",
    )
    assert not any("replaced" in line for line in report_archive.contents(parts, Path("r.zip")))


def test_the_name_of_the_administrator_names_nobody(
    run: past_runs.PastRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "root")
    machine_of_root = replace(machine("debian-12"), privilege=Privilege("root"))
    parts = report_archive.make_report(run, machine_of_root, anonymous=True)
    facts = next(part.text for part in parts if part.name == "facts.json")
    assert json.loads(facts)["privilege"]["method"] == "root"


@pytest.mark.parametrize("error", [KeyError, OSError])  # Python before 3.13, and since
def test_a_user_without_a_name_gets_an_anonymous_report(
    run: past_runs.PastRun, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_name() -> str:
        raise error("uid not found: 12345")

    monkeypatch.setattr("getpass.getuser", no_name)
    parts = report_archive.make_report(run, machine("debian-12"), anonymous=True)
    assert "Make it: failed" in "\n".join(part.text for part in parts)


def test_the_archive_is_written_once_and_for_its_owner(
    run: past_runs.PastRun, tmp_path: Path
) -> None:
    parts = report_archive.make_report(run, machine("debian-12"))
    file = tmp_path / "report.zip"
    report_archive.write(parts, file)
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist() == [part.name for part in parts]
        assert archive.read("run.txt").decode() == parts[1].text
    with pytest.raises(WizardError, match="exists already"):
        report_archive.write(parts, file)
    with pytest.raises(WizardError, match="cannot be written"):
        report_archive.write(parts, tmp_path / "no" / "folder.zip")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only POSIX has named pipes")
def test_links_and_pipes_in_the_place_of_files_are_left_out(
    run: past_runs.PastRun, tmp_path: Path
) -> None:
    secret = tmp_path / "other"
    secret.write_text("of somebody else", encoding="utf-8")
    pipe, link = Path(run.folder, "answers.toml"), Path(run.folder, "journal.jsonl")
    for file in (pipe, link):
        file.unlink()
    os.mkfifo(pipe)
    link.symlink_to(secret)
    parts = report_archive.make_report(run, machine("debian-12"))
    assert not {"answers.toml", "journal.jsonl"} & {part.name for part in parts}
