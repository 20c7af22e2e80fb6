"""Downloads of a plan: kept only if complete and with the right checksum."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, NamedTuple

from backends.action import Download
from wizard.addresses import masked
from wizard.running import transfer
from wizard.running.transfer import HINT, DownloadFailed

__all__ = ["Amount", "DownloadFailed", "fetch", "fetch_beginning"]

_MAX_CHECKSUM_FILE = 4096
_BEGINNING = 200
"""Bytes of a wrong file that say what it is."""


class Amount(NamedTuple):
    """How many bytes have arrived, and how many there are (0: the server does not say)."""

    done: int
    whole: int


def fetch(
    action: Download,
    report: Callable[[Amount], None],
    cancel: threading.Event,
    say: Callable[[str, float], None] = lambda _what, _seconds: None,
) -> None:
    """Download a file. ``report`` is called with the progress after each piece.

    A fault that may pass is followed by another attempt: ``say`` gets the reason, as
    `transfer.read` describes. Raises DownloadFailed if the download fails or its checksum is wrong,
    Cancelled when ``cancel`` is set, and OSError if it cannot be written. No partial file is left
    behind.
    """
    deadline = time.monotonic() + action.timeout
    expected = action.sha256.lower() or _fetch_checksum(action.sha256_url, deadline, cancel)
    path = Path(action.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _partial_file(path) as partial:
        digest = hashlib.sha256()
        beginning = b""
        with partial.open("wb") as file:
            for data, first, whole in transfer.read(action.url, deadline, cancel, say):
                if first == 0:
                    file.seek(0)
                    file.truncate()
                    digest = hashlib.sha256()
                    beginning = data[:_BEGINNING]
                file.write(data)
                digest.update(data)
                report(Amount(first + len(data), whole))
        if digest.hexdigest() != expected:
            raise _wrong_file(action.url, beginning, digest.hexdigest(), expected)
        set_mode(partial, 0o755 if action.executable else 0o644)
        partial.replace(path)


def set_mode(path: Path, mode: int) -> None:
    """Set the permissions of a file, if its disk knows any: that of a stick (FAT32) refuses this.

    Raises OSError for other errors.
    """
    with contextlib.suppress(PermissionError):  # the file is this user's own
        path.chmod(mode)


def _wrong_file(url: str, beginning: bytes, actual: str, expected: str) -> DownloadFailed:
    is_page = beginning.lstrip()[:9].lower().startswith((b"<!doctype", b"<html"))
    if is_page and not url.lower().startswith("file:"):
        return DownloadFailed(
            f"{masked(url)} sent a web page instead of the file.",
            shown=" ".join(beginning.decode("utf-8", "replace").split())[:100],
            why="A proxy, a sign-in page or an error page has answered.",
            hints=("Open that address in a browser, and sign in if it asks you to.", HINT),
        )
    return _wrong_checksum(url, actual, expected)


def _wrong_checksum(url: str, actual: str, expected: str) -> DownloadFailed:
    shown = f"SHA-256 is {actual}\nit must be {expected}"
    if url.lower().startswith("file:"):
        return DownloadFailed(
            f"{transfer.local_path(url)} is not the expected file, so its copy was deleted.",
            shown=shown,
            why="It was changed or is incomplete, or the checksum belongs to another file.",
            hints=("Download that file again. If you gave the checksum, check it too.",),
        )
    return DownloadFailed(
        "The downloaded file differs from the published one, so it was deleted.",
        shown=shown,
        why=f"Something between here and {masked(url)} changed it, or has another version.",
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
    for data, first, _ in transfer.read(url, deadline, cancel):
        content = content[:first] + data
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
