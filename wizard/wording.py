"""Short pieces of text that are put together in one way everywhere."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterable, Sequence


def joined(words: Iterable[str]) -> str:
    """The words as people list them: ``a``, ``a and b``, ``a, b and c``; empty for no words."""
    *first, last = (*words,) or ("",)
    return f"{', '.join(first)} and {last}" if first else last


def nearest(word: str, words: Iterable[str]) -> str:
    """The one of ``words`` that a user who typed ``word`` probably meant; empty if none is near."""
    import difflib  # only after a typing error

    near = difflib.get_close_matches(word, sorted(words), n=1, cutoff=0.5)
    return near[0] if near else ""


def did_you_mean(word: str, words: Iterable[str], *, quoted: bool = False) -> str:
    """The nearest word as an addition to a sentence: `` (did you mean 'wheel'?)``, or empty."""
    near = nearest(word, words)
    return near and f" (did you mean {repr(near) if quoted else near}?)"


def typed(words: Sequence[str], system: str) -> str:
    """A command as it is typed on this system; on Windows for cmd and PowerShell alike."""
    return subprocess.list2cmdline(words) if system == "windows" else shlex.join(words)
