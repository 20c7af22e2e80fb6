"""The command ``diagnose``: what it says about a log, a marked line, and no log at all."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from screens.commands import diagnose
from wizard.errors import BadRequest, Exit

LOGS = Path(__file__).parents[2] / "logs"


def explained(log: Path) -> tuple[int, str]:
    stream = io.StringIO()
    code = diagnose.diagnose_command(str(log), as_json=False, stream=stream)
    return code, stream.getvalue()


def test_the_line_that_shows_the_error_is_marked() -> None:
    code, text = explained(LOGS / "ffi-h-missing.log")
    assert code == Exit.DONE
    assert "Line 62 of the log, marked with >:\n" in text
    (marked,) = (line for line in text.splitlines() if line.startswith(">"))
    assert (
        marked == "> | src/c/_cffi_backend.c:15:10: fatal error: ffi.h: No such file or directory"
    )


def test_every_known_failure_has_at_most_one_mark() -> None:
    logs = sorted(LOGS.glob("*.log"))
    counts = [sum(line.startswith(">") for line in explained(log)[1].splitlines()) for log in logs]
    assert set(counts) <= {0, 1}
    assert sum(counts) > 0.9 * len(logs)


@pytest.mark.parametrize("text", ["", "\n  \n"])
def test_an_empty_log_is_called_empty(tmp_path: Path, text: str) -> None:
    log = tmp_path / "pip.log"
    log.write_text(text)
    code, said = explained(log)
    assert code == Exit.FAILED
    assert said.startswith("The log is empty, so there is nothing to explain.\n")
    assert "cryptography-wizard diagnose LOG" in said


@pytest.mark.parametrize(
    ("text", "sentence", "package"),
    [
        (
            "error: linker `cc` not found\n",
            "The log does not say which package this is about. If it is cryptography, add the "
            "lines above, which name it: the advice is then for it.",
            None,
        ),
        (
            "Collecting bcrypt\nerror: linker `cc` not found\n",
            "This is about the package bcrypt, not about cryptography.",
            "bcrypt",
        ),
        ("Collecting cryptography\nerror: linker `cc` not found\n", "", "cryptography"),
    ],
)
def test_what_failed_is_named_if_the_log_names_it(
    tmp_path: Path, text: str, sentence: str, package: str | None
) -> None:
    log = tmp_path / "pip.log"
    log.write_text(text)
    said = explained(log)[1].splitlines()
    assert [line for line in said if "package this is" in line or "about the package" in line] == [
        *filter(None, [sentence])
    ]
    stream = io.StringIO()
    diagnose.diagnose_command(str(log), as_json=True, stream=stream)
    assert json.loads(stream.getvalue())["package"] == package


def test_an_unknown_cause_is_said_once(tmp_path: Path) -> None:
    log = tmp_path / "pip.log"
    log.write_text("hello\nworld\n")
    code, said = explained(log)
    assert code == Exit.FAILED
    first, second, *_ = said.splitlines()
    assert first == "The wizard knows no failure in this log. These are its last lines."
    assert second == "Around line 2 of the log:"


@pytest.mark.parametrize("where", ["start", "middle", "end"])
def test_of_a_line_of_megabytes_only_the_error_is_shown(tmp_path: Path, where: str) -> None:
    log = tmp_path / "pip.log"
    rest = "x y " * 500_000
    before, after = {"start": ("", rest), "middle": (rest, rest), "end": (rest, "")}[where]
    log.write_text(f"Collecting cryptography\n{before}error: linker `cc` not found {after}\nlast\n")
    said = explained(log)[1].splitlines()
    start = said.index("Line 2 of the log, marked with >:") + 1
    shown = said[start : said.index("What to do:")]
    assert shown[0] == "  | Collecting cryptography"
    assert shown[2:] in ([], ["  | last"])  # another part of the long line is no other line
    assert shown[1].startswith(">")
    assert "error: linker `cc` not found" in shown[1]
    assert len(shown[1]) < 400
    stream = io.StringIO()
    diagnose.diagnose_command(str(log), as_json=True, stream=stream)
    evidence = json.loads(stream.getvalue())["evidence"]
    assert "error: linker `cc` not found" in evidence
    assert len(evidence) <= 2000


@pytest.mark.parametrize(
    ("name", "hint"), [("glibc-old", "glibc-too-old"), ("xyz", "diagnose --json LOG")]
)
def test_an_id_that_does_not_exist_is_answered_with_a_way_to_the_right_one(
    name: str, hint: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        diagnose.explain_command(name, stream=io.StringIO())
    assert hint in caught.value.hints[0]
    assert not any("docs/" in one for one in caught.value.hints)


def test_the_progress_of_a_long_log_is_one_line_that_is_removed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(diagnose, "EACH", 0.0)
    stream = io.StringIO()
    chunks = [b"a" * 1_000_000, b"b" * 1_000_000]
    read = list(diagnose._with_progress(iter(chunks), 2_000_000, stream))
    assert read == chunks
    *progress, removed, end = stream.getvalue().split("\r")[1:]
    assert progress == ["Reading the log: 1 of 2 MB", "Reading the log: 2 of 2 MB"]
    assert (removed.strip(), end) == ("", "")


def test_a_log_that_is_read_at_once_shows_no_progress() -> None:
    stream = io.StringIO()
    list(diagnose._with_progress(iter([b"a"]), 1, stream))
    assert stream.getvalue() == ""


def test_a_screen_reader_reads_the_progress_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnose, "EACH", 0.0)
    stream = io.StringIO()
    list(diagnose._with_progress(iter([b"a" * 1_000_000] * 3), 0, stream, once=True))
    assert stream.getvalue() == "Reading the log: 1 MB\n"


def test_one_end_of_file_ends_what_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a terminal, each end of a line or of a file is the end of one read."""

    class Terminal(io.BufferedIOBase):
        def __init__(self) -> None:
            self.parts = iter([b"error: can't find Rust compiler\n", b""])

        def read1(self, _size: int = -1) -> bytes:
            return next(self.parts)

    typed = io.TextIOWrapper(Terminal())  # type: ignore[type-var]
    monkeypatch.setattr("sys.stdin", typed)
    stream = io.StringIO()
    assert diagnose.diagnose_command("-", as_json=False, stream=stream) == Exit.DONE
    assert "Rust is not installed" in stream.getvalue()
