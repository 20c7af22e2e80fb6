"""Text files that a user named: opened and read with errors that say what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from wizard.errors import BadRequest


@contextmanager
def opened(path: str | Path, what: str) -> Iterator[BinaryIO]:
    """Open a file to read its bytes. ``what`` says what it should be: ``a log file``.

    Raises BadRequest if it is a folder or cannot be read, also while it is open.
    """
    try:
        if Path(path).is_dir():
            raise BadRequest(f"{path} is a folder, not {what}.")
        file = Path(path).open("rb")  # noqa: SIM115 - closed below, where other errors are raised
    except ValueError:
        raise BadRequest(f"{str(path)!r} is not the name of a file.") from None
    except OSError as error:
        raise _unreadable(path, error) from None
    with file:
        try:
            yield file
        except OSError as error:
            raise _unreadable(path, error) from None


def read(
    path: str | Path, what: str, *, limit: int, why: str = "", hints: tuple[str, ...] = ()
) -> str:
    """Read a UTF-8 text of at most ``limit`` bytes. A byte order mark at its start is left out.

    ``what`` says what it should be (``an answers file``), ``why`` how large that is, and ``hints``
    what helps. Raises BadRequest if it cannot be read, is too large, or is not text.
    """
    with opened(path, what) as file:
        data = file.read(limit + 1)
    return decoded(data, path, what, limit=limit, why=why, hints=hints)


def decoded(
    data: bytes,
    path: str | Path,
    what: str,
    *,
    limit: int,
    why: str = "",
    hints: tuple[str, ...] = (),
) -> str:
    """The text in the first bytes of a file: see `read`. Raises BadRequest if it is not one."""
    if len(data) > limit:
        raise BadRequest(f"{path} is too large for {what}.", why=why, hints=hints)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        shown = f"byte {error.start}: {error.reason}"
        raise BadRequest(f"{path} is not text in UTF-8.", shown=shown, hints=hints) from None
    return text


def _unreadable(path: str | Path, error: OSError) -> BadRequest:
    return BadRequest(f"{path} cannot be read.", shown=error.strerror or str(error))
