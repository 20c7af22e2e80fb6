"""Reads the project that the user wants to install, for the Python that will get it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Optional

from wizard import target_environment
from wizard.choices import Choices
from wizard.errors import WizardError
from wizard.facts import Facts, Listing, Project, Python
from wizard.index import listing as index
from wizard.index.source import IndexSource
from wizard.needs import tool_settings
from wizard.project import assess
from wizard.refused import Refused


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
    project, listing = _read_for(python, known, choices, sources)
    # The project may need another Python than the recommended one.
    other = target_environment.find_target(replace(known, project=project), choices).python
    if other.path != python.path:
        return _read_for(other, known, choices, sources)
    return project, listing


def _read_for(
    python: Python, known: Facts, choices: Choices, sources: dict[str, IndexSource]
) -> tuple[Project, Optional[Listing]]:
    source, tool = sources.get(python.path), known.tool("uv")
    settings = tool_settings.for_uv(known, python)
    options: tuple[str, ...] = ()
    if tool is None or isinstance(settings, Refused):  # then pip resolves, as it installs
        tool, env = None, _pip_environment(python)
    else:
        env = (*settings.env, *((("UV_NO_CONFIG", "1"),) if settings.no_config else ()))
        options = settings.options
    project = assess.assess(
        choices.project,
        python,
        system=known.system.name,
        folder=str(Path.cwd()),
        uv=tool.path if tool else "",
        env=env,
        options=options,
        application=choices.installer == "pipx",
        index_problem=known.listing.problem if known.listing else "",
    )
    unreadable = known.listing is not None and not known.listing.releases
    if not project.hashes or source is None or unreadable:
        return project, known.listing
    allowed = index.fetch(source, hashes=frozenset(project.hashes))
    if not allowed.releases and known.listing is not None and known.listing.releases:
        problem = f"No file of cryptography on the index has a checksum that {project.name} lists."
        return replace(project, problem=project.problem or problem), known.listing
    return project, allowed


def _pip_environment(python: Python) -> tuple[tuple[str, str], ...]:
    """Return the variables with which pip resolves as it will install."""
    settings = tool_settings.for_pip(python)
    if isinstance(settings, Refused):
        return ()  # the plan is refused with the reason
    # pip ignores a variable that is empty.
    return (*settings.env, *((name, "") for name in settings.unset))
