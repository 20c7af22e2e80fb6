"""Replace the tables by newer ones, or go back to the built-in ones."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Literal

from wizard import table_source
from wizard.addresses import remember
from wizard.errors import BadRequest, Exit, WizardError
from wizard.table_source import ADDRESS_VARIABLE, BadTables, Tables
from wizard.updates import offered
from wizard.updates.check import check

KEPT = "The tables that were in use stay in use."


@dataclass(frozen=True)
class Outcome:
    """What happened to the tables. ``code`` is the exit code.

    ``date`` is that of the tables in use now, ``before`` of those before; ``origin`` is
    ``built-in`` or ``fetched``. ``place`` is where they were offered (empty after a reset), and
    ``changed`` the names of the tables that differ from the ones before.
    """

    code: int
    action: Literal["updated", "current", "reset"]
    date: str
    before: str
    origin: str
    place: str = ""
    changed: tuple[str, ...] = ()


def address(given: str) -> str:
    """Return where to look for tables: what was given, or else what the variable says.

    Raises BadRequest if there is neither: no address is built in.
    """
    found = given or os.environ.get(ADDRESS_VARIABLE, "")
    if not found:
        raise BadRequest(
            f"No address for tables is configured: name one with --from, or in {ADDRESS_VARIABLE}.",
            hints=("Without newer tables, everything works with the built-in ones.",),
        )
    remember((found,))
    return found


def update(origin: str, say: Callable[[str], None] = lambda _what: None) -> Outcome:
    """Fetch, verify, check and keep the tables at ``origin``, an address or a folder.

    ``say`` gets why it takes longer. Raises WizardError if they cannot be used; then nothing
    has changed.
    """
    used = table_source.current()
    found = offered.read(origin, say)
    try:
        date, text = table_source.read_document(found.document, found.signature)
        before = _text(used)
        if date < used.date:
            raise BadTables(f"is older ({date}) than the tables in use ({used.date})")
        if text == before:
            return Outcome(0, "current", used.date, used.date, used.origin, found.place)
        if date == used.date:
            raise BadTables(f"has the date of the tables in use ({date}), but other contents")
        check(text)
    except BadTables as problem:
        raise WizardError(f"{found.place} {problem}.", why=KEPT) from None
    _store(table_source.stored(found.document, found.signature))
    table_source.forget_current()
    changed = tuple(name for name in table_source.NAMES if text[name] != before[name])
    return Outcome(int(Exit.DONE), "updated", date, used.date, "fetched", found.place, changed)


def reset() -> Outcome:
    """Delete the fetched tables, so that the built-in ones are used. Raises WizardError."""
    before = table_source.current()
    file = table_source.stored_file()
    try:
        file.unlink()
    except FileNotFoundError:
        pass  # there is nothing to delete
    except OSError as error:
        raise WizardError(f"{file} cannot be deleted.", shown=error.strerror or "") from None
    table_source.forget_current()
    now = table_source.built_in()
    return Outcome(int(Exit.DONE), "reset", now.date, before.date, now.origin)


def _text(tables: Tables) -> dict[str, str]:
    return dict(tables.text) if tables.text is not None else table_source.built_in_text()


def _store(data: bytes) -> None:
    """Replace the stored tables in one step: another wizard reads the old or the new ones."""
    file = table_source.stored_file()
    temporary = ""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        Path(temporary).replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):  # it was not made, or is the stored file by now
            Path(temporary).unlink()
        raise WizardError(
            f"{file} cannot be written.", shown=error.strerror or str(error), why=KEPT
        ) from None
