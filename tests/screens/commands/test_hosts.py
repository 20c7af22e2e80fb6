"""The command hosts, with a stand-in for the machines."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from screens.cli import main
from screens.commands import hosts as command
from screens.commands.hosts import Arguments, hosts_command
from tests.wizard.hosts.test_standing import ended, line
from tests.wizard.room.test_message import KEY, PROVED
from wizard.errors import BadRequest
from wizard.hosts import archive, engine_search, work
from wizard.room import sender
from wizard.room.board import Board, standing
from wizard.room.message import Envelope, read_envelope

LIST = "a name=one\nb name=two\nc name=three\n"


class Machines:
    """Machines of which some fail; and what they were asked."""

    def __init__(self, *failing: str) -> None:
        self.failing = failing
        self.asked: dict[str, Sequence[str]] = {}
        self.parallel = 0

    def __call__(self, wanted: work.Work, password: str) -> Iterator[dict[str, Any]]:
        arguments, given = wanted.arguments, wanted.given
        self.asked, self.parallel = dict(arguments), wanted.parallel
        assert password == ""
        assert 9 <= wanted.minor <= 14
        for host in wanted.inventory.hosts:
            yield {"host": host.name, "kind": "connected"}
            yield {"host": host.name, "kind": "copying"}
            yield {}
            if host.name in self.failing:
                yield {**ended(ok=False, stage="connect", problem="refused"), "host": host.name}
                continue
            if "plan" in arguments[host.name]:
                plan = {"release": "50.0.2", "method": "wheel", "environment": "/e", "steps": [1]}
                yield {**line(json.dumps(plan), "stdout"), "host": host.name}
            else:
                envelope = json.loads(
                    Envelope.sealed(PROVED, given[host.name].split()[0]).as_bytes()
                )
                text = json.dumps({"kind": "room", "envelope": envelope})
                yield {**line(text), "host": host.name}
                yield {**line('{"code": 0, "error": null}', "stdout"), "host": host.name}
            yield {**ended(ok=True), "host": host.name}


@pytest.fixture
def machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machines:
    made = Machines("two")
    monkeypatch.setattr(work, "carried_out", made)
    monkeypatch.setattr(archive, "make", lambda folder: folder)
    monkeypatch.setattr(engine_search, "words", lambda: ("python",))
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    Path("machines.txt").write_text(LIST, encoding="utf-8")
    return made


def told(*words: str, **more: Any) -> tuple[int, str]:
    stream = io.StringIO()
    arguments = Arguments(words=("machines.txt", *words), **more)
    return hosts_command(arguments, stream=stream, err=io.StringIO()), stream.getvalue()


def test_one_failure_does_not_stop_the_others(machines: Machines) -> None:
    code, text = told("--method", "wheel")
    assert code == 1
    assert "one    ✓ cryptography 50.0.2 is proved: OpenSSL 4.0.3, Python 3.11.2" in text
    assert "two    ✗ It could not be reached: refused" in text
    assert "three  ✓ cryptography 50.0.2 is proved" in text
    assert "2 of 3 machines: proved." in text
    assert machines.parallel == 3
    assert machines.asked["one"] == (
        *("--yes", "--json", "--room", "-", "--name", "one", "--method", "wheel"),
    )


def test_what_a_machine_says_cannot_steer_the_terminal(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = {**ended(ok=False, stage="connect", problem="\x1b]0;evil\x07"), "host": "one"}
    monkeypatch.setattr(work, "carried_out", lambda *_: iter([evil]))
    _, text = told(limit="one")
    assert "evil" in text
    assert "\x1b" not in text


def test_only_the_failed_ones_again(machines: Machines) -> None:
    told()
    machines.failing = ()
    code, text = told(retry=True)
    assert (code, list(machines.asked)) == (0, ["two"])
    assert "1 of 1 machines: proved." in text
    with pytest.raises(BadRequest, match="nothing to retry"):
        told(retry=True)


def test_some_of_them_one_after_the_other(machines: Machines) -> None:
    code, _ = told(limit="three, one", serial="1")
    assert (code, list(machines.asked), machines.parallel) == (0, ["one", "three"], 1)
    told(limit="two")
    told(limit="one")
    assert command._remembered("machines.txt") == ["two"]


def test_plans_only(machines: Machines) -> None:
    machines.failing = ()
    code, text = told("--method", "wheel", plan=True)
    assert code == 0
    assert machines.asked["one"] == ("plan", "--format", "json", "--method", "wheel")
    assert "one    ✓ 1 steps: cryptography 50.0.2 (wheel) in /e" in text
    assert "3 of 3 machines: planned." in text
    machines.failing = ("one", "two", "three")
    code, text = told(plan=True)
    assert code == 1
    assert "0 of 3 machines: planned." in text
    assert "--retry" not in text


def test_json_lines(machines: Machines) -> None:
    code, text = told(json=True)
    lines = [json.loads(each) for each in text.splitlines()]
    assert (code, lines[0]) == (1, {"kind": "hosts", "names": ["one", "two", "three"]})
    assert [each["phase"] for each in lines[-1]["hosts"]] == ["proved", "failed", "proved"]
    assert lines[-1]["hosts"][0]["message"]["release"] == "50.0.2"


def test_a_room_shows_those_that_were_not_reached_too(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    board = Board(KEY)
    monkeypatch.setattr(
        sender,
        "Sender",
        lambda _address: sender.Written(
            lambda text: board.receive(
                read_envelope(json.dumps(json.loads(text)["envelope"]).encode())
            )
        ),
    )
    code, _ = told(room=f"192.0.2.7:80/{KEY}")
    assert code == 1
    rows = {row.message.name: standing(row) for row in board.rows.values()}
    assert rows["two"] == "failed"
    assert machines.asked


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ([], "The list of machines is missing."),
        (["nowhere.txt"], "nowhere.txt"),
        (["machines.txt", "--limit", "four"], "no host with the name 'four'"),
        (["machines.txt", "--serial", "0"], "'0' is not a number of machines."),
        (["machines.txt", "--serial", "99"], "'99' is not a number of machines."),
        (["machines.txt", "--retry"], "nothing to retry"),
        (["machines.txt", "--room", "x"], "not the address of a room"),
        (["machines.txt", "--wizard", "nowhere.pyz"], "nowhere.pyz does not exist"),
        (["machines.txt", "--ask-password"], "no terminal to ask in"),
        (["machines.txt", "--", "--yes"], "--yes cannot be given"),
        (["machines.txt", "--", "--room", "x"], "--room cannot be given"),
        (["machines.txt", "--", "doctor"], "'doctor' is not an option"),
        (["machines.txt", "machines.txt"], "only one list of machines is allowed."),
        (["machines.txt", "--", "--method", "odd"], "odd"),
    ],
)
@pytest.mark.usefixtures("machines")
def test_a_wrong_request_is_explained(
    arguments: list[str], what: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["hosts", *arguments]) == 2
    assert what in capfd.readouterr().err
