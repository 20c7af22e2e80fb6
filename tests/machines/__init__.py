"""Recorded machines. Each file says in ``tests/machines/README.md`` where it comes from."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from wizard.codec import from_json
from wizard.facts import SCHEMA, Facts, Listing

FOLDER = Path(__file__).parent


@cache
def listing() -> Listing:
    """What the index had, as recorded."""
    text = (FOLDER / "listing.json").read_text(encoding="utf-8")
    return from_json(Listing, text, source="listing.json")


@cache
def machine(name: str) -> Facts:
    """A recorded machine, with the recorded listing of the index."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    facts = from_json(Facts, text, source=f"{name}.json", schema=SCHEMA)
    return replace(facts, listing=listing())
