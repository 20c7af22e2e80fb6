"""Where a server of the wizard listens: the flags, their checks, and the question before."""

from __future__ import annotations

import argparse
import errno
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import TextIO, TypeVar

from screens import fitting
from screens.flags import StoreOnce
from wizard import invocation
from wizard.errors import BadRequest, WizardError
from wizard.serving.addresses import is_loopback, own_address

LOOPBACK = "127.0.0.1"
LARGEST_PORT = 65535
_NOT_HERE = frozenset((errno.EADDRNOTAVAIL, getattr(errno, "WSAEADDRNOTAVAIL", -1)))
Made = TypeVar("Made")


def add_arguments(parser: argparse.ArgumentParser, usual_port: str = "any free one") -> None:
    """Add the flags for address and port, and the one that answers the question before."""
    parser.add_argument(
        "--address",
        action=StoreOnce,
        metavar="IP",
        help=f"the address of this machine to listen on (default: {LOOPBACK}, only this machine)",
    )
    parser.add_argument(
        "--port",
        action=StoreOnce,
        metavar="NUMBER",
        help=f"the port to listen on (default: {usual_port})",
    )
    parser.add_argument(
        "--yes", action="store_true", help="open it for other machines without asking"
    )


def address(text: str) -> str:
    """Return the address to listen on. Raises BadRequest."""
    own = own_address()
    try:
        found = ip_address(LOOPBACK if text == "localhost" else text)
    except ValueError:
        raise BadRequest(
            f"--address: {text!r} is not an IP address.",
            hints=(f"For example {own or LOOPBACK}, or nothing for this machine only.",),
        ) from None
    if found.is_unspecified:
        raise BadRequest(
            f"--address: {text} means every network of this machine; the wizard listens on one.",
            hints=(f"Name it: --address {own or 'IP'}",),
        )
    return str(found)


def port(text: str) -> int:
    """Return the port to listen on; 0 means a free one. Raises BadRequest."""
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= LARGEST_PORT):
        raise BadRequest(
            f"--port: {text!r} is not a port.",
            why=f"It is a number from 0 (any free one) to {LARGEST_PORT}.",
        )
    return int(text)


def port_option(text: str) -> tuple[str, ...]:
    """Return the option for a port that was given; nothing for a free one."""
    return ("--port", text) if int(text) else ()


def confirmed(
    words: Sequence[str],
    where: str,
    warning: str,
    err: TextIO,
    *,
    as_json: bool = False,
) -> bool:
    """Ask before other machines can reach the address ``where``; return the answer.

    ``words`` are the command with the options that were given, for a hint. After a no, it says so
    on ``err``. Raises BadRequest if there is no terminal to ask in.
    """
    if is_loopback(where):
        return True
    from screens.text.confirm import confirm, require_terminal

    hint = invocation.command(*words, "--yes", "--address", where)
    require_terminal(
        " ".join(words),
        "opens a port",
        f"To open it without being asked: {hint}",
        as_json=as_json,
    )
    opens = f"Every machine that reaches {where} can then ask this server."
    err.write(fitting.for_stream(f"{opens} {warning}", err) + "\n")
    agreed = confirm("Open it?", err)
    if not agreed:
        err.write("Nothing was opened.\n")
    return agreed


def others(words: Sequence[str]) -> tuple[str, str]:
    """Return how to open a server of this machine alone for others: a sentence and a command.

    ``words`` are the command with the options that were given.
    """
    again = invocation.command(*words, "--address", own_address() or "IP")
    return "Only this machine can reach it. For the laptops of your network:", f"  $ {again}"


def opened(make: Callable[[int], Made], where: str, *ports: int) -> Made:
    """Return what ``make`` makes for the first of the ports that can be used.

    Raises BadRequest if this machine does not have the address, and WizardError if no port can be
    used.
    """
    problem = OSError()
    for number in dict.fromkeys(ports):
        try:
            return make(number)
        except OSError as error:
            problem = error
    if problem.errno in _NOT_HERE:
        own = own_address()
        raise BadRequest(
            f"--address: {where} is not an address of this machine.",
            hints=(f"For example {own or LOOPBACK}, or nothing for this machine only.",),
        )
    place = f"{where}, port {ports[0]}" if ports[0] else where
    raise WizardError(
        f"The wizard cannot listen on {place}.",
        shown=problem.strerror or str(problem),
        hints=(
            "Use an address of this machine, and a port that no other program uses; without "
            "--port, the wizard finds one.",
        ),
    ) from None
