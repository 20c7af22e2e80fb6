"""The packages of an environment, as each Python that is here describes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import wizard.target

FOLDER = Path(wizard.target.__path__[0])
ROOT = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
REAL = sorted(str(p) for p in ROOT.glob("3.*/bin/python")) or [getattr(sys, "_base_executable", "")]

METADATA = """\
Metadata-Version: 2.1
Name: Modern_Package
Version: 1.2
Requires-Dist: cryptography (<44,>=41.0.5)
Requires-Dist: other; python_version
  < "3.9"
Requires-Dist: pytest ; extra == 'test'

Requires-Dist: this is the description
"""
RECORD = """\
modern/__init__.py,sha256=x,1
modern/sub/__init__.py,,
modern/sub/deep.py,,
space/inner/__init__.py,,
single.py,,
fast.cpython-311-x86_64-linux-gnu.so,,
_hidden/__init__.py,,
tests/__init__.py,,
"with,comma/__init__.py",,
../../../bin/modern,,
modern_package-1.2.dist-info/METADATA,,
"""
EGG = """\
six>=1.4

[:python_version < "3"]
enum34

[ssl]
cryptography>=2

[win:sys_platform == "win32"]
pywin32
"""


def made(folder: Path, python: str) -> tuple[str, Path]:
    """An environment without pip; its interpreter and its folder for packages."""
    subprocess.run([python, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
    (place,) = folder.glob("lib/python3*/site-packages")
    return str(folder / "bin" / "python"), place


def described(python: str, *parts: str) -> dict[str, Any]:
    done = subprocess.run(
        [python, "-B", str(FOLDER / "describe.py"), *parts],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def fill(place: Path) -> None:
    """Put packages of each form there."""
    modern = place / "modern_package-1.2.dist-info"
    modern.mkdir()
    (modern / "METADATA").write_text(METADATA, encoding="utf-8")
    (modern / "RECORD").write_text(RECORD, encoding="utf-8")
    editable = place / "mine-0.1.dist-info"
    editable.mkdir()
    (editable / "METADATA").write_text("Name: mine\nVersion: 0.1\n", encoding="utf-8")
    (editable / "direct_url.json").write_text('{"url": "file:///mine"}', encoding="utf-8")
    egg = place / "egg-3.0-py3.9.egg-info"
    egg.mkdir()
    (egg / "PKG-INFO").write_text("Name: egg\nVersion: 3.0\n", encoding="utf-8")
    (egg / "requires.txt").write_text(EGG, encoding="utf-8")
    old = place / "old-2.0-py3.9.egg-info"
    old.write_text("Name: old\nVersion: 2.0\n", encoding="utf-8")
    (place / "broken-1.dist-info").mkdir()  # an interrupted uninstallation leaves this


@pytest.mark.parametrize("python", REAL, ids=lambda path: Path(path).parents[1].name)
def test_each_form_of_metadata_is_read_by_each_python(python: str, tmp_path: Path) -> None:
    inside, place = made(tmp_path / "env", python)
    fill(place)
    answer = described(inside, "packages")
    assert answer["errors"] == {}
    assert set(answer) == {"errors", "packages"}
    found = {package["name"]: package for package in answer["packages"]["found"]}
    assert set(found) >= {"Modern_Package", "mine", "egg", "old"}
    assert "broken" not in found
    modern = found["Modern_Package"]
    assert modern["version"] == "1.2"
    assert modern["requires"] == [
        "cryptography (<44,>=41.0.5)",
        'other; python_version < "3.9"',
        "pytest ; extra == 'test'",
    ]
    assert modern["modules"] == ["fast", "modern", "single", "space.inner"]
    assert modern["origin"] == "index"
    assert found["mine"]["origin"] == "elsewhere"
    assert "modules" not in found["mine"]
    assert found["egg"]["requires"] == [
        "six>=1.4",
        'enum34; (python_version < "3")',
        'cryptography>=2; extra == "ssl"',
        'pywin32; (sys_platform == "win32") and extra == "win"',
    ]
    assert found["old"]["requires"] == []
    markers = answer["packages"]["markers"]
    assert markers["python_full_version"].startswith(markers["python_version"] + ".")
    assert markers["os_name"] == "posix"


@pytest.mark.parametrize("python", REAL, ids=lambda path: Path(path).parents[1].name)
def test_a_package_whose_installation_was_cut_off_is_damaged(python: str, tmp_path: Path) -> None:
    inside, place = made(tmp_path / "env", python)
    info = place / "cffi-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: cffi\nVersion: 2.0\n", encoding="utf-8")

    def is_damaged() -> bool:
        found = described(inside, "packages")["packages"]["found"]
        (package,) = (each for each in found if each["name"] == "cffi")
        return bool(package.get("damaged", False))

    assert is_damaged()  # the list of files is written last
    (info / "RECORD").write_text(
        "cffi/__init__.py,sha256=x,4\ncffi/a.h,sha256=x,9\n", encoding="utf-8"
    )
    assert is_damaged()
    (place / "cffi").mkdir()
    (place / "cffi" / "__init__.py").write_text("1", encoding="utf-8")
    assert is_damaged()
    (place / "cffi" / "__init__.py").write_text("1234", encoding="utf-8")
    assert not is_damaged()  # a header that is missing is not needed

    compiled = place / "cffi" / "a.so"
    with (info / "RECORD").open("a", encoding="utf-8") as record:
        record.write("cffi/a.so,sha256=x,4\n")
    assert is_damaged()
    compiled.write_text("", encoding="utf-8")
    assert is_damaged()
    compiled.write_text("1", encoding="utf-8")
    assert not is_damaged()  # it was stripped
    (info / "RECORD").write_bytes(b"cffi/\0\n")
    assert is_damaged()


@pytest.mark.parametrize("python", REAL, ids=lambda path: Path(path).parents[1].name)
def test_it_says_what_importlib_says(python: str, tmp_path: Path) -> None:
    inside, place = made(tmp_path / "env", python)
    fill(place)
    code = (
        "import json, importlib.metadata as m\n"
        "print(json.dumps({d.metadata['Name']: [d.version, d.requires or []]"
        " for d in m.distributions() if d.metadata and d.metadata['Name']}))"
    )
    done = subprocess.run(
        [inside, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode and "importlib.metadata" in done.stderr:
        pytest.skip("before Python 3.8, there is no importlib.metadata")
    theirs = {
        name: (version, {line.replace(" ", "").replace("'", '"') for line in requires})
        for name, (version, requires) in json.loads(done.stdout).items()
    }
    ours = {
        package["name"]: (
            package["version"],
            {line.replace(" ", "").replace("'", '"') for line in package["requires"]},
        )
        for package in described(inside, "packages")["packages"]["found"]
    }
    for name in ("Modern_Package", "mine", "old", "egg"):
        assert ours[name][0] == theirs[name][0]
        if name != "egg":  # they put parentheses elsewhere
            assert {line.replace("\n", "") for line in theirs[name][1]} == ours[name][1]


def test_the_packages_of_the_system_are_outside(tmp_path: Path) -> None:
    base = getattr(sys, "_base_executable", sys.executable)
    has_pip = subprocess.run(
        [base, "-c", "import pip"], capture_output=True, timeout=60, check=False
    )
    if has_pip.returncode:
        pytest.skip("the Python of this environment has no packages")
    folder = tmp_path / "env"
    argv = [base, "-m", "venv", "--without-pip", "--system-site-packages", str(folder)]
    subprocess.run(argv, check=True, timeout=60)
    (place,) = folder.glob("lib/python3*/site-packages")
    fill(place)
    found = described(str(folder / "bin" / "python"), "packages")["packages"]["found"]
    outside = [package["name"] for package in found if package["origin"] == "outside"]
    assert set(outside).isdisjoint({"Modern_Package", "mine", "egg", "old"})
    assert "pip" in outside


def test_outside_an_environment_nothing_is_read() -> None:
    answer = described(getattr(sys, "_base_executable", sys.executable), "packages", "extensions")
    assert answer["packages"] is None
    assert answer["extensions"] == []


def test_the_extension_files_are_found(tmp_path: Path) -> None:
    inside, place = made(tmp_path / "env", REAL[-1])
    bindings = place / "cryptography" / "hazmat" / "bindings"
    bindings.mkdir(parents=True)
    for name in ("_rust.abi3.so", "_rust", "__init__.py", "_openssl.pyi"):
        (bindings / name).touch()
    assert described(inside, "extensions")["extensions"] == [str(bindings / "_rust.abi3.so")]


def imported(python: str, *modules: str, seconds: str = "20") -> tuple[int, str]:
    done = subprocess.run(
        [python, "-B", str(FOLDER / "imports.py"), seconds, *modules],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    return done.returncode, lines[-1] if lines else ""


@pytest.mark.parametrize("python", REAL, ids=lambda path: Path(path).parents[1].name)
def test_imports_are_tried_in_each_python(python: str, tmp_path: Path) -> None:
    inside, place = made(tmp_path / "env", python)
    (place / "good.py").write_text("", encoding="utf-8")
    (place / "bad.py").write_text("import good\ngood.gone", encoding="utf-8")
    (place / "rude.py").write_text("raise SystemExit(0)", encoding="utf-8")
    assert imported(inside, "good", "json") == (0, "")
    code, text = imported(inside, "good", "bad")
    assert (code, text) == (1, "import bad: AttributeError: module 'good' has no attribute 'gone'")
    code, text = imported(inside, "rude")
    assert (code, text) == (1, "import rude: SystemExit: 0")
    assert not (place / "__pycache__").exists()


def test_an_import_that_hangs_is_ended(tmp_path: Path) -> None:
    inside, place = made(tmp_path / "env", REAL[-1])
    (place / "slow.py").write_text("import time\ntime.sleep(500)", encoding="utf-8")
    code, _text = imported(inside, "slow", seconds="1")
    assert code == 1
