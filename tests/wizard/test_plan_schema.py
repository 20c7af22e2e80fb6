"""The JSON form of a plan: its schema, its document, and the dataclasses say the same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, asdict, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest

from backends import action
from backends.action import (
    CheckSignature,
    Command,
    Download,
    ExportAuthorities,
    Prove,
    RecordPackages,
    RemoveFolder,
    Seal,
    SystemUpdate,
    Unpack,
    Wait,
    WriteFile,
    WriteManifest,
)
from tests.machines import machine
from tests.schema import Draft202012Validator, ValidationError
from tests.wizard.planned import plan, plans
from wizard import codec
from wizard import plan as module
from wizard.choices import Choices
from wizard.errors import BadRequest
from wizard.facts import Project
from wizard.knowledge import load
from wizard.plan import SCHEMA, FileExists, PackagesInstalled, Plan, Step

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT = (DOCS / "plan.md").read_text(encoding="utf-8")
WRITTEN = json.loads((DOCS / "plan.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(WRITTEN)
KINDS = [Plan, module.PlanLimit, Step, *get_args(action.Action), *get_args(module.Check)]
PRIMITIVES = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
UNIONS = {action.Action: "Action", module.Check: "Check"}


def generated() -> dict[str, Any]:
    """The schema that the dataclasses have, without a word for people."""
    definitions = {kind.__name__: object_of(kind) for kind in KINDS if kind is not Plan}
    for union, name in UNIONS.items():
        definitions[name] = {"oneOf": [of(each) for each in get_args(union)]}
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, **object_of(Plan), "$defs": definitions}


def object_of(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {
        "type": "object",
        "properties": {field.name: property_of(field, hints) for field in fields(kind)},
        "required": [f.name for f in fields(kind) if is_required(f)],
        "additionalProperties": False,
    }


def is_required(field: Field[Any]) -> bool:
    """``kind`` and ``schema`` say what it is; all else that has a default may be left out."""
    return field.name in ("kind", "schema") or field.default is MISSING


def property_of(field: Field[Any], hints: dict[str, Any]) -> dict[str, Any]:
    if field.name == "schema":
        return {"const": SCHEMA}
    found = of(hints[field.name])
    return found if is_required(field) else {**found, "default": plain(field.default)}


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def of(hint: Any) -> dict[str, Any]:
    """The schema of one type."""
    if hint in UNIONS:
        return {"$ref": f"#/$defs/{UNIONS[hint]}"}
    if isinstance(hint, type) and is_dataclass(hint):
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if hint in PRIMITIVES:
        return {"type": PRIMITIVES[hint]}
    arguments = get_args(hint)
    if get_origin(hint) is Literal:
        return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
    if get_origin(hint) is Union:
        assert hint == Union[module.Check, None], "another union needs a name in UNIONS"
        return {"anyOf": [of(module.Check), {"type": "null"}]}
    assert get_origin(hint) is tuple, hint
    if arguments[-1] is Ellipsis:
        return {"type": "array", "items": of(arguments[0])}
    return {
        "type": "array",
        "prefixItems": [of(argument) for argument in arguments],
        "items": False,
        "minItems": len(arguments),
    }


def without_words(schema: Any) -> Any:
    """The schema without what is for people; a property may still be called ``title``."""
    if isinstance(schema, list):
        return [without_words(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: without_words(each) for name, each in value.items()}
        if key in ("properties", "$defs")
        else value
        if key == "default"
        else without_words(value)
        for key, value in schema.items()
        if key not in ("title", "description")
    }


def test_the_schema_is_what_the_dataclasses_say() -> None:
    assert without_words(WRITTEN) == generated()


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(WRITTEN)


def test_every_key_is_explained() -> None:
    for schema in (WRITTEN, *WRITTEN["$defs"].values()):
        assert schema["description"].endswith(".")
        for name, each in schema.get("properties", {}).items():
            assert each["description"].endswith("."), name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_is_documented_and_no_other(kind: type) -> None:
    sections = re.split(r"^## ", DOCUMENT, flags=re.MULTILINE)
    section = next(text for text in sections if text.startswith(f"{kind.__name__}\n"))
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", section, flags=re.MULTILINE)
    assert [name for name, _ in rows] == [field.name for field in fields(kind)]
    hints = get_type_hints(kind)
    for name, told in rows:
        assert agrees(of(hints[name]), told), f"{kind.__name__}.{name} is not {told}"


def agrees(schema: dict[str, Any], told: str) -> bool:
    """Whether the document's words for a type are the schema's."""
    if "const" in schema:
        return told == f"`{schema['const']}`"
    if told == "Role":
        return bool(["", *roles_in_document()] == schema["enum"])
    if "enum" in schema:
        return set(re.findall(r'`"?(.*?)"?`', told)) == set(schema["enum"])
    if "$ref" in schema:
        return told == str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return told == "Check or null"
    if schema["type"] == "array":
        if "prefixItems" in schema:
            return bool(re.fullmatch(r"\(\w+, \w+\)", told))
        return told.startswith("list of ") and agrees(schema["items"], told[len("list of ") :])
    words: dict[str, list[str]] = {
        "boolean": ["true, false"],
        "integer": ["number"],
        "number": ["seconds"],
    }
    if schema["type"] == "string":
        return told == "text" or told.startswith("`")
    return told in words[schema["type"]]


def roles_in_document() -> list[str]:
    section = DOCUMENT.partition("\n## Role\n")[2].partition("\n## ")[0]
    return [
        name
        for cell in re.findall(r"^\| (`.*?) \|", section, flags=re.MULTILINE)
        for name in re.findall(r"`(.+?)`", cell)
    ]


def test_every_step_of_a_plan_has_a_role_and_every_role_is_used() -> None:
    special = [
        Choices(method="source", openssl="3.5.7", link="static", wheelhouse="/w", repair="yes"),
        Choices(method="wheel", wheelhouse="/w"),
        Choices(method="source", openssl="3.5.7", link="dynamic"),
    ]
    more = [plan(machine("workshop"), load(), choices) for choices in special]
    mac = machine("mac-arm-brew")
    bare = replace(mac, tools=tuple(tool for tool in mac.tools if tool.name != "xcode"))
    more.append(plan(bare, load(), Choices(method="source")))
    project = Project("ansible", "requirement", "ansible", requirements=("ansible",))
    with_project = replace(machine("debian-12"), project=project)
    more.append(plan(with_project, load(), Choices(project="ansible")))
    used = {step.role for each in (*plans(), *more) for step in each.steps}
    assert used == set(get_args(module.Role)) - {""}


def test_the_document_states_the_schema_number() -> None:
    assert f"now **{SCHEMA}**" in DOCUMENT


def test_real_plans_have_this_form_and_survive_it() -> None:
    seen = set()
    for each in plans():
        text = codec.to_json(each)
        VALIDATOR.validate(json.loads(text))
        assert codec.from_json(Plan, text, source="plan", schema=SCHEMA) == each
        assert module.order(each) == each.steps
        seen |= {each.method, *(step.action.kind for step in each.steps)}
    assert seen >= {"wheel", "source", "command", "prove"}


EVERYTHING = Step(
    "all",
    "All",
    "Why.",
    Command(
        ("a", "b"), ("-r",), (("A", "1"),), ("/p",), (("LIB", "/l"),), ("U",), "/c", True, (0, 1),
        "busy", 1.5, 2.0, "apt", 3, True, "denied", "gone", "broke", 2,
    ),
    ("before",),
    (
        Wait("w", (("a", "b"), ("c",)), 2.0, ("d",), 3.0, "c", ("h",)),
        SystemUpdate("n", "m", ("p",), 4.0),
        Download("u", "p", "s", "su", True, "o", 1.0),
        CheckSignature("u", "f", "A", "g", 1.0),
        Unpack("a", "f", 1.0),
        Seal("f", "t"),
        WriteManifest("w", "f", "1", "wheel", ("cpython 3.11.7",), "py", "Debian", "x86_64"),
        WriteFile("p", "t\n"),
        ExportAuthorities("p"),
        RecordPackages("py", "f", (("p", "m"),), 1.0),
        Prove("py", "1", "static", "3.5.7", True, 2.0, "f", ("p",), True),
        RemoveFolder("f"),
    ),
    PackagesInstalled("apt", ("x", "y")),
    "apt",
    True,
    "packages",
)  # fmt: skip
BEFORE = Step("before", "Before", "Why.", RemoveFolder("f"), check=FileExists("p"))
WHOLE = Plan("1", "source", "", "py", "e", True, (BEFORE, EVERYTHING), ("n",), "macos", True, "w")


def test_every_kind_and_field_survives() -> None:
    text = codec.to_json(WHOLE)
    VALIDATOR.validate(json.loads(text))
    assert codec.from_json(Plan, text, source="plan", schema=SCHEMA) == WHOLE


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for each in value.values() if isinstance(value, dict) else value:
        if isinstance(each, (dict, list)):
            yield from objects(each)


COUNT = len(list(objects(json.loads(codec.to_json(WHOLE)))))


@pytest.mark.parametrize("number", range(COUNT))
def test_schema_and_reader_refuse_the_same(number: int) -> None:
    """An unknown key, and a value of another type for each key, anywhere."""
    names = list(list(objects(json.loads(codec.to_json(WHOLE))))[number])
    for name in [*names, "unknown"]:
        data = json.loads(codec.to_json(WHOLE))
        # An object with one key is nothing that any key can have.
        list(objects(data))[number][name] = {"x": 1}
        with pytest.raises(ValidationError):
            VALIDATOR.validate(data)
        with pytest.raises(BadRequest):
            codec.from_json(Plan, json.dumps(data), source="plan", schema=SCHEMA)


def test_what_has_a_default_may_be_left_out() -> None:
    step = Step("s", "t", "w.", Command(("x",)))
    action_of = {"kind": "command", "argv": ["x"]}
    data: dict[str, Any] = {
        "release": "1",
        "method": "wheel",
        "link": "static",
        "python": "p",
        "environment": "e",
        "new": False,
        "steps": [{"id": "s", "title": "t", "why": "w.", "action": action_of}],
        "schema": SCHEMA,
    }
    VALIDATOR.validate(data)
    found = codec.from_json(Plan, json.dumps(data), source="plan", schema=SCHEMA)
    assert found == Plan("1", "wheel", "static", "p", "e", False, (step,))
    for name in data:
        less = {key: value for key, value in data.items() if key != name}
        with pytest.raises(ValidationError):
            VALIDATOR.validate(less)


def test_a_plan_of_another_schema_is_refused() -> None:
    data = asdict(replace(WHOLE, schema=SCHEMA + 1))
    with pytest.raises(ValidationError):
        VALIDATOR.validate(plain(data))
