"""The full screen in a browser, by textual-serve: each page starts a wizard, and closing it ends
that wizard.

Everybody who opens the page can install as this user. So every address contains a secret token, the
browser must say that this page opens the connection, and nothing is loaded from elsewhere.
"""

from __future__ import annotations

import asyncio
import hmac
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Callable

import textual_serve.server
from aiohttp import web
from textual_serve.app_service import AppService

import assets
from wizard import single_file
from wizard.serving.addresses import url

MOST_SESSIONS = 4
"""How many pages may be open at the same time."""
FONT_SIZES = range(8, 49)
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        # xterm.js sets styles of elements; nothing else is inline or from elsewhere.
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; "
        "style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
)


class WebServer(textual_serve.server.Server):
    """Serves the program ``words`` on a listening socket; ``token`` is in all addresses."""

    def __init__(
        self,
        words: Sequence[str],
        listening: socket.socket,
        host: str,
        token: str,
        say: Callable[[str], None],
    ) -> None:
        super().__init__("cryptography-wizard", host, listening.getsockname()[1])
        self.words = tuple(words)
        self.token = token
        self.sessions = 0
        self._listening = listening
        self._say = say
        self.origin = url(host, self.port)

    @property
    def page(self) -> str:
        """The address of the page."""
        return f"{self.origin}/{self.token}/"

    def serve(self, debug: bool = False) -> None:
        """Serve until Ctrl-C."""
        self.debug = debug
        # The package starts a command by a shell; here, its words are started themselves.
        setattr(textual_serve.server, "AppService", self._service)  # noqa: B010 - for mypy
        web.run_app(
            self._make_app(),
            sock=self._listening,
            print=lambda *_words: None,
            shutdown_timeout=2.0,
        )

    async def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard], client_max_size=16 * 1024)
        app.add_routes(
            [
                web.get(f"/{self.token}/", self.handle_index),
                web.get(f"/{self.token}/web.css", self._own("web.css", "text/css")),
                web.get(f"/{self.token}/web.js", self._own("web.js", "text/javascript")),
                web.get(f"/{self.token}/ws", self._socket),
                web.static(f"/{self.token}/static", self.statics_path),
            ]
        )
        return app

    @web.middleware
    async def _guard(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Refuse other names of this machine, and connections from pages of others."""
        token = request.path.lstrip("/").partition("/")[0]
        known = hmac.compare_digest(token.encode(), self.token.encode())
        origin = request.headers.get("Origin", self.origin)
        if not known or f"http://{request.host}" != self.origin or origin != self.origin:
            return web.Response(status=404, text="There is nothing at this address.\n")
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.headers.update(HEADERS)
            raise
        if not response.prepared:
            response.headers.update(HEADERS)
        return response

    async def handle_index(self, request: web.Request) -> Any:
        """Answer with the page."""
        asked = request.query.get("fontsize", "")
        size = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 3 else 16
        values = {
            "SOCKET": f"{self.origin.replace('http', 'ws', 1)}/{self.token}/ws",
            "FONT_SIZE": str(size if size in FONT_SIZES else 16),
        }
        text = assets.text("web/index.html")
        for name, value in values.items():
            text = text.replace(f"{{{{{name}}}}}", value)
        return web.Response(text=text, content_type="text/html")

    def _own(self, name: str, kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Return a handler that answers with one of the wizard's own files."""

        async def answer(_request: web.Request) -> web.Response:
            return web.Response(text=assets.text(f"web/{name}"), content_type=kind)

        return answer

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if "Origin" not in request.headers:  # every browser sends it with a WebSocket
            raise web.HTTPForbidden(text="The origin is missing.\n")
        if self.sessions >= MOST_SESSIONS:
            raise web.HTTPServiceUnavailable(text="The page is open too often.\n")
        self.sessions += 1
        self._say(f"A page was opened; {self.sessions} of {MOST_SESSIONS} are open.")
        try:
            return await self.handle_websocket(request)
        finally:
            self.sessions -= 1
            self._say("A page was closed, and its wizard has ended.")

    def _service(self, _command: str, **more: Any) -> AppService:
        return _Wizard(self.words, **more)


class _Wizard(AppService):
    """One wizard, started without a shell."""

    def __init__(self, words: tuple[str, ...], **more: Any) -> None:
        super().__init__(words[0], **more)
        self._words = words

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """Start the wizard for a terminal of this size."""
        size = {"width": min(max(width, 10), 500), "height": min(max(height, 5), 200)}
        process = await asyncio.create_subprocess_exec(
            *self._words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={
                **self._build_environment(**size),
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "PYTHONUTF8": "1",
            },
        )
        if process.stdin is None:
            raise RuntimeError("the program has no standard input")
        self._process, self._stdin = process, process.stdin
        return process


def own_words() -> tuple[str, ...]:
    """Return the words that start this wizard once more, from any folder."""
    file = single_file.running()
    return (sys.executable, str(file)) if file else (sys.executable, "-m", "cryptography_wizard")
