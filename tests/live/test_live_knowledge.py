"""The tables in assets, compared with the real index and Debian's real archive.

A wrong fact fails. What was published since is only reported: it is no fault of a change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.knowledge import debian, fedora, index
from tests.knowledge.finding import Finding
from tests.live.marks import limit
from wizard.knowledge import load

pytestmark = [pytest.mark.live, limit(900)]


def judged(findings: Iterable[Finding], record: Callable[[str, object], None]) -> None:
    """Fail for wrong facts, report new ones, and skip if nothing could be compared."""
    found = list(findings)
    for finding in found:
        print(finding)
        record(finding.kind, finding.text)
    assert [str(finding) for finding in found if finding.kind == "wrong"] == []
    unknown = [finding.text for finding in found if finding.kind == "unknown"]
    if unknown:
        pytest.skip("; ".join(unknown))
    new = [finding.text for finding in found if finding.kind == "new"]
    if new:
        pytest.skip(f"for information: {' '.join(new)}")


def test_the_releases_are_those_of_the_index(
    record_property: Callable[[str, object], None],
) -> None:
    judged(index.findings(load()), record_property)


def test_the_newest_release_needs_what_the_table_says(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    judged(index.source_findings(load(), tmp_path), record_property)


def test_openssl_and_the_names_of_packages_are_those_of_debian(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    judged(debian.findings(load(), tmp_path), record_property)


def test_the_names_of_packages_are_those_of_fedora(
    record_property: Callable[[str, object], None],
) -> None:
    judged(fedora.findings(load()), record_property)
