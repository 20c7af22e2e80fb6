"""The keys in the user's GnuPG keyring. The keyring is only read, never created."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from backends import gpg
from wizard.facts import Tool
from wizard.programs.processes import ask
from wizard.versions import at_least


def find_keys(tools: Sequence[Tool], fingerprints: Sequence[str]) -> tuple[str, ...]:
    """Return which of these keys are in the keyring and not revoked.

    Empty if there is no suitable gpg, or no keyring. Raises ProgramTimeout and OSError if gpg
    cannot be asked.
    """
    tool = next((t for t in tools if t.name == "gpg" and not t.problem), None)
    if tool is None or not at_least(tool.version, gpg.OLDEST) or not _has_keyring():
        return ()
    command = gpg.keys(tool.path, fingerprints)
    output = ask(command.argv, env=dict(command.env), timeout=command.timeout)
    listed = gpg.read_keys(output.stdout)
    return tuple(fingerprint for fingerprint in fingerprints if fingerprint in listed)


def _has_keyring() -> bool:
    home = Path(os.environ.get("GNUPGHOME") or Path.home() / ".gnupg")
    return any((home / ring).is_file() for ring in gpg.KEYRING_FILES)
