"""Ways to an index that fail before it can answer: addresses, redirects, certificates, proxies."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Optional

from tests.faults import faulty
from tests.faults.certificates import Authority, Dates
from tests.faults.faulty import Answer, Fault, Server

CLOSED = "http://127.0.0.1:9"
"""Nobody listens there."""
HOST = "index.example"
"""A host that only the proxy knows."""


@dataclass
class Way:
    """How a user reaches the index. ``server`` may get faults, before it serves.

    ``variables`` returns those of the user, as soon as the server has an address; ``context`` is
    for https.
    """

    server: Server
    variables: Callable[[], dict[str, str]]
    context: Optional[ssl.SSLContext] = None


@dataclass(frozen=True)
class Road:
    """One such way by name. ``says`` is what the wizard says, empty if it ends proved.

    ``make`` gets the answers of a good index and an empty folder. ``late`` says that the listing is
    still read, and only the file cannot be.
    """

    name: str
    make: Callable[[dict[str, Answer], Path], Way]
    says: str = ""
    late: bool = False
    only: tuple[str, ...] = field(default=("pip", "uv"))


def _index_at(address: str) -> Callable[[dict[str, Answer], Path], Way]:
    def make(answers: dict[str, Answer], _folder: Path) -> Way:
        return Way(Server(answers), lambda: {"PIP_INDEX_URL": address})

    return make


def _file_elsewhere(answers: dict[str, Answer], _folder: Path) -> Way:
    page = answers["/simple/cryptography/"]
    body = page.body.replace(b'"/files/', f'"{CLOSED}/files/'.encode())
    answers["/simple/cryptography/"] = Answer(type=page.type, body=body)
    server = Server(answers)
    return Way(server, lambda: {"PIP_INDEX_URL": f"{server.url}/simple"})


def _redirected(answers: dict[str, Answer], _folder: Path) -> Way:
    server = Server(answers)
    server.files["/other/cryptography/"] = answers["/simple/cryptography/"]
    spoil = faulty.redirects(lambda _path: f"http://localhost:{server.port}/other/cryptography/")
    server.faults.append(Fault("/simple/cryptography/", spoil))
    return Way(server, lambda: {"PIP_INDEX_URL": f"{server.url}/simple"})


def _redirected_to_sign_in(answers: dict[str, Answer], folder: Path) -> Way:
    way = _redirected(answers, folder)
    way.server.files["/other/cryptography/"] = Answer(type=faulty.HTML, body=faulty.SIGN_IN)
    return way


def _secure(
    *, known: bool = True, dates: Dates = "valid", host: str = "localhost"
) -> Callable[[dict[str, Answer], Path], Way]:
    def make(answers: dict[str, Answer], folder: Path) -> Way:
        places = [folder / "authority", folder / "another"]
        for place in places:
            place.mkdir()
        authority = Authority.make(places[0], "A company")
        trusted = authority if known else Authority.make(places[1], "Another company")
        server = Server(answers)

        def variables() -> dict[str, str]:
            index = f"https://localhost:{server.port}/simple"
            return {"PIP_INDEX_URL": index, "PIP_CERT": str(trusted.file)}

        return Way(server, variables, authority.context(dates=dates, host=host))

    return make


def _proxy(
    *, asks: bool = False, knows: bool = False, address: str = "", by: str = "PIP_PROXY"
) -> Callable[[dict[str, Answer], Path], Way]:
    """Make a way through a proxy that ``asks`` for a password, which the user ``knows``."""

    def make(answers: dict[str, Answer], _folder: Path) -> Way:
        server = Server(answers, password="ann:pass word" if asks else "")

        def variables() -> dict[str, str]:
            login = "ann:pass%20word@" if knows else ""
            proxy = address or f"http://{login}127.0.0.1:{server.port}"
            return {
                "PIP_INDEX_URL": f"http://{HOST}/simple",
                "PIP_TRUSTED_HOST": HOST,
                by: proxy,
            }

        return Way(server, variables)

    return make


def _tunnel(
    *, asks: bool = False, refuses: bool = False
) -> Callable[[dict[str, Answer], Path], Way]:
    """Make a way by https through a proxy."""

    def make(answers: dict[str, Answer], folder: Path) -> Way:
        place = folder / "authority"
        place.mkdir()
        authority = Authority.make(place, "A company")
        server = Server(answers, password="ann:secret" if asks else "")
        if refuses:
            server.faults.append(Fault(HOST, faulty.status(403), method="CONNECT"))
        inner = Server(answers)
        server.behind = (inner, authority.context(host=HOST))

        def variables() -> dict[str, str]:
            server.tunnels[HOST] = inner.port
            return {
                "PIP_INDEX_URL": f"https://{HOST}/simple",
                "PIP_CERT": str(authority.file),
                "HTTPS_PROXY": f"http://127.0.0.1:{server.port}",
            }

        return Way(server, variables)

    return make


ROADS = (
    Road("connection-refused", _index_at(f"{CLOSED}/simple"), "the connection is refused"),
    Road(
        "unknown-name", _index_at("https://index.invalid/simple"), r"its name is not known \(DNS\)"
    ),
    Road("file-at-a-closed-port", _file_elsewhere, "could not be reached|refused", late=True),
    Road("redirect-to-another-host", _redirected),
    Road("redirect-to-a-sign-in-page", _redirected_to_sign_in, r"\(redirected to localhost:\d+\)"),
    Road("certificate-right", _secure()),
    Road("certificate-unknown", _secure(known=False), "authority that this machine does not trust"),
    Road("certificate-expired", _secure(dates="expired"), "certificate that has expired"),
    Road(
        "certificate-not-yet-valid, as with a clock that is behind",
        _secure(dates="not yet valid"),
        "this machine's clock is wrong",
    ),
    Road("certificate-of-another-host", _secure(host="other.example"), "for another host name"),
    Road("proxy-right", _proxy()),
    Road("proxy-with-password", _proxy(asks=True, knows=True), only=("pip",)),
    Road(
        "proxy-with-password",
        _proxy(asks=True, knows=True),
        "has a password, which uv would need as well",
        only=("uv",),
    ),
    Road("proxy-asks", _proxy(asks=True), r"proxy asks for a user name and password \(407\)"),
    Road("proxy-refused", _proxy(address=CLOSED), "the proxy refuses the connection"),
    Road(
        "proxy-refused-by-variable",
        _proxy(address=CLOSED, by="http_proxy"),
        "the proxy refuses the connection",
    ),
    Road(
        "proxy-unknown-name",
        _proxy(address="http://proxy.invalid:3128"),
        r"the proxy has a name that is not known \(DNS\)",
    ),
    Road("tunnel-right", _tunnel()),
    Road("tunnel-asks", _tunnel(asks=True), r"proxy asks for a user name and password \(407\)"),
    Road("tunnel-refused", _tunnel(refuses=True), r"its proxy refuses it \(403\)"),
)


def roads() -> Iterator[tuple[Road, str]]:
    """Yield each way with each tool."""
    for road in ROADS:
        for tool in road.only:
            yield road, tool
