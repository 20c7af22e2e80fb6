"""The command ``web``: the full screen in a browser, for example on a projector."""

from __future__ import annotations

import argparse
import contextlib
import secrets
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from screens import fitting, listening
from screens.arguments import Common
from wizard import invocation
from wizard.errors import BadRequest, Exit, Impossible

if TYPE_CHECKING:
    from screens.web import WebServer

HELP = "show the wizard in a browser, for example on a projector"
ORDER = 48
EXAMPLES = (
    ("web", "the wizard in a browser on this machine"),
    ("web -- --method source", "the same, with some answers given"),
)
EXTRA = "cryptography-wizard[web]"
"""What has to be installed: its libraries are not pure Python, so they are not always there."""


@dataclass(frozen=True)
class Arguments(Common):
    """``address`` and ``port`` say where to listen, and ``words`` are the options of the wizard.

    ``yes`` opens it for other machines without asking.
    """

    address: str = listening.LOOPBACK
    port: str = "0"
    yes: bool = False
    words: tuple[str, ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where to listen, and the options of the wizard."""
    listening.add_arguments(parser)
    parser.add_argument(
        "words", nargs="*", metavar="-- OPTION", help="options with which the wizard starts"
    )


def run(arguments: Arguments) -> int:
    """Serve the page until Ctrl-C; return the exit code."""
    return web_command(arguments, stream=sys.stdout, err=sys.stderr)


def web_command(arguments: Arguments, *, stream: TextIO, err: TextIO) -> int:
    """Serve the page until Ctrl-C.

    Returns 0 after Ctrl-C, and 130 if the user does not want to open it. Raises BadRequest for a
    wrong address, port or option, and Impossible if textual-serve is not installed.
    """
    if arguments.json:
        raise BadRequest("web does not write JSON: it shows pages.")
    address, port = listening.address(arguments.address), listening.port(arguments.port)
    _check_options(arguments.words)
    _require_extra()
    warning = (
        "Everybody with the secret address of the page can use the wizard as you, and install on "
        "this machine."
    )
    words = ("web", *listening.port_option(arguments.port))
    if not arguments.yes and not listening.confirmed(words, address, warning, err):
        return int(Exit.CANCELLED)

    from screens.web import WebServer, own_words

    def say(text: str) -> None:
        stream.write(fitting.for_stream(text, stream) + "\n")
        stream.flush()

    with listening.opened(lambda number: _socket(address, number), address, port) as sock:
        server = WebServer(
            (*own_words(), *arguments.words), sock, address, secrets.token_urlsafe(12), say
        )
        say(_text(server))
        _serve(server)
    say("The page is closed.")
    return int(Exit.DONE)


def _socket(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, port), family=family, backlog=16)


def _serve(server: WebServer) -> None:
    with contextlib.suppress(KeyboardInterrupt):  # the usual end
        server.serve()


def _text(server: WebServer) -> str:
    return "\n".join(
        (
            "The wizard is shown at this address, which is secret:",
            f"  {server.page}",
            "",
            "Larger letters: add ?fontsize=24. Closing the page ends its wizard, as closing a",
            "terminal does. A password for administrator rights can only be typed in a terminal.",
            "Ctrl-C closes all pages.",
        )
    )


def _check_options(words: tuple[str, ...]) -> None:
    """Raise BadRequest now for what the wizard in the page would refuse."""
    from screens import flags
    from screens.commands import install

    given, others = install.options(words)
    if others:
        raise BadRequest(
            f"{others[0]!r} is not an option of the wizard.",
            why="web shows the wizard itself; its other commands write text into a terminal.",
            hints=(f"For example: {invocation.command('web', '--', '--method', 'source')}",),
        )
    if {"yes", "prompts", "plain", "json"} & given.keys():
        raise BadRequest("--yes, --prompts, --plain and --json are for terminals, not for web.")
    choices = flags.choices_of(given)
    install.Arguments(choices=choices, answers=given.get("answers", "")).checked()


def _require_extra() -> None:
    import importlib.util

    if importlib.util.find_spec("textual_serve") is not None:
        return
    raise Impossible(
        "The wizard cannot be shown in a browser: textual-serve is not installed.",
        why="It is an extra, because one of its libraries is compiled.",
        hints=(
            f"uvx --from '{EXTRA}' cryptography-wizard web",
            f"pipx install '{EXTRA}', or pip install '{EXTRA}' into the wizard's environment",
        ),
    )
