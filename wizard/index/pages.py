"""Read the pages of an index: PEP 691 (JSON) here, PEP 503 (HTML) in `wizard.index.html_page`."""

from __future__ import annotations

import json
from typing import Any

from wizard.addresses import masked
from wizard.index.files import METADATA, File
from wizard.index.source import NOT_A_PAGE, Unreadable


def parse(body: bytes, content_type: str, location: str) -> list[File]:
    """Read a page of an index by its content type. Raises Unreadable for any other content."""
    kind = _media_type(content_type)
    if is_json(content_type):
        return _parse_json(body, location)
    if kind in ("text/html", "application/vnd.pypi.simple.v1+html", "application/xhtml+xml"):
        from wizard.index.html_page import read_links  # slow to import, and most indexes send JSON

        return read_links(body.decode("utf-8", errors="replace"))
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
        any(row.get(key) not in (None, False) for key in METADATA),
    )
