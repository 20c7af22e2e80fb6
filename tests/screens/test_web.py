"""The server behind ``web``: its addresses are secret, and it starts the wizard without a shell."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator

import pytest

from screens import terminal
from screens.cli import main
from screens.commands import web as command
from screens.commands.web import Arguments
from screens.terminal import Abilities, Interface
from wizard.errors import BadRequest, Impossible

aiohttp = pytest.importorskip("aiohttp", reason="textual-serve is not installed")
import textual_serve.server  # noqa: E402
from aiohttp import ClientSession, WSMsgType  # noqa: E402
from aiohttp.web import AppRunner, SockSite  # noqa: E402

from screens import web  # noqa: E402

PROGRAM = """
import os, sys
sys.stdout.buffer.write(b"__GANGLION__\\nD")
text = " ".join((os.environ["TEXTUAL_DRIVER"], os.environ["COLUMNS"], *sys.argv[1:])).encode()
sys.stdout.buffer.write(len(text).to_bytes(4, "big") + text)
sys.stdout.buffer.flush()
sys.stdin.buffer.read(1)
"""


class Served:
    """A server that runs, and what it has said."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        words = (sys.executable, "-c", PROGRAM, "a; b", "$HOME")
        self.server = web.WebServer(words, self.socket, "127.0.0.1", "own", self.said.append)
        setattr(textual_serve.server, "AppService", self.server._service)  # noqa: B010


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    made = Served()
    runner = AppRunner(await made.server._make_app())
    await runner.setup()
    await SockSite(runner, made.socket).start()
    yield made
    await runner.cleanup()
    made.socket.close()


async def test_the_page_and_its_files(served: Served) -> None:
    async with ClientSession() as session:
        async with session.get(served.server.page + "?fontsize=24") as answer:
            text = await answer.text()
            assert answer.status == 200
            assert 'data-font-size="24"' in text
            assert "{{" not in text
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        for odd in ("9999", "x", "²", "-1", "0"):
            async with session.get(served.server.page, params={"fontsize": odd}) as answer:
                assert 'data-font-size="16"' in await answer.text()
        for name in ("web.css", "web.js", "static/js/textual.js", "static/css/xterm.css"):
            async with session.get(served.server.page + name) as answer:
                assert answer.status == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/other/", {}),
        ("/own/nothing", {}),
        ("/own/static/", {}),
        ("/own/static/%2e%2e/server.py", {}),
        ("/own/", {"Host": "evil.example"}),
        ("/own/", {"Origin": "http://evil.example"}),
        ("/own/ws", {"Origin": "null"}),
        ("/static/js/textual.js", {}),
    ],
)
async def test_nothing_is_at_other_addresses(
    served: Served, path: str, headers: dict[str, str]
) -> None:
    async with (
        ClientSession() as session,
        session.get(served.server.origin + path, headers=headers) as answer,
    ):
        assert answer.status in (403, 404)


async def test_a_request_without_a_path_is_refused(served: Served) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.server.port)
    writer.write(b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 404 ")


async def test_a_page_starts_a_wizard_without_a_shell(served: Served) -> None:
    origin = {"Origin": served.server.origin}
    async with (
        ClientSession() as session,
        session.ws_connect(served.server.page + "ws?width=99&height=30", headers=origin) as page,
    ):
        message = await asyncio.wait_for(page.receive(), 20)
        assert message.type == WSMsgType.BINARY
        words = message.data.decode().split(" ", 2)
        assert words == ["textual.drivers.web_driver:WebDriver", "99", "a; b $HOME"]
        assert served.server.sessions == 1
    assert served.said[0] == "A page was opened; 1 of 4 are open."


async def test_a_program_that_is_no_browser_and_a_page_too_many_are_refused(
    served: Served,
) -> None:
    async with ClientSession() as session:
        async with session.get(served.server.page + "ws") as answer:
            assert answer.status == 403
        served.server.sessions = web.MOST_SESSIONS
        origin = {"Origin": served.server.origin}
        async with session.get(served.server.page + "ws", headers=origin) as answer:
            assert answer.status == 503


def test_in_a_page_the_full_screen_is_chosen() -> None:
    nothing = Abilities(stdin=False, stdout=False, stderr=False)
    environ = {"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver", "TERM": "xterm-256color"}
    assert terminal.detect(environ).web
    assert not terminal.detect({}).web
    page = Abilities(stdin=False, stdout=False, stderr=False, web=True)
    assert terminal.choose_interface(page) is Interface.FULL
    with pytest.raises(BadRequest):
        terminal.choose_interface(nothing)


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (["--json"], 2, "does not write JSON"),
        (["--address", "x"], 2, "not an IP address"),
        (["--address", "192.0.2.7"], 2, "no terminal to ask in"),
        (["--address", "192.0.2.7", "--yes"], 2, "192.0.2.7"),
        (["--", "doctor"], 2, "'doctor' is not an option of the wizard"),
        (["--", "--yes"], 2, "are for terminals"),
        (["--", "--method", "odd"], 2, "odd"),
    ],
)
def test_a_wrong_request_is_explained(
    arguments: list[str], code: int, what: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["web", *arguments]) == code
    told = capfd.readouterr()
    assert what in told.err + told.out


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(Impossible) as error:
        command.run(Arguments())
    assert "cryptography-wizard[web]" in " ".join(error.value.hints)
