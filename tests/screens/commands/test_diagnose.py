"""The command ``diagnose``: what it says about a log, a marked line, and no log at all."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from screens.commands import diagnose
from wizard.errors import Exit

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
