"""Copying text to the clipboard of a Mac.

Elsewhere, and over ssh, only the terminal can do it (the sequence OSC 52), and it does not answer
whether it did. Apple's Terminal ignores that sequence (charmbracelet/bubbletea#1816).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from wizard.programs.processes import ProgramTimeout, ask

PBCOPY = "/usr/bin/pbcopy"
ENCODING = {"LC_ALL": "", "LC_CTYPE": "UTF-8"}
"""Without these, pbcopy may read its input as Mac Roman (sindresorhus/clipboardy#15)."""
SECONDS = 3.0
"""The time limit of pbcopy."""


def is_remote(environ: Mapping[str, str]) -> bool:
    """Return whether this is an ssh session, whose clipboard is not that of the user's screen."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY"))


def copy(text: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Copy a text to the clipboard of this Mac, and return whether it is there.

    False on other systems, over ssh, and if pbcopy fails: then only the terminal can copy it.
    """
    if sys.platform != "darwin" or is_remote(environ):
        return False
    try:
        return ask((PBCOPY,), given=text, env=ENCODING, timeout=SECONDS).exit == 0
    except (OSError, ProgramTimeout):
        return False
