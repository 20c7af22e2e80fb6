"""Downloads of a plan: kept only if complete and with the right checksum."""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
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
from wizard.programs import trust
from wizard.programs.processes import Cancelled

READ_TIMEOUT = 30.0
"""The time limit of one wait for the network, in seconds."""
BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT", "SSL_CERT_FILE")
"""Variables that name a file of trusted certificates; the first one that is set is used."""
HINT = "Check the network, the proxy (HTTPS_PROXY) and your mirror, if you use one. Then try again."
_CHUNK = 1 << 16
_MAX_CHECKSUM_FILE = 4096


class DownloadFailed(WizardError):
    """A download that failed or is incomplete. The message is for the user."""

    failure = "download-cut-off"


class Amount(NamedTuple):
    """How many bytes have arrived, and how many there are (0: the server does not say)."""

    done: int
    whole: int


def fetch(action: Download, report: Callable[[Amount], None], cancel: threading.Event) -> None:
    """Download a file. ``report`` is called with the progress after each piece.

    Raises DownloadFailed if the download fails or its checksum is wrong, Cancelled when ``cancel``
    is set, and OSError if it cannot be written. No partial file is left behind.
    """
    deadline = time.monotonic() + action.timeout
    expected = action.sha256.lower() or _fetch_checksum(action.sha256_url, deadline, cancel)
    path = Path(action.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _partial_file(path) as partial:
        digest = hashlib.sha256()
        with partial.open("wb") as file:
            for piece, amount in _iter_pieces(action.url, deadline, cancel):
                file.write(piece)
                digest.update(piece)
                report(amount)
        if digest.hexdigest() != expected:
            raise _wrong_checksum(action.url, digest.hexdigest(), expected)
        partial.chmod(0o755 if action.executable else 0o644)
        partial.replace(path)


def _wrong_checksum(url: str, actual: str, expected: str) -> DownloadFailed:
    shown = f"SHA-256 is {actual}\nit must be {expected}"
    if url.lower().startswith("file:"):
        return DownloadFailed(
            f"{_local_path(url)} is not the expected file, so its copy was deleted.",
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
def _partial_file(path: Path) -> Iterator[Path]:
    """Yield a temporary file beside ``path``. It is deleted afterwards if it was not moved."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    os.close(handle)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def fetch_beginning(url: str, deadline: float, cancel: threading.Event, size: int) -> bytes:
    """Download a small file, or about ``size`` bytes of a larger one.

    ``deadline`` is a time of `time.monotonic`. Raises DownloadFailed if the download fails, and
    Cancelled when ``cancel`` is set.
    """
    content = b""
    for piece, _ in _iter_pieces(url, deadline, cancel):
        content += piece
        if len(content) > size:
            break
    return content


def _fetch_checksum(url: str, deadline: float, cancel: threading.Event) -> str:
    content = fetch_beginning(url, deadline, cancel, _MAX_CHECKSUM_FILE)
    fields = content.split(None, 1)
    checksum = fields[0].decode("ascii", "replace").lower() if fields else ""
    if len(checksum) != 64 or set(checksum) - set("0123456789abcdef"):
        raise DownloadFailed(
            f"{masked(url)} contains no SHA-256 checksum.",
            shown=content.strip()[:100].decode("utf-8", "replace") or "(nothing at all)",
            why="A proxy or a login page may have answered instead.",
            hints=(HINT,),
        )
    return checksum


def _iter_pieces(
    url: str, deadline: float, cancel: threading.Event
) -> Iterator[tuple[bytes, Amount]]:
    """Yield the pieces of ``url``.

    A thread reads them, because a wait for the network cannot be cancelled.
    """
    pieces: queue.Queue[tuple[bytes, int] | Exception | None] = queue.Queue(maxsize=64)
    stop = threading.Event()

    def read() -> None:
        try:
            for piece in _iter_file(url) if url.lower().startswith("file:") else _iter_web(url):
                pieces.put(piece)
                if stop.is_set():
                    return
            pieces.put(None)
        except Exception as error:  # noqa: BLE001 - the waiting thread raises it
            pieces.put(error)

    threading.Thread(target=read, name="download", daemon=True).start()
    done = whole = 0
    try:
        while True:
            if cancel.is_set():
                raise Cancelled
            if time.monotonic() > deadline:
                raise _failure(
                    f"{masked(url)} was too slow, so the download was stopped.",
                    f"{done:,} bytes had arrived when the time limit ended",
                    "The network or the server is slow, or has stopped.",
                )
            try:
                item = pieces.get(timeout=0.1)
            except queue.Empty:
                continue
            if isinstance(item, Exception):
                raise item
            if item is None:
                break
            piece, whole = item
            done += len(piece)
            yield piece, Amount(done, whole)
    finally:
        stop.set()
        with contextlib.suppress(queue.Empty):
            pieces.get_nowait()  # so that a waiting reader thread notices the end
    if done < whole:
        raise _failure(
            f"The download of {masked(url)} broke off.",
            f"{done:,} of {whole:,} bytes had arrived",
            "The network, a proxy or the server ended it too early.",
        )


def _iter_web(url: str) -> Iterator[tuple[bytes, int]]:
    try:
        with requests.Session() as session:
            session.mount("https://", _SystemTrustAdapter())
            with session.get(
                url, stream=True, timeout=READ_TIMEOUT, verify=_certificate_bundle()
            ) as response:
                if response.status_code != 200:
                    raise _failure(
                        f"{masked(url)} could not be downloaded.",
                        f"{response.status_code} {response.reason}",
                        "This is the answer of the server or of a proxy. The address may be wrong.",
                    )
                length = response.headers.get("content-length", "")
                # Then content-length is not the length of the file.
                is_encoded = "content-encoding" in response.headers
                whole = int(length) if length.isdigit() and not is_encoded else 0
                for piece in response.iter_content(_CHUNK):
                    yield piece, whole
    except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:  # requests' are OSErrors
        raise _failure(
            f"{masked(url)} could not be downloaded.", _cause(error), _why_failed(error)
        ) from None


class _SystemTrustAdapter(HTTPAdapter):
    """Also trusts the system's certificates, such as a company's own, as pip does."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=trust.system_context())

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, **kwargs, ssl_context=trust.system_context())


def _iter_file(url: str) -> Iterator[tuple[bytes, int]]:
    """Yield the pieces of a local file, and its size."""
    local = _local_path(url)
    try:
        whole = local.stat().st_size
        with local.open("rb") as file:
            while piece := file.read(_CHUNK):
                yield piece, whole
    except OSError as error:
        why = "The mirror on this disk does not contain it, or its address is wrong."
        raise _failure(f"{url} cannot be read.", error.strerror or str(error), why) from None


def _local_path(url: str) -> Path:
    return Path(url2pathname(urlsplit(url).path))


def _failure(what: str, shown: str, why: str) -> DownloadFailed:
    return DownloadFailed(what, shown=shown, why=why, hints=(HINT,))


def _why_failed(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "The server's certificate is not trusted: see SSL_CERT_FILE."
    if isinstance(error, requests.exceptions.ProxyError):
        return "The proxy does not work."
    if isinstance(error, requests.RequestException) and not isinstance(error, ValueError):
        return "The server cannot be reached from here, or stopped answering."
    return "The address or a network setting is wrong."


def _cause(error: BaseException) -> str:
    """Return the original message of the system, which libraries wrap in longer ones."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    return masked(str(error)) or type(error).__name__


def _certificate_bundle() -> str | bool:
    return next((os.environ[name] for name in BUNDLE_VARIABLES if os.environ.get(name)), True)
