"""Check tables before they are used: by all readers, and then what tests check in built-in ones."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wizard import knowledge, table_source
from wizard.advice import support
from wizard.diagnosis import conditions, excerpts, normal, platforms, remedies
from wizard.diagnosis import table as failures
from wizard.errors import WizardError
from wizard.export import container
from wizard.fixes import kinds
from wizard.history import estimates
from wizard.knowledge import Knowledge
from wizard.table_source import BadTables, read_asset
from wizard.versions import openssl_order

READING = (
    knowledge,
    support,
    container,
    kinds,
    estimates,
    failures,
    excerpts,
    normal,
    platforms,
    remedies,
)
"""The modules that read tables; `wizard.table_source.READERS` has their functions."""
MOST_SHOWN = 300
"""Characters of what is wrong that are shown."""


def check(text: Mapping[str, str]) -> None:
    """Raise BadTables unless this version of the wizard can work with these tables."""
    with table_source.trial(text):
        try:
            for read in table_source.READERS:
                read()
            _check_knowledge(knowledge.load())
            _check_failures()
            _check_fixes()
        except WizardError as error:
            raise _unfit(f"{error.what} {error.shown}") from None
        except KeyError as error:
            raise _unfit(f"the key {error} is missing") from None
        # What a reader raises for a value that it does not expect, and packaging and re.
        except (ValueError, TypeError, AttributeError, IndexError, re.error) as error:
            raise _unfit(f"{type(error).__name__}: {error}") from None


def _unfit(what: str) -> BadTables:
    said = " ".join(what.split())[:MOST_SHOWN]
    return BadTables(f"does not fit this version of the wizard ({said})")


def _check_knowledge(known: Knowledge) -> None:
    """Raise ValueError, or an error of packaging, for a value that only its use would reveal."""
    for row in known.releases:
        SpecifierSet(row.python)
        Version(row.msrv)
        openssl_order(row.openssl)
        datetime.date.fromisoformat(row.date)
        _each(Requirement, (*row.requires, *row.constraints))
        _each(Version, (*row.versions, *row.yanked, *row.absent))
    _falling([Version(row.first) for row in known.releases])
    _falling([Version(row.first) for row in known.pythons])
    _falling([openssl_order(row.version) for row in known.openssls])
    for source in known.openssls:
        if not re.fullmatch(r"[0-9a-f]{64}", source.sha256) or not source.url.startswith(
            "https://"
        ):
            raise ValueError(f"OpenSSL {source.version} has no checksum or no https address")
    for flaw in known.flaws:
        Version(flaw.fixed)
    for dependent in known.dependents:
        _each(SpecifierSet, (dependent.versions, dependent.allows))
    if not known.rustup.server.startswith("https://"):
        raise ValueError("rustup's server has no https address")


def _check_failures() -> None:
    """Raise ValueError for a pattern, a condition or a name that no code understands."""
    known = failures.table()
    rules = {row["id"]: row["rule"] for row in read_asset("remedies.toml")["remedy"]}
    things = read_asset("remedies.toml")["thing"]
    for signs in known.by_word.values():
        for sign in signs:
            re.compile(sign.regex)
            re.compile(sign.before)
    for cause in known.causes.values():
        _texts(cause.id, cause.cause, cause.kind, cause.means, *cause.examples)
        _each(re.compile, cause.where.values())
        _each(conditions.parse, [cause.occurs, *_facts(cause.needs)])
        for entry in cause.remedies:
            said = entry if isinstance(entry, str) else entry["text"]
            _texts(said)
            if not isinstance(entry, str):
                conditions.parse(entry["if"])
            if said.startswith("@install:"):
                _known(said[len("@install:") :].split("+"), things)
            elif said.startswith("@"):
                _known([said[1:]], rules)
    for rows in (*rules.values(), *(row["rule"] for row in read_asset("remedies.toml")["word"])):
        for row in rows:
            _texts(row["text"])
            conditions.parse(row["if"])


def _check_fixes() -> None:
    """Raise ValueError unless the table has each kind of fix that the code has."""
    table = read_asset(kinds.TABLE)
    if [row["id"] for row in table["fix"]] != [kind.id for kind in kinds.KINDS]:
        raise ValueError("fixes.toml has other kinds of fixes")
    for row in table["fix"]:
        _texts(*row.get("causes", ()), *row.get("remedies", ()))
    _texts(*table["locks"], *table["passing"])


def _facts(needs: Iterable[str]) -> list[str]:
    return [need for need in needs if not need.startswith("sign:")]


def _each(read: Any, values: Iterable[Any]) -> None:
    for value in values:
        read(value)


def _texts(*values: Any) -> None:
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"expected text, not {value!r}")


def _known(names: Iterable[str], table: Mapping[str, Any]) -> None:
    for name in names:
        if name not in table:
            raise ValueError(f"there is no remedy {name!r}")


def _falling(values: list[Any]) -> None:
    if values != sorted(values, reverse=True):
        raise ValueError("the newest row must be first")
