"""Pretended machines. ``tests/machines/README.md`` says where each file comes from."""

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


def names() -> tuple[str, ...]:
    """The names of all machines, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json") if path.stem != "listing"))


@cache
def machine(name: str) -> Facts:
    """A pretended machine, with the recorded listing of the index."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    facts = from_json(Facts, text, source=f"{name}.json", schema=SCHEMA)
    return replace(facts, listing=listing())
