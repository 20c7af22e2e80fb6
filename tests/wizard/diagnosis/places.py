"""Machines on which the examples of causes were seen."""

from __future__ import annotations

from wizard.diagnosis import conditions
from wizard.diagnosis.table import Cause


def somewhere(cause: Cause) -> dict[str, str]:
    """Return facts of a machine where the cause occurs, if its examples do not say one."""
    facts = {}
    for need in (*cause.needs, cause.occurs):
        if not need.startswith("sign:"):
            for name, wanted, values in conditions.parse(need):
                if wanted and name in ("os", "machine", "libc", "place"):
                    facts[name] = min(values)
    return facts
