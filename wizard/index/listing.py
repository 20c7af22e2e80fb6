"""The index: which releases and files the target's pip would find.

This module contains no addresses: `IndexSource` is the configuration of the target's pip. It reads
PEP 691 (JSON) and PEP 503 (HTML, with the attributes of PEP 592 and PEP 345), pages and folders of
``--find-links``, and ``file:`` indexes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Optional, Union
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from wizard.addresses import masked
from wizard.facts import Listed, Listing
from wizard.index.pages import File, file_name, is_json, parse
from wizard.index.source import LARGEST, PATIENCE, IndexSource, Unreadable, too_large

if TYPE_CHECKING:
    from wizard.index.web import Web

__all__ = ["IndexSource", "fetch", "masked", "releases_of"]

OLDEST = Version("3.4")
"""Older releases are left out, because the wizard does not support them."""


def fetch(source: IndexSource, *, project: str = "cryptography") -> Listing:
    """Read a project's files from the index, its extra indexes and its find-links.

    All places are read in parallel, within the time limit of `IndexSource`. Errors of a network, a
    server or a folder are not raised: ``problem`` describes them in one sentence, and ``releases``
    contains the files of the other places.
    """
    from wizard.index.web import Web  # requests is slow to import

    patience = min(source.timeout, PATIENCE) if source.timeout > 0 else PATIENCE
    deadline = time.monotonic() + 2 * patience
    web = Web(source, patience=patience, deadline=deadline)
    name = canonicalize_name(project)
    jobs = [_Job(place, _read_index, web, name) for place in _indexes(source, name)]
    jobs += [_Job(place, _read_links, web, name) for place in source.find_links]
    files: list[File] = []
    broken: list[str] = []
    absent: list[str] = []
    for job in jobs:
        outcome = job.result(deadline)
        if isinstance(outcome, Unreadable):
            (absent if outcome.absent else broken).append(str(outcome))
        else:
            files += outcome
    releases = releases_of(files, project=name)
    if not releases and not broken:
        broken = absent or [
            f"pip is configured to use no index, and no find-links folder contains {name}."
        ]
    return Listing(releases, " ".join(broken))


def releases_of(files: Iterable[File], *, project: str = "cryptography") -> tuple[Listed, ...]:
    """Group files into releases, newest first. Files of other projects are left out."""
    known: dict[str, Optional[Version]] = {}  # creating a Version is slow: cache one per text
    groups: dict[Version, dict[str, File]] = {}
    for file in files:
        text = _version_text(file.name, project)
        if text not in known:
            known[text] = _version(text)
        version = known[text]
        if version is None:
            continue
        group = groups.setdefault(version, {})
        if file.name not in group or group[file.name].yanked is not None:
            group[file.name] = file
    return tuple(_listed(version, groups[version]) for version in sorted(groups, reverse=True))


def _version(text: str) -> Optional[Version]:
    try:
        version = Version(text)
    except InvalidVersion:
        return None
    return version if version >= OLDEST else None


def _version_text(name: str, project: str) -> str:
    """Return the version in a wheel's or sdist's file name; empty for any other file."""
    if name.endswith(".whl"):
        parts = name[:-4].split("-")
        if len(parts) not in (5, 6):
            return ""
        found, version = parts[:2]
    elif name.endswith(".tar.gz"):
        found, _, version = name[:-7].rpartition("-")
    else:
        return ""
    return version if found == project or canonicalize_name(found) == project else ""


def _listed(version: Version, files: dict[str, File]) -> Listed:
    offered = [file for file in files.values() if file.yanked is None]
    names = [file.name for file in offered]
    wheels = [n[:-4].split("-")[-3:] for n in names if n.endswith(".whl")]
    return Listed(
        version=str(version),
        requires_python=next((f.requires_python for f in offered if f.requires_python), ""),
        wheels=tuple(sorted({"-".join(tag).lower() for tag in wheels})),
        sdist=next((n for n in names if n.endswith(".tar.gz")), ""),
        yanked="" if offered else next((f.yanked for f in files.values() if f.yanked), "no reason"),
    )


class _Job:
    """One place, read in its own thread.

    A hanging resolver, or a server that sends a byte now and then, cannot be interrupted, but a
    daemon thread can be abandoned.
    """

    def __init__(
        self, place: str, read: Callable[[str, Web, str], list[File]], web: Web, project: str
    ) -> None:
        self.place = place
        self.outcome: Union[list[File], Unreadable, None] = None
        self.bug: Optional[Exception] = None
        self.started = time.monotonic()
        self.thread = threading.Thread(target=self._run, args=(read, web, project), daemon=True)
        self.thread.start()

    def _run(self, read: Callable[[str, Web, str], list[File]], web: Web, project: str) -> None:
        try:
            self.outcome = read(self.place, web, project)
        except Unreadable as problem:
            self.outcome = problem
        except Exception as error:  # noqa: BLE001 - raised again in `result`
            self.bug = error

    def result(self, deadline: float) -> Union[list[File], Unreadable]:
        self.thread.join(max(0.0, deadline - time.monotonic()))
        if self.bug is not None:
            raise self.bug
        if self.outcome is None:
            return Unreadable(
                f"{masked(self.place)} did not answer within "
                f"{time.monotonic() - self.started:.0f} s: check the network, the VPN or pip's "
                "proxy setting, then try again."
            )
        return self.outcome


def _indexes(source: IndexSource, project: str) -> Iterator[str]:
    if not source.no_index:
        for url in dict.fromkeys((source.url, *source.extra)):
            if url:
                yield f"{url.rstrip('/')}/{project}/"


def _read_index(place: str, web: Web, project: str) -> list[File]:
    """Return the files on a project's page of an index."""
    path = _local(place)
    if path is None:
        page = web.get(place)
        files, honest = parse(page.body, page.type, place), is_json(page.type)
    else:
        page_file = path / "index.html" if path.is_dir() else path
        if not page_file.is_file():
            raise Unreadable(f"{masked(place)} has no page for {project}.", absent=True)
        files, honest = parse(_contents(page_file), "text/html", place), True
    if not any(_version_text(file.name, project) for file in files):
        doubt = "" if honest else ": it may be a sign-in page, or not an index"
        raise Unreadable(
            f"{masked(place)} answered with a page that lists no file of {project}{doubt}. Check "
            "pip's index-url.",
            absent=honest,
        )
    return files


def _read_links(place: str, web: Web, project: str) -> list[File]:
    """Return the files of a find-links folder, page or single file."""
    path = _local(place)
    if path is None:
        name = file_name(place)
        if _version_text(name, project):
            return [File(name, "", None)]
        page = web.get(place)
        return parse(page.body, page.type, place)
    if not path.exists():
        raise Unreadable(f"The find-links place {masked(place)} does not exist.", absent=True)
    files: list[File] = []
    for entry in _entries(path):
        if entry.suffix.lower() in (".html", ".htm"):
            files += parse(_contents(entry), "text/html", str(entry))
        else:
            files.append(File(entry.name, "", None))
    return files


def _local(place: str) -> Optional[Path]:
    """Return the path that a place names, or None for one on a network."""
    if place.lower().startswith("file:"):
        from urllib.request import url2pathname  # slow to import

        return Path(url2pathname(urlsplit(place).path))
    return None if "://" in place else Path(place).expanduser()


def _entries(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir()) if path.is_dir() else [path]
    except OSError as error:
        raise Unreadable(f"The folder {path} cannot be read: {error.strerror}.") from None


def _contents(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
    except OSError as error:
        raise Unreadable(f"The page {path} cannot be read: {error.strerror}.") from None
    if len(body) > LARGEST:
        raise too_large(str(path))
    return body
