"""After an index has refused a file: the newest release whose file it lets through."""

from __future__ import annotations

import time

from wizard.facts import Listed
from wizard.method import compiles
from wizard.needs.case import Case

MAX_TRIES = 10
"""The number of releases that are tried."""
MAX_SECONDS = 20.0


def newest(case: Case) -> str:
    """Return the newest release before the chosen one that can be downloaded; empty if none.

    It asks the index for the first byte of some files. Raises the errors of `Case.target`.
    """
    from packaging.version import Version

    from wizard.index import listing
    from wizard.machine import target_index
    from wizard.needs import wheels
    from wizard.needs.tags import current_pip_tags

    choices, python = case.choices, case.target.python
    source = target_index.source(case)
    if source is None:
        return ""
    chosen = Version(choices.release)
    earlier = [listed for listed in case.permitted if Version(listed.version) < chosen]
    possible = [listed for listed in earlier if not case.offer(listed).blocked_by(choices.method)]

    def fits(listed: Listed) -> bool:
        """Return whether this is a file that the installation would download."""
        if compiles(choices.method):
            return bool(listed.sdist)
        fit = wheels.fit(python, listed, case.knowledge, accepts=current_pip_tags(python))
        return isinstance(fit, wheels.Fit)

    versions = [listed.version for listed in possible[:MAX_TRIES]]
    return listing.first_downloadable(
        source, versions, fits, deadline=time.monotonic() + MAX_SECONDS
    )
