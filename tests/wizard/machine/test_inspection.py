"""One Python is inspected: its answers, and the errors for a program that is not a Python."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.programs import program
from wizard import codec
from wizard.facts import Setting
from wizard.machine.inspection import inspect

ANSWER: dict[str, Any] = {
    "version": "3.12.4",
    "machine": "x86_64",
    "libc": ["musl", "1.2.3"],
    "relr": "no",
    "errors": {},
    "pip": {
        "version": "24.0",
        "installed": True,
        "tags": ["cp312-cp312-musllinux_1_2_x86_64"],
        "default": "https://index.example/simple",
        "settings": [],
        "errors": {},
    },
}


def answering(folder: Path, answer: dict[str, Any]) -> str:
    text = json.dumps(answer)
    (folder / "answer.json").write_text(f"noise from a .pth file\n{text}\n", encoding="utf-8")
    return program(folder, "python3", f'exec cat "{folder}/answer.json"')


def with_settings(*settings: tuple[str, object, str]) -> dict[str, Any]:
    pip = {**ANSWER["pip"], "settings": [list(setting) for setting in settings]}
    return {**ANSWER, "pip": pip}


def test_this_python() -> None:
    python, source = inspect(sys.executable, "asked")
    assert python.problem == ""
    assert python.version == ".".join(map(str, sys.version_info[:3]))
    assert python.bits == 64
    assert os.path.realpath(python.prefix) == os.path.realpath(sys.prefix)
    if python.pip is not None:
        assert source is not None


def test_an_answer_with_noise_around_it(tmp_path: Path) -> None:
    python, source = inspect(answering(tmp_path, ANSWER), "path")
    assert (python.version, python.libc, python.libc_version) == ("3.12.4", "musl", "1.2.3")
    assert python.relr == "no"
    assert python.pip is not None
    assert python.pip.index is not None
    assert python.pip.index.default is True
    assert source is not None
    assert source.url == "https://index.example/simple"


def test_secrets_are_masked_in_facts_and_kept_for_the_index(tmp_path: Path) -> None:
    answer = with_settings(
        ("index-url", "https://me:s3cret@index.example/simple", "pip.conf"),
        ("extra-index-url", ["https://s3cret@files.example/x"], "pip.conf"),
        ("proxy", "me:s3cret@proxy.example:8080", "PIP_PROXY"),
        ("no-index", "Yes", "PIP_NO_INDEX"),
        ("timeout", "60", "PIP_TIMEOUT"),
        ("trusted-host", ["index.example"], "PIP_TRUSTED_HOST"),
    )
    python, source = inspect(answering(tmp_path, answer), "path")
    assert source is not None
    assert source.url == "https://me:s3cret@index.example/simple"
    assert source.proxy == "me:s3cret@proxy.example:8080"
    assert (source.no_index, source.timeout) == (True, 60.0)
    assert source.trusted_hosts == ("index.example",)
    assert "s3cret" not in codec.to_json(python)
    assert python.pip is not None
    index = python.pip.index
    assert index is not None
    assert index.url == "https://****@index.example/simple"
    assert index.secret is True
    assert index.default is False
    assert "proxy = ****@proxy.example:8080 (PIP_PROXY)" in index.changed


def test_a_setting_that_is_pip_s_default_is_no_change(tmp_path: Path) -> None:
    answer = with_settings(("index-url", "https://index.example/simple", "pip.conf"))
    python, _ = inspect(answering(tmp_path, answer), "path")
    assert python.pip is not None
    assert python.pip.index is not None
    assert python.pip.index.changed == ()


def test_settings_with_a_rule_are_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "c.txt").write_text("cryptography<50\n", encoding="utf-8")
    answer = with_settings(
        ("user", "true", "pip.conf"),
        ("constraint", "c.txt", "PIP_CONSTRAINT"),
        ("uploaded-prior-to", "2026-03-01T00:00:00Z", "pip.conf"),
        ("proxy", "me:s3cret@proxy.example:8080", "PIP_PROXY"),
        ("find-links", ["/a", "/b"], "pip.conf"),
        ("something-else", "1", "pip.conf"),
    )
    python, _ = inspect(answering(tmp_path, answer), "path")
    stated = f"{tmp_path}/c.txt, line 1"
    assert python.settings == (
        Setting("pip", "user", "true", "pip.conf"),
        Setting("pip", "constraint", "c.txt", "PIP_CONSTRAINT", False, "<50", stated),
        Setting(
            *("pip", "uploaded-prior-to", "2026-03-01T00:00:00Z", "pip.conf"),
            before="2026-03-01T00:00:00Z",
        ),
        Setting("pip", "proxy", "****@proxy.example:8080", "PIP_PROXY", secret=True),
        Setting("pip", "find-links", "/a /b", "pip.conf"),
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("uploaded-prior-to", "7 days", "P7D"), ("constraint", "gone.txt", "gone.txt")],
)
def test_a_value_that_pip_would_refuse_is_a_problem(
    tmp_path: Path, name: str, value: str, said: str
) -> None:
    python, _ = inspect(answering(tmp_path, with_settings((name, value, "pip.conf"))), "path")
    assert said in python.settings[0].problem


def test_a_broken_pip_does_not_break_its_python(tmp_path: Path) -> None:
    broken = {"version": "9.0.3", "installed": True, "errors": {"tags": "AttributeError: no"}}
    python, source = inspect(answering(tmp_path, {**ANSWER, "pip": broken}), "path")
    assert python.problem == ""
    assert python.pip is None
    assert python.pip_problem == "pip 9.0.3 does not work with this Python: AttributeError: no"
    assert source is None


@pytest.mark.parametrize("version", ["2.7.18", "3.5.10"])
def test_an_old_python(tmp_path: Path, version: str) -> None:
    python, _ = inspect(answering(tmp_path, {"version": version}), "path")
    assert python.version == version
    assert python.problem.startswith(f"Python {version} is too old")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("exit 0", "It is not a Python"),
        ("echo '{not json'", "It is not a Python"),
        ("echo '[1]'", "It is not a Python"),
        ("echo Fatal: no encodings >&2; exit 1", "exit code 1 and said “Fatal: no encodings”."),
        ("echo 'pyenv: python9: not found' >&2; echo advice >&2; exit 127", "python9: not found"),
        ("exit 4", "It ended with exit code 4."),
        ("exec sleep 30", "did not answer within 0.5 seconds: it hangs"),
    ],
)
def test_what_is_no_python(tmp_path: Path, body: str, said: str) -> None:
    python, source = inspect(program(tmp_path, "python3", body), "path", timeout=0.5)
    assert said in python.problem
    assert python.version == ""
    assert source is None


def test_a_path_that_leads_to_no_program(tmp_path: Path) -> None:
    assert inspect(str(tmp_path), "asked")[0].problem.startswith("It is a folder")
    assert inspect(str(tmp_path / "python9"), "asked")[0].problem == "It does not exist."
    (tmp_path / "python").symlink_to(tmp_path / "gone")
    assert "no longer exists" in inspect(str(tmp_path / "python"), "asked")[0].problem
    binary = tmp_path / "python.bin"
    binary.write_bytes(b"\x7fELF of another machine")
    binary.chmod(0o755)
    assert inspect(str(binary), "asked")[0].problem.startswith("It cannot be started")


def test_a_program_of_another_name_is_never_given_our_file(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    shell = program(tmp_path, "bash", f'touch "{mark}"')
    assert inspect(shell, "asked")[0].problem == "Its name is not that of a Python."
    assert not mark.exists()
