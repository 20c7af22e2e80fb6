"""Print what is out of date in the tables; end with 1 if something is."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.knowledge import debian, fedora, index
from tests.knowledge.finding import Finding
from wizard.knowledge import load


def findings(folder: Path) -> Iterator[Finding]:
    """Compare every table. ``folder`` is an empty folder for downloads."""
    knowledge = load()
    for name in ("index", "debian"):
        (folder / name).mkdir()
    yield from index.findings(knowledge)
    yield from index.source_findings(knowledge, folder / "index")
    yield from debian.findings(knowledge, folder / "debian")
    yield from fedora.findings(knowledge)


def main() -> int:
    """Print the findings as they are found."""
    outdated = 0
    with tempfile.TemporaryDirectory(prefix="knowledge-") as folder:
        for finding in findings(Path(folder)):
            print(finding, flush=True)
            outdated += finding.kind != "unknown"
    print(f"Out of date: {outdated}." if outdated else "The tables are up to date.")
    return 1 if outdated else 0


if __name__ == "__main__":
    sys.exit(main())
