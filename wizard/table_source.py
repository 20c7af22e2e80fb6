"""Which tables the wizard uses: the built-in ones of ``assets/``, or newer ones that were fetched.

``update-tables`` (`wizard.updates`) fetches them. They are one file in the state folder, with their
signature, and are data only: nothing of them is ever run. If they are damaged, not signed, or were
checked by another version of the wizard, the built-in ones are used.
"""

from __future__ import annotations

import functools
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Literal, Optional, TypeVar

import assets
from wizard import __version__, locations

if TYPE_CHECKING:
    from wizard.minisign import PublicKey

SCHEMA = 1
"""The version of the form of the tables. Raise it when an older wizard can no longer read them:
each wizard asks for the file with its own number in the name."""
FILE = f"tables-{SCHEMA}.json"
"""The name of the file at an address: the document, see `read_document`."""
SIGNATURE = f"{FILE}.minisig"
MAX_BYTES = 4 << 20
"""Bytes. The tables have 0.4 MB."""
MAX_SIGNATURE_BYTES = 4096
HEADER = "tables.toml"
"""The asset with the date and the checksum of the built-in tables."""
NAMES = (
    "dependents.toml",
    "durations.toml",
    "failures.toml",
    "fixes.toml",
    "images.toml",
    "openssl.toml",
    "packages.toml",
    "pythons.toml",
    "releases.toml",
    "remedies.toml",
    "rustup.toml",
    "system_packages.toml",
    "upstream.toml",
)
"""All tables. They are only ever replaced together, because they refer to each other."""
KEY_VARIABLE = "CRYPTOGRAPHY_WIZARD_TABLES_KEY"
ADDRESS_VARIABLE = "CRYPTOGRAPHY_WIZARD_TABLES"
_CHECKED_BY = "checked by cryptography-wizard "
_SIGNATURE_LINES = 4

T = TypeVar("T")


class BadTables(Exception):
    """Tables cannot be used. The message is the end of a sentence that begins with their name."""


@dataclass(frozen=True)
class Tables:
    """``text`` has the text of each table, or is None for the built-in ones.

    ``date`` is the day (ISO 8601) on which their contents last changed, and ``problem`` a sentence
    about fetched tables that are not used; empty if there is no problem.
    """

    date: str
    origin: Literal["built-in", "fetched"]
    text: Optional[Mapping[str, str]] = None
    problem: str = ""

    @property
    def age(self) -> str:
        """How old they are, by this machine's clock: ``3 days old``."""
        import datetime  # slow to import, as some others below

        days = (datetime.date.today() - datetime.date.fromisoformat(self.date)).days
        if days <= 0:
            return "new"
        return "1 day old" if days == 1 else f"{days} days old"


def read_asset(name: str) -> dict[str, Any]:
    """Read a TOML file of the assets, or its newer state. Raises FileNotFoundError."""
    fetched = current().text if name in NAMES else None
    return _read_toml(assets.text(name) if fetched is None else fetched[name])


def _read_toml(text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib  # slow to import
    else:
        import tomli as tomllib
    return tomllib.loads(text)


def reader(function: Callable[[], T]) -> functools._lru_cache_wrapper[T]:
    """Decorate a function that reads tables: its result is kept, and `trial` knows about it."""
    kept = functools.cache(function)
    READERS.append(kept)
    return kept


READERS: list[functools._lru_cache_wrapper[Any]] = []
"""The functions that read tables, as far as their modules are imported."""


@contextmanager
def trial(text: Mapping[str, str]) -> Iterator[None]:
    """Within this block, the wizard uses these tables. Only for one thread at a time."""
    global _trial
    _forget()
    _trial = Tables(built_in().date, "fetched", text)
    try:
        yield
    finally:
        _trial = None
        _forget()


_trial: Optional[Tables] = None


def is_trial() -> bool:
    """Return whether tables are being tried: then their values are checked, too."""
    return _trial is not None


def _forget() -> None:
    for kept in READERS:
        kept.cache_clear()


def current() -> Tables:
    """Return the tables in use."""
    return _trial or _current()


@functools.cache
def _current() -> Tables:
    """Return the newest usable tables. Read once, so that all tables of a process fit together."""
    file = stored_file()
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + MAX_SIGNATURE_BYTES + 1)
    except FileNotFoundError:
        return built_in()
    except OSError as error:
        return _without(file, f"cannot be read ({error.strerror})")
    try:
        date, text = read_stored(data)
    except BadTables as problem:
        return _without(file, str(problem))
    # A newer wizard has newer tables in it.
    return Tables(date, "fetched", text) if date > built_in().date else built_in()


def forget_current() -> None:
    """Read the stored tables again when they are needed next."""
    _current.cache_clear()
    _forget()


def _without(file: Path, problem: str) -> Tables:
    sentence = f"The fetched tables are not used, but the built-in ones: {file} {problem}."
    return Tables(built_in().date, "built-in", problem=sentence)


@functools.cache
def built_in() -> Tables:
    """Return the built-in tables."""
    return Tables(_read_toml(assets.text(HEADER))["date"], "built-in")


def stored_file() -> Path:
    """Return the file of the fetched tables, which may not exist."""
    return locations.fetched_tables() / f"tables-{SCHEMA}.signed"


def stored(document: bytes, signature: str) -> bytes:
    """Return the contents of that file, for tables that this version of the wizard has checked."""
    lines = signature.strip().splitlines()[:_SIGNATURE_LINES]
    head = [f"{_CHECKED_BY}{__version__}", *lines, *[""] * (_SIGNATURE_LINES - len(lines))]
    return "\n".join([*head, ""]).encode() + document


def read_stored(data: bytes) -> tuple[str, dict[str, str]]:
    """Return the date and the texts of stored tables. Raises BadTables."""
    parts = data.split(b"\n", 1 + _SIGNATURE_LINES)
    checked_by, lines, document = parts[0], parts[1:-1], parts[-1]
    if len(lines) != _SIGNATURE_LINES or not checked_by.startswith(_CHECKED_BY.encode()):
        raise BadTables("is damaged")
    if checked_by != f"{_CHECKED_BY}{__version__}".encode():
        raise BadTables("is from another version of the wizard; update-tables fetches it again")
    return read_document(document, b"\n".join(lines).decode("utf-8", "replace"))


def read_document(document: bytes, signature: str) -> tuple[str, dict[str, str]]:
    """Return the date and the texts of signed tables. Raises BadTables.

    The document is a JSON object: ``schema``, ``date``, and ``tables``, the text of each table by
    the name of its file. Nothing of it is read before its signature is verified.
    """
    from wizard import minisign

    try:
        minisign.check(document, signature, keys())
    except minisign.BadSignature as problem:
        raise BadTables(str(problem)) from None
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        raise BadTables("is not JSON") from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise BadTables(f"does not have the schema {SCHEMA}, which this wizard reads")
    date, text = found.get("date"), found.get("tables")
    if not isinstance(date, str) or not is_day(date):
        raise BadTables("has no valid date")
    if not isinstance(text, dict) or not all(isinstance(each, str) for each in text.values()):
        raise BadTables("does not contain tables")
    if missing := sorted(set(NAMES) - text.keys()):
        raise BadTables(f"lacks the table {missing[0]}")
    return date, {name: text[name] for name in NAMES}


def is_day(text: str) -> bool:
    """Return whether this is a day as ISO 8601 writes it: 2026-11-30."""
    import datetime

    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return bool(re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text))


def keys() -> tuple[PublicKey, ...]:
    """Return the keys whose signatures count: that of the variable, or else the project's.

    Raises BadTables if the variable has no key in it.
    """
    from wizard import minisign

    own = os.environ.get(KEY_VARIABLE, "")
    if own:
        try:
            return (minisign.read_key(own),)
        except ValueError as error:
            raise BadTables(f"cannot be verified with {KEY_VARIABLE}: {error}") from None
    return (minisign.read_key(assets.text("tables.pub")),)


def checksum(text: Mapping[str, str]) -> str:
    """Return the SHA-256 of tables: the header of the built-in ones has it beside their date."""
    import hashlib  # slow to import

    joined = json.dumps([[name, text[name]] for name in NAMES], ensure_ascii=True)
    return hashlib.sha256(joined.encode()).hexdigest()


def built_in_text() -> dict[str, str]:
    """Return the text of each built-in table."""
    return {name: assets.text(name) for name in NAMES}
