"""The texts of the line-by-line interfaces."""

from __future__ import annotations

import pytest

from screens.text import messages


def test_a_help_text_is_wrapped_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "31")
    markdown = (
        "# Title\n\nOne **paragraph** that is *longer*\nthan a line.\n\n- An item that is longer"
    )
    assert messages.strip_markdown(markdown + "\n- `Another`\n").splitlines() == [
        "Title",
        "",
        "One paragraph that is longer",
        "than a line.",
        "",
        "- An item that is longer",
        "- Another",
    ]
    assert messages.strip_markdown("- An item that is\n  longer than a line") == (
        "- An item that is longer than\n  a line"
    )
