"""JSON in and out for the wizard's frozen dataclasses, with errors that name the key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Callable, Literal, TypeVar, Union, get_args, get_origin

from wizard.errors import BadRequest

if TYPE_CHECKING:
    import cattrs
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
MAX_SHOWN = 300
"""The number of characters of a wrong value that are shown."""


def to_json(value: DataclassInstance, *, indent: int | None = 2) -> str:
    """Write a dataclass as JSON, in ASCII: no terminal, pipe or code page can change it."""
    return json.dumps(value, indent=indent, default=_as_object)


def _as_object(value: DataclassInstance) -> dict[str, Any]:
    """Return the fields of a dataclass. Raises TypeError for any other value."""
    return {name: getattr(value, name) for name in _names(type(value))}


@cache
def _names(kind: type[DataclassInstance]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


def from_json(kind: type[T], text: str, *, source: str, schema: int | None = None) -> T:
    """Read a dataclass from JSON. ``source`` names the file in error messages.

    Raises BadRequest if the text is not JSON, has the wrong ``schema`` number, lacks a key, has an
    unknown key, or has a value of the wrong type; the message names the key.
    """
    if not text.strip():
        raise BadRequest(f"{source} is empty.", hints=("Create the file again with --json.",))
    try:
        data = json.loads(text, object_pairs_hook=_without_duplicates)
    except json.JSONDecodeError as error:
        raise BadRequest(
            f"{source} is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).",
            hints=("Create the file again with --json.",),
        ) from None
    except RecursionError:
        raise BadRequest(f"{source} is nested too deeply to be a file of this wizard.") from None
    except _DuplicateKey as error:
        raise BadRequest(
            f"{source} has the key {error} twice in one object.",
            hints=("Remove one of them.",),
        ) from None
    except ValueError:  # the only remaining cause: Python refuses to read thousands of digits
        raise BadRequest(f"{source} contains a number with too many digits.") from None
    if not isinstance(data, dict):
        raise BadRequest(f"{source} must contain a JSON object, not {_name(data)}.")
    if schema is not None and data.get("schema") != schema:
        raise BadRequest(
            f"{source} has schema {data.get('schema', 'none')!r}; "
            f"this wizard reads schema {schema}.",
            hints=("Create the file again with this version of cryptography-wizard.",),
        )
    return structure(kind, data, source=source)


def structure(kind: type[T], data: dict[str, Any], *, source: str) -> T:
    """Read a dataclass from plain data. Raises BadRequest, naming every wrong key."""
    import cattrs  # imported only where a file is read, because it is slow to import

    try:
        value = _converter().structure(data, kind)
    except Exception as error:  # noqa: BLE001 - cattrs raises groups of anything; all are reported
        raise _wrong_data(
            kind, source, cattrs.transform_error(error, source, _value_problem)
        ) from None
    # cattrs makes a list of anything iterable: the letters of a text, the keys of an object.
    problems = list(_wrong_lists(value, data, source))
    if problems:
        raise _wrong_data(kind, source, problems)
    return value


@cache
def _converter() -> cattrs.Converter:
    """Return the converter. It is made once, because it compiles a function for each class."""
    import cattrs

    converter = cattrs.Converter(forbid_extra_keys=True)
    # By default, cattrs turns "1" into 1 and 1 into "1", but a wrong type must be an error.
    for primitive in (str, int, float, bool):
        converter.register_structure_hook(primitive, _strict(primitive))
    # By default, cattrs takes any class whose keys fit, and RemoveFolder needs only a path.
    converter.register_structure_hook_factory(
        _is_tagged, lambda union: _by_kind(union, converter.structure)
    )
    return converter


def _wrong_data(kind: type, source: str, problems: list[str]) -> BadRequest:
    return BadRequest(
        f"{source} is not a {kind.__name__.lower()} file of this wizard.",
        shown="\n".join(map(_short, problems[:5])),
        hints=("Unknown keys are errors. Create the file again with --json, or correct the key.",),
    )


class _DuplicateKey(Exception):
    """A JSON object contains a key twice: Python's reader would silently use the last one."""


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise _DuplicateKey(repr(_short(key)))
        result[key] = value
    return result


def _value_problem(error: BaseException, kind: Any) -> str:
    """Return what is wrong with one value, and what is allowed; cattrs adds the key."""
    import cattrs

    if get_origin(kind) is Literal:
        return f"invalid value, allowed: {', '.join(repr(word) for word in get_args(kind))}"
    if isinstance(error, TypeError) and str(error).startswith("expected "):
        return f"invalid value for type, {error}"
    if isinstance(error, AttributeError) or is_dataclass(kind) or type(None) in get_args(kind):
        return "invalid value for type, expected an object"
    if isinstance(error, ValueError) and kind is None:
        return f"invalid value: {str(error).partition(' to structure')[0]}"
    return str(cattrs.v.format_exception(error, kind))


def _short(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]} …"


def _wrong_lists(value: Any, data: Any, place: str) -> Iterator[str]:
    """Yield each place where ``value`` has a list but its source ``data`` has none."""
    if isinstance(value, tuple):
        if not isinstance(data, list):
            yield f"invalid value for type, expected a list, not {_name(data)} @ {place}"
            return
        for number, (one, part) in enumerate(zip(value, data)):
            yield from _wrong_lists(one, part, f"{place}[{number}]")
    elif is_dataclass(value):
        for name, part in data.items():
            yield from _wrong_lists(getattr(value, name), part, f"{place}.{name}")


def _is_tagged(hint: Any) -> bool:
    """Whether a type is one of several dataclasses that each have a ``kind``."""
    kinds = [member for member in get_args(hint) if member is not type(None)]
    return get_origin(hint) is Union and len(kinds) > 1 and all(hasattr(k, "kind") for k in kinds)


def _by_kind(union: Any, structured: Callable[[Any, Any], Any]) -> Any:
    """Read the dataclass that ``kind`` names; nothing else decides which one it is."""
    kinds = {member.kind: member for member in get_args(union) if member is not type(None)}

    def hook(value: Any, _union: Any) -> Any:
        if value is None and type(None) in get_args(union):
            return None
        if not isinstance(value, dict):
            raise TypeError(f"expected an object, not {_name(value)}")
        kind = value.get("kind")
        if not isinstance(kind, str) or kind not in kinds:
            known = ", ".join(map(repr, kinds))
            raise TypeError(f"expected one of the kinds {known}, not {kind!r}")
        return structured(value, kinds[kind])

    return hook


def _strict(primitive: type) -> Any:
    def hook(value: Any, _kind: Any) -> Any:
        if primitive is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if type(value) is not primitive:
            raise TypeError(f"expected {_name(primitive())}, not {_name(value)}")
        return value

    return hook


def _name(value: object) -> str:
    names = {
        str: "text",
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        list: "a list",
        dict: "an object",
        type(None): "null",
    }
    return names.get(type(value), type(value).__name__)
