"""What goes into the one file, and that the same files always give the same archive."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from distribution import made, pyz, zip_main

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MOMENT = (2020, 2, 2, 0, 0, 0)
FILES = {"b/__init__.py": b"", "a.py": b"print(1)\n"}


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one.pyz", tmp_path / "other.pyz"
    pyz.write(FILES, one, MOMENT)
    pyz.write(dict(reversed(FILES.items())), other, MOMENT)
    assert one.read_bytes() == other.read_bytes()
    pyz.write({**FILES, "a.py": b"print(2)\n"}, other, MOMENT)
    assert one.read_bytes() != other.read_bytes()


def test_what_is_in_it(tmp_path: Path) -> None:
    archive = tmp_path / "x.pyz"
    pyz.write(FILES, archive, MOMENT)
    assert archive.read_bytes().startswith(b"#!/usr/bin/env python3\nPK")
    with zipfile.ZipFile(archive) as file:
        assert file.testzip() is None
        assert file.namelist() == ["__main__.py", "a.py", "b/__init__.py"]
        assert {info.date_time for info in file.infolist()} == {MOMENT}
        main = file.read("__main__.py").decode()
    assert f'BUILD = "{pyz.build_name(FILES)}"' in main
    if os.name != "nt":
        assert archive.stat().st_mode & 0o111


def test_the_name_of_a_build_is_of_names_and_contents() -> None:
    name = pyz.build_name(FILES)
    assert len(name) == 16
    assert name == pyz.build_name(dict(reversed(FILES.items())))
    assert name != pyz.build_name({**FILES, "a.py": b""})
    assert name != pyz.build_name({"c/__init__.py": b"", "a.py": b"print(1)\n"})


@pytest.mark.parametrize(
    ("name", "out"),
    [
        ("textual/app.py", False),
        ("textual-8.2.8.dist-info/METADATA", False),
        ("textual-8.2.8.dist-info/licenses/LICENSE", False),
        ("textual-8.2.8.dist-info/RECORD", True),
        ("cryptography_wizard-0.1.0.dist-info/direct_url.json", True),
        ("certifi/cacert.pem", False),
        ("certifi/tests/test_x.py", True),
        ("rich/py.typed", True),
        ("a/__pycache__/b.cpython-312.pyc", True),
        ("bin/pygmentize", True),
        ("share/man/man1/cryptography-wizard.1", True),
        ("pygments/lexers/python.py", False),
        ("pygments/lexers/_mapping.py", False),
        ("pygments/lexers/haskell.py", True),
        ("pygments/lexers/_vim_builtins.py", True),
        ("cryptography_wizard/assets/scripts/proof.py", False),
        ("cryptography_wizard/assets/kit/start.sh", False),
    ],
)
def test_what_is_left_out(name: str, out: bool) -> None:
    assert pyz.is_left_out(name) is out


def test_compiled_code_is_refused(tmp_path: Path) -> None:
    (tmp_path / "fast.so").write_bytes(b"")
    with pytest.raises(pyz.NotPureError, match=r"fast\.so"):
        pyz.contents(tmp_path)


def test_the_markers_of_requirements_are_dropped() -> None:
    text = (
        "tomli==2.5.0 ; python_full_version < '3.11' \\\n    --hash=sha256:aa \\\n"
        "    --hash=sha256:bb\nrich==15.0.0 \\\n    --hash=sha256:cc\nx==1 ; python_version > '3'\n"
    )
    assert pyz.unconditional(text) == (
        "tomli==2.5.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
        "rich==15.0.0 \\\n    --hash=sha256:cc\nx==1\n"
    )


def test_every_library_has_one_version_and_checksums() -> None:
    lines = pyz.unconditional(pyz.REQUIREMENTS.read_text(encoding="utf-8")).splitlines()
    named = [line for line in lines if line and line[0] not in " #"]
    assert all(line.endswith(" \\") and line.count("==") == 1 for line in named), named
    names = [line.partition("==")[0] for line in named]
    assert len(names) == len(set(names)) > 20
    assert sum("--hash=sha256:" in line for line in lines) >= len(names)


def test_the_first_file_can_be_read_by_any_python() -> None:
    source = Path(zip_main.__file__).read_text(encoding="utf-8")
    assert source.isascii()
    for word in ("from __future__", 'f"', "f'", ":=", "print("):
        assert word not in source


def test_a_python_that_is_too_old_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 6, 15))
    monkeypatch.setattr(sys, "argv", ["wizard.pyz"])
    monkeypatch.setenv("PATH", os.pathsep.join(("/nowhere", str(tmp_path))))
    text = zip_main.too_old()
    assert "Python 3.9 or newer is needed. This is Python 3.6: " in text
    assert "python.org" in text
    (tmp_path / "python3.11").write_text("")
    (tmp_path / "python3.9").write_text("")
    assert f"Type: {tmp_path / 'python3.11'} wizard.pyz\n" in zip_main.too_old()


def test_the_time_of_the_files() -> None:
    assert made.epoch({}) == made.EPOCH
    assert made.epoch({"SOURCE_DATE_EPOCH": "1700000000"}) == 1700000000
    for wrong in ("x", "-5", "1", "٣"):
        with pytest.raises(ValueError, match="SOURCE_DATE_EPOCH"):
            made.epoch({"SOURCE_DATE_EPOCH": wrong})


def test_the_list_of_checksums(tmp_path: Path) -> None:
    (tmp_path / "winget").mkdir()
    (tmp_path / "winget" / "b.yaml").write_bytes(b"b")
    (tmp_path / "a.pyz").write_bytes(b"a")
    made.write_sums(tmp_path)
    made.write_sums(tmp_path)  # its own list is no part of it
    assert (tmp_path / made.SUMS).read_text() == (
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a.pyz\n"
        "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d  winget/b.yaml\n"
    )


def test_a_folder_that_it_has_not_made_stays(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("precious")
    done = subprocess.run(
        [sys.executable, "-m", "distribution", str(tmp_path)],
        cwd=pyz.CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "was not made by this command" in done.stderr
    assert (tmp_path / "mine").read_text() == "precious"


def test_every_dependency_is_among_the_libraries() -> None:
    """After a change of the dependencies, `make lock` adds them."""
    text = (pyz.CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    needed = {
        canonicalize_name(Requirement(line).name)
        for line in tomllib.loads(text)["project"]["dependencies"]
    }
    locked = re.findall("^([a-z0-9._-]+)==", pyz.REQUIREMENTS.read_text(encoding="utf-8"), re.M)
    assert needed - set(locked) == set()
