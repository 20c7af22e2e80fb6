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
from wizard.facts import UNDATED, Listed, Listing
from wizard.index.files import File, file_name
from wizard.index.pages import is_json, parse
from wizard.index.source import (
    MAX_PAGE_BYTES,
    MAX_WAIT,
    NOT_A_PAGE,
    UNREACHABLE,
    IndexSource,
    Unreadable,
    too_large,
)
from wizard.programs.waiting import waiting

if TYPE_CHECKING:
    from wizard.index.web import Web

__all__ = ["IndexSource", "fetch", "masked", "releases_of"]

OLDEST_RELEASE = Version("3.4")
"""Older releases are left out, because the wizard does not support them."""


def fetch(
    source: IndexSource, *, project: str = "cryptography", hashes: frozenset[str] = frozenset()
) -> Listing:
    """Read a project's files from the index, its extra indexes and its find-links.

    ``hashes`` are the only allowed checksums (``sha256:…``) for the releases that they belong to;
    if they belong to none, no file is returned. Empty means all files.

    All locations are read in parallel, within the time limit of `IndexSource`. Errors of a network,
    a server or a folder are not raised: ``problem`` describes them in one sentence, and
    ``releases`` contains the files of the other locations.
    """
    from wizard.index.web import Web  # requests is slow to import

    patience = min(source.timeout, MAX_WAIT) if source.timeout > 0 else MAX_WAIT
    deadline = time.monotonic() + 2 * patience
    web = Web(source, patience=patience, deadline=deadline)
    name = canonicalize_name(project)
    jobs = [_Fetch(location, _read_index, web, name) for location in _indexes(source, name)]
    jobs += [_Fetch(location, _read_links, web, name) for location in source.find_links]
    files: list[File] = []
    broken: list[str] = []
    absent: list[str] = []
    listing: list[str] = []
    failures: list[tuple[bool, str]] = []
    indexed = False
    for job in jobs:
        with waiting(masked(job.location), 2 * patience):
            result_or_error = job.result(deadline)
        if isinstance(result_or_error, Unreadable):
            (absent if result_or_error.absent else broken).append(str(result_or_error))
            failures.append((result_or_error.absent, result_or_error.failure))
        elif not (source.first and indexed and job.is_index):
            files += result_or_error
            indexed = indexed or job.is_index
            if job.is_index and result_or_error:
                listing.append(masked(job.location))
    files_found = bool(files)
    if hashes:
        files = _with_checksums(files, hashes, name)
    releases = releases_of(files, project=name)
    if not releases and hashes and files_found:
        broken = [f"The index has no file of {name} with a checksum that the project lists."]
    if not releases and not broken:
        broken = absent or [
            f"pip is configured to use no index, and no find-links folder contains {name}."
        ]
    return Listing(
        releases,
        " ".join(broken),
        tuple(listing) if len(listing) > 1 else (),
        # Where one location has no page and another one fails, the second explains the lack.
        next((failure for _, failure in sorted(failures) if failure and not files_found), ""),
    )


def _with_checksums(files: list[File], hashes: frozenset[str], project: str) -> list[File]:
    """Return the files of other releases, and those with an allowed checksum."""
    allowed = {file.name for file in files if f"sha256:{file.sha256}" in hashes}
    checked = {_version_text(name, project) for name in allowed}
    if not checked:
        return []
    return [
        file
        for file in files
        if file.name in allowed or _version_text(file.name, project) not in checked
    ]


def files(source: IndexSource, project: str) -> tuple[File, ...]:
    """Return every file of a project, with its address, from the indexes and the find-links.

    Raises Unreadable if a location cannot be read, or if all of them together have no file.
    """
    from urllib.parse import urljoin

    from wizard.index.web import Web  # requests is slow to import

    patience = min(source.timeout, MAX_WAIT) if source.timeout > 0 else MAX_WAIT
    web = Web(source, patience=patience, deadline=time.monotonic() + 2 * patience)
    name = canonicalize_name(project)
    found: dict[str, File] = {}
    absent: Optional[Unreadable] = None
    for locations, read in (
        (tuple(_indexes(source, name)), _read_index),
        (source.find_links, _read_links),
    ):
        for location in locations:
            try:
                listed = read(location, web, name)
            except Unreadable as problem:
                if not problem.absent:
                    raise
                absent = absent or problem
                continue
            for file in listed:
                if _version_text(file.name, name):
                    address = urljoin(_base(location), file.address) if file.address else ""
                    found.setdefault(
                        file.name, file._replace(address=address or _beside(location, file.name))
                    )
            if found and source.first:
                return tuple(found.values())
    if not found:
        raise absent or Unreadable(f"No index and no find-links folder has {name}.", absent=True)
    return tuple(found.values())


def _base(location: str) -> str:
    """Return the address to which those on a page are relative."""
    path = _local_path(location)
    if path is None:
        return location
    return path.absolute().as_uri() + ("/" if path.is_dir() else "")


def _beside(location: str, name: str) -> str:
    """Return the address of a file of a find-links location: of a folder, or the file itself."""
    path = _local_path(location)
    if path is None:
        return location
    return (path / name if path.is_dir() else path).absolute().as_uri()


def first_downloadable(
    source: IndexSource,
    versions: Iterable[str],
    fits: Callable[[Listed], bool],
    *,
    deadline: float,
    project: str = "cryptography",
) -> str:
    """Return the first of ``versions`` of which an index lets a file through; empty if none.

    ``fits`` says whether a file, as a separate release, is one that would be downloaded. The
    indexes are read again; each file is asked for its first byte. ``deadline`` is a time of
    `time.monotonic`. An index that cannot be read has no such file.
    """
    from urllib.parse import urljoin

    from wizard.index.web import Web  # requests is slow to import

    web = Web(source, patience=min(source.timeout, MAX_WAIT), deadline=deadline)
    addresses: dict[str, str] = {}
    for location in _indexes(source, project):
        try:
            files = _read_index(location, web, project)
        except Unreadable:
            continue  # the run has already failed because of it, and says so
        for file in files:
            for listed in releases_of([file], project=project):
                if file.address and not listed.yanked and fits(listed):
                    addresses.setdefault(listed.version, urljoin(location, file.address))
    for version in versions:
        if time.monotonic() > deadline:
            break
        if version in addresses and web.lets_through(addresses[version]):
            return version
    return ""


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
    return tuple(
        _group_release(version, groups[version]) for version in sorted(groups, reverse=True)
    )


def _version(text: str) -> Optional[Version]:
    try:
        version = Version(text)
    except InvalidVersion:
        return None
    return version if version >= OLDEST_RELEASE else None


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


def _group_release(version: Version, files: dict[str, File]) -> Listed:
    offered = [file for file in files.values() if file.yanked is None]
    names = [file.name for file in offered]
    wheels = [n[:-4].split("-")[-3:] for n in names if n.endswith(".whl")]
    return Listed(
        version=str(version),
        requires_python=next((f.requires_python for f in offered if f.requires_python), ""),
        wheels=tuple(sorted({"-".join(tag).lower() for tag in wheels})),
        sdist=next((n for n in names if n.endswith(".tar.gz")), ""),
        yanked="" if offered else next((f.yanked for f in files.values() if f.yanked), "no reason"),
        uploaded=max((f.uploaded for f in offered if f.uploaded), default=""),
    )


class _Fetch:
    """One location, read in its own thread.

    A hanging resolver, or a server that sends a byte now and then, cannot be interrupted, but a
    daemon thread can be abandoned.
    """

    def __init__(
        self, location: str, read: Callable[[str, Web, str], list[File]], web: Web, project: str
    ) -> None:
        self.location = location
        self.is_index = read is _read_index
        self.result_or_error: Union[list[File], Unreadable, None] = None
        self.error: Optional[Exception] = None
        self.started = time.monotonic()
        self.thread = threading.Thread(target=self._run, args=(read, web, project), daemon=True)
        self.thread.start()

    def _run(self, read: Callable[[str, Web, str], list[File]], web: Web, project: str) -> None:
        try:
            self.result_or_error = read(self.location, web, project)
        except Unreadable as problem:
            self.result_or_error = problem
        except Exception as error:  # noqa: BLE001 - raised again in `result`
            self.error = error

    def result(self, deadline: float) -> Union[list[File], Unreadable]:
        self.thread.join(max(0.0, deadline - time.monotonic()))
        if self.error is not None:
            raise self.error
        if self.result_or_error is None:
            return Unreadable(
                f"{masked(self.location)} did not answer within "
                f"{time.monotonic() - self.started:.0f} s: check the network, the VPN or pip's "
                "proxy setting, then try again.",
                failure=UNREACHABLE,
            )
        return self.result_or_error


def _indexes(source: IndexSource, project: str) -> Iterator[str]:
    if not source.no_index:
        urls = (*source.extra, source.url) if source.first else (source.url, *source.extra)
        for url in dict.fromkeys(urls):
            if url:
                yield f"{url.rstrip('/')}/{project}/"


def _read_index(location: str, web: Web, project: str) -> list[File]:
    """Return the files on a project's page of an index."""
    path, shown = _local_path(location), location
    if path is None:
        page = web.get(location)
        shown = _with_redirect(location, page.redirected)
        files, is_index = parse(page.body, page.type, shown), is_json(page.type)
    else:
        page_file = path / "index.html" if path.is_dir() else path
        if not page_file.is_file():
            raise Unreadable(f"{masked(location)} has no page for {project}.", absent=True)
        files, is_index = parse(_read_file(page_file), "text/html", location), True
    if not any(_version_text(file.name, project) for file in files):
        doubt = "" if is_index else ": it may be a sign-in page, or not an index"
        raise Unreadable(
            f"{masked(shown)} answered with a page that lists no file of {project}{doubt}. "
            "Check pip's index-url.",
            absent=is_index,
            failure="" if is_index else NOT_A_PAGE,
        )
    return files


def _with_redirect(location: str, host: str) -> str:
    return f"{location} (redirected to {host})" if host else location


def _read_links(location: str, web: Web, project: str) -> list[File]:
    """Return the files of a find-links folder, page or single file."""
    path = _local_path(location)
    if path is None:
        name = file_name(location)
        if _version_text(name, project):
            return [File(name, "", None)]
        page = web.get(location)
        return parse(page.body, page.type, location)
    if not path.exists():
        raise Unreadable(f"The find-links location {masked(location)} does not exist.", absent=True)
    files: list[File] = []
    for entry in _entries(path):
        if entry.suffix.lower() in (".html", ".htm"):
            files += parse(_read_file(entry), "text/html", str(entry))
        else:
            files.append(File(entry.name, "", None, UNDATED))
    return files


def _local_path(location: str) -> Optional[Path]:
    """Return the path of a local location, or None for one on a network."""
    if location.lower().startswith("file:"):
        from urllib.request import url2pathname  # slow to import

        return Path(url2pathname(urlsplit(location).path))
    return None if "://" in location else Path(location).expanduser()


def _entries(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir()) if path.is_dir() else [path]
    except OSError as error:
        raise Unreadable(f"The folder {path} cannot be read: {error.strerror}.") from None


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            body = file.read(MAX_PAGE_BYTES + 1)
    except OSError as error:
        raise Unreadable(f"The page {path} cannot be read: {error.strerror}.") from None
    if len(body) > MAX_PAGE_BYTES:
        raise too_large(str(path))
    return body
