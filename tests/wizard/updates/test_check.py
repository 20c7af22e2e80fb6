"""What no version of the wizard could work with is found before it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import wizard.updates.check as check_module
from wizard import knowledge, table_source
from wizard.table_source import BadTables
from wizard.updates.check import check

TEXT = table_source.built_in_text()


def test_the_built_in_tables_fit() -> None:
    check(TEXT)
    assert not table_source.is_trial()


CHANGES = {
    "not TOML": ("releases", "[[release]]", "[[release"),
    "an unknown key": ("releases", 'msrv = "1.83.0"', 'msrv = "1.83.0"\ncolour = "red"'),
    "a missing key": ("releases", 'msrv = "1.83.0"', ""),
    "a missing table": ("releases", "[[baseline]]", "[[bassline]]"),
    "another type": ("releases", 'msrv = "1.83.0"', "msrv = 1.83"),
    "a list of another type": ("releases", "lock = 4", 'lock = 4\nyanked = [50]'),
    "text for a list": ("releases", "lock = 4", 'lock = 4\nyanked = "50.0.1"'),
    "an unknown word": ("releases", 'rust = "required"', 'rust = "perhaps"'),
    "no version": ("releases", 'msrv = "1.83.0"', 'msrv = "new"'),
    "no specifier": ("releases", 'python = ">=3.9,!=3.9.0,!=3.9.1"', 'python = "new"'),
    "no date": ("releases", 'date = "2026-07-31"', 'date = "July"'),
    "another order": ("releases", 'first = "50.0.0"', 'first = "2.0.0"'),
    "no checksum": ("openssl", 'sha256 = "325b5c80', 'sha256 = "'),
    "no https": ("openssl", 'url = "https://', 'url = "http://'),
    "a server": ("rustup", 'server = "https', 'server = "http'),
    "a list of words": ("rustup", 'machine = ["x86_64"]', "machine = [64]"),
    "a fix that is not in the code": ("fixes", 'id = "wheel"', 'id = "root-shell"'),
    "a cause that is a number": ("fixes", 'causes = ["', 'causes = [1, "'),
    "no regex": ("failures", "regex = '", "regex = '(?P<"),
    "an unknown kind": ("failures", 'kind = "pip"', 'kind = "pipp"'),
    "an unknown remedy": ("failures", 'remedies = ["@', 'remedies = ["@rm-'),
    "a wrong condition": ("remedies", 'if = "tool=uv"', 'if = "tool"'),
    "no text": ("remedies", 'text = "uv pip"', "text = 1"),
    "no duration": ("durations", "seconds = ", 'seconds = "x" #'),
    "no manager": ("packages", 'manager = "apt"', ""),
    "an image": ("images", 'name = "apt"', ""),
    "a system": ("upstream", 'id = "centos"', 'idd = "centos"'),
    "a limit": ("dependents", 'allows = "<38"', 'allows = "38"'),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_tables_that_do_not_fit(name: str) -> None:
    table, before, after = CHANGES[name]
    text = TEXT[f"{table}.toml"]
    assert before in text
    known = knowledge.load()
    with pytest.raises(BadTables, match="does not fit this version of the wizard") as caught:
        check({**TEXT, f"{table}.toml": text.replace(before, after, 1)})
    assert len(str(caught.value)) < 400
    assert knowledge.load() == known
    assert not table_source.is_trial()


def test_every_reader_of_a_table_is_asked() -> None:
    root = Path(check_module.__file__).parents[2]
    texts = {file: file.read_text(encoding="utf-8") for file in root.glob("wizard/**/*.py")}
    reading = {
        ".".join(file.relative_to(root).with_suffix("").parts)
        for file, text in texts.items()
        if "\n@reader\n" in text
    }
    # In another process, because tests import much more.
    code = "import sys, wizard.updates.check; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert reading
    assert reading <= set(done.stdout.split())
