"""A machine that was saved with ``doctor --json``, read again."""

from __future__ import annotations

import json

from wizard import codec, invocation, knowledge, text_files
from wizard.facts import SCHEMA, Facts
from wizard.machine import consistency, older_files

MAX_BYTES = 16 * 1024 * 1024
"""The largest size of a saved machine, in bytes."""


def load(path: str) -> Facts:
    """Read a saved machine. Raises BadRequest if the file is not one, or contradicts itself."""
    hint = f"Save a machine with: {invocation.command('doctor', '--json')} > machine.json"
    text = text_files.read(path, "a saved machine", limit=MAX_BYTES, hints=(hint,))
    facts = codec.from_json(Facts, text, source=path, schema=SCHEMA)
    consistency.check(facts, source=path)
    return older_files.completed(facts, knowledge.load(), json.loads(text))
