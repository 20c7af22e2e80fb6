"""Downloads: kept when they are whole and right, and everything that a server can do instead."""

from __future__ import annotations

import hashlib
import os
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable

import pytest

from backends.action import Download
from wizard.programs.processes import Cancelled
from wizard.running import transfer
from wizard.running.download import Amount, DownloadFailed, fetch

BODY = os.urandom(300_000)
SUM = hashlib.sha256(BODY).hexdigest()
CERTIFICATE = Path(__file__).parents[1] / "loopback.pem"
PAGE = b"\n<!doctype html><html><title>Please log in</title></html>\n"

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers each path as the test says."""

    timeout = 5
    answers: dict[str, Answer]
    over: threading.Event

    def do_GET(self) -> None:
        self.answers.get(self.path, sends(b"", code=404))(self)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


def sends(body: bytes, *, code: int = 200, length: int = -1) -> Answer:
    """Send this body, and say that it has ``length`` bytes (-1: as many as it has)."""

    def answer(handler: Handler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", str(len(body) if length < 0 else length))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def stalls(handler: Handler) -> None:
    """Send the beginning and then nothing, until the test is over."""
    sends(BODY[:10_000], length=len(BODY))(handler)
    handler.wfile.flush()
    handler.over.wait(60)


class Server:
    """A server on loopback with ``/file`` and, beside it, what the test adds."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.answers: dict[str, Answer] = {"/file": sends(BODY)}
        handler = type("One", (Handler,), {"answers": self.answers, "over": self.over})
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.http.daemon_threads = True
        self.host = f"127.0.0.1:{self.http.server_address[1]}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Let go of every client, and end."""
        self.over.set()
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.close()


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        *transfer.BUNDLE_VARIABLES,
        "SSL_CERT_DIR",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setattr(transfer, "PAUSES", (0.01,) * len(transfer.PAUSES))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))  # a netrc of this machine's user


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the download goes: a folder that has nothing but an older file."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "program").write_bytes(b"old")
    return folder / "program"


def get(action: Download, cancel: threading.Event | None = None) -> list[Amount]:
    """Do it; how far it was, each time that it told."""
    told: list[Amount] = []
    fetch(action, told.append, cancel or threading.Event())
    return told


def fails(action: Download) -> DownloadFailed:
    """It fails, and leaves the folder as it was."""
    with pytest.raises(DownloadFailed) as caught:
        get(action)
    assert_untouched(Path(action.path))
    error = caught.value
    assert error.what.endswith(".")
    assert error.shown
    assert error.why.endswith(".")
    assert error.hints
    return error


def assert_untouched(path: Path) -> None:
    assert [(entry.name, entry.read_bytes()) for entry in path.parent.iterdir()] == [
        ("program", b"old")
    ]


def test_the_right_sum(server: Server, path: Path) -> None:
    told = get(Download(f"{server.url}/file", str(path), sha256=SUM.upper()))
    assert path.read_bytes() == BODY
    assert [entry.name for entry in path.parent.iterdir()] == ["program"]
    assert told[-1] == Amount(len(BODY), len(BODY))
    assert [amount.done for amount in told] == sorted({amount.done for amount in told})


@pytest.mark.parametrize(
    "published",
    [SUM, f"{SUM}\n", f"{SUM.upper()}\r\n", f"{SUM} *./rustup-init\n", f"{SUM}  file\n"],
    ids=["bare", "line", "upper-case", "binary", "text"],  # another sum in each process
)
def test_the_published_sum(server: Server, path: Path, published: str) -> None:
    server.answers["/file.sha256"] = sends(published.encode())
    get(Download(f"{server.url}/file", str(path), sha256_url=f"{server.url}/file.sha256"))
    assert path.read_bytes() == BODY


def test_folders_are_made(server: Server, path: Path) -> None:
    new = path.parent / "a" / "b" / "file"
    get(Download(f"{server.url}/file", str(new), sha256=SUM))
    assert new.read_bytes() == BODY


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bit")
@pytest.mark.parametrize(("executable", "mode"), [(True, 0o755), (False, 0o644)])
def test_the_executable_bit(server: Server, path: Path, executable: bool, mode: int) -> None:
    get(Download(f"{server.url}/file", str(path), sha256=SUM, executable=executable))
    assert path.stat().st_mode & 0o777 == mode


def test_a_wrong_sum(server: Server, path: Path) -> None:
    error = fails(Download(f"{server.url}/file", str(path), sha256="0" * 64))
    assert SUM in error.shown
    assert "0" * 64 in error.shown
    assert "deleted" in error.what


def test_a_wrong_published_sum(server: Server, path: Path) -> None:
    server.answers["/file.sha256"] = sends(f"{'1' * 64} *./rustup-init\n".encode())
    address = f"{server.url}/file"
    assert SUM in fails(Download(address, str(path), sha256_url=f"{address}.sha256")).shown


@pytest.mark.parametrize(
    "body",
    [PAGE, PAGE * 1000, b"", b"\xff" * 64, SUM[:63].encode()],
    ids=["page", "long-page", "empty", "no-text", "cut-off"],
)
def test_a_page_instead_of_a_sum(server: Server, path: Path, body: bytes) -> None:
    server.answers["/sum"] = sends(body)
    error = fails(Download(f"{server.url}/file", str(path), sha256_url=f"{server.url}/sum"))
    assert error.what == f"{server.url}/sum contains no SHA-256 checksum."
    assert error.shown.startswith("<!doctype html>") is (b"<html>" in body)
    assert "\n" not in error.shown[:20]


def test_it_breaks_off(server: Server, path: Path) -> None:
    server.answers["/file"] = sends(BODY[:-1], length=len(BODY))
    error = fails(Download(f"{server.url}/file", str(path), sha256=SUM))
    assert error.what == f"The download of {server.url}/file broke off."
    assert " of 300,000 bytes had arrived" in error.shown
    assert error.why.endswith("6 attempts have failed.")  # the first one brought something


class Cutting:
    """A server that ends each answer after 100,000 bytes, and may go on where it ended.

    ``shift`` is how far from the right place a part begins that it sends.
    """

    def __init__(self, *, ranges: bool, shift: int = 0, whole_after: int = 99) -> None:
        self.ranges = ranges
        self.shift = shift
        self.whole_after = whole_after
        self.asked: list[tuple[str, str]] = []

    def __call__(self, handler: Handler) -> None:
        asked = handler.headers.get("Range", "")
        self.asked.append((asked, handler.headers.get("If-Range", "")))
        first = int(asked[6:-1]) + self.shift if asked and self.ranges else 0
        last = len(BODY) if len(self.asked) > self.whole_after else first + 100_000
        handler.send_response(206 if asked and self.ranges else 200)
        if asked and self.ranges:
            stated = f"bytes {first}-{len(BODY) - 1}/{len(BODY)}"
            handler.send_header("Content-Range", stated)
        handler.send_header("ETag", '"one"')
        handler.send_header("Content-Length", str(len(BODY) - first))
        handler.end_headers()
        handler.wfile.write(BODY[first:last])


def test_it_goes_on_where_it_broke_off(server: Server, path: Path) -> None:
    server.answers["/file"] = cutting = Cutting(ranges=True)
    told = get(Download(f"{server.url}/file", str(path), sha256=SUM))
    assert path.read_bytes() == BODY
    assert [tag for _, tag in cutting.asked] == ["", *['"one"'] * (len(cutting.asked) - 1)]
    begins = [int(asked[6:-1]) for asked, _ in cutting.asked[1:]]
    assert 90_000 < begins[0] < begins[1]  # what came last before a connection ended may be lost
    assert len(begins) <= 4
    assert [amount.done for amount in told] == sorted(amount.done for amount in told)


@pytest.mark.parametrize(
    "cutting",
    [Cutting(ranges=False, whole_after=3), Cutting(ranges=True, shift=1, whole_after=2)],
    ids=["no ranges", "another range"],
)
def test_it_begins_again_if_the_server_cannot_go_on(
    server: Server, path: Path, cutting: Cutting
) -> None:
    server.answers["/file"] = cutting
    get(Download(f"{server.url}/file", str(path), sha256=SUM))
    assert path.read_bytes() == BODY
    assert cutting.asked[1][0] != ""


@pytest.mark.parametrize("code", [429, 503])
def test_another_attempt_after_an_answer_that_passes(server: Server, path: Path, code: int) -> None:
    answers = iter([sends(b"", code=code), sends(b"", code=code), sends(BODY)])
    server.answers["/file"] = lambda handler: next(answers)(handler)
    said: list[str] = []
    action = Download(f"{server.url}/file", str(path), sha256=SUM)
    fetch(action, lambda _: None, threading.Event(), lambda what, _seconds: said.append(what))
    assert path.read_bytes() == BODY
    assert said == [f"another attempt. {server.url}/file could not be downloaded."] * 2


def test_a_server_that_asks_to_wait_for_an_hour_is_not_waited_for(
    server: Server, path: Path
) -> None:
    def answer(handler: Handler) -> None:
        handler.send_response(429)
        handler.send_header("Retry-After", "3600")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    server.answers["/file"] = answer
    error = fails(Download(f"{server.url}/file", str(path), sha256=SUM))
    assert "asked too often" in error.why


def test_a_page_instead_of_a_file_is_no_changed_file(server: Server, path: Path) -> None:
    server.answers["/file"] = sends(PAGE)
    error = fails(Download(f"{server.url}/file", str(path), sha256=SUM))
    assert error.what == f"{server.url}/file sent a web page instead of the file."


def test_the_pauses_end_with_the_time_limit(
    server: Server, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "PAUSES", (600.0,))
    server.answers["/file"] = sends(b"", code=503)
    assert fails(Download(f"{server.url}/file", str(path), sha256=SUM)).shown.startswith("503")


def test_a_server_that_names_no_length(server: Server, path: Path) -> None:
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(BODY)

    server.answers["/file"] = answer
    told = get(Download(f"{server.url}/file", str(path), sha256=SUM))
    assert told[-1] == Amount(len(BODY), 0)


@pytest.mark.parametrize("code", [403, 404, 407, 500])
def test_a_server_that_has_it_not(server: Server, path: Path, code: int) -> None:
    server.answers["/file"] = sends(PAGE, code=code)
    error = fails(Download(f"{server.url}/file", str(path), sha256=SUM))
    assert error.shown.startswith(f"{code} ")
    assert error.what == f"{server.url}/file could not be downloaded."


def test_nobody_there(server: Server, path: Path) -> None:
    server.close()
    error = fails(Download(f"{server.url}/file", str(path), sha256=SUM))
    assert "refused" in error.shown
    assert "object at" not in error.shown


@pytest.mark.parametrize(
    "url",
    ["", "no address", "http://[::1", "http://", "ftp://127.0.0.1/file", "http://127.0.0.1:x/"],
)
def test_an_address_that_is_none(path: Path, url: str) -> None:
    assert "address" in fails(Download(url, str(path), sha256=SUM)).why


def test_a_proxy_that_does_not_work(
    server: Server, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.close()
    monkeypatch.setenv("HTTP_PROXY", f"http://anna:secret@{server.host}")
    error = fails(Download("http://files.example/file", str(path), sha256=SUM))
    assert "proxy" in error.why
    assert "secret" not in f"{error.what}{error.shown}{error.why}{error.hints}"


@pytest.mark.parametrize("answer", [stalls, lambda handler: handler.over.wait(60)])
def test_cancel_while_a_server_stalls(server: Server, path: Path, answer: Answer) -> None:
    asked = threading.Event()

    def asks(handler: Handler) -> None:
        asked.set()
        answer(handler)

    server.answers["/file"] = asks
    cancel, ended = threading.Event(), threading.Event()

    def run() -> None:
        with pytest.raises(Cancelled):
            get(Download(f"{server.url}/file", str(path), sha256=SUM), cancel)
        ended.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert asked.wait(30)
    assert not ended.is_set()
    cancel.set()
    thread.join(transfer.READ_TIMEOUT / 2)  # long before the network's own limit
    assert ended.is_set()
    assert_untouched(path)


def test_it_comes_too_slowly(server: Server, path: Path) -> None:
    def trickles(handler: Handler) -> None:
        sends(b"", length=len(BODY))(handler)
        while not handler.over.wait(0.05):
            handler.wfile.write(b"x")

    server.answers["/file"] = trickles
    error = fails(Download(f"{server.url}/file", str(path), sha256=SUM, timeout=0.5))
    assert "too slow" in error.what


def test_a_server_that_stalls_is_given_up(
    server: Server, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "READ_TIMEOUT", 0.1)
    server.answers["/file"] = stalls
    error = fails(Download(f"{server.url}/file", str(path), sha256=SUM))
    assert error.what == f"The download of {server.url}/file stalled."
    assert "8,192 of 300,000 bytes" in error.shown
    assert "stopped" in error.why


def test_a_reader_that_nobody_listens_to_ends(server: Server, path: Path) -> None:
    server.answers["/file"] = sends(os.urandom(20_000_000))
    cancel = threading.Event()
    with pytest.raises(Cancelled):
        fetch(Download(f"{server.url}/file", str(path), sha256=SUM), lambda _: cancel.set(), cancel)
    assert_untouched(path)
    until = time.monotonic() + 30
    while any(thread.name == "download" for thread in threading.enumerate()):
        assert time.monotonic() < until, "the reader waits for ever"
        time.sleep(0.02)


def test_a_mirror_on_a_disk(tmp_path: Path, path: Path) -> None:
    mirror = tmp_path / "a mirror"
    mirror.mkdir()
    (mirror / "rustup-init").write_bytes(BODY)
    (mirror / "rustup-init.sha256").write_text(f"{SUM} *./rustup-init\n", encoding="ascii")
    url = (mirror / "rustup-init").as_uri()
    told = get(Download(url, str(path), sha256_url=f"{url}.sha256"))
    assert path.read_bytes() == BODY
    assert told[-1] == Amount(len(BODY), len(BODY))
    assert (mirror / "rustup-init").read_bytes() == BODY


def test_a_mirror_on_a_disk_that_lacks_it(tmp_path: Path, path: Path) -> None:
    error = fails(Download((tmp_path / "none").as_uri(), str(path), sha256=SUM))
    assert error.shown == "No such file or directory"
    fails(Download(tmp_path.as_uri(), str(path), sha256=SUM))


@pytest.mark.parametrize(
    ("answer", "more"),
    [
        (sends(b"", code=404), {"sha256": SUM}),
        (sends(BODY), {"sha256": "0" * 64}),
        (sends(PAGE), {"sha256_url": "http://anna:secret@{host}/file"}),
        (sends(BODY[:9], length=10), {"sha256": SUM}),
        (stalls, {"sha256": SUM, "timeout": 0.3}),
    ],
)
def test_passwords_are_not_shown(
    server: Server, path: Path, answer: Answer, more: dict[str, Any]
) -> None:
    server.answers["/file"] = answer
    if "sha256_url" in more:
        more = {"sha256_url": more["sha256_url"].format(host=server.host)}
    error = fails(Download(f"http://anna:secret@{server.host}/file", str(path), **more))
    text = f"{error.what} {error.shown} {error.why} {error.hints}"
    assert "secret" not in text
    assert "****@127.0.0.1" in text


@pytest.fixture
def secure(server: Server) -> str:
    """Return the address of a server whose certificate nobody knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.http.socket = context.wrap_socket(server.http.socket, server_side=True)
    return f"https://{server.host}"


def test_a_certificate_that_nobody_knows(secure: str, path: Path) -> None:
    error = fails(Download(f"{secure}/file", str(path), sha256=SUM))
    assert "SSL_CERT_FILE" in error.why
    assert "CERTIFICATE_VERIFY_FAILED" in error.shown


@pytest.mark.parametrize("name", transfer.BUNDLE_VARIABLES)
def test_a_certificate_that_a_variable_names(
    secure: str, path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, str(CERTIFICATE))
    get(Download(f"{secure}/file", str(path), sha256=SUM))
    assert path.read_bytes() == BODY


def test_a_certificate_that_the_system_knows(
    secure: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A store that SSL_CERT_FILE names is part of what the system trusts; requests does not read it.
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    get(Download(f"{secure}/file", str(path), sha256=SUM))
    assert path.read_bytes() == BODY


def test_a_bundle_that_is_not_there(
    secure: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CERT", "/no/such.pem")
    error = fails(Download(f"{secure}/file", str(path), sha256=SUM))
    assert "/no/such.pem" in error.shown
    assert "setting" in error.why
