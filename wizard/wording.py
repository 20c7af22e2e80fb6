"""Small helpers for text that several modules share."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterable, Sequence

_PLAIN = re.compile(r"[\w\\/:.=+-]+")
_COMMAND = re.compile(r"`[^`\n]+`\S*")
_GLUE = "\0"
"""In the place of a blank at which a line is not broken: no text that is shown contains it."""


def joined(words: Iterable[str]) -> str:
    """Join words as in a sentence: ``a``, ``a and b``, ``a, b and c``; empty for no words."""
    *first, last = (*words,) or ("",)
    return f"{', '.join(first)} and {last}" if first else last


def step_numbers(numbers: Sequence[int]) -> str:
    """Return rising step numbers in words: ``step 3``, ``steps 3 to 6 and 9``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words: list[str] = []
    for run in runs:
        words += [f"{run[0]} to {run[-1]}"] if len(run) > 2 else map(str, run)
    return f"step{'s' if len(numbers) > 1 else ''} {joined(words)}"


def nearest(word: str, words: Iterable[str]) -> str:
    """Return the one of ``words`` that is most similar to ``word``; empty if none is similar."""
    import difflib  # only after a typing error

    near = difflib.get_close_matches(word, sorted(words), n=1, cutoff=0.65)
    return near[0] if near else ""


def did_you_mean(word: str, words: Iterable[str], *, quoted: bool = False) -> str:
    """Return a suggestion to add to a sentence: `` (did you mean 'wheel'?)``, or empty."""
    near = nearest(word, words)
    return near and f" (did you mean {repr(near) if quoted else near}?)"


def quoted_command(words: Sequence[str], system: str) -> str:
    """Return a command as a user types it on this system; on Windows, for cmd and PowerShell."""
    return " ".join(map(_windows_quote, words)) if system == "windows" else shlex.join(words)


def _windows_quote(word: str) -> str:
    """Quote a word for Microsoft's C library ("Parsing C command-line arguments")."""
    if _PLAIN.fullmatch(word):
        return word
    inner = re.sub(r'(\\*)"', r'\1\1\\"', word)
    inner = re.sub(r"(\\+)$", r"\1\1", inner)
    return f'"{inner}"'


def wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """Return the lines of ``text``, ``width`` columns wide, with the indents ``first`` and
    ``rest``.

    A word is never broken, not even at a hyphen or if it is longer than a line, so that a path, an
    option or a file name can be copied. A command in backticks is one word, if a line is as long.
    """
    room = width - max(len(first), len(rest))
    lines = textwrap.wrap(
        _COMMAND.sub(lambda found: _joined_words(found[0], room), text),
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(_GLUE, " ") for line in lines]


def _joined_words(command: str, room: int) -> str:
    return command.replace(" ", _GLUE) if len(command) <= room else command


def count(number: int, one: str, more: str = "") -> str:
    """Return a number with its noun: ``1 file``, ``2 files``. ``more`` is an unusual plural."""
    return f"{number} {one if number == 1 else more or f'{one}s'}"


def time_limit(seconds: float) -> str:
    """Return a time limit as people say it: ``30 seconds``, ``5 minutes``, ``1 hour``."""
    for name, length in (("hour", 3600), ("minute", 60)):
        if seconds >= length and seconds % length == 0:
            return count(int(seconds // length), name)
    return f"{seconds:g} second{'' if seconds == 1 else 's'}"


def amount(number: int) -> str:
    """Return a number of bytes for people, in powers of 1000: ``3.4 MB``."""
    if number < 1_000_000:
        return f"{(number + 999) // 1000} kB"
    if number < 1_000_000_000:
        return f"{number / 1_000_000:.1f} MB"
    return f"{number / 1_000_000_000:.1f} GB"


def clock_time(time: str) -> str:
    """Return a time (ISO 8601 with its zone) as people say it here today: ``18:03``."""
    from datetime import datetime

    return f"{datetime.fromisoformat(time).astimezone():%H:%M}"


def age(time: str) -> str:
    """Return how long ago a time (ISO 8601 with its zone) was: ``3 days``; empty if just now."""
    from datetime import datetime, timezone

    passed = datetime.now(timezone.utc) - datetime.fromisoformat(time)
    minutes = max(int(passed.total_seconds()) // 60, 0)
    for name, number in (("day", minutes // 1440), ("hour", minutes // 60), ("minute", minutes)):
        if number:
            return f"{number} {name}{'' if number == 1 else 's'}"
    return ""


_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    r"""Return text with escapes (``\x1b``) for control characters, except tab and line feed.

    These also include the characters that change the direction of text, or break a line.
    """
    return _INVISIBLE.sub(lambda match: ascii(match[0])[1:-1], text)


def is_unicode(text: str) -> bool:
    """Return whether text, such as a path, has no bytes that Python could not decode."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


MAX_DIGITS = 100
"""The longest number in a text that is read. Python refuses to read one of thousands of digits."""
_LONG_NUMBER = re.compile(rf"[0-9]{{{MAX_DIGITS + 1}}}")


def has_long_number(text: str) -> bool:
    """Return whether text contains a number of more than `MAX_DIGITS` digits."""
    return _LONG_NUMBER.search(text) is not None


_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def control_characters(text: str, allowed: str = "") -> bool:
    """Return whether text contains a line break or a control character that is not ``allowed``.

    U+2028 and U+2029 also break lines, and U+0085 is one of the control characters.
    """
    return any(found not in allowed for found in _CONTROL.findall(text))
