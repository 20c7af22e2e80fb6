"""Read a page of an index that is HTML: PEP 503, with the attributes of PEP 592 and PEP 714."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Optional

from wizard.index.files import METADATA, File, file_name


def read_links(text: str) -> list[File]:
    """Return the files that a page links to, in its order."""
    page = _Page()
    page.feed(text)
    page.close()
    return page.files


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
                    metadata=any(f"data-{key}" in found for key in METADATA),
                )
            )


def _fragment_sha256(href: str) -> str:
    """Return the checksum after an address (PEP 503), or empty."""
    match = re.search(r"#(?:.*&)?sha256=([0-9a-fA-F]{64})", href)
    return match[1].lower() if match else ""
