"""Texts that a regex cannot match without: to look for one is a hundred times faster.

Only what is certain counts: what is outside of groups, brackets and repetitions.
"""

from __future__ import annotations

import re

SHORTEST = 3
"""A shorter text is in too many lines to help."""

_TOKEN = re.compile(
    r"\\(?P<escaped>.)"
    r"|\[\^?\]?(?:\\.|[^\]\\])*\]"  # a set of characters
    r"|(?P<repeated>[*+?]|\{\d*,?\d*\})\??"
    r"|(?P<character>.)",
    re.DOTALL,
)


def literals(regex: str) -> tuple[str, ...]:
    """Return texts of which each match of a regex has at least one: one for each alternative.

    Empty if an alternative has none, or if the regex ignores case or is verbose.
    """
    if re.search(r"\(\?[a-zA-Z]*[ix]", regex):
        return ()
    found = [max(_runs(one), key=len) for one in _alternatives(regex)]
    return tuple(found) if min(map(len, found)) >= SHORTEST else ()


def _alternatives(regex: str) -> list[list[re.Match[str]]]:
    """Return the parts of a regex outside of groups; a group is the parenthesis that ends it."""
    parts: list[list[re.Match[str]]] = [[]]
    depth = 0
    for token in _TOKEN.finditer(regex):
        depth += (token["character"] == "(") - (token["character"] == ")")
        if depth == 0 and token["character"] == "|":
            parts.append([])
        elif depth == 0:
            parts[-1].append(token)
    return parts


def _runs(tokens: list[re.Match[str]]) -> list[str]:
    """Return the texts between all that is not a text."""
    runs = [""]
    for token in tokens:
        plain = token["character"] or token["escaped"] or ""
        if token["repeated"]:
            # What is repeated, or may be missing, is the last character.
            runs[-1] = runs[-1][:-1]
            runs.append("")
        elif plain and (not plain.isalnum() if token["escaped"] else plain not in ".^$)"):
            runs[-1] += plain
        else:
            runs.append("")
    return runs
