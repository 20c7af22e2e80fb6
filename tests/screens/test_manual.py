"""The manual page: it is up to date, complete, and ``man`` finds nothing wrong with it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from screens import commands, manual
from wizard.choices import described

FILE = Path(__file__).parents[2] / "docs" / "cryptography-wizard.1"
CHECKERS = {
    "groff": ("groff", "-man", "-Tutf8", "-ww", "-z"),
    "mandoc": ("mandoc", "-Tlint", "-Werror"),
}


def test_the_file_is_up_to_date() -> None:
    assert FILE.read_text(encoding="ascii") == manual.page(), "make man writes it again"


def test_every_command_and_every_choice_is_explained_once() -> None:
    text = manual.page().replace("\\-", "-")
    for name in commands.names():
        assert text.count(f'\n.SS "{name}"\n') == 1
        for action in commands.actions(name):
            assert text.count(f'\n.SS "{name} {action}"\n') == 1
    # Other commands explain these differently: doctor, kit make and kit check.
    more = {"release": 3, "project": 2, "python": 2}
    for choice in described().values():
        times = more.get(choice.name, 1)
        assert text.count(f"\n\\fB{choice.flag}\\fR") == times, choice.flag
    assert text.count("\n\\fB-h, ") + text.count("\n\\fB-h\\fR") == 1


@pytest.mark.parametrize("program", CHECKERS)
def test_it_has_no_mistakes(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program} here")
    done = subprocess.run(
        [*CHECKERS[program], str(FILE)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
