"""Reads what is at an address, piece by piece; goes on where a connection broke off.

A fault that may pass (a broken connection, a server that stalls, an answer 429 or 503) is followed
by another attempt, after a pause. If the server can, it sends only what is missing (``Range``, RFC
9110).
"""

from __future__ import annotations

import contextlib
import os
import queue
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional
from urllib.parse import urlsplit
from urllib.request import url2pathname

import requests
import urllib3
from requests.adapters import HTTPAdapter

from wizard.addresses import masked
from wizard.errors import WizardError
from wizard.index import web_faults
from wizard.programs import trust
from wizard.programs.processes import Cancelled

READ_TIMEOUT = 30.0
"""The time limit of one wait for the network, in seconds."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each further attempt, as long as nothing new arrives."""
LONGEST_PAUSE = 60.0
"""Seconds that a server may ask to wait before the next attempt; for longer, the download fails."""
MOST_ATTEMPTS = 50
"""Attempts for one address, also if each of them brings something new."""
BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT", "SSL_CERT_FILE")
"""Variables that name a file of trusted certificates; the first one that is set is used."""
HINT = "Check the network, the proxy (HTTPS_PROXY) and your mirror, if you use one. Then try again."
_CHUNK = 1 << 16
"""Bytes of a piece."""
_READ = 1 << 12
"""Bytes that are read at once: so many are lost at most if a connection breaks off."""


class DownloadFailed(WizardError):
    """A download that failed or is incomplete. The message is for the user."""

    failure = "download-cut-off"


class Piece(NamedTuple):
    """Some bytes of what is at an address.

    ``first`` is where they belong: either where the piece before ended, or at the beginning, if the
    server cannot go on. ``whole`` is the size of everything (0: the server does not say).
    """

    data: bytes
    first: int
    whole: int


class _Interrupted(Exception):
    """An attempt that ended too early. Another one may succeed, after ``seconds``.

    ``most`` is the number of attempts that make sense as long as nothing new arrives.
    """

    def __init__(
        self, failure: DownloadFailed, seconds: float = 0.0, most: int = len(PAUSES)
    ) -> None:
        super().__init__(failure.what)
        self.failure = failure
        self.seconds = seconds
        self.most = most


class _State:
    """What is known about an address over all attempts."""

    def __init__(self) -> None:
        self.done = 0
        self.furthest = 0
        self.whole = 0
        self.validator = ""
        """What the server calls this state of the file (``ETag``, ``Last-Modified``)."""


def read(
    url: str,
    deadline: float,
    cancel: threading.Event,
    say: Callable[[str, float], None] = lambda _what, _seconds: None,
) -> Iterator[Piece]:
    """Yield the pieces of ``url``, an address of the web or of a local file.

    ``deadline`` is a time of `time.monotonic`. ``say`` gets, before each pause, why there is one,
    and its seconds. Raises DownloadFailed if it fails, and Cancelled when ``cancel`` is set.
    """
    if url.lower().startswith("file:"):
        yield from _read_file(url, cancel)
        return
    state = _State()
    without_success = 0
    for attempt in range(1, MOST_ATTEMPTS + 1):
        reached = state.furthest
        try:
            yield from _attempt(url, state, deadline, cancel)
            return
        except _Interrupted as interrupted:
            failure = interrupted.failure
            without_success = 0 if state.furthest > reached else without_success + 1
            if without_success >= interrupted.most or attempt == MOST_ATTEMPTS:
                failure.why += f" {attempt} attempts have failed."
                raise failure from None
            pause = max(PAUSES[min(without_success, len(PAUSES) - 1)], interrupted.seconds)
            if pause > LONGEST_PAUSE or time.monotonic() + pause > deadline:
                raise failure from None
        say(f"another attempt. {failure.what}", pause)
        if cancel.wait(pause):
            raise Cancelled


def _attempt(url: str, state: _State, deadline: float, cancel: threading.Event) -> Iterator[Piece]:
    """Yield what one request brings.

    A thread reads it, because a wait for the network cannot be cancelled.
    """
    pieces: queue.Queue[Piece | Exception | None] = queue.Queue(maxsize=64)
    stop = threading.Event()

    def in_thread() -> None:
        try:
            for piece in _request(url, state):
                pieces.put(piece)
                if stop.is_set():
                    return
            pieces.put(None)
        except Exception as error:  # noqa: BLE001 - the waiting thread raises it
            pieces.put(error)

    threading.Thread(target=in_thread, name="download", daemon=True).start()
    try:
        while True:
            if cancel.is_set():
                raise Cancelled
            if time.monotonic() > deadline:
                raise _failure(
                    f"{masked(url)} was too slow, so the download was stopped.",
                    f"{_amount(state)} had arrived when the time limit ended",
                    "The network or the server is slow, or has stopped.",
                )
            try:
                item = pieces.get(timeout=0.1)
            except queue.Empty:
                continue
            if isinstance(item, (OSError, ValueError, urllib3.exceptions.HTTPError)):
                raise _explained(url, item, state)  # requests' exceptions are OSErrors
            if isinstance(item, Exception):
                raise item
            if item is None:
                break
            state.done, state.whole = item.first + len(item.data), item.whole
            state.furthest = max(state.furthest, state.done)
            yield item
    finally:
        stop.set()
        with contextlib.suppress(queue.Empty):
            pieces.get_nowait()  # so that a waiting reader thread notices the end
    if state.done < state.whole:
        raise _Interrupted(_broke_off(url, state))


def _request(url: str, state: _State) -> Iterator[Piece]:
    """Yield the pieces of a file from where it ended, or from the beginning.

    Raises the exceptions of requests, and those of `_place`.
    """
    headers = {"Accept-Encoding": "identity"}  # else the sizes are those of something else
    if state.done:
        headers["Range"] = f"bytes={state.done}-"
        if state.validator:
            headers["If-Range"] = state.validator
    with requests.Session() as session:
        session.mount("https://", _SystemTrustAdapter())
        with session.get(
            url, stream=True, headers=headers, timeout=READ_TIMEOUT, verify=_certificate_bundle()
        ) as response:
            first, whole = _place(response, url, state)
            data = b""
            try:
                for read in response.iter_content(_READ):
                    data += read
                    if len(data) >= _CHUNK:
                        yield Piece(data, first, whole)
                        first, data = first + len(data), b""
            except (OSError, urllib3.exceptions.HTTPError):
                if data:  # what came before the connection broke off
                    yield Piece(data, first, whole)
                raise
            if data:
                yield Piece(data, first, whole)


def _place(response: requests.Response, url: str, state: _State) -> tuple[int, int]:
    """Return where the body of an answer belongs, and the size of the whole file.

    Raises DownloadFailed or _Interrupted for an answer that is no part of the file.
    """
    status = response.status_code
    if status == 416 or (status == 206 and not _goes_on(response, state)):
        state.done = 0  # that part does not exist, or another one came: from the beginning
        raise _Interrupted(_broke_off(url, state))
    if status == 206:
        return state.done, state.whole or _stated_size(response)
    if status != 200:
        raise _refused(response, url)
    tag = response.headers.get("etag", "")
    state.validator = tag if tag.startswith('"') else response.headers.get("last-modified", "")
    length = response.headers.get("content-length", "")
    # With an encoding, content-length is not the length of the file.
    is_encoded = response.headers.get("content-encoding", "identity") != "identity"
    return 0, int(length) if length.isdigit() and not is_encoded else 0


def _goes_on(response: requests.Response, state: _State) -> bool:
    """Return whether a part of the file begins where the last one ended."""
    stated = _content_range(response)
    if stated is None or state.done == 0:
        return False
    return int(stated[1]) == state.done and (
        not state.whole or stated[3] in ("*", str(state.whole))
    )


def _content_range(response: requests.Response) -> Optional[re.Match[str]]:
    text = response.headers.get("content-range", "")
    return re.fullmatch(r"bytes (\d+)-(\d+)/(\d+|\*)", text.strip())


def _stated_size(response: requests.Response) -> int:
    stated = _content_range(response)
    return int(stated[3]) if stated and stated[3] != "*" else 0


def _refused(response: requests.Response, url: str) -> Exception:
    status = response.status_code
    said = web_faults.own_words(response)
    why = f"The server, or a proxy, answered {status}."
    if status == 404:
        why += " The address may be wrong."
    elif status == 407:
        why += " The proxy asks for a user name and password: http://USER:PASSWORD@HOST:PORT."
    elif status in (401, 403, 451):
        why += " A policy, or a missing password, may be the reason."
    elif status == 429:
        why += " It was asked too often from here."
    failure = _failure(
        f"{masked(url)} could not be downloaded.",
        f"{status} {said or response.reason}",
        why,
    )
    if status in web_faults.PASSING_STATUS:
        return _Interrupted(failure, web_faults.retry_after(response.headers) or 0.0)
    return failure


def _explained(url: str, error: Exception, state: _State) -> Exception:
    fault = web_faults.explain(error)
    if fault.kind == "cut" and state.done:
        return _Interrupted(_broke_off(url, state))
    if fault.kind == "timeout" and state.done:
        shown = f"{_amount(state)} had arrived, then nothing for {READ_TIMEOUT:g} s"
        why = "The network, a proxy or the server has stopped."
        return _Interrupted(_failure(f"The download of {masked(url)} stalled.", shown, why))
    failure = _failure(f"{masked(url)} could not be downloaded.", _cause(error), _why(fault))
    if not fault.passes:
        return failure
    # A name that is not known, or a port that is closed, rarely changes within seconds.
    return _Interrupted(failure, most=5 if fault.kind in ("cut", "timeout", "garbled") else 3)


def _why(fault: web_faults.WebFault) -> str:
    if fault.kind == "certificate":
        return f"The server {fault.cause}: see SSL_CERT_FILE."
    if fault.kind == "other":
        return "The address or a network setting is wrong."
    return f"The server {fault.cause}."


def _broke_off(url: str, state: _State) -> DownloadFailed:
    return _failure(
        f"The download of {masked(url)} broke off.",
        f"{_amount(state)} had arrived",
        "The network, a proxy or the server ended it too early.",
    )


def _amount(state: _State) -> str:
    done = max(state.done, state.furthest)
    return f"{done:,} of {state.whole:,} bytes" if state.whole else f"{done:,} bytes"


def _failure(what: str, shown: str, why: str) -> DownloadFailed:
    return DownloadFailed(what, shown=shown, why=why, hints=(HINT,))


class _SystemTrustAdapter(HTTPAdapter):
    """Also trusts the system's certificates, such as a company's own, as pip does."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=trust.system_context())

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, **kwargs, ssl_context=trust.system_context())


def _certificate_bundle() -> str | bool:
    return next((os.environ[name] for name in BUNDLE_VARIABLES if os.environ.get(name)), True)


def _cause(error: BaseException) -> str:
    """Return the original message of the system, which libraries wrap in longer ones."""
    while cause := error.__cause__ or error.__context__:
        error = cause
    return masked(str(error)) or type(error).__name__


def _read_file(url: str, cancel: threading.Event) -> Iterator[Piece]:
    """Yield the pieces of a local file."""
    local = local_path(url)
    done = 0
    try:
        whole = local.stat().st_size
        with local.open("rb") as file:
            while data := file.read(_CHUNK):
                if cancel.is_set():
                    raise Cancelled
                yield Piece(data, done, whole)
                done += len(data)
    except OSError as error:
        why = "The mirror on this disk does not contain it, or its address is wrong."
        raise _failure(f"{url} cannot be read.", error.strerror or str(error), why) from None


def local_path(url: str) -> Path:
    """Return the path that an address of a local file names."""
    return Path(url2pathname(urlsplit(url).path))
