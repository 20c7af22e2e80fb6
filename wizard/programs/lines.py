"""Turn the bytes that programs write into readable lines, a chunk at a time."""

from __future__ import annotations

import codecs
import re

HEAD = 16 * 1024 * 1024
TAIL = 48 * 1024 * 1024
"""How much of the beginning and the end of a huge log is searched for the cause, in bytes."""
MAX_LINE = 8_000
"""Longer lines are cut to this many characters."""
CUT_MARK = " … (the rest of this line is in the log)"
"""The end of a line that was cut."""
_RAW = 8 * MAX_LINE
"""How much of an incomplete line is kept."""

# What must not reach a terminal: control characters except tab and line feed, C1 controls, and the
# characters that change the writing direction or break a line.
_CONTROLS = bytes([*range(9), *range(11, 32), 127])
_HIDDEN = "\x80-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
_HIDDEN_PATTERN = re.compile(f"[{_HIDDEN}]")
_CONTROL = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # OSC: titles, links
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\)?"  # DCS, SOS, PM, APC
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor
    r"|\x1b[ -/]*[0-~]?"
    rf"|[\x00-\x08\x0a-\x1f\x7f{_HIDDEN}]"
)


def clean(text: str) -> str:
    """Return one line without control sequences."""
    return _CONTROL.sub("", text)


class LineDecoder:
    r"""Turns chunks of bytes into clean lines, regardless of chunk boundaries.

    Bytes that are not in ``encoding`` become U+FFFD. If a line is overwritten with ``\r``, as by
    progress bars, the last text is kept. Lines are cut at `MAX_LINE` characters.
    """

    def __init__(self, encoding: str = "utf-8") -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._one_byte = encoding == "utf-8"  # each control character is one byte
        self._rest = ""  # the line so far, after its last \r
        self._overwritten = ""  # the text before that \r
        self._plain = True  # _rest needs no cleaning, and _shown is empty

    def feed(self, chunk: bytes) -> list[str]:
        """Return the lines that are complete with this chunk."""
        text = self._decoder.decode(chunk)
        plain = (
            self._one_byte
            and len(chunk.translate(None, _CONTROLS)) == len(chunk)
            and (chunk.isascii() or not _HIDDEN_PATTERN.search(text))
        )
        parts = text.split("\n")
        if not (plain and self._plain):
            return self._feed_slowly(parts)
        parts[0] = self._rest + parts[0]
        self._rest = parts.pop()[: _RAW + 1]
        if parts and len(max(parts, key=len)) > MAX_LINE:
            return [_cut(part) for part in parts]
        return parts

    def finish(self) -> list[str]:
        """Return the last line, if it has no line feed."""
        text = self._decoder.decode(b"", True)
        lines = self._feed_slowly([text]) if text else []
        if self._rest or self._overwritten:
            lines.append(self._line(self._rest))
        self._rest, self._overwritten, self._plain = "", "", True
        return lines

    def _feed_slowly(self, parts: list[str]) -> list[str]:
        last = parts.pop()
        lines = []
        for part in parts:
            lines.append(self._line(self._rest + part))
            self._rest = self._overwritten = ""
        *over, rest = (self._rest + last).split("\r")
        self._overwritten = _last_text(over) or self._overwritten
        self._rest = rest[: _RAW + 1]
        self._plain = not self._overwritten and clean(self._rest) == self._rest
        return lines

    def _line(self, text: str) -> str:
        segments = text.split("\r")
        return _last_text(segments) or self._overwritten or _clean_segment(segments[-1])


def _last_text(segments: list[str]) -> str:
    """Return the last segment with visible text."""
    texts = (_clean_segment(segment) for segment in reversed(segments))
    return next((text for text in texts if text and not text.isspace()), "")


def _clean_segment(segment: str) -> str:
    return _cut(clean(segment[:_RAW]), force=len(segment) > _RAW)


def _cut(text: str, *, force: bool = False) -> str:
    return text[:MAX_LINE] + CUT_MARK if force or len(text) > MAX_LINE else text
