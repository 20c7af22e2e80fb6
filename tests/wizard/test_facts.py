"""Facts as JSON: every value survives, and every field is documented."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard import codec, facts
from wizard.errors import BadRequest
from wizard.facts import SCHEMA, Facts, Python, System

DOCUMENT = Path(__file__).parents[2] / "docs" / "facts.md"
KINDS = [
    kind
    for kind in vars(facts).values()
    if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == facts.__name__
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_is_documented_and_no_other(kind: type) -> None:
    sections = re.split(r"^## ", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    section = next(text for text in sections if text.startswith(f"{kind.__name__}\n"))
    documented = re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)
    assert documented == [field.name for field in fields(kind)]


def test_the_document_states_the_schema_number() -> None:
    assert f"now **{SCHEMA}**" in DOCUMENT.read_text(encoding="utf-8")


@settings(max_examples=60, deadline=None)
@given(st.from_type(Facts).filter(lambda found: found.schema is not None))
def test_facts_survive_json(found: Facts) -> None:
    assert codec.from_json(Facts, codec.to_json(found), source="facts") == found


def test_a_file_may_leave_out_what_has_a_default() -> None:
    text = '{"schema": 1, "system": {"name": "linux", "machine": "x86_64"}}'
    found = codec.from_json(Facts, text, source="facts", schema=SCHEMA)
    assert found == Facts(System("linux", "x86_64"))


def test_what_has_no_default_must_be_there() -> None:
    needed = [field.name for field in fields(Python) if field.default is MISSING]
    assert needed == ["path", "origin"]
    text = '{"schema": 1, "system": {"name": "linux", "machine": ""}, "pythons": [{"path": "p"}]}'
    with pytest.raises(BadRequest) as caught:
        codec.from_json(Facts, text, source="machine.json", schema=SCHEMA)
    assert "origin" in caught.value.shown


@pytest.mark.parametrize(
    ("value", "told"), [('"debian"', "text"), ('{"debian": 1}', "an object"), ('""', "text")]
)
def test_only_a_list_is_a_list(value: str, told: str) -> None:
    text = f'{{"schema": 1, "system": {{"name": "linux", "machine": "", "like": {value}}}}}'
    with pytest.raises(BadRequest) as caught:
        codec.from_json(Facts, text, source="machine.json", schema=SCHEMA)
    assert caught.value.shown.endswith(f"expected a list, not {told} @ machine.json.system.like")


def test_facts_of_another_schema_are_refused() -> None:
    with pytest.raises(BadRequest, match="schema 99"):
        codec.from_json(Facts, '{"schema": 99}', source="machine.json", schema=SCHEMA)
