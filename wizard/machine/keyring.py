"""The keys in the user's GnuPG keyring. The keyring is only read, never created."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from backends import gpg
from wizard.facts import Tool
from wizard.programs.processes import ask
from wizard.versions import at_least


def known(tools: Sequence[Tool], fingerprints: Sequence[str]) -> tuple[str, ...]:
    """Return those of these keys that are in the keyring and not revoked.

    Empty if there is no suitable gpg, or no keyring. Raises ProgramTimeout and OSError if gpg
    cannot be asked.
    """
    tool = next((t for t in tools if t.name == "gpg" and not t.problem), None)
    if tool is None or not at_least(tool.version, gpg.OLDEST) or not _is_there():
        return ()
    command = gpg.keys(tool.path, fingerprints)
    output = ask(command.argv, env=dict(command.env), timeout=command.timeout)
    found = gpg.listed(output.stdout)
    return tuple(each for each in fingerprints if each in found)


def _is_there() -> bool:
    home = Path(os.environ.get("GNUPGHOME") or Path.home() / ".gnupg")
    return any((home / ring).is_file() for ring in gpg.RINGS)
