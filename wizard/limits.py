"""Limits: what allows only some releases of cryptography, and where that is stated.

An installed package may need an older release, a setting of pip may pin one, a project may require
one. Each is a `Limit`; `wizard.needs.case.Case.limits` collects all that apply.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

LimitKind = Literal["package", "setting", "project"]


@dataclass(frozen=True)
class Limit:
    """Something that allows only some releases of cryptography.

    ``owner`` states it, as the subject of a sentence (``pyOpenSSL 24.2.1``, ``the constraint
    file``); ``source`` is where: a file, a variable, or empty; ``line`` the number of the line in
    that file, or 0. ``specifier`` is the version specifier of PEP 440 (``<44,>=41.0.5``), or empty.
    ``before`` is a time (ISO 8601): only files that were uploaded earlier are allowed; empty means
    any time.

    ``package`` is the name of the installed package, if one states it.

    ``kind`` says who stated it: an installed ``package``, a ``setting`` of pip or uv, or the
    ``project``. A user may decide against an installed package, which then no longer works. The
    others are instructions, which the installer or the project itself would enforce.
    """

    kind: LimitKind
    owner: str
    specifier: str = ""
    source: str = ""
    before: str = ""
    line: int = 0
    package: str = ""

    @property
    def location(self) -> str:
        """Where it is stated, as a user finds it: ``requirements.txt:3``; may be empty."""
        return f"{self.source}:{self.line}" if self.line else self.source

    @property
    def binding(self) -> bool:
        """Whether no other release can be chosen."""
        return self.kind != "package"

    def allows(self, version: str, uploaded: str = "") -> bool:
        """Return whether a release may be installed.

        ``uploaded`` is the time of its files (ISO 8601). An unknown time is not allowed: pip (from
        26.0) and uv exclude a file without a date (pip: index/package_finder.py; uv:
        resolver/version_map.rs).
        """
        from packaging.specifiers import SpecifierSet  # slow to import

        if self.before and not _is_earlier(uploaded, self.before):
            return False
        return not self.specifier or SpecifierSet(self.specifier).contains(
            version, prereleases=True
        )


def _is_earlier(uploaded: str, before: str) -> bool:
    try:
        return bool(uploaded) and _moment(uploaded) < _moment(before)
    except ValueError:  # the index states no real time
        return False


def _moment(text: str) -> float:
    """Return the time as seconds since 1970. A time without a zone is UTC."""
    from datetime import datetime, timezone

    # Python before 3.11 reads neither Z nor every number of fractional digits.
    moment = datetime.fromisoformat(re.sub(r"\.\d+", "", text.strip()).replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
