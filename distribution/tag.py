"""Compares a tag such as ``v1.2.3`` with the version and the changelog. Needs no libraries."""

from __future__ import annotations

import re
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def problems(tag: str, version: str, changelog: str) -> list[str]:
    """Return what must be put right before a release, one sentence each."""
    found = []
    if tag != f"v{version}":
        found.append(f"The tag is {tag or 'not stated'}, but the version is {version}: v{version}")
    heading = re.search(r"^## (.*)$", changelog, re.MULTILINE)
    if not heading or heading[1].split()[:1] != [version]:
        found.append(f"CHANGELOG.md does not begin with {version}.")
    elif "unreleased" in heading[1]:
        found.append(f"CHANGELOG.md calls {version} unreleased: write its date there.")
    return found


def main() -> int:
    """Return 0 if the tag in ``sys.argv`` fits, and 1 otherwise."""
    module = (CHECKOUT / "wizard" / "__init__.py").read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "(.+)"$', module, re.MULTILINE)
    changelog = (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    tag = sys.argv[1] if len(sys.argv) > 1 else ""
    found = problems(tag, version[1] if version else "", changelog)
    for problem in found:
        sys.stderr.write(f"{problem}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
