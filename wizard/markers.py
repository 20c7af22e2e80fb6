"""Evaluate environment markers (PEP 508) for a Python that is not this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.markers import Marker


def is_true(marker: Marker, environment: Mapping[str, str], extra: str = "") -> bool:
    """Return whether a marker is true with this extra, and without dependency groups.

    ``environment`` are the values of its variables. True if it cannot be evaluated: then the
    installer judges it.
    """
    from packaging.markers import UndefinedComparison, UndefinedEnvironmentName  # slow to import

    try:
        return marker.evaluate({**environment, "extra": extra}, context="lock_file")
    except (UndefinedComparison, UndefinedEnvironmentName):
        return True
