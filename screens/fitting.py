"""Lines that are wider than the terminal, broken at words.

A terminal breaks a line in the middle of a word. Lines of a log stay whole, and a command that is
continued on the next line says so to the shell: both can be copied.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from typing import TextIO

from screens.terminal import is_terminal
from wizard import invocation
from wizard.wording import wrap

_WHOLE = re.compile(r">?\s*(?:\| |\. |& |source )")
"""The beginning of a line that stays whole: a line of a log, a command that is typed."""
_SHOWN = re.compile(r"(\s*)(\$|PS>) ")
"""The beginning of a command that is shown."""
_WORD = re.compile(r"""(?:[^\s'"]|'[^']*'|"(?:[^"\\]|\\.)*")+""")
"""A word of a command, with its quoted parts."""
_INDENT = re.compile(r"\s*(?:- |\d+\. |(?:ok|note|FAILED): |(?:[✓✗!] )?(?:ok|note|FAILED) {2,})?")
_WITH_COMMAND = re.compile(r"(\s*(?:- |\d+\. ).*:) (\S.*[^.,)\s])")
"""An item of a list that ends with a command or a flag: only sentences end with a full stop."""
_AT_END = re.compile(r"([^`]*:) ([^`\s][^`]*[^`.,)\s])")
"""A sentence that ends with a command, which has no backticks."""


def columns(stream: TextIO | None) -> int:
    """Return how many columns a line may have on a stream; 0 (any number) if it is no terminal.

    Also 0 if the terminal has no size, such as a serial line.
    """
    return max(0, shutil.get_terminal_size().columns - 1) if is_terminal(stream) else 0


def for_stream(text: str, stream: TextIO | None) -> str:
    """Return a text with lines that fit into the terminal of a stream, if it is one."""
    return "\n".join(fitted(text.split("\n"), columns(stream)))


def with_marked_command(hint: str) -> str:
    """Return a hint with backticks around the command at its end, so that it is not broken."""
    found = _AT_END.fullmatch(hint)
    return f"{found[1]} `{found[2]}`" if found else hint


def fitted(lines: Iterable[str], width: int) -> list[str]:
    """Return lines that fit into ``width`` columns, broken at words; 0 means any number.

    What a line continues on has the indent of its text.
    """
    return [part for line in lines for part in _fit(line, width)]


def _fit(line: str, width: int) -> list[str]:
    if not width or len(line) <= width or _WHOLE.match(line) or _is_command(line):
        return [line]
    shown = _SHOWN.match(line)
    if shown:
        return _fit_command(line, width, shown)
    found = _INDENT.match(line)
    start = found[0] if found else ""
    indent = " " * (len(start) or 2)
    item = _WITH_COMMAND.fullmatch(line)
    text, command = (item[1], item[2]) if item else _divide(line)
    if command:
        return [*wrap(text[len(start) :], width, first=start, rest=indent), indent + command]
    return wrap(line[len(start) :], width, first=start, rest=indent)


def _is_command(line: str) -> bool:
    """Return whether an indented line is only a command."""
    text = line.strip()
    return text != line and text.startswith((f"{invocation.command()} ", "sudo ", "doas "))


def _divide(line: str) -> tuple[str, str]:
    """Return what a line says before a command of the wizard at its end, and that command."""
    text, colon, command = line.partition(f": {invocation.command()} ")
    own = colon.lstrip(": ") + command
    return (f"{text}:", own) if colon and not line.endswith(".") else (line, "")


def words_of(command: str) -> list[str]:
    """Return the words of a command, with their quotes; none if a quoted part goes on in the next
    line.
    """
    words = _WORD.findall(command)
    return words if " ".join(words) == command else []


def _fit_command(line: str, width: int, start: re.Match[str]) -> list[str]:
    """Break a command between two words, with the sign by which its shell continues it."""
    words = words_of(line[start.end() :])
    if not words:
        return [line]
    sign, indent = (" `" if start[2] == "PS>" else " \\"), f"{start[1]}    "
    lines = [start[0] + words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) + len(sign) <= width:
            lines[-1] += f" {word}"
        else:
            lines[-1] += sign
            lines.append(indent + word)
    return lines
