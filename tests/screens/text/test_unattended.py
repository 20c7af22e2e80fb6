"""No questions at all, on a pretended machine: words, JSON, root, failures and cancelling."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import threading
from dataclasses import replace
from typing import Any

import pytest

from screens.text import unattended
from tests.screens.pretend import BROKEN, DEBIAN, NO_MEMORY, OWN_PYTHON, WITH_SUDO, Pretended
from tests.simulate import Scene
from wizard.choices import Choices
from wizard.errors import BadRequest, Exit, Impossible
from wizard.facts import Privilege
from wizard.proof.verify import Report
from wizard.running.events import StepStarted

WHEEL = Choices()
SOURCE = Choices(method="source")
FOUR_CORES = replace(DEBIAN, system=replace(DEBIAN.system, cores=4))
UNPROVED = Report("/env/bin/python", ok=False, version="50.0.2", problems=("It is too old.",))


def install(
    machine: Pretended, choices: Choices = WHEEL, **more: Any
) -> tuple[int, list[str], str]:
    """The exit code, the lines on standard output, and standard error."""
    out, err = io.StringIO(), io.StringIO()
    code = unattended.install(machine.engine(), choices, out, err, **{"can_ask": False, **more})
    return code, out.getvalue().splitlines(), err.getvalue()


def for_scripts(
    machine: Pretended, choices: Choices = WHEEL, **more: Any
) -> tuple[int, dict[str, Any], list[dict[str, Any]]]:
    """The exit code, the report and the events."""
    out, err = io.StringIO(), io.StringIO()
    code = unattended.install_for_scripts(
        machine.engine(), choices, out, err, **{"can_ask": False, **more}
    )
    report = json.loads(out.getvalue())
    return code, report, [json.loads(line) for line in err.getvalue().splitlines()]


def test_a_wheel_is_installed_and_proved_with_one_line_a_step() -> None:
    code, lines, err = install(Pretended())
    assert (code, err) == (Exit.DONE, "")
    assert lines[0] == "Looking at this machine …"
    assert lines[1] == (
        "Plan: cryptography 50.0.2 from a wheel, into the new environment "
        "/home/ada/project/cryptography-env."
    )
    steps = [line for line in lines if line.startswith("[")]
    assert [line[:5] for line in steps] == ["[1/4]", "[2/4]", "[3/4]", "[4/4]"]
    assert all(line.endswith(" … done in 1.0 s") for line in steps)
    assert "  ok: OpenSSL 4.0.3 is inside (static)." in lines
    assert "  source /home/ada/project/cryptography-env/bin/activate" in lines


def test_source_is_built() -> None:
    code, lines, _ = install(Pretended(), SOURCE)
    assert code == Exit.DONE
    assert any("Compile and install cryptography 50.0.2 … done" in line for line in lines)
    assert any("(dynamic)" in line for line in lines)


def test_the_quick_look_is_enough_for_a_plan() -> None:
    machine = Pretended()
    install(machine)
    assert machine.probes == [False]


def test_where_no_plan_comes_of_the_quick_look_everything_is_looked_at() -> None:
    machine = Pretended(replace(DEBIAN, managers=()))
    with pytest.raises(Impossible):
        install(machine, SOURCE)
    assert machine.probes == [False, True]


def test_a_wrong_release_is_told_before_any_work() -> None:
    machine = Pretended()
    with pytest.raises(BadRequest, match=r"50\.0\.9"):
        install(machine, Choices(release="50.0.9"))
    assert machine.probes == [False]


def test_a_failure_is_told_with_its_cause_and_what_to_do() -> None:
    code, lines, err = install(Pretended(script={"install": BROKEN}))
    assert code == Exit.FAILED
    assert any(line.endswith("FAILED after 12 s") for line in lines)
    assert any(line.endswith("Prove that it works: not started") for line in lines)
    for part in (
        "failed (exit code 1).",
        "  | error: the true cause",
        "Why: The network could not be reached.",
        "  - Connect to the network and try again.",
        "The full log: logs/03-install.log",
    ):
        assert part in err
    assert "boilerplate" not in err + "\n".join(lines)


def test_nothing_is_done_about_a_failure_but_each_command_that_does_it_is_told() -> None:
    machine = Pretended(FOUR_CORES, script={"install": NO_MEMORY})
    code, lines, _ = install(machine, replace(SOURCE, link="static"))
    assert code == Exit.FAILED
    first = lines.index("What the wizard can do:")
    told = [line.strip() for line in lines[first:] if "cryptography-wizard" in line]
    assert told == [
        "cryptography-wizard --yes --method source --link static --jobs 1",
        "cryptography-wizard --yes --method wheel",
        "cryptography-wizard --yes --method source --link static",
    ]
    assert machine.probes == [False]


def test_scripts_get_the_words_of_these_commands() -> None:
    code, report, _ = for_scripts(Pretended(FOUR_CORES, {"install": NO_MEMORY}), SOURCE)
    assert code == Exit.FAILED
    assert [fix["id"] for fix in report["fixes"]] == ["fewer-jobs", "wheel", "again"]
    assert report["fixes"][0]["run"][-2:] == ["--jobs", "1"]
    assert for_scripts(Pretended())[1]["fixes"] == []


def test_verbose_shows_the_commands_and_their_output() -> None:
    _, lines, _ = install(Pretended(script={"install": BROKEN}), verbose=True)
    assert "      3 Install cryptography… | boilerplate" in lines
    assert any(line.startswith("      $ ") and "pip" in line for line in lines)


def test_waiting_for_a_lock_is_told_and_no_line_is_written_over() -> None:
    machine = Pretended(OWN_PYTHON, script={"packages": Scene(waits="apt, process 42", seconds=70)})
    _, lines, _ = install(machine, SOURCE)
    waiting = "Waiting (at most 5 minutes): apt, process 42"
    assert f"      2 Install 5 missing… | {waiting}" in lines
    assert any(line.endswith(": done in 1 min 10 s") for line in lines)
    assert not any("\r" in line or "\x1b" in line for line in lines)


def test_steps_that_run_together_are_told_apart() -> None:
    script = {
        "packages-refresh": Scene(("Get:1", "Get:2"), batch=1),
        "environment": Scene(("made",), batch=1),
        "packages": Scene(("Unpacking",), batch=1),
    }
    _, lines, _ = install(Pretended(OWN_PYTHON, script=script), SOURCE, verbose=True)
    first = next(n for n, line in enumerate(lines) if line.startswith("[1/6]"))
    told = [line for line in lines[first:] if not line.startswith("      $ ")]
    assert told[:10] == [
        "[1/6] Update APT's package lists …",
        "[3/6] Make the virtual environment …",
        "      1 Update APT's package… | Get:1",
        "      3 Make the virtual… | made",
        "      1 Update APT's package… | Get:2",
        "[3/6] Make the virtual environment: done in 1.0 s",
        "[4/6] Install the newest pip into the environment …",
        "[1/6] Update APT's package lists: done in 1.0 s",
        "[2/6] Install 5 missing packages …",
        "[4/6] Install the newest pip into the environment: done in 1.0 s",
    ]
    assert "      2 Install 5 missing… | Unpacking" in told, "the last line above is another's"
    assert "[5/6] Compile and install cryptography 50.0.2 … done in 1.0 s" not in told
    assert told[-1].startswith("It took")


def test_what_a_failure_stops_is_told_with_the_reason() -> None:
    script = {"environment": BROKEN, "packages-refresh": Scene(("Get:1",) * 9, batch=1)}
    code, lines, err = install(Pretended(OWN_PYTHON, script=script), SOURCE)
    assert code == Exit.FAILED
    steps = [line for line in lines if line.startswith("[")]
    assert steps[:4] == [
        "[1/6] Update APT's package lists …",
        "[3/6] Make the virtual environment … FAILED after 12 s",
        "[1/6] Update APT's package lists: cancelled after 1.0 s. "
        "It was stopped because “Make the virtual environment” failed.",
        "[2/6] Install 5 missing packages: not started",
    ]
    assert err.count("failed (exit code 1)") == 1


def test_events_for_scripts_interleave_and_each_says_whose_it_is() -> None:
    script = {"packages-refresh": Scene(("Get:1",), batch=1)}
    code, report, events = for_scripts(Pretended(OWN_PYTHON, script=script), SOURCE)
    assert (code, {step["state"] for step in report["steps"]}) == (0, {"done"})
    assert [(event["kind"], event.get("step")) for event in events[:5]] == [
        ("run-started", None),
        ("step-started", "packages-refresh"),
        ("step-started", "environment"),
        ("step-ended", "environment"),
        ("step-started", "pip"),
    ]


def test_installed_but_not_proved() -> None:
    code, lines, err = install(Pretended(script={"proof": Scene(report=UNPROVED)}))
    assert code == Exit.UNPROVED
    assert "  FAILED: It is too old." in lines
    assert "It is too old." in err


def test_root_without_a_password_to_type_is_refused_before_any_work() -> None:
    machine = Pretended(WITH_SUDO)
    with pytest.raises(Impossible) as caught:
        install(machine, SOURCE)
    assert caught.value.code == Exit.IMPOSSIBLE
    assert "no terminal" in caught.value.what
    assert "libssl-dev" in caught.value.why or "package" in caught.value.why.lower()
    assert machine.unlocked == 0


def test_sudo_asks_once_where_there_is_a_terminal() -> None:
    machine = Pretended(WITH_SUDO)
    assert install(machine, SOURCE, can_ask=True)[0] == Exit.DONE
    assert machine.unlocked == 1


def test_a_wrong_password_ends_before_any_work() -> None:
    machine = Pretended(WITH_SUDO, password=False)
    with pytest.raises(Impossible, match="did not grant root rights"):
        install(machine, SOURCE, can_ask=True)


def test_a_machine_without_a_way_to_root_is_refused() -> None:
    machine = Pretended(replace(DEBIAN, privilege=Privilege("none")))
    with pytest.raises(Impossible):
        install(machine, SOURCE, can_ask=True)
    assert machine.unlocked == 0


def test_a_wheel_needs_no_root() -> None:
    machine = Pretended(WITH_SUDO)
    assert install(machine)[0] == Exit.DONE
    assert machine.unlocked == 0


def test_the_report_for_scripts() -> None:
    code, report, events = for_scripts(Pretended())
    assert code == report["code"] == 0
    assert report["schema"] == 1
    assert report["error"] is None
    assert report["plan"]["release"] == "50.0.2"
    assert report["report"]["ok"] is True
    assert [step["state"] for step in report["steps"]] == ["done"] * 4
    assert all(step["command"] for step in report["steps"])
    kinds = [event["kind"] for event in events]
    assert kinds[0] == "run-started"
    assert sorted(kinds[1:-1]) == ["step-ended"] * 4 + ["step-started"] * 4
    assert kinds[-1] == "run-ended"


def test_the_output_of_programs_is_among_the_events_only_if_asked_for() -> None:
    script = {"install": BROKEN}
    quiet, loud = (
        for_scripts(Pretended(script=script)),
        for_scripts(Pretended(script=script), verbose=True),
    )
    assert "lines" not in {event["kind"] for event in quiet[2]}
    assert "lines" in {event["kind"] for event in loud[2]}


def test_a_failure_in_the_report_for_scripts() -> None:
    code, report, _ = for_scripts(Pretended(script={"install": BROKEN}))
    assert code == report["code"] == Exit.FAILED
    assert [step["state"] for step in report["steps"]] == ["done", "done", "failed", "skipped"]
    assert report["error"]["what"] == "“Install cryptography 50.0.2 from its wheel” failed."
    assert report["error"]["shown"] == "error: the true cause"
    assert report["error"]["why"] == BROKEN.cause
    assert report["error"]["hints"] == list(BROKEN.hints)
    assert report["report"] is None


def test_an_unproved_installation_in_the_report_for_scripts() -> None:
    code, report, _ = for_scripts(Pretended(script={"proof": Scene(report=UNPROVED)}))
    assert code == report["code"] == Exit.UNPROVED
    assert report["report"]["ok"] is False
    assert report["error"]["why"] == "It is too old."


@pytest.mark.usefixtures("ending_signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_cancels_the_run_in_order(name: str) -> None:
    if not hasattr(signal, name):
        pytest.skip(f"this system has no {name}")
    before = signal.getsignal(getattr(signal, name))
    machine = Pretended(script={"install": Scene(forever=True)})
    running = threading.Event()

    class Watched(io.StringIO):
        def write(self, text: str) -> int:
            if "Install cryptography" in text:
                running.set()
            return super().write(text)

    def send() -> None:
        if running.wait(30):
            os.kill(os.getpid(), getattr(signal, name))

    sender = threading.Thread(target=send)
    sender.start()
    out = Watched()
    code = unattended.install(machine.engine(), Choices(), out, io.StringIO(), can_ask=False)
    sender.join(30)
    assert code == Exit.CANCELLED
    assert "No program is left running" in out.getvalue()
    assert signal.getsignal(getattr(signal, name)) == before


def test_a_run_that_nobody_watches_any_more_is_cancelled() -> None:
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            if "[3/4]" in text:
                raise BrokenPipeError
            return super().write(text)

    machine = Pretended(script={"install": Scene(forever=True)})
    err = io.StringIO()
    code = unattended.install(machine.engine(), Choices(), Broken(), err, can_ask=False)
    assert code == Exit.CANCELLED
    said = "Cancelled: the program that read this output has ended"
    assert err.getvalue().startswith(said)


def test_a_run_whose_output_cannot_be_written_says_why_it_was_cancelled() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            if "[3/4]" in text or "step-started" in text:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(text)

    machine = Pretended(script={"install": Scene(forever=True)})
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(OSError, match="No space left"):
        unattended.install(machine.engine(), Choices(), Full(), err, can_ask=False)
    said = "Cancelled: this output cannot be written any more (No space left on device)."
    assert err.getvalue().startswith(said)
    code = unattended.install_for_scripts(machine.engine(), Choices(), out, Full(), can_ask=False)
    assert code == Exit.CANCELLED
    assert json.loads(out.getvalue())["error"]["shown"] == "No space left on device"


def test_no_terminal_is_too_narrow_for_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screens.fitting.columns", lambda _stream: 40)
    code, report, events = for_scripts(Pretended())
    assert (code, report["code"]) == (Exit.DONE, Exit.DONE)
    assert events[-1]["kind"] == "run-ended"


def test_progress_is_a_line_only_now_and_then() -> None:
    from screens.signals import OutputStream
    from screens.text.text_reporter import TextReporter
    from wizard.engine import case_of, settle
    from wizard.running.events import Progressed, StepEnded
    from wizard.running.run_state import RunState

    plan = settle(case_of(DEBIAN, Choices())).plan
    out = io.StringIO()
    moments = iter((0.0, 4.0, 11.0, 11.0, 12.0, 25.0, 25.0))
    stream = OutputStream(out, lambda: None)
    report = TextReporter(RunState.before_run(plan), stream, stream, clock=lambda: next(moments))
    report(StepStarted("install", "pip install", "log"))
    report(Progressed("install", 1, 10, "one"))
    report(Progressed("install", 5, 10, "compiling openssl"))
    report(Progressed("install", 6, 10, "six"))
    report(Progressed("install", 7, 0, "linking"))
    report(StepEnded("install", "done", 26.0))
    assert out.getvalue().splitlines() == [
        "[3/4] Install cryptography 50.0.2 from its wheel …",
        "      50 % compiling openssl",
        "      linking",
        "[3/4] Install cryptography 50.0.2 from its wheel: done in 26 s",
    ]
