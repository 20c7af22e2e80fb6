"""The wizard works from a zip file: it finds its tables, its texts, its scripts and the Pythons."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import zipapp
import zipfile
from pathlib import Path

import pytest

import assets
from backends import manager
from tests.packaging.build import CHECKOUT, DEBIAN, MODULES, PACKAGES, Environment, run
from tests.programs import small_machine
from wizard import __version__

LOOKED_UP = """\
import json
from cryptography_wizard import finder
finder.install()
import assets
from backends import manager
print(json.dumps([assets.text("styles/app.tcss"), sorted(manager.managers())]))
"""
"""Says what a text is, and what is found by looking through a folder."""
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the dependencies and without the wizard."""
    return Environment.make(tmp_path_factory.mktemp("bare") / "environment")


@pytest.fixture(scope="module")
def pyz(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's packages as one file that Python can start."""
    folder = tmp_path_factory.mktemp("zip")
    with zipfile.ZipFile(wheel) as file:
        file.extractall(folder / "files")
    made = folder / "cryptography-wizard.pyz"
    zipapp.create_archive(folder / "files", made, main="cryptography_wizard.__main__:main")
    return made


def test_version(bare: Environment, pyz: Path, tmp_path: Path) -> None:
    done = run([bare.python, str(pyz), "--version"], tmp_path)
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        f"cryptography-wizard {__version__}",
    )


def test_it_is_found_in_pythonpath(bare: Environment, pyz: Path, tmp_path: Path) -> None:
    argv = [bare.python, "-m", "cryptography_wizard", "--version"]
    # A relative path, as people write it; the wizard's own place must not depend on the folder.
    done = run(argv, pyz.parent, {"PYTHONPATH": pyz.name})
    assert (done.returncode, done.stdout.splitlines()[0]) == (
        0,
        f"cryptography-wizard {__version__}",
    )
    assert run(argv, tmp_path).returncode != 0


@pytest.mark.parametrize("form", ["json", "sh", "powershell"])
def test_a_plan_is_the_same(bare: Environment, pyz: Path, tmp_path: Path, form: str) -> None:
    words = ["plan", "--facts", DEBIAN, "--method", "source", "--format", form]
    zipped = run([bare.python, str(pyz), *words], tmp_path)
    plain = run([bare.python, "-m", "cryptography_wizard", *words], CHECKOUT)
    assert (zipped.returncode, zipped.stderr) == (0, "")
    assert zipped.stdout == plain.stdout


def test_the_doctor_finds_the_pythons(bare: Environment, pyz: Path, tmp_path: Path) -> None:
    leftover = tmp_path / "temporary"
    leftover.mkdir()
    env = {**OFFLINE, **small_machine(tmp_path / "programs"), "TMPDIR": str(leftover)}
    done = run([bare.python, str(pyz), "doctor", "--json"], tmp_path, env)
    assert done.returncode == 0, done.stderr
    pythons = json.loads(done.stdout)["pythons"]
    version = ".".join(map(str, sys.version_info[:3]))
    assert version in [python["version"] for python in pythons if not python.get("problem")]
    assert list(leftover.iterdir()) == []


def test_the_proof_is_run(bare: Environment, pyz: Path, tmp_path: Path) -> None:
    empty = Environment(tmp_path / "empty")
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(empty.folder)], timeout=60, check=True
    )
    done = run([bare.python, str(pyz), "verify", empty.python], tmp_path)
    assert f"cryptography is not installed in {empty.python}." in done.stdout


def test_a_failure_is_explained(bare: Environment, pyz: Path, tmp_path: Path) -> None:
    log = CHECKOUT / "tests" / "logs" / "gcc-missing.log"
    done = run([bare.python, str(pyz), "diagnose", str(log)], tmp_path)
    plain = run([bare.python, "-m", "cryptography_wizard", "diagnose", str(log)], CHECKOUT)
    # Each names the wizard as it was started.
    texts = (
        done.stdout.replace(f"{bare.python} {pyz} ", "cryptography-wizard "),
        plain.stdout.replace(f"{bare.python} -m cryptography_wizard ", "cryptography-wizard "),
    )
    assert texts[0] == texts[1]
    assert (done.returncode, plain.returncode) == (0, 0)
    assert "cryptography-wizard --method wheel" in texts[0]


def test_all_modules_are_found_in_it(bare: Environment, pyz: Path, tmp_path: Path) -> None:
    done = run([bare.python, "-c", MODULES], tmp_path, {"PYTHONPATH": str(pyz)})
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert [name for name, file in found.items() if not file.startswith(f"{pyz}{os.sep}")] == []
    modules = {
        ".".join(path.relative_to(CHECKOUT).with_suffix("").parts)
        for package in PACKAGES
        for path in (CHECKOUT / package).rglob("[!_]*.py")
        # Other Pythons run the target's, and scripts are text: nothing imports them.
        if path.parent.name not in ("target", "scripts")
    }
    assert found.keys() >= modules


def test_texts_and_backends_are_found_in_it(bare: Environment, pyz: Path, tmp_path: Path) -> None:
    done = run([bare.python, "-c", LOOKED_UP], tmp_path, {"PYTHONPATH": str(pyz)})
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [assets.text("styles/app.tcss"), sorted(manager.managers())]


def test_no_module_looks_for_files_beside_itself() -> None:
    def names(file: Path) -> set[str]:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}

    sources = [
        path
        for package in ("cryptography_wizard", *PACKAGES)
        for path in (CHECKOUT / package).rglob("*.py")
        if path.parent.name != "target"  # those are always real files: other Pythons run them
    ]
    assert sources
    assert [str(path) for path in sources if "__file__" in names(path)] == []
