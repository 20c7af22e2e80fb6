"""Where a server of the wizard listens: the flags, their checks, and the question before."""

from __future__ import annotations

import argparse
import contextlib
import socket
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from typing import TextIO

from screens import fitting
from screens.flags import StoreOnce
from wizard import invocation
from wizard.errors import BadRequest, WizardError

LOOPBACK = "127.0.0.1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
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
        help="the port to listen on (default: a free one, or that of the last time)",
    )
    parser.add_argument(
        "--yes", action="store_true", help="open it for other machines without asking"
    )


def address(text: str) -> str:
    """Return the address to listen on. Raises BadRequest."""
    try:
        found = ip_address(text)
    except ValueError:
        raise BadRequest(
            f"{text!r} is not an IP address.",
            hints=(f"For example {own_address() or LOOPBACK}, or nothing for this machine only.",),
        ) from None
    if found.is_unspecified:
        raise BadRequest(
            f"{text} means every network of this machine; the wizard listens on one.",
            hints=(f"Name it: --address {own_address() or 'IP'}",),
        )
    return str(found)


def port(text: str) -> int:
    """Return the port to listen on; 0 means a free one. Raises BadRequest."""
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) < 65536):
        raise BadRequest(f"{text!r} is not a port.", why="A port is a number from 1 to 65535.")
    return int(text)


def own_address() -> str:
    """Return the address that the system would use for other networks; empty if there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # it only asks for the route: nothing is sent
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def confirmed(
    command: str, where: str, warning: str, *, yes: bool, err: TextIO, as_json: bool = False
) -> bool:
    """Ask before other machines can reach the address ``where``; return the answer.

    Raises BadRequest if there is no terminal to ask in.
    """
    if yes or ip_address(where).is_loopback:
        return True
    from screens.text.confirm import confirm, require_terminal

    without = invocation.command(command, "--yes", "--address", where)
    hint = f"{without} opens it without asking."
    require_terminal(command, "opens a port", hint, as_json=as_json)
    err.write(fitting.for_stream(warning, err) + "\n")
    return confirm("Open it?", err)


@contextlib.contextmanager
def opened(where: str, number: int) -> Iterator[socket.socket]:
    """Yield a socket that listens. Raises WizardError if it cannot."""
    family = socket.AF_INET6 if ":" in where else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as made:
        try:
            # On Windows, this option would let two servers use one port.
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, sys.platform != "win32")
            made.bind((where, number))
            made.listen(16)
        except OSError as error:
            raise cannot_listen(where, number, error) from None
        yield made


def cannot_listen(where: str, number: int, error: OSError) -> WizardError:
    """Return the error for an address or a port that cannot be used."""
    place = f"{where}, port {number}" if number else where
    return WizardError(
        f"The wizard cannot listen on {place}.",
        shown=error.strerror or str(error),
        hints=(
            "Use an address of this machine, and a port that no other program uses; without "
            "--port, the wizard finds one.",
        ),
    )
