"""What a laptop reports during pretended runs, and what it says to its user."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Callable

import pytest

from tests.screens.pretend import DEBIAN, NO_MEMORY, Pretended
from tests.simulate import Scene, Script, simulated
from tests.wizard.room.test_message import KEY
from wizard.choices import Choices
from wizard.engine import case_of, settle
from wizard.errors import Exit
from wizard.proof.verify import Check, Report
from wizard.room import codes, reporter, signing
from wizard.room.ending import Ending
from wizard.room.keys import RoomAddress, authentication_code
from wizard.room.message import Envelope, Message, Signatures, read_message
from wizard.room.reporter import Reporter, laptop_in, reporting

ADDRESS = RoomAddress("192.0.2.7", 8021, KEY)
WHEEL = Choices(method="wheel", venv="./env")


class Wire:
    """A sender that keeps what was sent, and says whether it arrives."""

    def __init__(self, *, arrives: bool = True) -> None:
        self.envelopes: list[Envelope] = []
        self.delivered = arrives
        self.wrong_key = False
        self.problem = "" if arrives else "Connection refused"
        self.closed = False

    def send(self, make: Callable[[], Envelope]) -> None:
        self.envelopes.append(make())

    def wait(self, _seconds: float) -> bool:
        return self.delivered

    def close(self) -> None:
        self.closed = True

    @property
    def messages(self) -> list[Message]:
        return [read_message(envelope.text) for envelope in self.envelopes]


@pytest.fixture(autouse=True)
def signatures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Sign as a cryptography would; the Pythons that were asked."""
    asked: list[str] = []

    def sign(python: str, key: str, text: str, inside: str) -> Signatures:
        asked.append(python)
        made = (authentication_code(key, "proof", one) for one in (text, inside))
        return Signatures(next(made), "00" * 64, next(made))

    monkeypatch.setattr(signing, "sign", sign)
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path))
    return asked


def played(
    wire: Wire, script: Script | None = None, *, cancel: bool = False
) -> tuple[Reporter, list[Message]]:
    """Play a run of the wheel with a reporter; return it and what was sent."""
    reporting_laptop = Reporter(ADDRESS, "Ada", sender=wire)
    engine = reporting(Pretended().engine(simulated(script or {})), reporting_laptop)
    facts = engine.probe(WHEEL)
    decision = settle(case_of(facts, WHEEL))
    stop = threading.Event()
    if cancel:
        stop.set()
    engine.run(decision.plan, decision.choices, facts, lambda _event: None, stop)
    assert engine.ending() == reporting_laptop.ending()
    return reporting_laptop, wire.messages


def test_a_run_that_is_proved(signatures: list[str]) -> None:
    wire = Wire()
    laptop, sent = played(wire)
    steps = [(message.state, message.step, message.steps) for message in sent]
    assert steps == [
        ("looking", 0, 0),
        *(("installing", n, 4) for n in (1, 2, 3, 4)),
        ("proved", 4, 4),
    ]
    assert [message.role for message in sent[1:5]] == [
        "environment",
        "installer",
        "install",
        "proof",
    ]
    assert {message.name for message in sent} == {"Ada"}
    assert [message.number for message in sent] == sorted({message.number for message in sent})
    last = sent[-1]
    assert (last.release, last.linkage, last.system) == ("50.0.2", "static", "linux")
    assert last.openssl.startswith("OpenSSL 4.0.3")
    assert last.python == DEBIAN.pythons[0].version
    assert len(signatures) == 1
    assert wire.envelopes[-1].signatures.ed25519
    assert laptop.finish() == Ending("192.0.2.7:8021", delivered=True)
    assert wire.closed


def test_nothing_of_the_laptop_is_sent_but_what_is_documented() -> None:
    wire = Wire()
    played(wire, {"install": NO_MEMORY})
    text = "".join(envelope.text for envelope in wire.envelopes)
    for secret in ("/", "home", "project", KEY, "Close other programs"):
        assert secret not in text


def test_without_a_way_to_the_room_there_is_a_code() -> None:
    laptop, sent = played(Wire(arrives=False))
    ending = laptop.finish()
    assert ending is not None
    assert not ending.delivered
    heard = codes.read(ending.code, KEY)
    assert heard.laptop == sent[-1].laptop[:4]
    assert heard.message.release == "50.0.2"
    assert "Connection refused" in ending.lines()[0]
    assert ending.code in "".join(ending.lines())


def test_a_run_that_fails() -> None:
    laptop, sent = played(Wire(arrives=False), {"install": NO_MEMORY})
    last = sent[-1]
    assert (last.state, last.step, last.cause) == ("failed", 3, "oom-killed")
    assert last.remedies == ("fewer-jobs", "wheel")
    ending = laptop.finish()
    assert ending is not None
    message = codes.read(ending.code, KEY, ("oom-killed",)).message
    assert (message.state, message.cause) == ("failed", "oom-killed")


def test_a_proof_that_fails() -> None:
    report = Report("/python", False, checks=(Check("import", False, "no"),), problems=("no",))
    _, sent = played(Wire(), {"proof": Scene(report=report)})
    assert sent[-1].state == "failed"
    assert sent[-1].release == ""


def test_a_run_that_is_cancelled() -> None:
    assert played(Wire(), cancel=True)[1][-1].state == "stopped"


def test_a_second_attempt_forgets_why_the_first_one_failed() -> None:
    laptop = Reporter(ADDRESS, sender=(wire := Wire()))
    laptop.ended("failed", cause="no-space", remedies=("wheel",))
    laptop.tell("installing", step=1, steps=3)
    assert wire.messages[-1].cause == ""
    assert wire.messages[-1].remedies == ()


def test_a_cryptography_that_does_not_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    def sign(*_arguments: str) -> Signatures:
        raise signing.NotSigned("an import error")

    monkeypatch.setattr(signing, "sign", sign)
    wire = Wire(arrives=False)
    laptop, sent = played(wire)
    assert sent[-1].state == "proved"
    assert wire.envelopes[-1].signatures == Signatures()
    ending = laptop.finish()
    assert ending is not None
    assert ending.code == ""  # without its cryptography, no code says that it is proved
    assert len(ending.lines()) == 1


@pytest.mark.parametrize(
    ("code", "state"),
    [(Exit.CANCELLED, "stopped"), (Exit.IMPOSSIBLE, "failed"), (Exit.WRONG, "failed")],
)
def test_a_wizard_that_ends_without_a_run(code: Exit, state: str) -> None:
    laptop = Reporter(ADDRESS, sender=(wire := Wire()))
    laptop.give_up(int(code), "index-unreachable")
    assert wire.messages[-1].state == state
    assert laptop.finish() is not None


def test_a_wizard_that_only_looked_says_nothing() -> None:
    laptop = Reporter(ADDRESS, sender=(wire := Wire()))
    laptop.give_up(int(Exit.DONE))
    assert laptop.finish() is None
    assert wire.messages == []


def test_a_laptop_keeps_its_name_in_a_room_and_has_another_one_elsewhere() -> None:
    assert laptop_in(KEY) == laptop_in(KEY)
    assert laptop_in(KEY) != laptop_in("0" * 16)


def test_a_state_folder_that_cannot_be_written_is_no_hindrance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "file" / "state"))
    assert len(laptop_in(KEY)) == 16


def test_the_end_waits_only_for_a_last_message() -> None:
    assert reporter.END_SECONDS <= 10
