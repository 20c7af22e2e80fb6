"""Downloads of a plan: kept only if complete and with the right checksum."""

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
from typing import Any, Callable, NamedTuple
from urllib.parse import urlsplit
from urllib.request import url2pathname

import requests
import urllib3
from requests.adapters import HTTPAdapter

from backends.action import Download
from wizard.addresses import masked
from wizard.errors import WizardError
from wizard.programs.processes import Cancelled

PATIENCE = 30.0
"""The time limit of one wait for the network, in seconds."""
BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT", "SSL_CERT_FILE")
"""Variables that name a file of trusted certificates; the first one that is set is used."""
HINT = "Check the network, the proxy (HTTPS_PROXY) and your mirror, if you use one. Then try again."
_CHUNK = 1 << 16
_LONGEST_SUM = 4096


class DownloadFailed(WizardError):
    """A download that failed or is incomplete. The message is for the user."""


class Amount(NamedTuple):
    """How many bytes have arrived, and how many there are (0: the server does not say)."""

    done: int
    whole: int


def fetch(action: Download, tell: Callable[[Amount], None], cancel: threading.Event) -> None:
    """Do what ``action`` says. ``tell`` is called with the progress after each piece.

    Raises Failed if the download fails or its checksum is wrong, Cancelled when ``cancel`` is set,
    and OSError if it cannot be written; no partial file is left behind.
    """
    limit = time.monotonic() + action.timeout
    wanted = action.sha256.lower() or _published(action.sha256_url, limit, cancel)
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
            raise _another(action.url, have.hexdigest(), wanted)
        half.chmod(0o755 if action.executable else 0o644)
        half.replace(path)


def _another(url: str, found: str, wanted: str) -> DownloadFailed:
    shown = f"SHA-256 is {found}\nit must be {wanted}"
    if url.lower().startswith("file:"):
        return DownloadFailed(
            f"{_local(url)} is not the expected file, so its copy was deleted.",
            shown=shown,
            why="It was changed or is incomplete, or the checksum belongs to another file.",
            hints=("Download that file again. If you gave the checksum, check it too.",),
        )
    return DownloadFailed(
        "The downloaded file differs from the published one, so it was deleted.",
        shown=shown,
        why=f"Something between here and {masked(url)} changed the file, or cut it off.",
        hints=(
            "Try again. If this happens again, ask the operator of your network or mirror.",
            "If you gave the address or the checksum, check that they belong together.",
        ),
    )


@contextlib.contextmanager
def _half(path: Path) -> Iterator[Path]:
    """A temporary file beside ``path``, which is removed afterwards if it was not moved there."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def beginning(url: str, limit: float, cancel: threading.Event, most: int) -> bytes:
    """Download a small file, or about ``most`` bytes of a larger one.

    ``limit`` is a time of `time.monotonic`. Raises Failed if the download fails, Cancelled when
    ``cancel`` is set.
    """
    text = b""
    for piece, _ in _pieces(url, limit, cancel):
        text += piece
        if len(text) > most:
            break
    return text


def _published(url: str, limit: float, cancel: threading.Event) -> str:
    text = beginning(url, limit, cancel, _LONGEST_SUM)
    words = text.split(None, 1)
    found = words[0].decode("ascii", "replace").lower() if words else ""
    if len(found) != 64 or set(found) - set("0123456789abcdef"):
        raise DownloadFailed(
            f"{masked(url)} contains no SHA-256 checksum.",
            shown=text.strip()[:100].decode("utf-8", "replace") or "(nothing at all)",
            why="A proxy or a login page may have answered instead.",
            hints=(HINT,),
        )
    return found


def _pieces(url: str, limit: float, cancel: threading.Event) -> Iterator[tuple[bytes, Amount]]:
    """Yield the pieces of ``url``, read in a thread, because a wait for the network cannot be
    cancelled."""
    pieces: queue.Queue[tuple[bytes, int] | Exception | None] = queue.Queue(maxsize=64)
    stop = threading.Event()

    def read() -> None:
        try:
            for piece in _file(url) if url.lower().startswith("file:") else _web(url):
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
                raise _failed(
                    f"{masked(url)} was too slow, so the download was stopped.",
                    f"{done:,} bytes had arrived when the time limit ended",
                    "The network or the server is slow, or has stopped.",
                )
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
            pieces.get_nowait()  # so that a waiting reader thread notices the end
    if done < whole:
        raise _failed(
            f"The download of {masked(url)} broke off.",
            f"{done:,} of {whole:,} bytes had arrived",
            "The network, a proxy or the server ended it too early.",
        )


def _web(url: str) -> Iterator[tuple[bytes, int]]:
    try:
        with requests.Session() as session:
            session.mount("https://", _Trusting())
            with session.get(url, stream=True, timeout=PATIENCE, verify=_bundle()) as response:
                if response.status_code != 200:
                    raise _failed(
                        f"{masked(url)} could not be downloaded.",
                        f"{response.status_code} {response.reason}",
                        "This is the answer of the server or of a proxy. The address may be wrong.",
                    )
                said = response.headers.get("content-length", "")
                encoded = (
                    "content-encoding" in response.headers
                )  # in that case it is not the length of the file
                whole = int(said) if said.isdigit() and not encoded else 0
                for piece in response.iter_content(_CHUNK):
                    yield piece, whole
    except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:  # requests' are OSErrors
        raise _failed(
            f"{masked(url)} could not be downloaded.", _cause(error), _why(error)
        ) from None


class _Trusting(HTTPAdapter):
    """Also trusts what the system trusts, such as a company's certificate authority, as pip
    does.
    """

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=ssl.create_default_context())

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, **kwargs, ssl_context=ssl.create_default_context())


def _file(url: str) -> Iterator[tuple[bytes, int]]:
    """A mirror on a disk."""
    local = _local(url)
    try:
        whole = local.stat().st_size
        with local.open("rb") as file:
            while piece := file.read(_CHUNK):
                yield piece, whole
    except OSError as error:
        why = "The mirror on this disk does not contain it, or its address is wrong."
        raise _failed(f"{url} cannot be read.", error.strerror or str(error), why) from None


def _local(url: str) -> Path:
    return Path(url2pathname(urlsplit(url).path))


def _failed(what: str, shown: str, why: str) -> DownloadFailed:
    return DownloadFailed(what, shown=shown, why=why, hints=(HINT,))


def _why(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "The server's certificate is not trusted: see SSL_CERT_FILE."
    if isinstance(error, requests.exceptions.ProxyError):
        return "The proxy does not work."
    if isinstance(error, requests.RequestException) and not isinstance(error, ValueError):
        return "The server cannot be reached from here, or stopped answering."
    return "The address or a network setting is wrong."


def _cause(error: BaseException) -> str:
    """Return the system's original message, which libraries wrap in long messages."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    return masked(str(error)) or type(error).__name__


def _bundle() -> str | bool:
    return next((os.environ[name] for name in BUNDLES if os.environ.get(name)), True)
