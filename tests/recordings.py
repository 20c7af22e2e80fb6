"""Reading recorded output of real programs: ``tests/transcripts/<tool>/<name>.txt``."""

from __future__ import annotations

from pathlib import Path

from backends.action import Output

FOLDER = Path(__file__).parent / "transcripts"


def recorded(tool: str, name: str) -> Output:
    """The output of one recorded run."""
    text = (FOLDER / tool / f"{name}.txt").read_text(encoding="utf-8")
    head, _, rest = text.partition("--- stdout\n")
    stdout, _, stderr = rest.partition("--- stderr\n")
    code = next(line.split()[1] for line in head.splitlines() if line.startswith("exit: "))
    return Output(int(code), stdout, stderr.partition("--- end")[0])
