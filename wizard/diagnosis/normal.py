"""A line as the program wrote it, out of what terminals, browsers, CI services and people made of
it.

Nothing here knows what a line means. Every kind of quotation mark becomes an apostrophe, and
messages of the C libraries and of Windows in other languages become English, so that signs need one
form only.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from wizard.table_source import read_asset, reader

WINDOW, OVERLAP = 4000, 400
"""Characters that are searched at once; a longer line is split into overlapping windows."""

MARKS = (
    *(b"\x1b", b"\xc2\x9b", b"[0m", b"[m", b"[K", b"[1m", b"\x00"),
    *(b"\\n", b"\\r", b"\\u", b"\\t", b'\\"'),
    *(b"&#", b"&quot", b"&lt", b"&gt", b"&amp", b"&nbsp", b"&apos", b"</", b"<br"),
    *(b"\xc2\xa0", b"\xe2\x80", b"\xe3\x80", "\uff1a".encode(), "\u3002".encode()),
)
"""Bytes that show that words may be hidden by codes or escapes."""

FULL_WIDTH_COLON = "\N{FULLWIDTH COLON}"
"""What Chinese and Japanese messages write between a file and what is wrong with it."""
_SPACES = dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000], " ")
_NOTHING = dict.fromkeys(
    [*range(9), *range(11, 13), *range(14, 32), 0x7F, 0xAD, *range(0x200B, 0x2010), 0x2060, 0xFEFF,
     *range(0x202A, 0x202F), *range(0x2066, 0x206A)],
    "",
)  # fmt: skip
_FOR_PEOPLE = {**_NOTHING, **dict.fromkeys(range(0x80, 0xA0), ""), 0x2028: " ", 0x2029: " "}
"""Also what may be a letter in the encoding of the log, but what a terminal could obey."""
_QUOTES = dict.fromkeys(map(ord, '`´"’‘‛′‚“”„‟«»‹›＇＂「」『』'), "'")
_CHARACTERS = {**_SPACES, **_NOTHING, **_QUOTES}
_ASCII_QUOTES = bytes(ord(_QUOTES.get(code, chr(code))) for code in range(128)) + bytes(128)
_ASCII_NOTHING = bytes(code for code in _NOTHING if code < 128)
"""The same for text that is all ASCII, as most is: bytes are translated many times faster."""

_CODES = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles, links
    r"|(?:\x1b|\x9b|\^\[|\\(?:x1[bB]|u001[bB]|033|e)|\N{SYMBOL FOR ESCAPE}|\ufffd)"
    r"\[?[0-?]*[ -/]*[@-~]"
    r"|\[(?:\d{1,3}(?:;\d{1,3}){0,4})?m|\[\d?K"  # without the ESC byte
)
_TAGS = re.compile(
    r"</?(?:span|b|i|em|strong|div|pre|code|br|p|a|font|td|tr|li|mark|samp)\b[^<>]*>", re.I
)
_ENTITY = re.compile(r"&(?:#\d{1,5}|#x[\da-fA-F]{1,5}|[a-zA-Z]{2,6});")
_ESCAPES = re.compile(r"\\(?:u(?P<code>[0-9a-fA-F]{4})|(?P<letter>[\"'\\/bfnrt]))")
_LETTERS = {"n": "\n", "r": "\n", "t": " ", "b": "", "f": ""}

_TIME = (
    r"\[?\d{4}[-/.]\d\d[-/.]\d\d[T _]\d\d:\d\d(?::\d\d(?:[.,:]\d+)?)?"
    r"(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?\]?:?"
)
_PREFIX = re.compile(
    r"\s*(?:"
    rf"{_TIME}\s"
    r"|\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?:?\s"
    r"|\[\s*\d+(?:\.\d+\s?s?|s)\]\s"  # seconds since the start
    r"|(?:<\d+>)?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d "
    r"(?:[\w.-]+ )?[\w./@-]+(?:\[\d+\])?: "  # journal
    r"|#\d+ (?:\d+\.\d+ )?|=> => # |> => |(?:\d\.\d{3}|\d\d\.\d\d|\d{3,4}\.\d) "  # BuildKit
    r"|[\w.-]{1,40}(?:-\d+|_\d+)? {1,20}\| "  # Compose
    r"|[\w.-]{1,40}(?:-\d+|_\d+)?\s{0,20}\| (?=\S)"
    r"|(?:[^\t\n]{1,60}\t){2}"  # job and step of a CI service
    r"|\d{1,7}(?:\t|[:|)\u2502] ?| {2,})"  # line numbers
    r"|L?\d{1,7}: "
    r"|(?:>|\N{BOX DRAWINGS LIGHT VERTICAL}|\N{BOX DRAWINGS HEAVY VERTICAL}|\|)(?: |$)"
    r"|>(?=\S)"
    r"|(?:\N{BOX DRAWINGS LIGHT ARC UP AND RIGHT}|\N{BOX DRAWINGS LIGHT VERTICAL AND RIGHT})"
    r"\N{BOX DRAWINGS LIGHT HORIZONTAL}*"
    r"(?:>|\N{BLACK RIGHT-POINTING SMALL TRIANGLE}|\N{BLACK RIGHT-POINTING TRIANGLE})? "
    r"|##\[\w+\]|::\w+(?: [^:]*)?::"
    r"|(?:stderr|stdout|remote|npm ERR!|npm error)[:|]?\s"
    r"|\[(?:stderr|stdout|ERROR|INFO|WARN|WARNING|DEBUG|[\w.-]{1,60}(?:Error|Exception))\]:? "
    r"|\{\s*'(?:log|message|msg|text|line|MESSAGE|textPayload|stderr|stdout|output)':\s*'"
    # an element of a list of strings
    r"|[\[,{ ]*'(?=\s*[\w\[/$#>*\u2500-\u25ff\U0001f300-\U0001faff])"
    r")"
)
_STRING_END = re.compile(r"(?<=.)'\s*[,\]}]*$")


def clean(text: str) -> str:
    """Return a line without codes, tags and entities, with one kind of quote and of space."""
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
        if "&" in text:
            text = html.unescape(text)
    if "\x1b" in text or "[" in text or "\x9b" in text:
        text = _CODES.sub("", text)
    if "<" in text:
        text = _TAGS.sub("", text)
    if text.isascii():
        return text.encode().translate(_ASCII_QUOTES, _ASCII_NOTHING).decode().rstrip()
    return text.translate(_CHARACTERS).rstrip()


def shown(text: str) -> str:
    """Return a line for people: without codes, otherwise unchanged."""
    if "\x1b" in text or "[" in text or "\x9b" in text:
        text = _CODES.sub("", text)
    return text.replace("\t", "    ").translate(_FOR_PEOPLE).replace("\r", " ").rstrip()


def pieces(raw: str) -> list[str]:
    """Return the lines that one line of a log contains, normalised: usually one.

    More if carriage returns or written line feeds separate them, or if it is very long.
    """
    parts = [raw]
    if "\r" in raw:
        parts = raw.rstrip("\r").split("\r")
    if "\\" in raw:
        parts = [piece for part in parts for piece in _unescape(part)]
    result = []
    for part in parts:
        text = english(line(part))
        if len(text) <= WINDOW:
            result.append(text)
        else:
            result += [
                text[start : start + WINDOW]
                for start in range(0, len(text) - OVERLAP, WINDOW - OVERLAP)
            ]
    return result


@lru_cache(maxsize=64)
def line(raw: str) -> str:
    """Return a line without codes and prefixes, in its own language. A line that may be wrapped is
    read again with each of its neighbours, therefore the last ones are kept."""
    return without_prefixes(clean(raw)).replace("\t", " ")


def without_prefixes(text: str) -> str:
    """Remove what CI services, containers, loggers and people put before a line, repeatedly."""
    for _ in range(8):
        match = _PREFIX.match(text)
        if not match or match.end() == 0:
            break
        rest = text[match.end() :]
        if match.group().rstrip().endswith("'"):
            whole = _STRING_END.sub("", rest)
            if "':" not in match.group() and (whole == rest or whole.count("'") % 2):
                break  # a word in quotes, not a string in a list
            rest = whole if rest.count("'") % 2 else rest
        text = rest
    return text


def _unescape(text: str) -> list[str]:
    """Return the lines of a string as JSON, Python or C write it, or the text itself."""
    newlines = text.count("\\n")
    if not newlines and '\\"' not in text and "\\u" not in text and "\\t" not in text:
        return [text]
    if newlines < 2 and '\\"' not in text and "\\u00" not in text and not _is_string(text):
        return [text]
    return _ESCAPES.sub(_unescaped, text).split("\n")


def _is_string(text: str) -> bool:
    inner = text.strip().rstrip(",")
    return len(inner) > 1 and inner[0] in "\"'{[" and inner[-1] in "\"'}]"


def _unescaped(match: re.Match[str]) -> str:
    if match["code"]:
        return chr(int(match["code"], 16))
    return _LETTERS.get(match["letter"], match["letter"])


def english(text: str) -> str:
    """Replace the messages of systems in other languages by the English ones."""
    by_word, unspaced, in_ascii = _translations()
    if text.isascii():
        names = words(text.encode())
        if in_ascii.keys().isdisjoint(names):
            return text
        found = [pair for name in dict.fromkeys(names) for pair in in_ascii.get(name, ())]
    else:
        found = [
            pair
            for word in dict.fromkeys(_WORD.findall(text.lower()))
            if word in by_word
            for pair in by_word[word]
        ]
        if _UNSPACED.search(text):
            found += unspaced
    for pattern, meaning in found:
        text = pattern.sub(lambda _match, meaning=meaning: meaning, text)  # type: ignore[misc]
    return text.replace(FULL_WIDTH_COLON, ": ")


_WORD = re.compile(r"\w+")
_UNSPACED = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
"""Characters of languages that write words without spaces, or with particles at their ends."""


@reader
def failures() -> Mapping[str, Any]:
    """``assets/failures.toml``, which is long: it is read once for all that need a part of it."""
    return read_asset("failures.toml")


@reader
def translations() -> tuple[tuple[str, str], ...]:
    """Every message of ``failures.toml`` in another language, with the English one."""
    return tuple(
        (other.translate(_QUOTES), row["english"])
        for row in failures()["message"]
        for other in row["others"]
    )


Pair = tuple[re.Pattern[str], str]


@reader
def _translations() -> tuple[dict[str, list[Pair]], list[Pair], dict[bytes, list[Pair]]]:
    """Return the messages by their longest word, those of languages without spaces, and again those
    whose word can be in an ASCII text."""
    by_word: dict[str, list[Pair]] = {}
    unspaced: list[Pair] = []
    for other, one in translations():
        pair = (re.compile(re.escape(other), re.IGNORECASE), one)
        if _UNSPACED.search(other):
            unspaced.append(pair)
        else:
            by_word.setdefault(max(_WORD.findall(other.lower()), key=len), []).append(pair)
    in_ascii = {word.encode(): pairs for word, pairs in by_word.items() if word.isascii()}
    return by_word, unspaced, in_ascii


def words(data: bytes) -> list[bytes]:
    """Return the words of some bytes, in lower case: letters, digits, ``_`` and all beyond
    ASCII."""
    return data.translate(_WORDS).split()


def lines_of_words(data: bytes) -> list[bytes]:
    """Return the lines of some bytes with only their words: see `words`."""
    return data.translate(_LINES_OF_WORDS).split(b"\n")


_WORDS = bytes(
    code if (chr(code).isalnum() and code < 128) or code >= 128 or code == ord("_") else 32
    for code in bytes(range(256)).lower()
)
_LINES_OF_WORDS = _WORDS[:10] + b"\n" + _WORDS[11:]
