"""The index: every form and every misbehaviour of a server, on loopback and within a bound."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable

import certifi
import pytest
from packaging.utils import parse_wheel_filename

from wizard.addresses import masked
from wizard.codec import from_json
from wizard.diagnosis.table import table
from wizard.facts import UNDATED, Listing
from wizard.index import source as index_source
from wizard.index import web
from wizard.index.files import File
from wizard.index.listing import IndexSource, fetch, files, first_downloadable, releases_of
from wizard.index.pages import parse
from wizard.index.source import Unreadable
from wizard.programs import waiting

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html; charset=utf-8"
MACHINES = Path(__file__).parents[2] / "machines"
WHEEL = "cryptography-50.0.2-cp39-abi3-manylinux_2_28_x86_64.whl"
SDIST = "cryptography-50.0.2.tar.gz"

BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers each path as the test says."""

    timeout = 5
    answers: dict[str, Answer]
    seen: list[tuple[str, dict[str, str]]]

    def do_GET(self) -> None:
        self.seen.append((self.path, dict(self.headers)))
        self.answers.get(self.path, status(404))(self)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


class Server:
    """A server on loopback. ``seen`` are the paths asked for, with their headers."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        handler = type("One", (Handler,), {"answers": self.answers, "seen": self.seen})
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.http.daemon_threads = True
        self.host = f"127.0.0.1:{self.http.server_address[1]}"
        self.url = f"http://{self.host}/simple"
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()

    def says(self, answer: Answer, path: str = "/simple/cryptography/") -> Server:
        self.answers[path] = answer
        return self


def page(body: str | bytes, kind: str = HTML, code: int = 200) -> Answer:
    data = body.encode() if isinstance(body, str) else body

    def answer(handler: Handler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def status(code: int, **headers: str) -> Answer:
    def answer(handler: Handler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def listed(*names: str, **more: Any) -> Answer:
    rows = [{"filename": name, "url": f"../{name}", **more} for name in names]
    return page(json.dumps({"meta": {"api-version": "1.1"}, "files": rows}), JSON)


def links(*tags: str) -> str:
    return "<!DOCTYPE html><html><body>" + "<br>".join(tags) + "</body></html>"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NETRC", *BUNDLES):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setattr(web, "PAUSES", (0.01, 0.02))


def ask(server: Server, **more: Any) -> Listing:
    return fetch(IndexSource(server.url, **{"timeout": 5.0, **more}))


# What is read


@pytest.mark.parametrize(("first", "versions"), [(True, ["46.0.7"]), (False, ["50.0.2", "46.0.7"])])
def test_only_the_first_index_that_has_it_counts_for_uv(
    server: Server, first: bool, versions: list[str]
) -> None:
    server.says(listed(SDIST))
    server.says(listed("cryptography-46.0.7.tar.gz"), "/extra/cryptography/")
    extra = (f"http://{server.host}/none", f"http://{server.host}/extra")
    found = ask(server, extra=extra, first=first)
    assert found.problem == ""
    assert [release.version for release in found.releases] == versions


def test_the_last_file_decides_when_a_release_was_published(server: Server, tmp_path: Path) -> None:
    rows = [
        {"filename": SDIST, "url": SDIST, "upload-time": "2026-03-01T10:00:00Z"},
        {"filename": WHEEL, "url": WHEEL, "upload-time": "2026-03-02T10:00:00Z"},
        {"filename": "cryptography-49.0.0.tar.gz", "url": "x", "upload-time": 7},
    ]
    server.says(page(json.dumps({"files": rows}), JSON))
    (tmp_path / "cryptography-48.0.1.tar.gz").touch()
    found = ask(server, find_links=(str(tmp_path),))
    assert {release.version: release.uploaded for release in found.releases} == {
        "50.0.2": "2026-03-02T10:00:00Z",
        "49.0.0": "",
        "48.0.1": UNDATED,
    }


def test_the_first_release_that_an_index_lets_through(server: Server) -> None:
    names = [
        f"cryptography-{version}.tar.gz" for version in ("50.0.2", "49.0.0", "48.0.1", "47.0.0")
    ]
    server.says(listed(*names))
    server.says(status(403), f"/simple/{names[1]}")
    server.says(page(b"x", "application/octet-stream", 206), f"/simple/{names[2]}")
    source = IndexSource(server.url, timeout=5.0)

    def first(*versions: str, seconds: float = 10) -> str:
        deadline = time.monotonic() + seconds
        return first_downloadable(
            source, versions, lambda each: each.version != "47.0.0", deadline=deadline
        )

    assert first("49.0.0", "48.0.1") == "48.0.1"
    ranges = [headers.get("Range") for path, headers in server.seen if path.endswith(".gz")]
    assert ranges == ["bytes=0-0"] * 2
    assert first("49.0.0", "47.0.0", "1.0") == ""  # refused, not fitting, not listed
    assert first("48.0.1", seconds=-1) == ""
    server.says(status(500))
    assert first("48.0.1") == ""


def test_json(server: Server) -> None:
    server.says(
        page(
            json.dumps(
                {
                    "files": [
                        {"filename": "cryptography-3.3.2.tar.gz"},
                        {"filename": "cryptography-49.0.0.tar.gz", "yanked": "Broken."},
                        {"filename": WHEEL, "requires-python": ">=3.9", "yanked": False},
                        {"filename": SDIST, "requires-python": None},
                        {"filename": WHEEL.replace("manylinux", "musllinux"), "yanked": True},
                        {"filename": "cryptography-45.0.0.tar.gz", "yanked": True},
                        {"filename": "cryptography-50.0.10rc1.tar.gz"},
                        {"filename": "cryptography_vectors-60.0.0.tar.gz"},
                        {"filename": "cryptography-what.tar.gz"},
                        {"filename": "cryptography-50.0.2.tar.gz.asc"},
                    ]
                }
            ),
            JSON,
        )
    )
    found = ask(server)
    assert found.problem == ""
    assert [r.version for r in found.releases] == ["50.0.10rc1", "50.0.2", "49.0.0", "45.0.0"]
    newest = found.releases[1]
    assert newest.wheels == ("cp39-abi3-manylinux_2_28_x86_64",)
    assert (newest.sdist, newest.requires_python, newest.yanked) == (SDIST, ">=3.9", "")
    assert [r.yanked for r in found.releases[2:]] == ["Broken.", "no reason given"]
    assert JSON in server.seen[0][1]["Accept"]


def test_html(server: Server) -> None:
    server.says(
        page(
            links(
                f'<a href="../f/{WHEEL}#sha256=12" data-requires-python="&gt;=3.9">x</a>',
                f'<a href="../f/{SDIST}?token=1">y</a>',
                '<a href="cryptography-49.0.0.tar.gz" data-yanked="Broken &amp; bad.">z</a>',
                '<a href="cryptography-45.0.0.tar.gz" data-yanked>z</a>',
                '<a href="cryptography-41.0.0%2Bown.tar.gz">z</a>',
                '<a name="no link">z</a>',
            )
        )
    )
    found = ask(server)
    assert found.problem == ""
    assert [(r.version, r.yanked) for r in found.releases] == [
        ("50.0.2", ""),
        ("49.0.0", "Broken & bad."),
        ("45.0.0", "no reason given"),
        ("41.0.0+own", ""),
    ]
    assert found.releases[0].requires_python == ">=3.9"
    assert found.releases[0].sdist == SDIST


def test_extra_indexes_are_merged(server: Server) -> None:
    server.says(listed(SDIST, WHEEL, yanked="Broken."))
    server.says(listed(WHEEL, "cryptography-50.0.3.tar.gz"), "/other/cryptography/")
    found = ask(server, extra=(f"http://{server.host}/other/", f"http://{server.host}/absent/"))
    assert found.problem == ""
    assert [(r.version, r.yanked) for r in found.releases] == [("50.0.3", ""), ("50.0.2", "")]
    assert found.releases[1].sdist == ""  # yanked where it is, and nowhere else
    assert found.indexes == (
        f"{server.url}/cryptography/",
        f"http://{server.host}/other/cryptography/",
    )


def test_only_indexes_that_files_are_taken_from_are_named(server: Server) -> None:
    server.says(listed(SDIST)).says(listed(WHEEL), "/other/cryptography/")
    extra = (f"http://{server.host}/other/",)
    assert ask(server, extra=extra, first=True).indexes == ()
    assert ask(server, extra=(f"http://{server.host}/absent/",)).indexes == ()


def test_a_broken_extra_index_is_told_and_the_rest_kept(server: Server) -> None:
    server.says(listed(SDIST)).says(status(401), "/private/cryptography/")
    found = ask(server, extra=(f"http://me:secret@{server.host}/private",))
    assert [r.version for r in found.releases] == ["50.0.2"]
    assert f"http://****@{server.host}/private/cryptography/ rejects the user name" in found.problem
    assert "secret" not in found.problem


def test_an_extra_index_without_the_project_is_no_problem(server: Server) -> None:
    server.says(listed(SDIST)).says(listed(), "/empty/cryptography/")
    assert ask(server, extra=(f"http://{server.host}/empty",)).problem == ""
    alone = fetch(IndexSource(f"http://{server.host}/empty"))
    assert "lists no file of cryptography. Check" in alone.problem


def test_find_links(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "wheels of mine"
    folder.mkdir()
    (folder / WHEEL).write_bytes(b"")
    (folder / "notes.txt").write_bytes(b"")
    (folder / "more.html").write_text(links('<a href="cryptography-46.0.1.tar.gz">x</a>'))
    (tmp_path / "page.html").write_text(links('<a href="cryptography-46.0.2.tar.gz">x</a>'))
    server.says(page(links('<a href="/f/cryptography-46.0.3.tar.gz">x</a>')), "/links")
    places = (
        str(folder),
        (tmp_path / "page.html").as_uri(),
        f"http://{server.host}/links",
        "https://files.example/f/cryptography-46.0.4.tar.gz#egg=x",
    )
    found = ask(server, find_links=places, no_index=True)
    assert found.problem == ""
    assert [r.version for r in found.releases] == ["50.0.2", "46.0.4", "46.0.3", "46.0.2", "46.0.1"]
    assert [path for path, _ in server.seen] == ["/links"]


def test_a_file_index(tmp_path: Path) -> None:
    folder = tmp_path / "an index" / "cryptography"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(links(f'<a href="{SDIST}">x</a>'))
    found = fetch(IndexSource((tmp_path / "an index").as_uri()))
    assert (found.problem, found.releases[0].sdist) == ("", SDIST)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (IndexSource("", no_index=True), "pip is configured to use no index"),
        (IndexSource("", no_index=True, find_links=("/no/such/folder",)), "does not exist"),
        (IndexSource("file:///no/such/index"), "has no page for cryptography"),
        (IndexSource("http://index.example/simple"), "is plain http, which pip ignores"),
        (IndexSource("gopher://index.example/simple"), "cannot be read"),
        (IndexSource("https://[broken/simple"), "is not an address"),
        (IndexSource("https://index.example/simple", cert="/no/such.pem"), "cannot be read"),
    ],
)
def test_settings_that_lead_nowhere(source: IndexSource, why: str) -> None:
    found = fetch(source)
    assert found.releases == ()
    assert why in found.problem


# Who asks


def test_a_password_in_the_address_wins_over_netrc(server: Server, tmp_path: Path) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login other password wrong\n")
    server.says(listed(SDIST))
    found = fetch(IndexSource(f"http://me:p%40ss@{server.host}/simple"))
    assert found.problem == ""
    expected = base64.b64encode(b"me:p@ss").decode()
    assert server.seen[0][1]["Authorization"] == f"Basic {expected}"


def test_netrc(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password right\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.says(listed(SDIST))
    assert ask(server).problem == ""
    expected = base64.b64encode(b"me:right").decode()
    assert server.seen[0][1]["Authorization"] == f"Basic {expected}"


def test_pips_proxy_wins_over_the_environments(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    address = "http://index.example/simple/cryptography/"
    server.says(listed(SDIST), address)  # what a proxy is asked for is the whole address
    found = fetch(
        IndexSource(
            "http://index.example/simple",
            proxy=f"http://{server.host}",
            trusted_hosts=("index.example",),
        )
    )
    assert found.problem == ""
    assert [path for path, _ in server.seen] == [address]


def test_a_proxy_that_does_not_work() -> None:
    found = fetch(IndexSource("https://index.example/simple", proxy="http://u:pw@127.0.0.1:9"))
    assert "the proxy refuses the connection" in found.problem
    assert "pw" not in found.problem
    assert found.failure == "index-unreachable"


def test_certificates(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(MACHINES.parent / "wizard" / "loopback.pem")
    server.http.socket = context.wrap_socket(server.http.socket, server_side=True)
    server.says(listed(SDIST))
    url = f"https://{server.host}/simple"
    refused = fetch(IndexSource(url))
    assert "certificate" in refused.problem
    assert "global.cert" in refused.problem
    assert refused.failure == "tls-verify-pip"
    with_cert = IndexSource(url, cert=str(MACHINES.parent / "wizard" / "loopback.pem"))
    assert fetch(with_cert).problem == ""
    with monkeypatch.context() as patch:  # they override pip's setting, as in pip
        patch.setenv("CURL_CA_BUNDLE", certifi.where())
        assert "the file that CURL_CA_BUNDLE names" in fetch(with_cert).problem
    assert fetch(IndexSource(url, trusted_hosts=("127.0.0.1",))).problem == ""
    assert fetch(IndexSource(url, trusted_hosts=(server.host,))).problem == ""


def test_secrets_are_not_shown() -> None:
    source = IndexSource(
        "https://me:secret@index.example/simple",
        extra=("https://token@index.example/x", "https://index.example/a@b"),
        proxy="http://me:secret@proxy.example:80",
    )
    assert "secret" not in repr(source)
    assert "token" not in repr(source)
    assert "https://index.example/a@b" in repr(source)
    assert masked("see https://u:p@h/x") == "see https://****@h/x"


# What goes wrong


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (page("<html><form>Sign in <a href='/help'>Help</a></form>"), "may be a sign-in page"),
        (page("{{{", JSON), "sent JSON that is not an index page"),
        (page('{"files": [1]}', JSON), "sent JSON that is not an index page"),
        (page('{"files": [{"filename": 1}]}', JSON), "sent JSON that is not an index page"),
        (page('{"message": "no"}', JSON), "sent JSON that is not an index page"),
        (page("[" * 100_000, JSON), "sent JSON that is not an index page"),
        (page(b"\x00\xff" * 1000, HTML), "lists no file"),
        (page("{}", "application/json"), "answered with application/json"),
        (status(401), "asks for a user name and password"),
        (status(403), "refuses access (403)"),
        (page('{"message": "blocked: \\n too new"}', "application/json", 403), "(403: “blocked: "),
        (status(407), "its proxy asks for a user name and password (407)"),
        (status(429, Retry_After="40"), "asked too often from here (429): try again in 40 seconds"),
        (status(404), "does not exist (404)"),
        (status(451), "for legal reasons, or by a policy (451)"),
        (status(418), "answered with status 418"),
        (status(500), "reports a server error (500)"),
        (status(503, Retry_After="3600"), "reports a server error (503)"),
        (status(302, Location="/simple/cryptography/"), "redirects endlessly"),
        (status(302, Location="http://[broken/"), "cryptography/"),
    ],
)
def test_answers_that_are_no_list(server: Server, answer: Answer, why: str) -> None:
    found = ask(server.says(answer))
    assert found.releases == ()
    assert why in found.problem


def test_nobody_there() -> None:
    found = fetch(IndexSource("http://127.0.0.1:9/simple"))
    assert "cannot be reached" in found.problem
    assert found.failure == "index-unreachable"


def test_a_server_that_answers_is_reached(server: Server) -> None:
    server.says(listed(SDIST))
    found = fetch(IndexSource(server.url, extra=("http://127.0.0.1:9/simple",)))
    assert (bool(found.problem), found.failure) == (True, "")


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (page("<html><form>Sign in</form></html>"), "not-the-file"),
        (page("{{{", JSON), "not-the-file"),
        (page("%PDF", "application/pdf"), "not-the-file"),
        (status(401), "index-password"),
        (status(403), "index-refuses-file"),
        (status(404), "index-not-found"),
        (status(407), "proxy-authentication"),
        (status(418), ""),
        (status(429, Retry_After="40"), "index-too-many"),
        (status(451), "index-refuses-file"),
        (status(503, Retry_After="3600"), "index-error"),
        (status(302, Location="/simple/cryptography/"), "index-redirects"),
        (listed(), ""),
    ],
)
def test_the_cause_of_an_answer_that_is_no_list(server: Server, answer: Answer, cause: str) -> None:
    found = ask(server.says(answer))
    assert (found.releases, found.failure) == ((), cause)
    assert not cause or cause in table().causes


def test_of_several_indexes_the_one_that_failed_says_why(server: Server) -> None:
    server.answers["/simple/cryptography/"] = status(404)
    server.answers["/private/cryptography/"] = status(401)
    private = server.url.replace("simple", "private")
    for first, second in ((server.url, private), (private, server.url)):
        assert fetch(IndexSource(first, extra=(second,))).failure == "index-password"


def test_an_answer_that_breaks_off(server: Server) -> None:
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"files": [')

    assert "before its answer was complete" in ask(server.says(answer)).problem


@pytest.mark.parametrize("announced", [True, False])
def test_an_answer_without_measure(server: Server, announced: bool) -> None:
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", HTML)
        if announced:
            handler.send_header("Content-Length", str(100 << 20))
        handler.end_headers()
        try:
            for _ in range(100):
                handler.wfile.write(b"x" * (1 << 20))
        except OSError:
            handler.close_connection = True  # the other side has had enough

    assert "larger than 32 MB" in ask(server.says(answer)).problem


@pytest.mark.parametrize("trickle", [False, True])
def test_a_server_that_hangs(server: Server, trickle: bool) -> None:
    over = threading.Event()
    named: set[str] = set()

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", HTML)
        handler.end_headers()
        end = time.monotonic() + 20
        while not over.wait(0.05) and time.monotonic() < end:
            named.update(wait.what for wait in waiting.slow(-1))
            if trickle:
                try:
                    handler.wfile.write(b"x")
                except OSError:
                    return

    found = ask(server.says(answer), timeout=0.4)
    over.set()
    assert f"{server.url}/cryptography/" in named, "an interface can say what it waits for"
    assert found.releases == ()
    assert "did not answer within" in found.problem


def test_a_server_that_hangs_twice_is_asked_a_third_time(server: Server) -> None:
    over = threading.Event()
    good = listed(WHEEL)

    def answer(handler: Handler) -> None:
        if len(server.seen) < 3:
            over.wait(20)
        else:
            good(handler)

    found = ask(server.says(answer), timeout=4.0)
    over.set()
    assert found.problem == ""
    assert found.releases


def cut_off(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{")


@pytest.mark.parametrize("fault", [status(503), status(429, Retry_After="0"), cut_off])
def test_a_passing_fault_is_tried_again(server: Server, fault: Answer) -> None:
    answers = iter([fault, fault, listed(SDIST)])
    found = ask(server.says(lambda handler: next(answers)(handler)))
    assert (found.problem, found.releases[0].sdist) == ("", SDIST)


@pytest.mark.parametrize("fault", [status(403), status(404), status(503, Retry_After="3600")])
def test_a_lasting_fault_is_not_tried_again(server: Server, fault: Answer) -> None:
    assert ask(server.says(fault)).problem
    assert len(server.seen) == 1


def test_who_answered_after_a_redirect_is_said(server: Server) -> None:
    other = server.host.replace("127.0.0.1", "localhost")
    server.says(status(302, Location=f"http://{other}/sign-in"))
    server.says(page("<form>Sign in</form>"), "/sign-in")
    assert f"(redirected to {other}) answered with a page" in ask(server).problem


def test_the_bounds_are_bounds() -> None:
    assert index_source.MAX_WAIT <= 30
    assert web.LONGEST_PAUSE <= 10


# The real list


def test_file_names_are_read_as_packaging_reads_them() -> None:
    text = (MACHINES / "listing.json").read_text(encoding="utf-8")
    recorded = from_json(Listing, text, source="listing.json")
    names = [f"cryptography-{r.version}-{tag}.whl" for r in recorded.releases for tag in r.wheels]
    assert len(names) > 1000
    for name in names:
        (release,) = releases_of([File(name, "", None)])
        _, version, _, tags = parse_wheel_filename(name)
        assert release.version == str(version)
        (wheel,) = release.wheels
        assert {str(tag) for tag in tags} == set(_single(wheel))


def _single(tag: str) -> Iterator[str]:
    from wizard.needs.tags import expand

    return expand([tag])


def test_both_forms_of_the_real_list_say_the_same() -> None:
    text = (MACHINES / "listing.json").read_text(encoding="utf-8")
    recorded = from_json(Listing, text, source="listing.json")
    files = []
    for release in recorded.releases:
        names = [f"cryptography-{release.version}-{tag}.whl" for tag in release.wheels]
        names.append(release.sdist or f"cryptography-{release.version}.tar.gz")
        yanked = release.yanked or None
        files += [File(name, release.requires_python, yanked) for name in names]
    as_json = json.dumps(
        {
            "files": [
                {
                    "filename": file.name,
                    "requires-python": file.requires_python,
                    "yanked": file.yanked or False,
                }
                for file in files
            ]
        }
    )
    as_html = links(
        *(
            f'<a href="{file.name}" data-requires-python="{file.requires_python}"'
            + (f' data-yanked="{file.yanked}"' if file.yanked else "")
            + ">x</a>"
            for file in files
        )
    )
    assert releases_of(parse(as_json.encode(), JSON, "x")) == recorded.releases
    assert releases_of(parse(as_html.encode(), HTML, "x")) == recorded.releases


def test_the_recorded_list_names_no_host() -> None:
    text = (MACHINES / "listing.json").read_text(encoding="utf-8")
    assert "://" not in text


def test_files_have_addresses_sizes_and_say_whether_their_metadata_is_beside_them(
    server: Server, tmp_path: Path
) -> None:
    row = {"filename": WHEEL, "url": f"../../files/{WHEEL}", "hashes": {"sha256": "a" * 64}}
    more = {"size": 12, "core-metadata": {"sha256": "b" * 64}, "requires-python": ">=3.9"}
    body = {"meta": {}, "name": "cryptography", "files": [{**row, **more}]}
    server.answers["/simple/cryptography/"] = page(json.dumps(body), JSON)
    (tmp_path / SDIST).write_bytes(b"")
    source = IndexSource(server.url, find_links=(str(tmp_path),))
    wheel, sdist = files(source, "Cryptography")
    assert wheel.address == f"{server.url.removesuffix('/simple')}/files/{WHEEL}"
    assert (wheel.size, wheel.metadata, wheel.sha256) == (12, True, "a" * 64)
    assert sdist.address == (tmp_path / SDIST).as_uri()
    assert (sdist.size, sdist.metadata) == (0, False)


def test_files_of_a_page_of_html_and_of_a_local_index(server: Server, tmp_path: Path) -> None:
    link = f'<a href="{WHEEL}#sha256={"c" * 64}" data-dist-info-metadata="true">x</a>'
    server.answers["/simple/cryptography/"] = page(link, HTML)
    (found,) = files(IndexSource(server.url), "cryptography")
    assert found.address == f"{server.url}/cryptography/{WHEEL}#sha256={'c' * 64}"
    assert found.metadata
    (tmp_path / "cryptography").mkdir()
    (tmp_path / "cryptography" / "index.html").write_text(link, encoding="utf-8")
    (local,) = files(IndexSource(tmp_path.as_uri()), "cryptography")
    place = (tmp_path / "cryptography" / WHEEL).as_uri()
    assert local.address.partition("#")[0] == place


def test_no_files_are_an_error_that_says_why(server: Server) -> None:
    with pytest.raises(Unreadable) as caught:
        files(IndexSource(server.url), "cryptography")
    assert caught.value.absent
    server.answers["/simple/cryptography/"] = status(500)
    with pytest.raises(Unreadable, match="server error") as caught:
        files(IndexSource(server.url), "cryptography")
    assert not caught.value.absent
    with pytest.raises(Unreadable, match="No index and no find-links folder has cffi"):
        files(IndexSource("", no_index=True), "cffi")
