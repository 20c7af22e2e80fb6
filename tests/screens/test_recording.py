"""The recording: one file with every frame, which stands still if readers wish that."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.screens.recording import SVG, Frame, animated
from tests.screens.shots import FOLDER, RECORDING

PICTURES = {
    name: (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    for name in ("welcome", "review", "result", "small")
}
FRAMES = [Frame(PICTURES[name], 2.0) for name in ("welcome", "review", "result")]


def texts(picture: str) -> set[str]:
    """Return the texts of the screen in a picture."""
    root = ET.fromstring(picture)  # noqa: S314 - drawn by the wizard
    found = (each.text or "" for each in root.iter(f"{{{SVG}}}text"))
    return {text for text in found if text.strip("\n \u00a0")}


def test_every_text_of_every_frame_is_in_it() -> None:
    every = set().union(*(texts(frame.picture) for frame in FRAMES))
    assert texts(animated(FRAMES, "a recording")) == every


def test_a_row_that_frames_share_is_there_once() -> None:
    twice = animated([FRAMES[0], FRAMES[0]], "a recording")
    once = animated([FRAMES[0]], "a recording")
    assert twice.count("<text") == once.count("<text")
    assert twice.count("<use") == 2 * once.count("<use")


def test_frames_follow_each_other_without_a_gap() -> None:
    style = animated(FRAMES, "a recording")
    found = re.findall(r"@keyframes k\d \{ .* ([\d.]+)% \{ visibility: visible \} ([\d.]+)%", style)
    assert found == [("0.00", "33.33"), ("33.33", "66.67"), ("66.67", "100.00")]
    assert style.count("6s step-end infinite") == 3


def test_without_motion_the_last_frame_is_seen() -> None:
    style = animated(FRAMES, "a recording").partition("@media (prefers-reduced-motion: no-")
    assert ".f2 { visibility: visible }" in style[0]
    assert "animation" not in style[0]
    assert "animation" in style[2]


def test_frames_of_different_sizes() -> None:
    with pytest.raises(ValueError, match="different sizes"):
        animated([*FRAMES, Frame(PICTURES["small"], 1.0)], "a recording")


def test_the_one_in_the_repository_is_small_and_loads_nothing() -> None:
    file = Path(FOLDER / "recording.svg")
    text = file.read_text(encoding="utf-8")
    assert file.stat().st_size < 120_000
    assert text.count('class="frame ') == len(RECORDING)
    assert not re.search(r"(?:src|href|url)\W+https?:", text)
