"""The texts that a sign cannot be without: a line without them is not searched."""

from __future__ import annotations

import pytest

from wizard.diagnosis import normal
from wizard.diagnosis.literals import literals
from wizard.diagnosis.table import Sign, table


@pytest.mark.parametrize(
    ("regex", "texts"),
    [
        ("error: no", ("error: no",)),
        (r"error: \w+ and more", (" and more",)),
        (r"x\.c: (?:one|two) three", (" three",)),
        (r"\bcould not\b|\[Errno 28\]", ("could not", "[Errno 28]")),
        ("colours?: dark red", (": dark red",)),
        ("abcd+efg", ("abc",)),
        ("abcd{0,5}ef", ("abc",)),
        ("ab*?cdef", ("cdef",)),
        ("[Ff]ile[(|)]there", ("there",)),
        ("(?:a|(?:b|c)) last(?! one)", (" last",)),
        (r"[\]abc]def", ("def",)),
        (r"\(abc\)", ("(abc)",)),
        ("^abc$", ("abc",)),
        # Nothing is certain.
        ("(?i)error", ()),
        ("(?im)error", ()),
        ("(?:error)", ()),
        ("error|(?:x)", ()),
        ("error|ab", ()),
        ("a.b.c", ()),
        ("", ()),
    ],
)
def test_only_what_is_certain_counts(regex: str, texts: tuple[str, ...]) -> None:
    assert literals(regex) == texts


def _signs() -> list[Sign]:
    signs = {id(sign): sign for found in table().by_word.values() for sign in found}
    return list(signs.values())


def test_whatever_matches_has_one_of_them() -> None:
    lines = [
        piece
        for cause in table().causes.values()
        for example in cause.examples
        for line in example.split("\n")
        for piece in normal.pieces(line)
    ]
    matched = 0
    for sign in _signs():
        for found in filter(None, map(sign.pattern.search, lines)):
            matched += 1
            assert not sign.literals or any(text in found.group() for text in sign.literals)
    assert matched > len(_signs())


def test_most_signs_have_one() -> None:
    signs = _signs()
    assert sum(bool(sign.literals) for sign in signs) > 0.9 * len(signs)
