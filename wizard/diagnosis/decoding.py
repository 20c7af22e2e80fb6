"""Bytes of any encoding as blocks of lines in UTF-8, with the numbers of their lines.

The size of a block is limited, whatever the log: it is the unit of the search, and what is kept in
memory.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

BLOCK = 32 * 1024
"""The number of bytes after which a block ends with its line."""
LONGEST = 64 * 1024
"""A line with more bytes becomes several blocks with the same number."""
OVERLAP = 1024
"""The number of bytes that two blocks of one line share."""


@dataclass(frozen=True)
class Block:
    """Some whole lines, separated by line feeds, or a part of a very long line.

    ``number`` is the number of its first line, counted from 1.
    """

    number: int
    data: bytes


def blocks(chunks: Iterable[bytes]) -> Iterator[Block]:
    """Split a stream in any encoding into blocks.

    A log without any line feed has its carriage returns as line ends.
    """
    return _blocks(_in_utf8(chunks))


def _blocks(chunks: Iterable[bytes]) -> Iterator[Block]:
    number = 1
    rest = b""
    for chunk in chunks:
        rest += chunk
        start = 0
        while len(rest) - start >= BLOCK:
            end = rest.rfind(b"\n", start, start + LONGEST)
            if end >= 0:
                block = rest[start:end]
                start = end + 1
                yield Block(number, block)
                number += block.count(b"\n") + 1
            elif len(rest) - start > LONGEST:
                yield Block(number, rest[start : start + LONGEST])
                start += LONGEST - OVERLAP
            else:
                break
        rest = rest[start:]
    if rest:
        yield Block(number, rest.rstrip(b"\n"))


def blocks_of(lines: Iterable[str]) -> Iterator[Block]:
    """Make blocks of lines that are decoded already; a line feed inside of one does not count."""
    return _blocks(_as_chunks(lines))


def decode(data: bytes) -> str:
    """Return the text of some bytes. What is not UTF-8 is read as Latin-1, a character a byte."""
    return data.decode("utf-8", _LATIN)


_LATIN = "diagnosis.latin"


def _as_latin(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error(_LATIN, _as_latin)


def _as_chunks(lines: Iterable[str]) -> Iterator[bytes]:
    chunk: list[str] = []
    size = 0
    for line in lines:
        text = line.rstrip("\r\n").replace("\n", "\r")
        chunk.append(text)
        size += len(text)
        if size >= BLOCK:
            yield ("\n".join(chunk) + "\n").encode("utf-8", "replace")
            chunk, size = [], 0
    if chunk:
        yield "\n".join(chunk).encode("utf-8", "replace")


def _in_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    stream = iter(chunks)
    first = next((chunk for chunk in stream if chunk), b"")
    encoding = _wide_encoding(first)
    only_returns = False
    decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding else None
    if not decoder and first.startswith(codecs.BOM_UTF8):
        first = first[len(codecs.BOM_UTF8) :]
    for number, chunk in enumerate(_with_first(first, stream)):
        text = decoder.decode(chunk).encode("utf-8", "replace") if decoder else chunk
        if number == 0:
            text = text[3:] if decoder and text.startswith(codecs.BOM_UTF8) else text
            only_returns = b"\r" in text and b"\n" not in text
        yield text.replace(b"\r", b"\n") if only_returns else text


def _with_first(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest


def _wide_encoding(start: bytes) -> str:
    """Return the encoding of a log with more than one byte a character; empty if it has one."""
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = start[:4000]
    if len(sample) > 3 and sample[1::2].count(0) > len(sample) // 3:
        return "utf-16-le"
    if len(sample) > 3 and sample[::2].count(0) > len(sample) // 3:
        return "utf-16-be"
    return ""
