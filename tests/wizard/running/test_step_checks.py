"""The explanation after a step that failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from backends import homebrew, pip, uv
from backends.action import Command
from backends.apt import MANAGER
from tests.recordings import recorded
from wizard.plan import PackagesInstalled, Step
from wizard.running import command_runner, step_log
from wizard.running.command_runner import Outcome
from wizard.running.step_checks import explain_failure

GONE = "E: Failed to fetch http://mirror.example/pool/r/rustc-web.deb  404  Not Found"
LOG = f"""\
Get:81 http://mirror.example bullseye/main amd64 python3.9-venv amd64 3.9.2-1 [5404 B]
dlstatus:76:58.7636:Retrieving file 76 of 81
dlstatus:77:59.0126:Retrieving file 77 of 81
Fetched 101 MB in 2s (60.0 MB/s)
{GONE}
E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?
"""


def test_what_apt_says_to_programs_is_not_among_the_lines_that_show_the_error(
    tmp_path: Path,
) -> None:
    action = MANAGER.install(("rustc-web",))
    assert action is not None
    step = Step(
        "p", "Install", "", action, check=PackagesInstalled("apt", ("rustc-web",)), lock="apt"
    )
    log = tmp_path / "packages.log"
    log.write_text(LOG, encoding="utf-8")
    ended, shown = explain_failure(step, Outcome("failed", 100), log)
    assert ended.cause
    assert GONE in shown.excerpt
    assert not [line for line in shown.excerpt if "status:" in line]


def test_the_update_of_package_lists_is_explained_by_its_manager(tmp_path: Path) -> None:
    output = recorded("brew6", "offline-update")
    log = tmp_path / "packages-refresh.log"
    log.write_text(output.stdout + output.stderr, encoding="utf-8")
    step = Step("packages-refresh", "Update", "", homebrew.MANAGER.refresh(), lock="homebrew")
    ended, shown = explain_failure(step, Outcome("failed", output.exit), log)
    assert ended.cause == "The package manager could not reach its download server."
    assert "Could not resolve host" in shown.excerpt[0]
    assert ended.failure == "manager-offline"


def test_a_log_of_uv_gets_the_remedies_of_uv(tmp_path: Path) -> None:
    log = tmp_path / "install.log"
    log.write_text("error: Failed to fetch: x\n  cause: operation timed out\n", encoding="utf-8")
    step = Step("install", "Install", "", uv.install("/usr/bin/uv", "/py", ("cryptography",)))
    ended, _ = explain_failure(step, Outcome("failed", 2), log, machine={"os": "linux"})
    assert "stopped sending" in ended.cause
    assert any("UV_HTTP_TIMEOUT" in hint for hint in ended.hints)


def test_a_failure_names_its_cause_and_what_helps(tmp_path: Path) -> None:
    log = tmp_path / "install.log"
    log.write_text("OSError: [Errno 28] No space left on device\n", encoding="utf-8")
    step = Step("install", "Install", "", Command(("pip",)))
    ended, _ = explain_failure(step, Outcome("failed", 1), log)
    assert ended.failure == "no-space"
    assert "temporary-folder" in ended.remedies


def test_the_place_of_the_error_is_a_byte_of_the_log(tmp_path: Path) -> None:
    """Also after another attempt, lines for programs, and letters of more than one byte."""
    log = tmp_path / "install.log"
    error = "error: can't find Rust compiler"
    log.write_text(
        "ä first attempt\npmstatus:x:1.0:Unpacking\n"
        + command_runner.another_attempt(2, 3, 1.0)
        + f"\nCollecting cryptography … ü\r100 %\n  {error}\nmore\n",
        encoding="utf-8",
    )
    step = Step("install", "Install", "", Command(("pip",)))
    _, shown = explain_failure(step, Outcome("failed", 1), log)
    assert shown.evidence.strip() == error
    assert shown.position is not None
    assert log.read_bytes()[shown.position :].decode() == f"  {error}\nmore\n"


def test_the_place_in_a_huge_log_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(step_log, "HEAD", 100)
    monkeypatch.setattr(step_log, "TAIL", 1000)
    log = tmp_path / "install.log"
    error = "error: can't find Rust compiler"
    log.write_text("x" * 78 + "\n" + "line of a build\n" * 400 + f"{error}\nmore\n")
    _, shown = explain_failure(
        Step("install", "Install", "", Command(("pip",))), Outcome("failed", 1), log
    )
    assert shown.position is not None
    assert log.read_bytes()[shown.position :].decode() == f"{error}\nmore\n"


NOT_FOUND = """\
ERROR: Could not find a version that satisfies the requirement cryptography==50.0.2 (from versions: none)
ERROR: No matching distribution found for cryptography==50.0.2
"""  # noqa: E501 - pip's own line
OTHERS = NOT_FOUND.replace("versions: none", "versions: 3.4, 49.0.0")
UNKNOWN = "ERROR: Exception:\nValueError: something that no table has\n"


@pytest.mark.parametrize(
    ("text", "said", "cause"),
    [
        (NOT_FOUND, "The index answered with a sign-in page.", "with a sign-in page."),
        (UNKNOWN, "The index answered with a sign-in page.", "with a sign-in page."),
        (NOT_FOUND, "", "failed for a moment"),
        (OTHERS, "", "never published, or not for this Python"),
        (OTHERS, "The index is another one now.", "is another one now."),
        (UNKNOWN, "", "does not know this error"),
        (f"Building wheel for cryptography\n{UNKNOWN}", "gone", "does not know this error"),
    ],
)
def test_the_index_is_asked_again_for_what_pip_does_not_say(
    text: str, said: str, cause: str, tmp_path: Path
) -> None:
    log = tmp_path / "install.log"
    log.write_text(text, encoding="utf-8")
    step = Step(
        "install", "Install", "", pip.install("/py", ("cryptography==50.0.2",), version="26.3")
    )
    ended, _ = explain_failure(step, Outcome("failed", 1), log, index_problem=lambda: said)
    assert cause in ended.cause
    assert ended.hints
    if ended.failure == "index-unreachable":
        assert "offline" in ended.remedies
    without = Step("install", "Install", "", Command(("pip",)))
    other, _ = explain_failure(without, Outcome("failed", 1), log, index_problem=lambda: said)
    assert "package index cannot be used any more" not in other.cause
