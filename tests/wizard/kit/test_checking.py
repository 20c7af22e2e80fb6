"""Which pip is asked about which target, and what it says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.wizard.kit import kits
from wizard.facts import Pip, Python
from wizard.kit import checking


def python(version: str, pip: str) -> Python:
    return Python("/py/bin/python3", "asked", version=version, pip=Pip(pip) if pip else None)


@pytest.mark.parametrize(
    ("own", "pip", "asked"),
    [
        ("3.9.18", "23.0.1", ["3.9"]),
        ("3.12.1", "23.2.1", ["3.12"]),
        ("3.12.1", "24.1.2", ["3.12"]),
        ("3.13.0", "24.2", ["3.9", "3.12"]),
        ("3.9.18", "26.0", ["3.9", "3.12"]),
        ("3.9.18", "", ["3.9"]),
    ],
)
def test_an_old_pip_is_asked_only_about_its_own_python(
    own: str, pip: str, asked: list[str], tmp_path: Path
) -> None:
    kit = kits.make(tmp_path, kits.request("linux-x86_64", "3.9,3.12"))
    found = [each.python for each in kit.targets if checking.can_say(python(own, pip), each)]
    assert found == asked


@pytest.mark.skipif(os.name == "nt", reason="the programs are scripts of sh")
def test_a_good_kit_is_good_for_an_old_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kit = kits.make(tmp_path, kits.request("linux-x86_64", "3.9,3.12"))
    refuses = tmp_path / "python3"
    refuses.write_text("#!/bin/sh\necho 'requires a different Python' >&2\nexit 1\n")
    refuses.chmod(0o755)
    monkeypatch.setattr(
        checking, "install_here", lambda _folder, _kit, own: checking.MachineCheck(own.path)
    )
    for own, refused in (("3.11.7", []), ("3.12.1", ["3.12"])):
        old = Python(str(refuses), "asked", version=own, pip=Pip("23.0.1"))
        found = checking.check(tmp_path / "kit", kit, old)
        rows = {row.name.rpartition("-")[2]: row for row in found.targets}
        assert [name for name, row in rows.items() if row.problem] == refused
        assert [name for name, row in rows.items() if row.by == "pip"] == refused
        assert found.ok == (not refused)
