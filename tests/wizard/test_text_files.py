"""Reading a text from a pipe: what a shell's ``<(command)`` gives, and one that nobody fills."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from wizard import text_files
from wizard.errors import BadRequest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes in folders")


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "answers"
    os.mkfifo(path)
    return path


def test_what_a_command_writes_slowly_is_read_to_its_end(pipe: Path) -> None:
    def write() -> None:
        with pipe.open("w") as writing:
            for part in ("method = ", '"wheel"\n'):
                writing.write(part)
                writing.flush()
                time.sleep(0.2)

    thread = threading.Thread(target=write)
    thread.start()
    assert text_files.read(pipe, "an answers file", limit=100) == 'method = "wheel"\n'
    thread.join(10)
    assert not thread.is_alive()


def test_a_pipe_that_nobody_fills_is_given_up(pipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_files, "PIPE_SECONDS", 0.3)
    with pytest.raises(BadRequest, match="nothing came out of it"):
        text_files.read(pipe, "an answers file", limit=100)


def test_half_of_a_text_is_not_taken_for_all_of_it(
    pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_files, "PIPE_SECONDS", 0.2)
    writing = os.open(pipe, os.O_RDWR)
    os.write(writing, b'method = "wheel"\n')
    try:
        with pytest.raises(BadRequest, match="did not end"):
            text_files.read(pipe, "an answers file", limit=100)
    finally:
        os.close(writing)


def test_a_pipe_without_an_end_is_too_large(pipe: Path) -> None:
    writing = os.open(pipe, os.O_RDWR)
    try:
        os.write(writing, b"x" * 200)
        with pytest.raises(BadRequest, match="too large"):
            text_files.read(pipe, "an answers file", limit=100)
    finally:
        os.close(writing)
