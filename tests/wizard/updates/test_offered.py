"""Tables from an address: bounded in size and time, and told apart from sign-in pages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.wizard.updates.published import NEWER, Published
from wizard import table_source
from wizard.errors import BadRequest, WizardError
from wizard.table_source import FILE, SIGNATURE
from wizard.updates import offered, update


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and counts what is asked for."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, *_arguments: object) -> None:
        """Write nothing."""


@pytest.fixture
def address(published: Published) -> Iterator[str]:
    """The address of a server for the published folder."""
    published.folder.mkdir(exist_ok=True)
    Quiet.asked = []
    handler = partial(Quiet, directory=str(published.folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


def test_an_address_with_and_without_a_slash(published: Published, address: str) -> None:
    published.put(releases="+\n")
    assert update.update(address).date == NEWER
    assert update.update(f"{address}/").action == "current"
    assert Quiet.asked == [f"/{SIGNATURE}", f"/{FILE}"] * 2


def test_an_address_of_a_file(published: Published) -> None:
    folder = published.put(releases="+\n")
    assert offered.read(folder.as_uri()).document == (folder / FILE).read_bytes()


@pytest.mark.usefixtures("published")
def test_an_address_without_tables(address: str) -> None:
    with pytest.raises(WizardError, match="could not be downloaded") as caught:
        update.update(address)
    assert "404" in caught.value.shown
    assert Quiet.asked == [f"/{SIGNATURE}"]


def test_a_password_in_the_address_is_not_shown(published: Published, address: str) -> None:
    published.put(releases="+\n")
    place = offered.read(address.replace("://", "://user:secret@")).place
    assert place == f"{address.replace('://', '://****@')}/{FILE}"


def test_what_is_too_large_is_not_read(
    published: Published, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = published.put(releases="+\n")
    monkeypatch.setattr(offered, "MAX_BYTES", 1000)
    for place in (address, str(folder)):
        with pytest.raises(WizardError, match="too large"):
            offered.read(place)
    (folder / SIGNATURE).write_bytes(b"x" * 5000)
    for place in (address, str(folder)):
        with pytest.raises(WizardError, match="too large"):
            offered.read(place)


def test_a_sign_in_page_instead_of_the_tables(published: Published, address: str) -> None:
    published.put()
    for name in (FILE, SIGNATURE):
        (published.folder / name).write_text("<html>\n<p>Sign in</p>\n</html>\n", encoding="utf-8")
    with pytest.raises(WizardError, match="has a signature that is damaged"):
        update.update(address)


def test_the_time_is_limited(
    published: Published, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.put()
    monkeypatch.setattr(offered, "SECONDS", -1.0)
    with pytest.raises(WizardError, match="was too slow"):
        offered.read(address)


def test_neither_a_folder_nor_an_address(published: Published) -> None:
    file = published.put() / FILE
    for place in (str(file), "tables.example/new", ""):
        with pytest.raises(BadRequest, match="neither a folder nor an address"):
            offered.read(place or str(Path("nothing")))
    for place in ("ftp://tables.example", "http://", "https:///new", "http://[", "file://"):
        with pytest.raises(BadRequest, match="is not an address of tables") as caught:
            offered.read(place)
        assert place in caught.value.what
    assert table_source.current().origin == "built-in"
