"""The script that runs in every Python, in every Python that is here."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

import pytest

import wizard.target

SCRIPT = Path(wizard.target.__path__[0], "describe.py")
ROOT = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
REAL = sorted(str(path) for path in ROOT.glob("*/bin/python"))


def describe(python: str, **env: str) -> dict[str, Any]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    done = subprocess.run(
        [python, "-B", str(SCRIPT)],
        env={**clean, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_nothing_in_it_is_younger_than_python_3_6_or_unknown_to_2_7() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))
    kinds = {type(node).__name__ for node in ast.walk(tree)}
    too_young = {"AnnAssign", "NamedExpr", "JoinedStr", "Nonlocal", "AsyncFunctionDef"}
    assert not kinds & too_young
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert not [f.name for f in functions if f.returns or any(a.annotation for a in f.args.args)]


@pytest.mark.skipif(not REAL, reason="no pyenv with Pythons on this machine")
@pytest.mark.parametrize("python", REAL, ids=lambda path: Path(path).parents[1].name)
def test_every_real_python_describes_itself(python: str) -> None:
    found = describe(python)
    wanted = Path(python).parents[1].name
    assert found["version"] == wanted
    assert found["errors"] == {}
    if wanted.startswith("2."):
        assert set(found) == {"version", "executable", "errors"}
        return
    assert found["environment"] == ""
    assert os.path.realpath(found["base"]) == os.path.realpath(python)
    pip = found["pip"]
    assert pip["tags"][0].startswith("cp" + "".join(wanted.split(".")[:2]))
    assert pip["default"].startswith("https://")
    assert found["ensurepip"]
    assert pip["errors"] == {}


@pytest.mark.skipif(not REAL, reason="no pyenv with Pythons on this machine")
@pytest.mark.parametrize(
    "python",
    [path for path in REAL if not Path(path).parents[1].name.startswith("2.")],
    ids=lambda path: Path(path).parents[1].name,
)
def test_tags_and_settings_are_those_of_pip_itself(python: str, tmp_path: Path) -> None:
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\nindex_url = https://name:word@index.example/simple\ntimeout = 7\n"
        "[install]\nextra-index-url = https://a.example/ https://b.example/\n"
        "[download]\nproxy = http://other.example\n",
        encoding="utf-8",
    )
    env = {"PIP_CONFIG_FILE": str(settings), "PIP_DEFAULT_TIMEOUT": "9", "PIP_NO_INDEX": "1"}
    pip = describe(python, **env)["pip"]
    found = {name: value for name, value, _where in pip["settings"]}
    assert found["index-url"] == "https://name:word@index.example/simple"
    assert found["extra-index-url"] == ["https://a.example/", "https://b.example/"]
    assert found["timeout"] == "9"
    assert found["no-index"] == "1"
    assert "proxy" not in found

    code = (
        "try:\n from pip._internal.utils.compatibility_tags import get_supported as tags\n"
        "except ImportError:\n from pip._internal.pep425tags import get_supported as tags\n"
        "print(' '.join('-'.join(t) if isinstance(t, tuple) else str(t) for t in tags()))"
    )
    asked = subprocess.run(
        [python, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    single = [
        f"{head}-{platform}"
        for entry in pip["tags"]
        for head, platforms in [entry.rsplit("-", 1)]
        for platform in platforms.split(".")
    ]
    assert single == asked.stdout.split()


def test_settings_can_be_switched_off(tmp_path: Path) -> None:
    pip = describe(sys.executable, PIP_CONFIG_FILE=os.devnull, HOME=str(tmp_path))["pip"]
    assert pip["settings"] == []


def test_an_environment_without_pip_looks_where_its_future_pip_would(tmp_path: Path) -> None:
    base = getattr(sys, "_base_executable", sys.executable)
    if not describe(base)["ensurepip"]:
        pytest.skip("this Python has no ensurepip")
    folder = tmp_path / "with space and $(echo)"
    venv.create(folder, with_pip=False, symlinks=True)
    found = describe(str(folder / "bin" / "python"))
    assert found["environment"] == str(folder)
    assert found["externally_managed"] == ""
    assert found["pip"]["installed"] is False
    assert found["pip"]["version"] == found["ensurepip"]
    assert found["pip"]["tags"]
    assert os.path.realpath(found["base"]) == os.path.realpath(base)
    assert found["prefix"] == str(folder)
    assert found["base_prefix"] == describe(base)["prefix"]


def test_an_environment_s_own_settings_and_packages_are_seen(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    venv.create(folder, with_pip=False, symlinks=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    (packages / "pip-9.9.9.dist-info").mkdir()
    (packages / "cryptography-43.0.1.dist-info").mkdir()
    (packages / "cryptography_vectors-1.0.dist-info").mkdir()
    (packages / "pip").mkdir()
    (packages / "pip" / "__init__.py").write_text("raise SystemExit('broken pip')")
    found = describe(str(folder / "bin" / "python"))
    assert found["cryptography"] == "43.0.1"
    assert found["pip"]["version"] == "9.9.9"
    assert "broken pip" in found["pip"]["errors"]["tags"]
    assert found["version"] == ".".join(map(str, sys.version_info[:3]))


def test_it_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    venv.create(folder, with_pip=False, symlinks=True)

    def files() -> list[str]:
        return sorted(str(path) for top in (folder, SCRIPT.parent) for path in top.rglob("*"))

    before = files()
    describe(str(folder / "bin" / "python"))
    assert files() == before


def test_nothing_is_imported_from_the_folder_of_the_script(tmp_path: Path) -> None:
    real, linked = tmp_path / "real", tmp_path / "linked"
    real.mkdir()
    linked.symlink_to(real, target_is_directory=True)
    shutil.copyfile(SCRIPT, real / "describe.py")
    (real / "json.py").write_text("raise SystemExit('imported from the folder of the script')")
    for folder in (real, linked):
        done = subprocess.run(
            [sys.executable, "-B", str(folder / "describe.py")],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_names_of_compiled_modules_and_the_vendor(tmp_path: Path) -> None:
    found = describe(sys.executable)
    assert found["suffix"] == sysconfig.get_config_var("EXT_SUFFIX")
    folder = tmp_path / "conda"
    venv.create(folder, with_pip=False)
    (folder / "conda-meta").mkdir()
    inside = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    base = describe(str(inside))["base_prefix"]
    is_conda = Path(base, "conda-meta").is_dir()
    assert describe(str(inside))["vendor"] == ("conda" if is_conda else "")


@pytest.mark.parametrize(
    ("prefix", "vendor"),
    [
        (
            r"C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.13_3.13.9_x64",
            "microsoft-store",
        ),
        (r"C:\\Python313", ""),
        ("CONDA", "conda"),
    ],
)
def test_who_made_an_installation(tmp_path: Path, prefix: str, vendor: str) -> None:
    (tmp_path / "conda-meta").mkdir()
    prefix = str(tmp_path) if prefix == "CONDA" else prefix
    code = (
        f"import sys; sys.path.insert(0, {str(SCRIPT.parent)!r}); import describe; "
        f"describe.base_prefix = lambda: {prefix!r}; print(describe.vendor())"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == vendor
