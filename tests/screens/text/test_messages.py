"""The texts of the line-by-line interfaces."""

from __future__ import annotations

import os
from pathlib import Path

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


def test_a_path_is_short_but_not_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here = Path.cwd()  # on a Mac, tmp_path leads through a link
    path = str(here / "env")
    assert messages.short_path(path) == f".{os.sep}env"
    assert messages.short_path(str(here.parent / "env")) == str(here.parent / "env")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(here))
    assert messages.short_path(path) == path
