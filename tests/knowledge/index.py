"""The releases, their Pythons and their wheels, compared with the index that pip uses."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.knowledge.finding import Finding
from wizard.facts import Listed, Listing
from wizard.index import listing
from wizard.knowledge import Knowledge
from wizard.machine.inspection import inspect
from wizard.needs import wheels
from wizard.needs.releases import is_final
from wizard.needs.tags import LEGACY, expand
from wizard.tables import Release

TABLE = "releases.toml"
PATIENCE = 240.0
"""How long pip may take to download a source archive and read its metadata, in seconds."""


def findings(knowledge: Knowledge) -> Iterator[Finding]:
    """Compare the tables with the index of this Python's pip."""
    source = inspect(sys.executable, "wizard")[1]
    if source is None:
        yield Finding("unknown", TABLE, "this Python has no pip that could be asked for its index.")
        return
    listed = listing.fetch(source)
    if listed.problem:
        yield Finding("unknown", TABLE, listed.problem)
        return
    yield from compare(knowledge, listed)


def compare(knowledge: Knowledge, listed: Listing) -> Iterator[Finding]:
    """Compare the tables with the list of an index."""
    published = {release.version: release for release in listed.releases}
    known = {version: row for row in knowledge.releases for version in row.versions}
    for version, release in published.items():
        if version not in known and _is_ours(release):
            yield _unlisted(knowledge, version)
    documented = {release.version: release for release in wheels.documented(knowledge).releases}
    for version, row in known.items():
        if version in published:
            yield from _compare_release(version, row, published[version], documented[version])
        else:
            yield Finding("wrong", TABLE, f"{version} is not on the index.")


def _is_ours(release: Listed) -> bool:
    return is_final(release) or bool(release.yanked)


def _unlisted(knowledge: Knowledge, version: str) -> Finding:
    if Version(version) > Version(knowledge.releases[0].last):
        return Finding("new", TABLE, f"{version} was published.")
    try:
        row = knowledge.release(version, listed=True)
    except Exception as error:  # noqa: BLE001 - any refusal is a gap in the table
        return Finding("wrong", TABLE, f"{version} is on the index: {error}")
    newer = Version(version) > Version(row.last)
    return Finding("new" if newer else "wrong", TABLE, f"{version} of line {row.line} is missing.")


def _compare_release(
    version: str, row: Release, published: Listed, documented: Listed
) -> Iterator[Finding]:
    yanked = version in row.yanked
    if bool(published.yanked) != yanked:
        state = "was withdrawn" if published.yanked else "is not withdrawn"
        yield Finding("wrong", TABLE, f"{version} {state} on the index.")
    if published.yanked or yanked:
        return
    if SpecifierSet(published.requires_python) != SpecifierSet(row.python):
        said = published.requires_python
        yield Finding("wrong", TABLE, f"{version} is for Python {said}, not {row.python}.")
    there, told = _platforms(published), _platforms(documented)
    for tag in sorted(there - told):
        yield Finding("wrong", TABLE, f"{version} has a wheel for {tag}, which no row says.")
    for tag in sorted(told - there):
        yield Finding("wrong", TABLE, f"{version} has no wheel for {tag}, but a row says so.")


def _platforms(release: Listed) -> set[str]:
    """Return the platforms of the stable-ABI wheels, by one name each; macOS without a version."""
    tags = (tag.split("-") for tag in expand(release.wheels))
    platforms = {platform for _, abi, platform in tags if abi == "abi3"}
    for minor, legacy in LEGACY.items():
        platforms = {name.replace(f"{legacy}_", f"manylinux_2_{minor}_") for name in platforms}
    return {re.sub(r"macosx_\d+_\d+_", "macosx_", name) for name in platforms}


def source_findings(knowledge: Knowledge, folder: Path) -> Iterator[Finding]:
    """Compare the newest row with the source archive of its last release.

    pip downloads it into ``folder``. To read its metadata, pip also needs a Rust.
    """
    row, pip = knowledge.releases[0], shutil.which("pip")
    if pip is None:
        yield Finding("unknown", TABLE, f"there is no pip to download the source of {row.last}.")
        return
    argv = [
        *(pip, "--disable-pip-version-check", "download", "--quiet"),
        *("--no-deps", "--no-binary", "cryptography", "--dest", str(folder)),
        f"cryptography=={row.last}",
    ]
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=folder
        )
    except subprocess.TimeoutExpired:
        yield Finding("unknown", TABLE, f"pip took too long for the source of {row.last}.")
        return
    archive = folder / f"cryptography-{row.last}.tar.gz"
    if done.returncode or not archive.is_file():
        errors = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        said = (errors or [f"pip ended with exit code {done.returncode}"])[0].strip()
        yield Finding("unknown", TABLE, f"pip did not download the source of {row.last}: {said}")
        return
    yield from compare_source(row, archive)


def compare_source(row: Release, archive: Path) -> Iterator[Finding]:
    """Compare a row with a source archive of its last release."""
    with tarfile.open(archive) as source:
        top = f"cryptography-{row.last}"
        text = {
            name: _read(source, f"{top}/{name}")
            for name in ("Cargo.toml", "Cargo.lock", "pyproject.toml")
        }
    facts = (
        ("needs Rust", row.msrv, r'^rust-version = "([\d.]+)"', text["Cargo.toml"]),
        ("has a Cargo.lock of version", str(row.lock), r"^version = (\d+)$", text["Cargo.lock"]),
        ("is built by", row.build_backend, r'^build-backend = "(\w+)', text["pyproject.toml"]),
    )
    for what, told, pattern, content in facts:
        match = re.search(pattern, content, re.MULTILINE)
        found = match[1] if match else "(not found)"
        if found != told:
            yield Finding("wrong", TABLE, f"{row.last} {what} {found}, not {told}.")


def _read(source: tarfile.TarFile, name: str) -> str:
    try:
        file = source.extractfile(name)
    except KeyError:
        return ""
    return file.read().decode("utf-8", "replace") if file else ""
