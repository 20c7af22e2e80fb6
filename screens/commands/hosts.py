"""The command ``hosts INVENTORY``: the wizard on many machines, over SSH."""

from __future__ import annotations

import argparse
import hashlib
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from screens import fitting
from screens.arguments import NAME, Common
from screens.flags import StoreOnce
from wizard import invocation, locations, single_file, text_files
from wizard.errors import BadRequest, Exit
from wizard.wording import visible

if TYPE_CHECKING:
    from wizard.hosts.inventory import Inventory
    from wizard.hosts.standing import HostState
    from wizard.hosts.work import Work
    from wizard.room.message import Envelope
    from wizard.room.sender import Sender

HELP = "install and prove on many machines, over SSH"
ORDER = 49
EXAMPLES = (
    ("hosts machines.txt", "the usual on each machine of this list"),
    ("hosts machines.txt --plan", "only say what would be done on each"),
    ("hosts machines.txt --retry -- --method wheel", "again where it failed, with other answers"),
)
MOST_PARALLEL = 32
MOST_BYTES = 1024 * 1024
"""Bytes of a list of machines."""
ROOM_SECONDS = 8.0
"""How many seconds the end waits for the room, at most."""


@dataclass(frozen=True)
class Arguments(Common):
    """``inventory`` is the file with the machines, and ``words`` are the options of the wizard.

    ``limit`` are names of some of them, with commas, and ``serial`` is how many work at the same
    time. ``retry``: only those that were not proved the last time. ``plan``: only plan.
    ``ask_password``: ask for that of SSH. ``wizard`` is the wizard as one file; empty: this one.
    ``room`` is the address of a room.
    """

    inventory: str = ""
    words: tuple[str, ...] = ()
    limit: str = ""
    serial: str = ""
    retry: bool = False
    plan: bool = False
    ask_password: bool = False
    wizard: str = ""
    room: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the list of machines, which of them, and how."""
    parser.add_argument(
        "--limit", action=StoreOnce, metavar="NAMES", help="only these machines, with commas"
    )
    parser.add_argument(
        "--serial",
        action=StoreOnce,
        metavar="NUMBER",
        help=f"how many machines work at the same time (default: all, at most {MOST_PARALLEL})",
    )
    parser.add_argument(
        "--retry", action="store_true", help="only those that were not proved the last time"
    )
    parser.add_argument(
        "--plan", action="store_true", help="only say what would be done on each machine"
    )
    parser.add_argument(
        "--ask-password", action="store_true", help="ask for the password of SSH or of its key"
    )
    parser.add_argument(
        "--wizard",
        action=StoreOnce,
        metavar="FILE",
        help="copy this wizard to the machines (default: a copy of the one that runs)",
    )
    parser.add_argument(
        "--room", action=StoreOnce, metavar="ADDRESS", help="show the machines in this room too"
    )
    parser.add_argument(
        "words",
        nargs="*",
        metavar="INVENTORY",
        help="the file with one machine in each line; after --, options for the wizard there",
    )


def run(arguments: Arguments) -> int:
    """Carry it out, and write how it went on each machine; return the exit code."""
    return hosts_command(arguments, stream=sys.stdout, err=sys.stderr)


def hosts_command(arguments: Arguments, *, stream: TextIO, err: TextIO) -> int:
    """Carry out the wizard on all machines of the inventory.

    Returns 0 if all are proved (or planned), 1 if some are not. Raises BadRequest for a wrong
    request, and Impossible without pyinfra.
    """
    source, *options = arguments.words or ("",)
    if not source:
        raise BadRequest(
            "The list of machines is missing.",
            hints=(f"Name its file: {invocation.command('hosts', 'machines.txt')}",),
        )
    _check_options(options)
    inventory = _chosen(arguments, source)
    parallel = _parallel(arguments.serial, len(inventory.hosts))
    from wizard.hosts import archive, engine_search
    from wizard.hosts.work import Work
    from wizard.room.keys import new_key, parse_address

    address = parse_address(arguments.room) if arguments.room else None
    ready = single_file.chosen(arguments.wizard)
    engine_search.words()  # raises before the password is asked for
    password = _password(arguments, err)
    key = address.key if address else new_key()
    show = _Json(stream) if arguments.json else _Text(stream, plan=arguments.plan)
    ways: dict[str, Sender] = {}
    if address is not None:
        from wizard.room.sender import Sender

        ways = {host.name: Sender(address) for host in inventory.hosts}
    with tempfile.TemporaryDirectory(prefix=f"{NAME}-") as folder:
        names = [host.name for host in inventory.hosts]
        work = Work(
            inventory,
            ready or archive.make(Path(folder)),
            archive.OLDEST if ready else archive.oldest_python(),
            {name: _words(name, options, plan=arguments.plan) for name in names},
            {name: f"{key} {_laptop(key, name)}\n" for name in names},
            parallel,
        )
        states = _carried_out(work, password, key, show, ways)
    end = time.monotonic() + ROOM_SECONDS
    for way in ways.values():
        way.wait(max(0.0, end - time.monotonic()))
    undelivered = [name for name, way in ways.items() if not way.delivered]
    show.end(tuple(states.values()), undelivered)
    if not arguments.plan:
        _remember(source, states)
    every = all(state.phase == "proved" for state in states.values())
    return int(Exit.DONE if every else Exit.FAILED)


def _carried_out(
    work: Work,
    password: str,
    key: str,
    show: _Text | _Json,
    ways: Mapping[str, Sender],
) -> dict[str, HostState]:
    """Carry it out, show and pass on what happens, and return how each machine has ended.

    ``key`` is that of the messages, and ``ways`` lead to a room, if there is one.
    """
    from wizard.hosts import standing
    from wizard.hosts.work import carried_out

    states = {host.name: standing.HostState(host.name) for host in work.inventory.hosts}
    show.begin(tuple(states))
    for event in carried_out(work, password):
        name = event.get("host", "")
        if name not in states:
            continue
        told = standing.after(states[name], event, key)
        if told.envelope is not None and name in ways:
            ways[name].send(partial(_same, told.envelope))
        if told.state != states[name]:
            before, states[name] = states[name], told.state
            show.changed(before, told.state)
            if told.state.phase == "failed" and name in ways and _unsaid(told.state):
                ways[name].send(partial(_failure, key, told.state))
    for name, state in states.items():
        if not state.over:
            states[name] = replace(state, phase="failed", problem="It did not end.")
    return states


def _laptop(key: str, name: str) -> str:
    """Return what a machine is called in a room; another run calls it the same."""
    from wizard.room.keys import authentication_code

    return authentication_code(key, "laptop", f"host {name}")[:16]


def _unsaid(state: HostState) -> bool:
    """Return whether the wizard on a machine has not said itself that it failed."""
    return state.message is None or state.message.state not in ("failed", "stopped")


def _failure(key: str, state: HostState) -> Envelope:
    """Return the message that a machine has failed, which its wizard could not send."""
    from wizard.room.message import Envelope, Message, clean_name

    now = time.time_ns() // 1_000_000
    laptop, session = _laptop(key, state.name), secrets.token_hex(8)
    message = Message(laptop, session, now, "failed", name=clean_name(state.name))
    return Envelope.sealed(message, key)


def _same(envelope: Envelope) -> Envelope:
    return envelope


def _words(name: str, options: list[str], *, plan: bool) -> tuple[str, ...]:
    """Return what the wizard is started with on a machine."""
    if plan:
        return ("plan", "--format", "json", *options)
    shown = "".join(char if char.isprintable() else "?" for char in name)
    return ("--yes", "--json", "--room", "-", "--name", shown, *options)


class _Text:
    """Writes for people: a line for each step and each end, with the name of the machine."""

    def __init__(self, stream: TextIO, *, plan: bool) -> None:
        self._stream = stream
        self._plan = plan
        self._width = 0

    def begin(self, names: tuple[str, ...]) -> None:
        self._width = max(map(len, names))
        count = "1 machine" if len(names) == 1 else f"{len(names)} machines"
        self._write(f"Working on {count} …")

    def changed(self, before: HostState, state: HostState) -> None:
        from wizard.room.view import ROLES

        if state.phase != before.phase and state.phase == "copying":
            self._line(state, "the wizard is copied")
        elif state.phase == "proved":
            self._line(state, f"✓ {_result(state)}")
        elif state.phase == "failed":
            self._line(state, f"✗ {state.problem or 'failed'}")
            for hint in state.hints[:2]:
                self._line(state, f"  - {hint}")
        elif state.message is not None and state.message != before.message:
            message = state.message
            if message.state == "installing":
                role = next((words for key, words in ROLES.items() if key == message.role), "")
                self._line(state, f"[{message.step}/{message.steps}] {role}")
            elif before.message is None:
                self._line(state, "looks at the machine")

    def end(self, states: tuple[HostState, ...], undelivered: list[str]) -> None:
        good = sum(state.phase == "proved" for state in states)
        done = "planned" if self._plan else "proved"
        self._write("", f"{good} of {len(states)} machines: {done}.")
        if undelivered:
            self._write(f"The room has not received the result of: {', '.join(undelivered)}.")
        if good < len(states) and not self._plan:
            self._write("Once more, only where it failed: add --retry")

    def _line(self, state: HostState, text: str) -> None:
        # A machine must not send commands to this terminal.
        self._write(f"{state.name:<{self._width}}  {visible(text)}")

    def _write(self, *lines: str) -> None:
        self._stream.write(fitting.for_stream("\n".join(lines), self._stream) + "\n")
        self._stream.flush()


class _Json:
    """Writes a line of JSON for each change, and one at the end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def begin(self, names: tuple[str, ...]) -> None:
        self._write(kind="hosts", names=names)

    def changed(self, before: HostState, state: HostState) -> None:
        if (state.phase, state.message) != (before.phase, before.message):
            self._write(kind="host", **_plain(state))

    def end(self, states: tuple[HostState, ...], undelivered: list[str]) -> None:
        results = [{**_plain(state), "report": state.report} for state in states]
        self._write(kind="end", hosts=results, undelivered=undelivered)

    def _write(self, **values: Any) -> None:
        self._stream.write(json.dumps(values) + "\n")
        self._stream.flush()


def _plain(state: HostState) -> dict[str, Any]:
    return {
        "name": state.name,
        "phase": state.phase,
        "code": state.code,
        "problem": state.problem,
        "hints": state.hints,
        "message": asdict(state.message) if state.message else None,
    }


def _result(state: HostState) -> str:
    """Return what was proved or planned, in a few words."""
    if state.message is not None and state.message.state == "proved":
        message = state.message
        openssl = " ".join(message.openssl.split()[:2])
        return f"cryptography {message.release} is proved: {openssl}, Python {message.python}"
    plan = state.plan or {}
    steps = len(plan.get("steps") or ())
    where = plan.get("environment") or ""
    return (
        f"{steps} steps: cryptography {plan.get('release', '')} ({plan.get('method')}) in {where}"
    )


def _chosen(arguments: Arguments, source: str) -> Inventory:
    from wizard.hosts.inventory import check_keys, parse

    inventory = parse(text_files.read(source, "a list of machines", limit=MOST_BYTES), source)
    if arguments.limit:
        inventory = inventory.limited(filter(None, map(str.strip, arguments.limit.split(","))))
    if arguments.retry:
        names = {host.name for host in inventory.hosts}
        failed = [name for name in _remembered(source) if name in names]
        if not failed:
            raise BadRequest(
                f"No machine of {source} has failed the last time, so there is nothing to retry.",
                hints=(f"All of them: {invocation.command('hosts', source)}",),
            )
        inventory = inventory.limited(failed)
    check_keys(inventory)
    return inventory


def _parallel(serial: str, hosts: int) -> int:
    if not serial:
        return min(hosts, MOST_PARALLEL)
    if not (serial.isascii() and serial.isdigit() and 0 < int(serial[:6]) <= MOST_PARALLEL):
        raise BadRequest(
            f"{serial!r} is not a number of machines.",
            why=f"--serial is a number from 1 to {MOST_PARALLEL}.",
        )
    return int(serial)


def _password(arguments: Arguments, err: TextIO) -> str:
    if not arguments.ask_password:
        return ""
    from getpass import getpass

    from screens.text.confirm import require_terminal

    without = "Without a password, SSH uses its agent and your keys."
    require_terminal("hosts --ask-password", "connects", without, as_json=arguments.json)
    return getpass("Password of SSH (it is not stored): ", stream=err)


def _check_options(words: list[str]) -> None:
    """Raise BadRequest now for what the wizard on the machines would refuse."""
    from screens import flags
    from screens.commands import install

    given, others = install.options(words)
    if others:
        more = "" if others[0].startswith("-") else ", and only one list of machines is allowed"
        raise BadRequest(
            f"{others[0]!r} is not an option of the wizard{more}.",
            hints=(
                f"For example: {invocation.command('hosts', 'FILE', '--', '--method', 'wheel')}",
            ),
        )
    mine = {"yes", "prompts", "plain", "json", "room", "name", "answers"} & given.keys()
    if mine:
        raise BadRequest(f"--{min(mine)} cannot be given to the machines.")
    flags.choices_of(given)


def _file(source: str) -> Path:
    """Return the file in which is kept how the machines of a list have ended."""
    name = hashlib.sha256(str(Path(source).absolute()).encode()).hexdigest()[:16]
    return locations.state() / "hosts" / f"{name}.json"


def _remember(source: str, states: Mapping[str, HostState]) -> None:
    """Keep which machines are not proved, also of those that were left out now."""
    failed = [name for name in _remembered(source) if name not in states]
    failed += [name for name, state in states.items() if state.phase != "proved"]
    path = _file(source)
    path.parent.mkdir(parents=True, exist_ok=True)
    locations.write_private(path, json.dumps(failed))


def _remembered(source: str) -> list[str]:
    """Return the machines of a list that were not proved the last time. Raises OSError."""
    try:
        values = json.loads(_file(source).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # nothing was carried out, or not to its end
        return []
    return [str(value) for value in values] if isinstance(values, list) else []
