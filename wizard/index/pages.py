"""Read the pages of an index: PEP 691 (JSON), and PEP 503 (HTML) with PEP 592's attributes."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any, NamedTuple, Optional
from urllib.parse import unquote

from wizard.addresses import masked
from wizard.index.source import NOT_A_PAGE, Unreadable

_METADATA = ("core-metadata", "dist-info-metadata")
"""The keys that say that there is a file with the metadata: today's name and the first one (PEP
714)."""


class File(NamedTuple):
    """One file of a list. ``yanked`` is the reason, or None if the file was not yanked.

    ``sha256`` is its checksum, or empty if the page does not state it.
    ``uploaded`` is the time of its upload (ISO 8601, PEP 700), or empty if the index omits it.
    ``address`` is where it is, as the page states it: perhaps relative to the page. ``size`` is in
    bytes (PEP 700), or 0 if the page does not state it. ``metadata`` says that the metadata of a
    wheel is beside it, in a separate file (PEP 658).
    """

    name: str
    requires_python: str
    yanked: Optional[str]
    uploaded: str = ""
    sha256: str = ""
    address: str = ""
    size: int = 0
    metadata: bool = False


def parse(body: bytes, content_type: str, location: str) -> list[File]:
    """Read a page of an index by its content type. Raises Unreadable for any other content."""
    kind = _media_type(content_type)
    if is_json(content_type):
        return _parse_json(body, location)
    if kind in ("text/html", "application/vnd.pypi.simple.v1+html", "application/xhtml+xml"):
        page = _Page()
        page.feed(body.decode("utf-8", errors="replace"))
        page.close()
        return page.files
    raise Unreadable(
        f"{masked(location)} answered with {kind or 'something without a type'}, which is not a "
        "list of files: check pip's index-url.",
        failure=NOT_A_PAGE,
    )


def is_json(content_type: str) -> bool:
    """Return whether this is the JSON format of an index, which only an index sends."""
    return _media_type(content_type) == "application/vnd.pypi.simple.v1+json"


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _parse_json(body: bytes, location: str) -> list[File]:
    try:
        return [_parse_file(row) for row in json.loads(body)["files"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unreadable(
            f"{masked(location)} sent JSON that is not an index page (PEP 691). This is the "
            "server's fault: try again later, or use another index.",
            failure=NOT_A_PAGE,
        ) from None


def _parse_file(row: dict[str, Any]) -> File:
    name, needs, yanked = row["filename"], row.get("requires-python"), row.get("yanked")
    if not isinstance(name, str) or not isinstance(needs, (str, type(None))):
        raise TypeError(f"not text: {name!r}, {needs!r}")
    reason = yanked if isinstance(yanked, str) else ""
    uploaded, size = row.get("upload-time"), row.get("size")
    return File(
        name,
        needs or "",
        (reason or "no reason given") if yanked else None,
        uploaded if isinstance(uploaded, str) else "",
        str((row.get("hashes") or {}).get("sha256", "")),
        str(row.get("url", "")),
        size if isinstance(size, int) and size > 0 else 0,
        any(row.get(key) not in (None, False) for key in _METADATA),
    )


class _Page(HTMLParser):
    """Collects the links of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.files: list[File] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Optional[str]]]) -> None:
        if tag != "a":
            return
        found = dict(attrs)
        href = found.get("href")
        if href:
            yanked = (found["data-yanked"] or "no reason given") if "data-yanked" in found else None
            self.files.append(
                File(
                    file_name(href),
                    found.get("data-requires-python") or "",
                    yanked,
                    sha256=_fragment_sha256(href),
                    address=href,
                    metadata=any(f"data-{key}" in found for key in _METADATA),
                )
            )


def _fragment_sha256(href: str) -> str:
    """Return the checksum after an address (PEP 503), or empty."""
    match = re.search(r"#(?:.*&)?sha256=([0-9a-fA-F]{64})", href)
    return match[1].lower() if match else ""


def file_name(address: str) -> str:
    """Return the file name at the end of an address."""
    return unquote(address.partition("#")[0].partition("?")[0].rpartition("/")[2])
