"""Why pip or uv found nothing on the index, if it does not say so: the index is asked again.

Of most pages that pip cannot read, it only says that there are no versions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Callable

from backends.action import Command
from wizard.index.source import UNREACHABLE

if TYPE_CHECKING:
    from wizard.diagnosis.diagnose import Diagnosis
    from wizard.diagnosis.remedies import Remedy
    from wizard.plan import Step

_MAY_LACK_INDEX = (
    *("no-such-version", "no-wheel-for-platform"),
    *(UNREACHABLE, "index-timeouts", "index-not-found"),
)
_NO_PAGE = "(from versions: none)"
"""What pip says if it has read no page. The plan was made from a page that lists the release."""


def explain(
    step: Step, diagnosis: Diagnosis, lines: Sequence[str], index_problem: Callable[[], str]
) -> str:
    """Return as sentences why the index could not be used; empty if that is not the cause.

    ``lines`` are those of the failed step's log. ``index_problem`` asks the index again, and
    returns why the release cannot be found there now, or an empty text.
    """
    if not isinstance(step.action, Command) or not step.action.interrupted:
        return ""  # not a pip or uv that reads an index
    if diagnosis.known:
        if diagnosis.id not in _MAY_LACK_INDEX:
            return ""
    elif any("uilding wheel" in line for line in lines):
        return ""  # unknown, but of a build
    problem = index_problem()
    if problem:
        return f"The package index cannot be used any more. {problem}"
    if diagnosis.id == "no-wheel-for-platform" and any(_NO_PAGE in line for line in lines):
        return (
            "pip could not read the package index, but the wizard can read it now. The index or "
            "the network failed for a moment."
        )
    return ""


def remedies(facts: Mapping[str, str]) -> tuple[Remedy, ...]:
    """Return what helps if the index cannot be reached on a machine with these facts."""
    from wizard.diagnosis.remedies import remedies as remedies_of
    from wizard.diagnosis.table import table

    return remedies_of(table().causes[UNREACHABLE], {}, facts)
