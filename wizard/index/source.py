"""Where pip looks for packages, and the error for a location that cannot be read."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Optional

from wizard.addresses import masked, remember

MAX_PAGE_BYTES = 32 * 1024 * 1024
"""Bytes. The real list has 1.7 MB; anything this large is not a list of files."""

MAX_WAIT = 15.0
"""Seconds. pip may be configured to wait for minutes, but a person at a screen does not."""


@dataclass(frozen=True)
class IndexSource:
    """The configuration of the target's pip, including secrets: never shown, never saved.

    The fields are pip's settings of the same names: ``url`` is ``index-url``, ``extra``
    ``extra-index-url``. ``timeout`` is in seconds, for one wait; a complete `fetch` takes at most
    twice that, and never more than twice `MAX_WAIT`. ``first`` is uv's ``index-strategy``: only the
    first index that has the project counts, and the extra ones come first.
    """

    url: str
    extra: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    cert: str = ""
    client_cert: str = ""
    proxy: str = ""
    trusted_hosts: tuple[str, ...] = ()
    timeout: float = 15.0
    first: bool = False

    def __post_init__(self) -> None:
        remember((self.url, *self.extra, *self.find_links, self.proxy))

    def __repr__(self) -> str:
        shown = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in fields(self))
        return f"IndexSource({masked(shown)})"


UNREACHABLE = "index-unreachable"
"""The id of the cause (docs/diagnosis.md) if no server answered."""
NOT_A_PAGE = "not-the-file"
"""The id of the cause if something else answered, such as a sign-in page."""


class Unreadable(Exception):
    """A location could not be read. The message is a sentence for the user, without secrets.

    ``absent`` says that the location has no files of the project. This is fine if another location
    has some. ``passes_in`` are the seconds after which another attempt may succeed; None if it
    would not. ``failure`` is the id of the cause (docs/diagnosis.md), if there is one.
    """

    def __init__(
        self,
        sentence: str,
        *,
        absent: bool = False,
        passes_in: Optional[float] = None,
        failure: str = "",
    ) -> None:
        super().__init__(sentence)
        self.failure = failure
        self.absent = absent
        self.passes_in = passes_in


def too_large(location: str) -> Unreadable:
    """Return the error for a page that is too long to be a list of files."""
    return Unreadable(
        f"{masked(location)} is larger than {MAX_PAGE_BYTES >> 20} MB, so it is not a list of "
        "files: check pip's index-url."
    )
