"""The action ``kit serve DIR``: the kit on the network of the class."""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from screens.arguments import Common
from screens.flags import StoreOnce
from wizard import invocation
from wizard.errors import BadRequest, Exit, Impossible, WizardError

if TYPE_CHECKING:
    from pathlib import Path

    from screens.commands.kit._shared import Meter
    from screens.terminal import ColorMode
    from wizard.kit.server import KitServer, Totals
    from wizard.kit.site import Site

HELP = "serve a kit on the network: an index for pip and uv, and one line to join"
ORDER = 40
EXAMPLES = (("kit serve ./kit --address 192.168.1.20", "serve a kit to the laptops of a class"),)
LOOPBACK = "127.0.0.1"
LARGEST_PORT = 65535


@dataclass(frozen=True)
class Arguments(Common):
    """``open`` says that other computers may reach it; with ``yes``, nothing is asked."""

    folder: str = ""
    address: str = LOOPBACK
    port: str = "0"
    open: bool = False
    yes: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder, and where to listen."""
    parser.add_argument("folder", action=StoreOnce, metavar="DIR", help="the folder of the kit")
    parser.add_argument(
        "--address",
        action=StoreOnce,
        metavar="IP",
        help="the address of this computer in the class's network (default: 127.0.0.1, which only "
        "this computer reaches); 0.0.0.0: all networks",
    )
    parser.add_argument(
        "--port", action=StoreOnce, metavar="NUMBER", help="the port (default: any free one)"
    )
    parser.add_argument(
        "--open", action="store_true", help="let other computers reach it, without asking"
    )
    parser.add_argument("--yes", action="store_true", help="ask nothing")


def run(arguments: Arguments) -> int:
    """Check the kit, listen, show how to join, and serve until Ctrl-C."""
    from screens.commands.kit import _shared
    from wizard.kit import server, site
    from wizard.proof import kit_manifest, wheel_metadata
    from wizard.wording import amount

    folder = _shared.folder(arguments.folder)
    address = server.check_address(arguments.address)
    port = _port(arguments.port)
    kit = kit_manifest.load(folder)
    _ask(address, arguments)
    meter = _shared.Meter(sys.stderr, quiet=arguments.json)
    total = sum(file.size for file in kit.files)
    read = 0

    def say(file: kit_manifest.File) -> None:
        nonlocal read
        meter.show(f"Reading the files: {amount(read)} of {amount(total)}", read / max(1, total))
        read += file.size

    kit_manifest.compare(folder, kit, say)
    meter.end()
    try:
        built = site.build(folder, kit)
    except wheel_metadata.UNREADABLE as error:
        raise Impossible(f"A wheel of the kit {folder} cannot be read.", shown=str(error)) from None
    with server.KitServer(built, address, port) as running:
        _introduce(folder, built, running, arguments)
        with contextlib.suppress(KeyboardInterrupt):  # this is how it ends
            server.serve(running, lambda totals: _show(meter, totals), threading.Event())
        totals = running.totals
    meter.end()
    if not arguments.json:
        sys.stderr.write(
            f"Served: {totals.requests} requests from {totals.clients} computers, "
            f"{amount(totals.bytes)}.\n"
        )
        if totals.failed:
            sys.stderr.write(f"{totals.failed} connections ended with an unexpected error.\n")
    return int(Exit.DONE)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 5 or int(text) > LARGEST_PORT:
        raise BadRequest(
            f"--port: {text!r} is not a port.",
            hints=(f"It is a number from 0 (any free one) to {LARGEST_PORT}.",),
        )
    return int(text)


def _ask(address: str, arguments: Arguments) -> None:
    """Ask before other computers can reach the kit. Raises BadRequest, WizardError after a no."""
    from screens.text.confirm import confirm, require_terminal
    from wizard.kit import server

    if not server.is_open(address) or arguments.open:
        return
    hint = "--open serves it to other computers without asking."
    if arguments.yes:
        raise BadRequest(
            f"--address {address} lets other computers reach the kit, and --yes does not ask.",
            hints=(hint,),
        )
    require_terminal("kit serve", "opens the kit to a network", hint, as_json=arguments.json)
    everywhere = address in ("0.0.0.0", "::")  # noqa: S104 - it was asked for
    where = "all networks of this computer" if everywhere else f"the network of {address}"
    sys.stderr.write(
        f"Everybody in {where} can then read the kit, and nothing else here.\n"
        "The connection is not encrypted. Do this only in a network that you trust.\n"
    )
    if not confirm("Serve it there?", sys.stderr):
        refused = WizardError("Nothing was served.")
        refused.code = Exit.CANCELLED
        raise refused


def _introduce(folder: Path, built: Site, running: KitServer, arguments: Arguments) -> None:
    """Write where the kit is, how to join, and a QR code for a terminal."""
    import json

    from screens.commands.kit import _shared
    from screens.terminal import is_terminal
    from wizard.kit import server, site

    base = running.address
    lines = dict(site.one_liners(base)) if built.wizard else {}
    if arguments.json:
        print(
            json.dumps({"address": base, "index": f"{base}/{site.INDEX}/", "joins": lines}),
            flush=True,
        )
        return
    text = [f"The kit {folder} is served at {base}", ""]
    for title, line in lines.items():
        text += [f"{title}:", f"  $ {line}", ""]
    if not lines:
        text += ["It has no cryptography-wizard.pyz, so it serves only packages.", ""]
    text += [
        "For pip and uv:",
        f"  $ pip install --index-url {base}/{site.INDEX}/ cryptography",
        "",
    ]
    if not server.is_open(str(running.server_address[0])):
        own = server.own_address()
        again = invocation.command("kit", "serve", arguments.folder, "--address", own or "IP")
        text += [f"Only this computer can reach it. For the class: {again}", ""]
    _shared.write_lines(text, sys.stdout)
    if is_terminal(sys.stdout):
        _write_code(base, arguments.color)
    sys.stdout.write("Ctrl-C ends it.\n")
    sys.stdout.flush()


def _write_code(address: str, mode: ColorMode) -> None:
    """Write a QR code of an address, for the cameras of phones and laptops."""
    import segno

    from screens import terminal

    try:
        "▀▄█".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return  # two blanks for each module would be wider than most terminals
    drawn = io.StringIO()
    segno.make(address, micro=False).terminal(out=drawn, compact=True)
    coloured = terminal.color(sys.stdout, mode)
    for line in drawn.getvalue().splitlines():
        # White on black, whatever the colours of the terminal are: cameras expect that.
        sys.stdout.write(f"{line}\n" if not coloured else f"\x1b[97;40m{line}\x1b[0m\n")


def _show(meter: Meter, totals: Totals) -> None:
    from wizard.wording import amount

    meter.show(
        f"{totals.clients} computers, {totals.requests} requests, {amount(totals.bytes)} sent", 0.0
    )
