"""What a comparison finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["wrong", "new", "unknown"]


@dataclass(frozen=True)
class Finding:
    """One difference between a table and the world.

    ``wrong``: a fact in the table is not true. ``new``: something was published since the table was
    written. ``unknown``: it could not be compared here, with the reason.
    """

    kind: Kind
    table: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind:8} {self.table}: {self.text}"
