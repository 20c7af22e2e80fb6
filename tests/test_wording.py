"""No text of the project uses a phrase that its word list forbids, and the search finds them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wording import findings, known


def test_no_text_uses_a_forbidden_phrase() -> None:
    assert not [str(each) for each in findings()]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plain.md", "A line.\nThis cannot be had.\n"),
        ("wrapped.md", "A line.\nThis cannot be\nhad.\n"),
        ("comment.py", "a = 1\n# This cannot be\n# had.\n"),
        ("string.py", 'a = 1\nb = (\n    "This cannot be "\n    f"had."\n)\n'),
        ("docstring.py", '"""Return it.\n\n    This cannot be\n    had.\n    """\n'),
    ],
)
def test_a_phrase_is_found_wherever_its_line_breaks(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    (found,) = findings(tmp_path, ("*",))
    assert found.place.partition(":")[0] == name
    assert found.phrase == "cannot be had"


def test_only_whole_words_count(tmp_path: Path) -> None:
    (tmp_path / "text.md").write_text("It is nonetheless better than none.\n", encoding="utf-8")
    assert not findings(tmp_path, ("*",))


def test_each_phrase_says_what_to_say_instead() -> None:
    assert all(known().values())
