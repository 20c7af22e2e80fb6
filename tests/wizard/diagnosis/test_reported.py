"""What users reported: each is explained, and nothing is claimed that the text does not say."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from wizard.diagnosis.diagnose import diagnose

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LOGS = Path(__file__).parents[2] / "logs" / "reported.toml"
ROWS: list[dict[str, Any]] = tomllib.loads(LOGS.read_text(encoding="utf-8"))["log"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"].strip()[:40])
def test_a_report_is_explained(row: dict[str, Any]) -> None:
    found = diagnose(row["text"].strip().split("\n"))
    if row["causes"] == ["other"]:
        assert found.id is None or found.package != "cryptography"
    else:
        assert (found.id or "") in row["causes"]
    if "package" in row:
        assert found.package == row["package"]
