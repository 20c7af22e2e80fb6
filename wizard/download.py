"""Downloads of a plan: fetched whole and with the right checksum, or not kept at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

import requests
import urllib3

from backends.action import Download
from wizard.errors import WizardError
from wizard.index_source import masked
from wizard.processes import Cancelled

PATIENCE = 30.0
"""Seconds that one wait for the network may take."""
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT", "SSL_CERT_FILE")
"""Variables that name a file of trusted certificates, the first that is set wins."""
_CHUNK = 1 << 16
_LONGEST_SUM = 4096


class Failed(WizardError):
    """A download that did not come, or not whole. The message is for the user."""


class Amount(NamedTuple):
    """How many bytes have come, and how many there are (0: the server does not say)."""

    done: int
    whole: int


def fetch(action: Download, tell: Callable[[Amount], None], cancel: threading.Event) -> None:
    """Do what ``action`` says. ``tell`` is called with how far it is, after each piece.

    Raises Failed where it cannot be had or its checksum is wrong, Cancelled when ``cancel`` is
    set, OSError where it cannot be written; nothing of it is left behind then.
    """
    limit = time.monotonic() + action.timeout
    wanted = action.sha256 or _published(action.sha256_url, limit, cancel)
    path = Path(action.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _half(path) as half:
        have = hashlib.sha256()
        with half.open("wb") as file:
            for piece, amount in _pieces(action.url, limit, cancel):
                file.write(piece)
                have.update(piece)
                tell(amount)
        if have.hexdigest() != wanted:
            raise Failed(
                "What was downloaded is not what was published, so it was thrown away.",
                shown=f"SHA-256 is {have.hexdigest()}\nit must be {wanted}",
                why=f"Something between here and {masked(action.url)} changed or cut it.",
                hints=("Try again. If it happens again, ask whoever runs the network or mirror.",),
            )
        half.chmod(0o755 if action.executable else 0o644)
        half.replace(path)


@contextlib.contextmanager
def _half(path: Path) -> Iterator[Path]:
    """A file beside ``path`` to write into, which is gone afterwards if it was not moved there."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _published(url: str, limit: float, cancel: threading.Event) -> str:
    text = b""
    for piece, _ in _pieces(url, limit, cancel):
        text += piece
        if len(text) > _LONGEST_SUM:
            break
    words = text.split(None, 1)
    found = words[0].decode("ascii", "replace").lower() if words else ""
    if len(found) != 64 or set(found) - set("0123456789abcdef"):
        raise Failed(
            f"{masked(url)} holds no SHA-256 checksum.",
            shown=text[:100].decode("utf-8", "replace"),
            hints=("A proxy may have answered with a page of its own: check the network.",),
        )
    return found


def _pieces(url: str, limit: float, cancel: threading.Event) -> Iterator[tuple[bytes, Amount]]:
    """The pieces of ``url``, read in a thread: a wait for the network hears no cancel."""
    pieces: queue.Queue[tuple[bytes, int] | Exception | None] = queue.Queue(maxsize=64)
    stop = threading.Event()

    def read() -> None:
        try:
            for piece in _file(url) if urlsplit(url).scheme == "file" else _web(url):
                pieces.put(piece)
                if stop.is_set():
                    return
            pieces.put(None)
        except Exception as error:  # noqa: BLE001 - raised again by the one who waits for it
            pieces.put(error)

    threading.Thread(target=read, name="download", daemon=True).start()
    done = whole = 0
    try:
        while True:
            if cancel.is_set():
                raise Cancelled
            if time.monotonic() > limit:
                raise _failed(url, "came too slowly and was given up.")
            try:
                got = pieces.get(timeout=0.1)
            except queue.Empty:
                continue
            if isinstance(got, Exception):
                raise got
            if got is None:
                break
            piece, whole = got
            done += len(piece)
            yield piece, Amount(done, whole)
    finally:
        stop.set()
        with contextlib.suppress(queue.Empty):
            pieces.get_nowait()  # so that a reader who waits for room can see that it is over
    if done < whole:
        raise _failed(url, f"broke off after {done:,} of {whole:,} bytes.")


def _web(url: str) -> Iterator[tuple[bytes, int]]:
    try:
        with requests.get(url, stream=True, timeout=PATIENCE, verify=_bundle()) as response:
            if response.status_code != 200:
                raise _failed(
                    url,
                    f"cannot be had: the server answered {response.status_code} {response.reason}.",
                )
            said = response.headers.get("content-length", "")
            encoded = "content-encoding" in response.headers  # then it is not the file's length
            whole = int(said) if said.isdigit() and not encoded else 0
            for piece in response.iter_content(_CHUNK):
                yield piece, whole
    except (requests.RequestException, urllib3.exceptions.HTTPError, ssl.SSLError) as error:
        raise _failed(url, "cannot be had.", shown=masked(str(error))) from None


def _file(url: str) -> Iterator[tuple[bytes, int]]:
    """A mirror on a disk."""
    local = Path(url2pathname(urlsplit(url).path))
    try:
        whole = local.stat().st_size
        with local.open("rb") as file:
            while piece := file.read(_CHUNK):
                yield piece, whole
    except OSError as error:
        raise _failed(url, "cannot be read.", shown=error.strerror or str(error)) from None


def _failed(url: str, how: str, *, shown: str = "") -> Failed:
    hint = "Check the network, the proxy (HTTPS_PROXY) and its certificate, then try again."
    return Failed(f"{masked(url)} {how}", shown=shown, hints=(hint,))


def _bundle() -> str | bool:
    return next((os.environ[name] for name in BUNDLES if os.environ.get(name)), True)
