"""A machine that was saved with ``doctor --json``, read again."""

from __future__ import annotations

from pathlib import Path

from wizard import codec
from wizard.errors import BadRequest
from wizard.facts import SCHEMA, Facts
from wizard.machine import consistency

LARGEST = 16 * 1024 * 1024
"""No saved machine is larger than this, in bytes."""
_HINTS = ("Save a machine with: cryptography-wizard doctor --json > machine.json",)


def load(path: str) -> Facts:
    """Read a saved machine. Raises BadRequest if it is not one, or describes an impossible one."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise BadRequest(f"{path} cannot be read.", shown=error.strerror or str(error)) from None
    except ValueError:
        raise BadRequest(f"{path!r} is not the name of a file.") from None
    if len(data) > LARGEST:
        raise BadRequest(f"{path} is too large to be a saved machine.", hints=_HINTS)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(
            f"{path} is not text in UTF-8.",
            shown=f"byte {error.start}: {error.reason}",
            hints=_HINTS,
        ) from None
    facts = codec.from_json(Facts, text, source=path, schema=SCHEMA)
    consistency.check(facts, source=path)
    return facts
