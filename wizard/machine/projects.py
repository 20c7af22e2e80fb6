"""Reads the project that the user wants to install, for the Python that will get it."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

from backends import uv
from wizard import target_environment
from wizard.choices import Choices
from wizard.errors import WizardError
from wizard.facts import Facts, Listing, Project
from wizard.index import listing as index
from wizard.index.source import IndexSource
from wizard.project import assess


def read_project(
    known: Facts, choices: Choices, sources: dict[str, IndexSource]
) -> tuple[Optional[Project], Optional[Listing]]:
    """Return the chosen project, and the listing with only those files that it allows.

    ``known`` are the facts so far: system, Pythons, tools and listing; ``sources`` is where the pip
    of each Python looks. Raises BadRequest if the project cannot be read.
    """
    try:
        python = target_environment.find_target(known, choices).python
    except WizardError:
        return None, known.listing  # the questions report it
    source, tool, folder = sources.get(python.path), known.tool("uv"), str(Path.cwd())
    project = assess.assess(
        choices.project,
        python,
        system=known.system.name,
        folder=folder,
        uv=tool.path if tool else "",
        env=_uv_settings(source),
    )
    if not project.hashes or source is None:
        return project, known.listing
    return project, index.fetch(source, hashes=frozenset(project.hashes))


def _uv_settings(source: Optional[IndexSource]) -> tuple[tuple[str, str], ...]:
    if source is None:
        return ()
    return uv.settings(url=source.url, extra=source.extra, find_links=source.find_links)
