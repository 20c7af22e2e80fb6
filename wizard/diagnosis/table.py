"""The causes of failures and their signs, as ``assets/failures.toml`` describes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from wizard.diagnosis.literals import literals
from wizard.diagnosis.normal import failures, translations, words
from wizard.table_source import reader

ENVELOPE = "envelope"
"""The kind of what says only that something failed: never an answer, explained by everything."""


@dataclass(frozen=True)
class Sign:
    """What a line of a log looks like.

    ``owner`` is the cause, family or note that it is a sign of. ``find`` are words in lower case:
    the line contains at least one of them as a whole word. ``before`` must match the line above.
    After ``enough`` matches it is not looked for any more (0: as usual). ``needs`` are signs that
    the log must have too, as in `Cause.needs`. ``raw`` means the line with what CI services and
    other programs put before it.
    """

    owner: str
    find: tuple[str, ...]
    regex: str
    before: str = ""
    weak: bool = False
    enough: int = 0
    needs: str = ""
    raw: bool = False

    @cached_property
    def optional(self) -> bool:
        """Whether it is a note that may be given up: it only helps to understand the log."""
        return self.owner.startswith(("fact", "mark:start", "mark:frame", "stage:", "suspect:"))

    @cached_property
    def alone(self) -> bool:
        """Whether it is looked for in single lines only, not in lines that may be one."""
        return self.optional or self.owner.startswith(("mark:installed", "mark:built"))

    @cached_property
    def silent(self) -> bool:
        """Whether nobody needs to see its line."""
        return self.owner.startswith(("fact", "mark:", "stage:"))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled regex: compiled when it is needed for the first time."""
        return re.compile(self.regex)

    @cached_property
    def literals(self) -> tuple[str, ...]:
        """Texts of which every match has at least one; empty if nothing is known about that."""
        return literals(self.regex)


@dataclass(frozen=True, eq=False)
class Cause:
    """Why something failed: see the head of ``assets/failures.toml`` for the fields."""

    id: str
    cause: str
    kind: str
    means: str = ""
    family: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    explains: frozenset[str] = frozenset()
    weak: bool = False
    yields: bool = False
    about: str = ""
    only: str = ""
    other: str = ""
    bare: str = ""
    survived_by: frozenset[str] = frozenset()
    occurs: str = ""
    remedies: tuple[str | Mapping[str, str], ...] = ()
    examples: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    signs: tuple[Sign, ...] = ()

    @property
    def envelope(self) -> bool:
        """Whether it says only that something failed."""
        return self.kind == ENVELOPE

    def accepts(self, slots: Mapping[str, str]) -> bool:
        """Return whether a sign of its family with these slots is a sign of this cause."""
        return all(
            re.fullmatch(pattern, slots.get(name) or "", re.IGNORECASE)
            for name, pattern in self.where.items()
        )


@dataclass(frozen=True)
class Table:
    """``by_word`` has the signs that a word points to; ``families`` the causes of each family;
    ``raw`` the words of signs that mean the line with its prefixes."""

    causes: Mapping[str, Cause]
    families: Mapping[str, tuple[Cause, ...]]
    by_word: Mapping[bytes, tuple[Sign, ...]]
    translated: frozenset[bytes]
    raw: frozenset[bytes] = frozenset()

    @cached_property
    def words(self) -> frozenset[bytes]:
        """All words that are looked for, also those of messages in other languages."""
        return self.translated.union(self.by_word)

    @cached_property
    def numbers(self) -> frozenset[bytes]:
        """Those that are numbers: what a sign looks for may be one, such as an exit code."""
        return frozenset(word for word in self.words if word.isdigit())

    def causes_of(self, owner: str, slots: Mapping[str, str]) -> Iterator[Cause]:
        """Yield the causes that a sign with these slots may show, the first choice first."""
        if owner in self.causes:
            yield self.causes[owner]
        yield from (cause for cause in self.families.get(owner, ()) if cause.accepts(slots))


@reader
def table() -> Table:
    """Read ``assets/failures.toml``."""
    rows = failures()
    kinds = {row["id"]: {k: row[k] for k in row if k != "id"} for row in rows["kind"]}
    causes = {row["id"]: _cause({**kinds[row["kind"]], **row}) for row in rows["cause"]}
    signs = [sign for cause in causes.values() for sign in cause.signs]
    for row in (*rows["family"], *rows["note"]):
        signs += _signs(row["id"], row["sign"])
    families: dict[str, list[Cause]] = {row["id"]: [] for row in rows["family"]}
    for cause in causes.values():
        if cause.family:
            families[cause.family].append(cause)
    by_word: dict[bytes, list[Sign]] = {}
    for sign in signs:
        for word in sign.find:
            by_word.setdefault(word.encode(), []).append(sign)
    raw = {word.encode() for sign in signs if sign.raw for word in sign.find}
    return Table(
        causes,
        {name: tuple(members) for name, members in families.items()},
        {word: tuple(found) for word, found in by_word.items()},
        frozenset(_words_of_translations()),
        frozenset(raw),
    )


def _words_of_translations() -> Iterator[bytes]:
    """Yield a word of each message in another language: its longest, which is the rarest."""
    for other, _ in translations():
        yield max(words(other.encode()), key=len)


def _cause(row: Mapping[str, Any]) -> Cause:
    known = {key: value for key, value in row.items() if key != "sign"}
    for name in ("needs", "remedies", "examples", "sources"):
        known[name] = tuple(known.get(name, ()))
    for name in ("explains", "survived_by"):
        known[name] = frozenset(known.get(name, ()))
    return Cause(**known, signs=tuple(_signs(row["id"], row.get("sign", ()))))


def _signs(owner: str, rows: Iterable[Mapping[str, Any]]) -> list[Sign]:
    return [Sign(owner, **{**row, "find": tuple(row["find"])}) for row in rows]
