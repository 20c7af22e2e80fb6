"""The wheel: one name in site-packages, all files, and what its metadata says."""

from __future__ import annotations

import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
import tomli

from tests.packaging.build import CHECKOUT, PACKAGES, Environment, build, run
from tests.packaging.test_sdist import unpack
from wizard import __version__

METADATA = f"cryptography_wizard-{__version__}.dist-info"
DATA = f"cryptography_wizard-{__version__}.data"
MANUAL = f"{DATA}/data/share/man/man1/cryptography-wizard.1"


def files(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as file:
        return set(file.namelist())


def read(wheel: Path, name: str) -> str:
    with zipfile.ZipFile(wheel) as file:
        return file.read(f"{METADATA}/{name}").decode("utf-8")


def in_checkout(package: str) -> set[str]:
    return {
        path.relative_to(CHECKOUT).as_posix()
        for path in (CHECKOUT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and "screenshots" not in path.parts
    }


def test_it_has_one_name_in_site_packages(wheel: Path) -> None:
    names = files(wheel)
    assert {name.split("/")[0] for name in names} == {"cryptography_wizard", METADATA, DATA}
    assert {name for name in names if name.startswith(DATA)} == {MANUAL}


def test_all_files_of_the_packages_are_in_it_and_nothing_else(wheel: Path) -> None:
    wanted = in_checkout("cryptography_wizard")
    for package in PACKAGES:
        wanted |= {f"cryptography_wizard/{name}" for name in in_checkout(package)}
    assert "cryptography_wizard/wizard/target/describe.py" in wanted
    assert {name for name in files(wheel) if not name.startswith((METADATA, DATA))} == wanted


def test_its_metadata(wheel: Path) -> None:
    project = tomli.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    said = Parser().parsestr(read(wheel, "METADATA"))
    assert (said["Name"], said["Version"]) == ("cryptography-wizard", __version__)
    assert said["Requires-Python"] == ">=3.9"
    needs = [line for line in said.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert len(needs) == len(project["dependencies"])
    assert "Root-Is-Purelib: true\nTag: py3-none-any\n" in read(wheel, "WHEEL")
    assert read(wheel, "entry_points.txt").split() == [
        "[console_scripts]",
        *("cryptography-wizard", "=", "cryptography_wizard.__main__:main"),
    ]


def test_a_wheel_from_the_sdist_is_the_same(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    again = build("wheel", tmp_path / "again", unpack(sdist, tmp_path))
    assert files(again) == files(wheel)


@pytest.mark.parametrize("words", [["--version"], ["-m", "cryptography_wizard", "--version"]])
def test_it_starts_by_its_script_and_by_its_name(
    wheel: Path, words: list[str], tmp_path: Path
) -> None:
    environment = Environment.make(tmp_path / "environment")
    environment.install(wheel)
    program = environment.python if words[0] == "-m" else str(environment.script)
    done = run([program, *words], tmp_path)
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        f"cryptography-wizard {__version__}",
    )
