"""How the user starts the wizard: every sentence that names a command to type asks here.

The wizard may be on PATH, in the folder of an environment, or in one that uvx has made. The entry
point says which (`screens.started`); a test, or another program that uses the engine, says nothing.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from wizard.locations import NAME
from wizard.wording import quoted_command

_words: tuple[str, ...] = (NAME,)


def words() -> tuple[str, ...]:
    """Return the words that start the wizard: a program, and perhaps its first arguments."""
    return _words


def set_words(started_with: Sequence[str]) -> None:
    """From now on, the wizard is named by these words."""
    global _words
    _words = tuple(started_with)


def command(*arguments: str) -> str:
    """Return what to type to start the wizard with these arguments, on this machine."""
    return quoted_command((*_words, *arguments), "windows" if os.name == "nt" else "")


def anywhere() -> str:
    """Return what to type in any folder: a path that was typed in this one is made absolute."""
    program, *more = _words
    if os.sep in program:
        program = str(Path.cwd() / program)
    # An archive that Python runs; an address or an option is no file.
    more = [str(Path.cwd() / word) if Path(word).is_file() else word for word in more]
    return quoted_command((program, *more), "windows" if os.name == "nt" else "")


def named(text: str) -> str:
    """Return a text about ``cryptography-wizard …`` with the words that start it here."""
    return text.replace(f"{NAME} ", f"{command()} ") if _words != (NAME,) else text
