"""Waiting for what happens outside of the wizard, and updates of macOS, with pretended programs."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from backends import xcode
from backends.action import Action, SystemUpdate, Wait
from tests import apple_outputs as outputs
from tests.programs import only, program
from tests.wizard.running.watched import Watched, plan, step
from wizard.errors import Exit
from wizard.facts import Privilege
from wizard.running import outside
from wizard.running.events import Lines, StepEnded, Waiting


@pytest.fixture
def mac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs, first on PATH; every check follows the one before at once."""
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(outside, "INTERVAL", 0.02)
    folder = tmp_path / "bin"
    folder.mkdir()
    only(monkeypatch, folder)
    return folder


def tools(mac: Path, *, after: int, window: int = 1000, selected: bool = False) -> Path:
    """The tools work after so many looks, the window is open for so many; return the log of calls.

    ``selected``: xcode-select answers from the start, as after an upgrade of macOS.
    """
    calls = mac.parent / "calls"
    log = shlex.quote(str(calls))
    count = f'echo "$(basename "$0") $*" >>{log}; n=$(grep -c "^$(basename "$0") " {log})'
    missing = f"echo {shlex.quote(outputs.NOT_SELECTED[0])} >&2; exit 2"
    select = "" if selected else f'if [ "$n" -le {after} ]; then {missing}; fi\n'
    program(mac, "xcode-select", f"{count}\n{select}echo {xcode.FOLDER}")
    fails = f"echo {shlex.quote(outputs.GONE)} >&2; exit 1"
    gone = f'if [ "$n" -le {after if selected else 0} ]; then {fails}; fi'
    program(mac, "xcrun", f"{count}\n{gone}\necho Apple clang version 17.0.0")
    program(mac, "pgrep", f'{count}\n[ "$n" -le {window} ]')
    return calls


def ended(run: Watched) -> StepEnded:
    return next(event for event in run.events if isinstance(event, StepEnded))


def run(action: Action, privilege: Privilege | None = None) -> Watched:
    return Watched(plan(step("compiler", action)), privilege=privilege or Privilege("root"))


def quick(wait: Wait) -> Wait:
    return replace(wait, seconds=60.0, patience=0.2)


def test_it_goes_on_as_soon_as_the_tools_run(mac: Path) -> None:
    calls = tools(mac, after=3)
    done = run(quick(xcode.wait()))
    assert done.end.code == Exit.DONE
    told = calls.read_text().splitlines()
    assert told.count("xcode-select -p") == 4
    assert told.count("xcrun clang --version") == 1  # never before a folder is selected
    shown = [line for event in done.events if isinstance(event, Lines) for line in event.lines]
    assert shown.count(outputs.NOT_SELECTED[0]) == 1
    assert "Apple clang version 17.0.0" in shown


def test_it_says_what_it_waits_for_and_how_long(mac: Path) -> None:
    tools(mac, after=1)
    waiting = next(event for event in run(xcode.wait()).events if isinstance(event, Waiting))
    assert waiting.what.startswith("click Install in Apple's window")
    assert waiting.seconds == xcode.WAIT_SECONDS


def test_after_an_upgrade_it_waits_for_the_compiler_itself(mac: Path) -> None:
    calls = tools(mac, after=3, selected=True)
    assert run(quick(xcode.wait())).end.code == Exit.DONE
    assert calls.read_text().count("xcrun clang --version") == 4


def test_a_closed_window_is_noticed(mac: Path) -> None:
    tools(mac, after=10_000, window=2)
    failed = ended(run(quick(xcode.wait())))
    assert failed.state == "failed"
    assert "was closed" in failed.cause
    assert "lock" not in failed.cause
    assert any("click Install" in hint for hint in failed.hints)


def test_incomplete_tools_that_macos_does_not_install_again_are_to_be_removed(mac: Path) -> None:
    program(mac, "xcode-select", f"echo {shlex.quote(outputs.INSTALLED_ALREADY)} >&2; exit 1")
    failed = ended(run(xcode.install(incomplete=True)))
    assert failed.state == "failed"
    assert "has a record of them" in failed.cause
    assert any("sudo rm -rf /Library/Developer/CommandLineTools" in h for h in failed.hints)
    assert run(xcode.install()).end.code == Exit.DONE


def test_a_window_that_opens_late_is_waited_for(mac: Path) -> None:
    tools(mac, after=10)
    program(mac, "pgrep", f'echo x >>{mac}/n; [ "$(wc -l <{mac}/n)" -gt 3 ]')
    assert run(replace(quick(xcode.wait()), patience=30.0)).end.code == Exit.DONE


@pytest.mark.parametrize("pgrep", ["exit 2", "exit 3", ""])
def test_what_pgrep_does_not_know_is_not_a_closed_window(mac: Path, pgrep: str) -> None:
    tools(mac, after=25)
    program(mac, "pgrep", pgrep)
    assert run(replace(quick(xcode.wait()), patience=0.0)).end.code == Exit.DONE


def test_without_pgrep_it_also_waits(mac: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools(mac, after=5)
    wait = replace(quick(xcode.wait()), alive=("no-such-program",), patience=0.0)
    assert run(wait).end.code == Exit.DONE


def test_the_wait_has_a_limit(mac: Path) -> None:
    tools(mac, after=10_000)
    failed = ended(run(replace(xcode.wait(), seconds=0.3)))
    assert failed.state == "failed"
    assert "within 0.3 seconds" in failed.cause


def test_a_missing_program_is_something_to_wait_for(mac: Path) -> None:
    failed = ended(run(Wait("it", (("no-such-program",),), 0.1)))
    assert failed.state == "failed"
    assert "no-such-program" in "\n".join(failed.excerpt)


@pytest.mark.parametrize("moment", ["Unable to get active developer directory", "Waiting("])
def test_it_can_be_cancelled(mac: Path, moment: str) -> None:
    tools(mac, after=10_000)
    if moment == "Waiting(":  # in the middle of a check
        program(mac, "xcode-select", "sleep 60")
    watched = Watched(plan(step("compiler", xcode.wait())), cancel_when=moment)
    assert watched.end.code == Exit.CANCELLED


# --- updates of macOS -----------------------------------------------------------------------------


def update(mac: Path) -> SystemUpdate:
    """The update of the tools, with a file and a compiler in the test's folder."""
    here = xcode.update()
    present = (str(mac / "clt" / "clang"), "--version")
    return replace(here, marker=str(mac.parent / "marker"), present=present)


def updater(mac: Path, listed: str, install: str = "exit 0") -> Path:
    """A softwareupdate that lists this while the marker exists; return the log of its calls."""
    calls, marker, text = mac.parent / "calls", mac.parent / "marker", mac.parent / "listed"
    text.write_text(listed)
    program(
        mac,
        "softwareupdate",
        f'echo "$*" >>{calls}\n'
        f'if [ "$1" = -l ]; then [ -e {marker} ] && exec cat {text}; exit 0; fi\n{install}',
    )
    return calls


@pytest.mark.parametrize("source", [name for name, (_, label) in outputs.UPDATES.items() if label])
def test_the_newest_tools_are_installed(mac: Path, source: str) -> None:
    listed, label = outputs.UPDATES[source]
    calls = updater(mac, listed)
    assert run(update(mac)).end.code == Exit.DONE
    assert calls.read_text().splitlines() == ["-l", f"-i {label}"]
    assert not (mac.parent / "marker").exists()


def test_they_are_installed_as_root(mac: Path) -> None:
    calls = updater(mac, outputs.UPDATES["macOS 26"][0])
    sudo = program(mac, "sudo", f'echo "sudo $*" >>{calls}\nshift\nexec "$@"')
    assert run(update(mac), Privilege("sudo", sudo)).end.code == Exit.DONE
    first, second, *_ = [line for line in calls.read_text().splitlines() if "softwareupdate" in line
                         or line.startswith("-l")]  # fmt: skip
    assert first == "-l"
    assert second.startswith("sudo -n ")
    assert second.endswith("softwareupdate -i Command Line Tools for Xcode 26.4-26.4.1")


def test_complete_tools_are_not_installed_again(mac: Path) -> None:
    calls = updater(mac, outputs.UPDATES["macOS 26"][0])
    program(mac / "clt", "clang", "echo Apple clang version 17.0.0")
    assert run(update(mac)).end.code == Exit.DONE
    assert not calls.exists()


@pytest.mark.parametrize("source", ["Homebrew/install#206", "Homebrew/brew#2773"])
def test_without_an_offer_it_fails_and_says_so(mac: Path, source: str) -> None:
    updater(mac, outputs.UPDATES[source][0])
    failed = ended(run(update(mac)))
    assert failed.state == "failed"
    assert "offer no Command Line Tools for this macOS" in failed.cause
    assert any("softwareupdate -l" in hint for hint in failed.hints)
    assert not (mac.parent / "marker").exists()


def test_a_failed_installation_fails_and_leaves_nothing(mac: Path) -> None:
    updater(mac, outputs.UPDATES["macOS 26"][0], "echo 'No such update' >&2; exit 1")
    failed = ended(run(update(mac)))
    assert (failed.state, failed.exit) == ("failed", 1)
    assert "No such update" in "\n".join(failed.excerpt)
    assert not (mac.parent / "marker").exists()


def test_a_marker_of_somebody_else_is_used_and_removed(mac: Path) -> None:
    updater(mac, outputs.UPDATES["macOS 26"][0])
    (mac.parent / "marker").touch()
    assert run(update(mac)).end.code == Exit.DONE
    assert not (mac.parent / "marker").exists()
