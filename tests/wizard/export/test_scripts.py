"""The functions that exported scripts contain, and the scripts as wholes, under review."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Parser

import assets
from backends import xcode
from backends.action import (
    Action,
    CheckSignature,
    Command,
    Download,
    ExportAuthorities,
    RemoveFolder,
    Unpack,
)
from backends.gpg import CHECK, VALID
from tests.machines import machine
from tests.wizard.planned import plan, plans
from wizard.choices import Choices
from wizard.export import scripts
from wizard.export.formats import to_powershell, to_shell
from wizard.knowledge import load
from wizard.openssl_archive import SIGNATURE
from wizard.plan import Plan, Step

FOLDER = Path(assets.__file__).parent / "scripts"
SHELLCHECK = shutil.which("shellcheck", path=str(Path(sys.executable).parent)) or shutil.which(
    "shellcheck"
)
reviewed = pytest.mark.skipif(SHELLCHECK is None, reason="there is no shellcheck for this machine")


def review(files: list[Path]) -> str:
    """What shellcheck says of these files; nothing if it is content."""
    assert files
    assert SHELLCHECK is not None
    done = subprocess.run(
        [SHELLCHECK, "--norc", "--shell=sh", *map(str, files)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout + done.stderr


@reviewed
def test_shellcheck_is_content_with_each_file() -> None:
    assert review(sorted(FOLDER.glob("*.sh"))) == ""


@reviewed
def test_shellcheck_is_asked(tmp_path: Path) -> None:
    (tmp_path / "bad.sh").write_text("rm -rf $1/\n")
    assert "SC2086" in review([tmp_path / "bad.sh"])


@reviewed
def test_shellcheck_is_content_with_each_exported_script(tmp_path: Path) -> None:
    own = Choices(method="source", openssl="3.5.7")
    special = [
        plan(machine("workshop"), load(), choices)
        for choices in (own, Choices(method="wheel", wheelhouse="/home/ada/wheels"))
    ]
    everything: tuple[Action, ...] = (
        Command(("a b", "it's"), env=(("A", "it's"),), path=("/p q",), cwd="/c d", root=True),
        Command(("x",), lists=(("LIB", "/l"),), unset=("GONE",), ok=(0, 100)),
        Download("https://files.example/x", "/d/it's", sha256="0" * 64, executable=True),
        CheckSignature("https://files.example/x.asc", "/d/it's", "A" * 40, "/usr/bin/gpg"),
        Command(("x",), busy="it's|Waiting", denied="denied", cwd="/c d", env=(("A", "b c"),)),
        xcode.update(),
        xcode.wait(),
        xcode.check(),
        ExportAuthorities("/d/it's/ca.pem"),
        Unpack("/d/it's", "/d/folder"),
        RemoveFolder("/d/folder"),
    )
    steps = tuple(Step(str(n), "It's done", "Why.", each) for n, each in enumerate(everything))
    variables = (("https_proxy", "http://p:1"), ("PIP_CERT", "/d/a b/ca.pem"))
    special.append(
        Plan("1", "wheel", "static", "/e/bin/python", "/e", True, steps, variables=variables)
    )
    for number, each in enumerate([*plans(), *special]):
        if each.system != "windows":
            (tmp_path / f"{number}.sh").write_text(to_shell(each), encoding="utf-8")
    assert review(sorted(tmp_path.iterdir())) == ""


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.ps1")), ids=lambda file: file.name)
def test_each_file_is_powershell(file: Path) -> None:
    data = file.read_bytes()
    assert data.isascii(), "Windows PowerShell 5.1 would read it in the system's old encoding"
    assert not Parser(Language(tree_sitter_powershell.language())).parse(data).root_node.has_error


def test_each_placeholder_has_a_value() -> None:
    with pytest.raises(KeyError, match="PASSED"):
        scripts.script("as-root.sh")
    with pytest.raises(FileNotFoundError):
        scripts.script("unknown.sh")


def test_no_placeholder_is_left_and_each_file_is_used() -> None:
    steps = (
        Step("a", "t", "w.", Command(("x",), root=True)),
        Step("b", "t", "w.", Download("https://files.example/x", "/d", sha256="0" * 64)),
        Step("d", "t", "w.", Command(("x",), busy="Waiting for lock on", denied="root")),
        Step("e", "t", "w.", xcode.update()),
        Step("f", "t", "w.", xcode.wait()),
        Step("g", "t", "w.", ExportAuthorities("/d/ca.pem")),
        Step("c", "t", "w.", CheckSignature("https://files.example/x.asc", "/d", "A" * 40, "g")),
    )
    made = Plan("1", "wheel", "static", "/e/bin/python", "/e", True, steps)
    programs = scripts.proof() + scripts.packages()
    texts = {".sh": to_shell(made), ".ps1": to_powershell(made), ".py": programs}
    for text in texts.values():
        assert not re.search(r"@[A-Z]+@", text)
    for file in FOLDER.iterdir():
        if file.suffix in texts:
            for line in file.read_text(encoding="ascii").splitlines():
                assert "@" in line or line in texts[file.suffix].splitlines()
    for text in (texts[".sh"], texts[".ps1"]):
        assert f'{SIGNATURE}"' in text
        assert VALID in text
        assert all(word in text for word in CHECK)
