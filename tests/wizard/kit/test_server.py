"""The server of a kit, on loopback, and clients that mean no good."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import shutil
import socket
import subprocess
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.wizard.kit import kits
from wizard.kit import server, site
from wizard.kit.server import KitServer
from wizard.kit.site import Site
from wizard.serving.server import Bounds

SHORT = Bounds(
    connections=8, waiting=0.1, head=0.5, head_bytes=4096, idle=0.6, stalled=1.0, patience=1.0
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("served")
    kit = kits.make(folder, kits.request("linux-x86_64"), wizard=kits.pyz(folder))
    return site.build(folder / "kit", kit)


@contextlib.contextmanager
def serving(built: Site, bounds: Bounds = SHORT) -> Iterator[KitServer]:
    with KitServer(built, "127.0.0.1", 0, bounds) as running:
        running.start()
        try:
            yield running
        finally:
            running.stop(0.2)


def ask(running: KitServer, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def say(running: KitServer, data: bytes, *, wait: float = 5.0) -> bytes:
    """Send bytes, and return everything that comes back until the server ends the connection."""
    with socket.create_connection(("127.0.0.1", running.port), timeout=wait) as client:
        with contextlib.suppress(ConnectionError):
            client.sendall(data)
        found = b""
        with contextlib.suppress(ConnectionError):
            while chunk := client.recv(65536):
                found += chunk
        return found


def test_files_arrive_whole_over_one_connection(built: Site) -> None:
    with serving(built) as running:
        connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
        for path, (_, file) in built.files.items():
            connection.request("GET", f"/{path}")
            content = connection.getresponse().read()
            assert hashlib.sha256(content).hexdigest() == file.sha256
        connection.request("HEAD", "/START-HERE.html")
        head = connection.getresponse()
        assert int(head.headers["Content-Length"]) == built.files["START-HERE.html"][1].size
        assert head.read() == b""
        connection.request("GET", "/simple/cffi/")
        assert b"cffi-2.1.1" in connection.getresponse().read()
        connection.close()
    assert running.totals.requests == len(built.files) + 2
    assert running.totals.clients == 1
    assert running.totals.failed == 0


def test_a_download_goes_on_where_it_ended(built: Site) -> None:
    with serving(built) as running:
        path = "/cryptography-wizard.pyz"
        whole = ask(running, path)[1]
        status, rest = ask(running, path, Range="bytes=10-")
        assert (status, rest) == (206, whole[10:])


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE"]
)
def test_nothing_can_be_changed(built: Site, method: str) -> None:
    with serving(built) as running:
        assert ask(running, "/START-HERE.html", method)[0] == 501
        assert ask(running, "/START-HERE.html")[0] == 200


def test_paths_do_not_lead_out(built: Site) -> None:
    with serving(built) as running:
        for path in ("/../../../etc/passwd", "/..%2f..%2fetc/passwd", "//etc/passwd"):
            answer = say(running, f"GET {path} HTTP/1.0\r\n\r\n".encode())
            assert answer.startswith(b"HTTP/1.1 404 "), answer
            assert b"root:" not in answer


HOSTILE = {
    "a long path": b"GET /" + b"a" * 8000 + b" HTTP/1.1\r\n\r\n",
    "a huge header": b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
    "no request": b"\r\n\r\n\r\n",
    "nonsense": bytes(range(256)) * 4 + b"\r\n\r\n",
    "another version": b"GET / HTTP/9.9\r\n\r\n",
    "three words too many": b"GET / a b c HTTP/1.1\r\n\r\n",
    "a body": b"GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
    "a body in chunks": b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length without a number": b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64 + b"\n",
    "a broken path": b"GET /%ff%zz\xff HTTP/1.0\r\n\r\n",
    "a line break in the path": b"GET /a\rb HTTP/1.0\r\n\r\n",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_request_is_refused(built: Site, what: str) -> None:
    with serving(built) as running:
        answer = say(running, HOSTILE[what])
        if answer:
            status = int(answer.split()[1])
            assert 400 <= status < 600, answer[:200]
        assert ask(running, "/START-HERE.html")[0] == 200
        assert running.totals.failed == 0


def test_a_client_that_says_nothing_is_not_waited_for(built: Site) -> None:
    with serving(built) as running:
        assert say(running, b"") == b""
        assert say(running, b"GET / HT") == b""


def test_a_client_that_sends_a_byte_now_and_then_is_cut_off(built: Site) -> None:
    with (
        serving(built) as running,
        socket.create_connection(("127.0.0.1", running.port), timeout=10) as client,
    ):
        ended = False
        for _ in range(100):
            try:
                client.sendall(b"X")
                time.sleep(0.05)
            except ConnectionError:
                ended = True
                break
        assert ended
        assert ask(running, "/START-HERE.html")[0] == 200


@pytest.fixture
def large(tmp_path: Path) -> Site:
    """A kit with a file that does not fit into the buffers of a connection."""
    wizard = tmp_path / "big.pyz"
    kits.pyz(tmp_path).rename(wizard)
    with wizard.open("ab") as file:
        file.truncate(64 * 1024 * 1024)
    kit = kits.make(tmp_path, kits.request("linux-x86_64"), wizard=wizard)
    return site.build(tmp_path / "kit", kit)


def test_a_client_that_takes_nothing_is_cut_off(large: Site) -> None:
    with serving(large) as running, contextlib.ExitStack() as stack:
        for _ in range(SHORT.connections):
            client = socket.create_connection(("127.0.0.1", running.port), timeout=10)
            stack.enter_context(client)
            client.sendall(b"GET /cryptography-wizard.pyz HTTP/1.1\r\n\r\n")
        status = 503
        end = time.monotonic() + 20
        while status == 503 and time.monotonic() < end:
            with contextlib.suppress(ConnectionError, http.client.HTTPException):
                status = ask(running, "/START-HERE.html")[0]
        assert status == 200


def test_too_many_connections_are_refused_and_the_others_go_on(built: Site) -> None:
    bounds = replace(SHORT, idle=30.0)
    with serving(built, bounds) as running, contextlib.ExitStack() as stack:
        for _ in range(bounds.connections):
            client = socket.create_connection(("127.0.0.1", running.port), timeout=10)
            stack.enter_context(client)
        assert say(running, b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 503 ")
        client.sendall(b"GET /START-HERE.html HTTP/1.0\r\n\r\n")
        assert client.recv(20).startswith(b"HTTP/1.1 200 OK")


def test_a_file_that_is_gone_is_an_error_of_one_request(built: Site) -> None:
    files = dict(built.files)
    place, file = files["START-HERE.html"]
    files["START-HERE.html"] = (place.with_name("gone"), file)
    files["short"] = (place, replace(file, size=file.size + 1))
    with serving(replace(built, files=files)) as running:
        assert ask(running, "/START-HERE.html")[0] == 500
        assert ask(running, "/short")[0] == 500
        assert ask(running, "/cryptography-wizard.pyz")[0] == 200


def test_stop_ends_open_connections(large: Site) -> None:
    with serving(large) as running:
        client = socket.create_connection(("127.0.0.1", running.port), timeout=10)
        client.sendall(b"GET /cryptography-wizard.pyz HTTP/1.1\r\n\r\n")
        assert client.recv(10)
        running.stop(0.1)
        with contextlib.suppress(ConnectionError):
            while client.recv(1 << 20):
                pass
        client.close()
        with pytest.raises(OSError):  # noqa: PT011 - refused, or reset
            socket.create_connection(("127.0.0.1", running.port), timeout=5)


def test_serve_ends_when_it_should(built: Site) -> None:
    ended = threading.Event()
    seen: list[server.Totals] = []

    def show(totals: server.Totals) -> None:
        seen.append(totals)
        ended.set()

    with KitServer(built, "127.0.0.1", 0, SHORT) as running:
        server.serve(running, show, ended, every=0.05)
    assert seen


def test_an_unexpected_error_is_counted(built: Site) -> None:
    with serving(replace(built, files={"x": None})) as running:  # type: ignore[dict-item]
        assert say(running, b"GET /x HTTP/1.0\r\n\r\n") == b""
        assert ask(running, "/")[0] == 200
        assert running.totals.failed == 1


def test_the_address_of_a_laptop_is_the_one_it_has_reached(built: Site) -> None:
    with serving(built) as running:
        text = ask(running, "/join.sh", Host="evil.example")[1].decode()
        assert f"base=http://127.0.0.1:{running.port}\n" in text
        assert "evil" not in text


@pytest.mark.skipif(os.name == "nt" or not shutil.which("sh"), reason="there is no sh here")
@pytest.mark.parametrize(
    ("words", "started"),
    [
        ((), "--yes --for F/workshop.txt --venv F/cryptography-env"),
        (
            ("--room", "a/b", "--name", "A B"),
            "--yes --for F/workshop.txt --venv F/cryptography-env --room a/b --name A B",
        ),
        (("--venv", "own"), "--yes --for F/workshop.txt --venv own"),
        (("--venv=own", "--for=x"), "--yes --venv=own --for=x"),
        (("doctor", "--all"), "doctor --all"),
    ],
)
def test_words_behind_the_line_to_join_are_added(
    words: tuple[str, ...], started: str, tmp_path: Path
) -> None:
    wizard = tmp_path / "cryptography-wizard.pyz"
    with zipfile.ZipFile(wizard, "w") as archive:
        archive.writestr("__main__.py", "import sys; print(*sys.argv[1:])\n")
    asked = kits.request("linux-x86_64", requirements=("typing-extensions>=4",))
    joined = site.build(tmp_path / "kit", kits.make(tmp_path, asked, wizard=wizard))
    folder = tmp_path / "my laptop"
    with serving(joined) as running:
        script = ask(running, "/join.sh")[1].decode()
        done = subprocess.run(
            ("sh", "-c", script, "join", *words),
            env={**os.environ, "CRYPTOGRAPHY_WORKSHOP": str(folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().replace(str(folder), "F") == started
    assert (folder / "workshop.txt").is_file()


@pytest.mark.skipif(os.name == "nt" or not shutil.which("sh"), reason="there is no sh here")
def test_a_laptop_without_a_home(built: Site) -> None:
    with serving(built) as running:
        script = ask(running, "/join.sh")[1].decode()
    env = {name: value for name, value in os.environ.items() if name != "HOME"}
    done = subprocess.run(
        ("sh", "-c", script), env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 3
    assert done.stderr == "join: HOME is not set, so there is no folder for the workshop.\n"


@pytest.mark.skipif(os.name == "nt" or not shutil.which("sh"), reason="there is no sh here")
def test_a_line_to_join_says_that_the_kit_is_not_served_any_more(tmp_path: Path) -> None:
    kit = kits.make(tmp_path, kits.request("linux-x86_64"), wizard=kits.pyz(tmp_path))
    with serving(site.build(tmp_path / "kit", kit)) as running:
        script = ask(running, "/join.sh")[1].decode()
    done = subprocess.run(
        ("sh", "-c", script, "join"),
        env={**os.environ, "CRYPTOGRAPHY_WORKSHOP": str(tmp_path / "laptop")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    first, last = done.stderr.splitlines()
    assert first.startswith("join: http://127.0.0.1:")
    assert "refused" in first
    assert last == "join: The wizard could not be downloaded."
