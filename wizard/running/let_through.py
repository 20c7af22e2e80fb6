"""After an index has refused a file: the newest release whose file it lets through."""

from __future__ import annotations

import time

from wizard.choices import Choices
from wizard.errors import WizardError
from wizard.facts import Facts, Listed
from wizard.method import compiles
from wizard.wording import quoted_command

REFUSED_FILE = "index-refuses-file"
"""The id in ``assets/failures.toml`` of the failure that this is about."""
MAX_TRIES = 10
"""The number of releases that are tried."""
MAX_SECONDS = 20.0


def hints(failure: str, facts: Facts, choices: Choices) -> tuple[str, ...]:
    """Return the command for the newest release that the index lets through, if it refused one.

    ``failure`` is the id of the diagnosis. It asks the index for the first byte of some files.
    """
    if failure != REFUSED_FILE:
        return ()
    release = newest(facts, choices)
    if not release:
        return (f"The index also refuses the {MAX_TRIES} releases before, or does not answer.",)
    words = ["cryptography-wizard", "--release", release]
    if choices.method:
        words += ["--method", choices.method]
    if choices.venv:
        words += ["--venv", choices.venv]
    command = quoted_command(words, facts.system.name)
    return (f"Install {release}, the newest release that it lets through: `{command}`",)


def newest(facts: Facts, choices: Choices) -> str:
    """Return the newest release before the chosen one that can be downloaded; empty if none."""
    from packaging.version import Version

    from wizard import knowledge
    from wizard.index import listing
    from wizard.machine import inspection, uv_settings
    from wizard.needs import wheels
    from wizard.needs.case import Case
    from wizard.needs.tags import current_pip_tags

    case = Case(facts, knowledge.load(), choices)
    try:
        python = case.target.python
    except WizardError:
        return ""
    _, source = inspection.inspect(python.path, python.origin)
    if source is None:
        return ""
    if choices.installer != "pip":
        source = uv_settings.UvSettings(facts.folder).source(python, source)
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
