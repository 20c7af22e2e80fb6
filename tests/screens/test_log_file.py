"""A log on disk, read where it is looked at."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest

from screens import log_file
from screens.log_file import LogFile

TEXT = "first\n\x1b[31mred\x1b[0m line\nÄpfel und Öl\n" + "x" * 200 + "\n10 %\r100 %\nthe end"
LINES = ["first", "red line", "Äpfel und Öl", "x" * 200, "100 %", "the end"]


def log_of(folder: Path, text: str) -> LogFile:
    path = folder / "step.log"
    path.write_bytes(text.encode())
    return LogFile(path)


def test_lines_forward_and_back(tmp_path: Path) -> None:
    with closing(log_of(tmp_path, TEXT)) as log:
        lines = log.forward(0, 100)
        assert [line.text for line in lines] == LINES
        assert lines[-1].end == log.size
        assert log.forward(log.size, 5) == []
        for number, line in enumerate(lines):
            assert log.begin(line.start) == line.start
            assert log.begin(line.end - 2) == line.start
            assert log.back(line.start) == lines[max(0, number - 1)].start
        assert log.back(lines[-1].start, 3) == lines[2].start
        assert log.back(lines[2].start, 100) == 0
        assert [line.text for line in log.forward(lines[1].start, 2)] == LINES[1:3]


@pytest.mark.parametrize("text", ["", "\n", "one", "one\n", "\n\n\n"])
def test_small_logs(text: str, tmp_path: Path) -> None:
    with closing(log_of(tmp_path, text)) as log:
        assert [line.text for line in log.forward(0, 9)] == text.splitlines()
        assert log.begin(999) <= log.size
        assert log.back(0) == 0


def test_a_line_without_an_end_is_shown_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "PIECE", 50)
    with closing(log_of(tmp_path, "a" * 120 + "\nlast\n")) as log:
        parts = log.forward(0, 9)
        assert "".join(line.text for line in parts) == "a" * 120 + "last"
        assert parts[-1].text == "last"
        assert [line.start for line in parts] == [0, 50, 100, 121]
        place = parts[-1].start
        for _ in range(10):
            place = log.back(place)
        assert place == 0, "it is possible to go back over it"


@pytest.mark.parametrize("searched", [7, 1 << 20])
def test_search_in_both_directions(
    searched: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also over the end of what is searched at once."""
    monkeypatch.setattr(log_file, "SEARCHED", searched)
    text = "one error\ntwo\nanother ERROR here\n"
    first, second = text.index("error"), text.index("ERROR")
    go = threading.Event()
    with closing(log_of(tmp_path, text)) as log:
        assert log.find("Error", 0, go) == first
        assert log.find("Error", first + 1, go) == second
        assert log.find("Error", second + 1, go) is None
        assert log.find("error", log.size, go, backwards=True) == second
        assert log.find("error", second, go, backwards=True) == first
        assert log.find("error", first, go, backwards=True) is None
        assert log.find("", 0, go) is None
        go.set()
        assert log.find("error", 0, go) is None, "cancelled"
