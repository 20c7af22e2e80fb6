"""The package index as the installer of a target reads it, asked again after a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.machine import inspection, uv_settings

if TYPE_CHECKING:
    from wizard.index.source import IndexSource
    from wizard.needs.case import Case


def source(case: Case) -> IndexSource | None:
    """Return where the installer of the target looks for packages; None if it cannot be asked.

    Raises the errors of `Case.target`.
    """
    python = case.target.python
    _, found = inspection.inspect(python.path, python.origin)
    if found is not None and case.choices.installer != "pip":
        found = uv_settings.UvSettings(case.facts.folder).source(python, found)
    return found


def problem(case: Case, release: str) -> str:
    """Return why this release cannot be found on the index now, as a sentence; empty if it can.

    pip does not say why it could not read a page of the index: it only finds no package. Raises
    the errors of `Case.target`.
    """
    from wizard.index import listing

    found = source(case)
    if found is None:
        return ""
    now = listing.fetch(found)
    if any(listed.version == release for listed in now.releases):
        return ""
    return now.problem or f"The index does not list cryptography {release} any more."
