"""What helps against a cause, as the place where it happened calls it.

``assets/remedies.toml`` has the rules. Of each remedy, the first rule whose condition holds is
rendered, with the machine of the log, its tool and its package. A rule without a text means that
this remedy is no help there: no advice to take a wheel if there is no wheel.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from wizard import invocation
from wizard.diagnosis.conditions import holds
from wizard.diagnosis.context import CRYPTOGRAPHY
from wizard.diagnosis.table import Cause
from wizard.table_source import read_asset, reader

COMMAND = re.compile(r"`([^`]+)`")
_NOT_ALONE = re.compile(
    r"^-|[|;<>*?~]|&&|\$|(?:^|\s)(?:[A-Z][A-Z_]+|ENVIRONMENT|FOLDER)(?:\s|$)|=[A-Z]{3,}|^(?:RUN|export|set|unset|echo)\b"
)
_FACT = re.compile(r"(?<!%)\{([\w.@:-]+)\}")
"""A slot, a fact or a word in a sentence; ``%{GLOBAL}`` is one of Apache's own."""


@dataclass(frozen=True)
class Remedy:
    """What to do, as a sentence with commands in backticks.

    ``run`` is the command as words, if there is one that can be run as it is; ``when`` is the
    condition over the facts under which this remedy was chosen. ``id`` names its rules in
    ``assets/remedies.toml``, or what it installs (``install:compiler``); empty for a sentence.
    """

    text: str
    run: tuple[str, ...] = ()
    when: str = ""
    id: str = ""


def remedies(
    cause: Cause, slots: Mapping[str, str], facts: Mapping[str, str]
) -> tuple[Remedy, ...]:
    """Return what helps against this cause there, the best first."""
    found: list[Remedy | None] = []
    for entry in cause.remedies:
        row = {"text": entry} if isinstance(entry, str) else dict(entry)
        condition = row.get("if", "")
        if not holds(condition, facts):
            continue
        found.append(_remedy(row["text"], condition, slots, facts))
    rendered = [remedy for remedy in found if remedy is not None and _is_about(remedy, facts)]
    if not rendered:
        rendered = for_unknown(facts)[:1]
    rendered[0] = replace(rendered[0], text=_first(rendered[0].text))
    return tuple({remedy.text: remedy for remedy in rendered}.values())


def _first(text: str) -> str:
    """Return a sentence as the first one: those before an "Or" may be no help there."""
    return re.sub(r"^Or ([a-z])", lambda match: match[1].upper(), text)


def _is_about(remedy: Remedy, facts: Mapping[str, str]) -> bool:
    """Return whether a remedy is about the package that failed: advice about cryptography does not
    help another one."""
    return facts.get("package", CRYPTOGRAPHY) == CRYPTOGRAPHY or CRYPTOGRAPHY not in remedy.text


def for_unknown(facts: Mapping[str, str]) -> list[Remedy]:
    """Return what helps if the cause is not known."""
    rows = _rules()["unknown"]
    found = [_remedy(row["text"], row["if"], {}, facts) for row in rows if holds(row["if"], facts)]
    return [remedy for remedy in found if remedy is not None]


def fill(text: str, slots: Mapping[str, str], facts: Mapping[str, str]) -> str:
    """Put slots and facts into a sentence."""
    return _FACT.sub(lambda match: _value(match[1], slots, facts), text).strip()


def lacks(text: str, slots: Mapping[str, str], facts: Mapping[str, str]) -> bool:
    """Return whether a sentence names a slot or a fact that is not known."""
    return not all(_value(name, slots, facts) for name in _FACT.findall(text))


def _remedy(
    text: str, condition: str, slots: Mapping[str, str], facts: Mapping[str, str]
) -> Remedy | None:
    name = text[1:] if text.startswith("@") else ""
    if text.startswith("@install:"):
        text = install(text[len("@install:") :].split("+"), facts)
    elif text.startswith("@"):
        rule = next(row for row in _rules()[text[1:]] if holds(row["if"], facts))
        text, condition = rule["text"], rule["if"] or condition
    text = fill(text, slots, facts)
    return Remedy(text, _argv(text), condition, name) if text else None


@lru_cache(maxsize=256)
def _argv(text: str) -> tuple[str, ...]:
    command = COMMAND.search(text)
    if not command or _NOT_ALONE.search(command[1]):
        return ()
    try:
        return tuple(shlex.split(command[1]))
    except ValueError:  # an open quotation mark
        return ()


def _value(name: str, slots: Mapping[str, str], facts: Mapping[str, str]) -> str:
    if name.startswith("set:"):
        variable, _, value = name[4:].partition(":")
        return f"{variable}={value}"
    return slots.get(name) or facts.get(name) or _word(name, facts) or ""


def _word(name: str, facts: Mapping[str, str]) -> str | None:
    """Return a word of the table as that place calls it, or None if it is not there."""
    text = _template(name, facts)
    if text is None:
        return None
    # A word may contain others, which contain only facts.
    return _FACT.sub(lambda match: _template(match[1], facts) or facts.get(match[1], ""), text)


def _template(name: str, facts: Mapping[str, str]) -> str | None:
    if name == "wizard":
        return invocation.command()
    rows = _words_table().get(name)
    if rows is None:
        return None
    return next(row["text"] for row in rows if holds(row["if"], facts))


def install(things: list[str], facts: Mapping[str, str]) -> str:
    """Return how to install some things with the manager of that place, as a sentence."""
    table = _table()
    rows = [table["thing"][name] for name in things]
    title = " and ".join(row["title"] for row in rows)
    chosen = [row for row in table["manager"] if holds(row["if"], facts)]
    if not chosen:
        return f"Install {title} for that system."
    known = bool(chosen[0]["if"])
    sentences = []
    for row in chosen[:1] if known else chosen:
        names = " ".join(dict.fromkeys(n for thing in rows for n in _names(thing, row["id"])))
        special = next(
            (thing[f"{row['id']}_text"] for thing in rows if f"{row['id']}_text" in thing), ""
        )
        if special:
            sentences.append(special if known else f"{row['title']}: {special}")
        elif names:
            command = row["command"].replace("{names}", names)
            sentences.append(
                f"Install {title}: `{command}`." if known else f"{row['title']}: `{command}`."
            )
    if not sentences:
        return ""
    return " ".join(sentences) if known else f"Install {title}. " + " ".join(sentences)


def _names(thing: Mapping[str, Any], manager: str) -> Iterator[str]:
    yield from str(thing.get(manager, "")).split()


@reader
def _table() -> dict[str, Any]:
    return read_asset("remedies.toml")


@reader
def _rules() -> dict[str, list[dict[str, str]]]:
    return {row["id"]: row["rule"] for row in _table()["remedy"]}


@reader
def _words_table() -> dict[str, list[dict[str, str]]]:
    return {row["id"]: row["rule"] for row in _table()["word"]}
