"""Why the requirements of a project cannot be installed together, and which change would help."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath, PureWindowsPath

from wizard import meant, target_environment
from wizard.facts import Listed, Project
from wizard.limits import Limit
from wizard.needs import release_limits
from wizard.needs.case import Case
from wizard.refused import Refused
from wizard.versions import allows

NETWORK = (
    "Check the network. If yours needs a proxy, set HTTPS_PROXY=http://HOST:PORT.",
    "If your company has a mirror, tell pip: python -m pip config set global.index-url ADDRESS",
    "Without a network, only cryptography itself can be installed: omit --for, and use "
    "--from-wheelhouse FOLDER.",
)
"""What helps if the package index does not answer."""


def find_conflict(case: Case) -> Refused | None:
    """Return why nothing fits the project of a case, or None if something does.

    ``why`` names both sides; the hints name the nearest releases that would fit.
    """
    project = case.project
    if project is None:
        return None
    if project.unresolved == "network":
        return Refused(project.problem, NETWORK)
    limits = [limit for limit in case.limits if limit.kind == "project"]
    if _newest(case, limits) is not None:
        return Refused(project.problem, _hints(case, project)) if project.problem else None
    hints = []
    for limit in limits:
        fits = _newest(case, [other for other in limits if other is not limit])
        if fits is not None and len(limits) > 1:
            hints.append(f"{_change(limit, project.file)}: then {fits.version} fits.")
    return Refused(
        f"No release of cryptography fits all requirements of {project.name}.",
        tuple(hints),
        why=" ".join(map(release_limits.sentence, limits)),
    )


def _hints(case: Case, project: Project) -> tuple[str, ...]:
    """Return what helps: a name without a typing error, or a Python that the project allows."""
    if project.kind == "requirement" or project.unresolved == "absent":
        typed = meant.hints(project.name) if project.kind == "requirement" else ()
        return (*typed, "Check the spelling of the name, and whether the version exists.")
    if not project.pythons or allows(project.pythons, case.target.python.version):
        return ()
    for python in target_environment.bases(case.facts):
        if target_environment.usable(python) and allows(project.pythons, python.version):
            folder = "" if case.target.new else "--venv FOLDER "
            return (f"This Python fits: {folder}--python {python.path}",)
    return (f"Install Python {project.pythons} first: this machine has none.",)


def _newest(case: Case, limits: Sequence[Limit]) -> Listed | None:
    fits = (
        r for r in case.releases if all(limit.allows(r.version, r.uploaded) for limit in limits)
    )
    return next(fits, None)


def _change(limit: Limit, file: str) -> str:
    """Return what a user could change about a limit, as the beginning of a sentence."""
    place = f" ({limit.location})" if limit.location else ""
    rules = PureWindowsPath if "\\" in file else PurePosixPath
    if limit.owner in (rules(limit.source).name, rules(file).name) or not limit.source:
        return f"Change the requirement cryptography{limit.specifier}{place}"
    return f"Use another version of {limit.owner.split()[0]}{place}"
