"""Open and read text files that a user named, with errors that say what is wrong with them."""

from __future__ import annotations

import codecs
import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from wizard.errors import BadRequest

PIPE_SECONDS = 30.0
"""How long to wait for the text from a pipe."""


@contextmanager
def open_file(path: str | Path, description: str) -> Iterator[BufferedReader]:
    """Open a file to read its bytes. ``description`` says what it should be: ``a log file``.

    Raises BadRequest if it is a folder or cannot be read, also while it is open.
    """
    try:
        if Path(path).is_dir():
            raise BadRequest(f"{path} is a folder, not {description}.")
        file = Path(path).open("rb")  # noqa: SIM115 - closed below, where other errors are raised
    except ValueError:
        raise BadRequest(f"{str(path)!r} is not the name of a file.") from None
    except OSError as error:
        raise _cannot_read(path, error) from None
    with file:
        try:
            yield file
        except OSError as error:
            raise _cannot_read(path, error) from None


def read(
    path: str | Path, description: str, *, limit: int, why: str = "", hints: tuple[str, ...] = ()
) -> str:
    """Read a text of at most ``limit`` bytes, in UTF-8 or in UTF-16 with a byte order mark.

    The result has no byte order mark. ``description`` says what it should be (``an answers file``),
    ``why`` how large such a file is, and ``hints`` what helps. Raises BadRequest if it cannot be
    read, is too large, or is not text.
    """
    if Path(path).is_fifo():
        data = _read_pipe(path, description, limit=limit + 1)
    else:
        with open_file(path, description) as file:
            data = file.read(limit + 1)
    return decode(data, path, description, limit=limit, why=why, hints=hints)


def _read_pipe(path: str | Path, description: str, *, limit: int) -> bytes:
    """Read a pipe to its end, such as ``<(command)`` of a shell. Raises BadRequest without one."""
    end = time.monotonic() + PIPE_SECONDS
    data = b""
    try:
        # Without a writer, another kind of opening would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        try:
            while len(data) < limit:
                left = end - time.monotonic()
                if left <= 0 or not select.select((descriptor,), (), (), left)[0]:
                    what = "its text did not end" if data else "nothing came out of it"
                    raise BadRequest(
                        f"{path} is a pipe, and {what} within {PIPE_SECONDS:.0f} s.",
                        why=f"It should be {description}.",
                    )
                chunk = os.read(descriptor, limit - len(data))
                data += chunk
                if not chunk and data:
                    break
                if not chunk:  # no writer has opened it yet
                    time.sleep(0.05)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _cannot_read(path, error) from None
    return data


def read_regular(path: str | Path, description: str, *, limit: int) -> str:
    """Read a text as `read` does, but refuse a pipe or a device, which might never answer."""
    place = Path(path)
    try:
        is_odd = place.exists() and not (place.is_file() or place.is_dir())
    except OSError as error:  # the name is too long
        raise _cannot_read(str(path)[:300], error) from None
    if is_odd:
        raise BadRequest(f"{path} is not a regular file, so it is not {description}.")
    return read(path, description, limit=limit)


def decode(
    data: bytes,
    path: str | Path,
    description: str,
    *,
    limit: int,
    why: str = "",
    hints: tuple[str, ...] = (),
) -> str:
    """Decode the first bytes of a file: see `read`. Raises BadRequest if they are not text."""
    if len(data) > limit:
        raise BadRequest(f"{path} is too large for {description}.", why=why, hints=hints)
    encoding = encoding_of(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        name = "UTF-16" if encoding == "utf-16" else "UTF-8"
        shown = f"byte {error.start}: {error.reason}"
        raise BadRequest(f"{path} is not text in {name}.", shown=shown, hints=hints) from None
    return text


def encoding_of(data: bytes) -> str:
    """Return the encoding of a text that begins with these bytes, as its byte order mark says.

    Windows PowerShell 5.1 writes UTF-16 when it redirects output to a file.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig"


def _cannot_read(path: str | Path, error: OSError) -> BadRequest:
    return BadRequest(f"{path} cannot be read.", shown=error.strerror or str(error))
