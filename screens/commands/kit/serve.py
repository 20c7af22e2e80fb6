"""The action ``kit serve DIR``: the kit on the network of the class."""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from screens import listening
from screens.arguments import Common
from wizard.errors import Exit, Impossible

if TYPE_CHECKING:
    from pathlib import Path

    from screens.commands.kit._shared import Meter
    from wizard.kit.server import KitServer, Totals
    from wizard.kit.site import Site

HELP = "serve a kit on the network: an index for pip and uv, and one line to join"
ORDER = 40
EXAMPLES = (("kit serve ./kit --address 192.168.1.20", "serve a kit to the laptops of a class"),)


@dataclass(frozen=True)
class Arguments(Common):
    """``address`` and ``port`` say where to listen; port "0" is the one from before, or a free one.

    ``yes`` opens without asking.
    """

    folder: str = ""
    address: str = listening.LOOPBACK
    port: str = "0"
    yes: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folder, and where to listen."""
    from screens.commands.kit import _shared

    _shared.add_folder(parser)
    listening.add_arguments(parser, "that of the last time, or a free one")


def run(arguments: Arguments) -> int:
    """Check the kit, listen, show how to join, and serve until Ctrl-C.

    Returns 0 after Ctrl-C, and 130 if the user does not want to open it. Raises BadRequest for a
    wrong folder, address or port, and WizardError if it cannot listen.
    """
    from screens.commands.kit import _shared
    from wizard.kit import ports, server, site
    from wizard.proof import kit_manifest, wheel_metadata
    from wizard.wording import amount, count

    folder = _shared.folder(arguments.folder)
    address, port = listening.address(arguments.address), listening.port(arguments.port)
    kit = kit_manifest.load(folder)
    warning = "It shows the kit to everybody, and nothing else. The connection is not encrypted."
    if not arguments.yes and not listening.confirmed(
        _words(arguments), address, warning, sys.stderr, as_json=arguments.json
    ):
        return int(Exit.CANCELLED)
    meter = _shared.Meter(sys.stderr, quiet=arguments.json)
    kit_manifest.compare(folder, kit, _shared.reading(meter))
    meter.end()
    try:
        built = site.build(folder, kit)
    except wheel_metadata.UNREADABLE as error:
        raise Impossible(f"A wheel of the kit {folder} cannot be read.", shown=str(error)) from None
    try:
        before = ports.load(folder)
    except OSError as error:
        before = 0
        meter.line(f"The port of the last time cannot be read: {error.strerror or error}.")
    with listening.opened(
        lambda number: server.KitServer(built, address, number),
        address,
        *((port,) if port else (before, 0)),
    ) as running:
        try:
            ports.save(folder, running.port)
        except OSError as error:
            meter.line(f"The port cannot be kept for the next time: {error.strerror or error}.")
        _introduce(folder, built, running, arguments)
        with contextlib.suppress(KeyboardInterrupt):  # this is how it ends
            server.serve(running, lambda totals: _show(meter, totals), threading.Event())
        totals = running.totals
    meter.end()
    if not arguments.json:
        sys.stderr.write(
            f"Served: {count(totals.requests, 'request')} from "
            f"{count(totals.clients, 'computer')}, "
            f"{amount(totals.bytes)}.\n"
        )
        if totals.failed:
            failed = count(totals.failed, "connection")
            sys.stderr.write(f"{failed} ended with an unexpected error.\n")
    return int(Exit.DONE)


def _words(arguments: Arguments) -> tuple[str, ...]:
    """Return the words that serve the same kit again."""
    return ("kit", "serve", arguments.folder, *listening.port_option(arguments.port))


def _introduce(folder: Path, built: Site, running: KitServer, arguments: Arguments) -> None:
    """Write where the kit is, how to join, and a QR code for a terminal."""
    import json

    from screens import qr_code
    from screens.commands.kit import _shared
    from wizard.kit import site
    from wizard.serving.addresses import is_loopback

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
        text += [f"{title}:", f"  {'PS>' if 'PowerShell' in title else '$'} {line}", ""]
    if not lines:
        text += ["It has no cryptography-wizard.pyz, so it serves only packages.", ""]
    text += [
        "For pip and uv:",
        f"  $ pip install --index-url {base}/{site.INDEX}/ cryptography",
        "",
    ]
    only_here = is_loopback(running.host)
    if only_here:
        text += [*listening.others(_words(arguments)), ""]
    _shared.write_lines(text, sys.stdout)
    for row in () if only_here else qr_code.lines(base, sys.stdout, arguments.color):
        sys.stdout.write(f"{row}\n")
    sys.stdout.write("Ctrl-C ends it.\n")
    sys.stdout.flush()


def _show(meter: Meter, totals: Totals) -> None:
    from wizard.wording import amount, count

    clients, requests = count(totals.clients, "computer"), count(totals.requests, "request")
    meter.show(f"{clients}, {requests}, {amount(totals.bytes)} sent", 0.0)
