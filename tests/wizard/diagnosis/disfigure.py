"""What terminals, browsers, CI services and people make of a log before somebody reads it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable


def _lines(change: Callable[[int, str], str]) -> Callable[[str], bytes]:
    def disfigure(text: str) -> bytes:
        return "\n".join(change(i, line) for i, line in enumerate(text.split("\n"), 1)).encode()

    return disfigure


def _coloured(text: str, escape: str) -> str:
    words = text.split(" ")
    return " ".join(
        f"{escape}[1;31m{word}{escape}[0m" if i % 3 == 1 and word else word
        for i, word in enumerate(words)
    )


def _hard(width: int) -> Callable[[int, str], str]:
    return lambda _, line: "\n".join(
        line[start : start + width] for start in range(0, max(1, len(line)), width)
    )


def _soft(width: int) -> Callable[[int, str], str]:
    def wrap(_: int, line: str) -> str:
        words, lines = line.split(" "), [""]
        for word in words:
            if lines[-1].strip() and len(lines[-1]) + 1 + len(word) > width:
                lines.append(word)
            else:
                lines[-1] += (" " if lines[-1] else "") + word
                if not lines[-1]:
                    lines[-1] = " "
        return "\n".join(lines)

    return wrap


def _typographic(_: int, line: str) -> str:
    line = re.sub(r"[`']([^`']*)[`']", "\u2018\\1\u2019", line)
    return line.replace("`", "\u2018").replace("'", "\u2019")


DISFIGURED: dict[str, Callable[[str], bytes]] = {
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 without a mark": lambda text: text.encode("utf-16-le"),
    "utf-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "latin-1": lambda text: text.encode("latin-1", "replace"),
    "carriage returns and line feeds": lambda text: text.replace("\n", "\r\n").encode(),
    "carriage returns only": lambda text: text.replace("\n", "\r").encode(),
    "colours": _lines(lambda _, line: _coloured(line, "\x1b")),
    "colours without the escape": _lines(lambda _, line: _coloured(line, "")),
    "colours as ^[": _lines(lambda _, line: _coloured(line, "^[")),
    "entities": lambda text: html.escape(text).encode(),
    "entities twice": lambda text: html.escape(html.escape(text)).encode(),
    "a JSON string": lambda text: json.dumps(text).encode(),
    "a list of JSON strings": lambda text: json.dumps(text.split("\n"), indent=2).encode(),
    "JSON records": _lines(lambda _, line: json.dumps({"log": line + "\n", "stream": "stderr"})),
    "hard spaces": lambda text: text.replace(" ", "\u00a0").encode(),
    "typographic quotes": _lines(_typographic),
    "quoted": _lines(lambda _, line: f"> {line}"),
    "quoted twice": _lines(lambda _, line: f">> {line}"),
    "line numbers": _lines(lambda i, line: f"{i:6}\t{line}"),
    "line numbers of grep": _lines(lambda i, line: f"{i}:{line}"),
    "line numbers and quoted": _lines(lambda i, line: f"> {i:4}: {line}"),
    "GitHub Actions": _lines(lambda i, line: f"2026-03-04T05:06:{i % 60:02}.1234567Z {line}"),
    "gh run view": _lines(
        lambda i, line: f"build\tRun pip\t2026-03-04T05:06:{i % 60:02}.1234567Z {line}"
    ),
    "BuildKit": _lines(lambda i, line: f"#11 {i / 10:.1f} {line}"),
    "Compose": _lines(lambda _, line: f"web-1  | {line}"),
    "journald": _lines(lambda _, line: f"Nov 29 18:08:33 host build[1234]: {line}"),
    "pip's log": _lines(lambda i, line: f"2026-03-04T05:06:{i % 60:02},123 {line}"),
    "a logger": _lines(lambda i, line: f"2026-03-04 05:06:{i % 60:02},123 [INFO] {line}"),
    "Compose in GitHub Actions": _lines(
        lambda i, line: f"2026-03-04T05:06:{i % 60:02}.1234567Z web-1  | {line}"
    ),
    "indented": _lines(lambda _, line: f"        {line}"),
    "blank lines between": lambda text: text.replace("\n", "\n\n").encode(),
    "a terminal of 80": _lines(_hard(80)),
    "a terminal of 120": _lines(_hard(120)),
    "words wrapped at 72": _lines(_soft(72)),
    "words wrapped at 100": _lines(_soft(100)),
    "a terminal of 40": _lines(_hard(40)),
    "words wrapped at 44": _lines(_soft(44)),
    "a very long line before": lambda text: ("x" * 100_000 + "\n" + text).encode(),
    "all in one line": lambda text: " ".join(line.strip() for line in text.split("\n")).encode(),
    "trailing spaces": _lines(lambda _, line: f"{line:<160}"),
}
