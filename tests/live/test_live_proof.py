"""The proof on real wheels of the index: old and new, of this machine and of others.

These tests make environments with every Python they find (``PYENV_ROOT``, ``~/.pyenv``, PATH) and
install with uv where it is on PATH, else with the environment's own pip.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.live.marks import limit
from wizard.proof.linkage import read
from wizard.proof.verify import sentences, verify

pytestmark = [pytest.mark.live, limit(600)]

# Each release, and the Pythons that its wheels serve, the most telling first.
RELEASES = {
    "3.4.8": ("3.6", "3.7", "3.8", "3.9", "3.10"),
    "35.0.0": ("3.7", "3.6", "3.8", "3.9", "3.10"),
    "38.0.4": ("3.8", "3.6", "3.7", "3.9", "3.10", "3.11"),
    "40.0.2": ("3.6", "3.7", "3.8", "3.9", "3.10", "3.11"),
    "42.0.8": ("3.10", "3.7", "3.8", "3.9", "3.11", "3.12"),
    "46.0.7": ("3.12", "3.8", "3.10", "3.11", "3.13"),
    "50.0.2": ("3.13", "3.10", "3.11", "3.12", "3.14"),
}

# Wheels of other systems: the platform that pip is asked for, and releases that have one.
OTHERS = {
    "macosx_11_0_arm64": ("50.0.2", "48.0.1"),
    "macosx_10_12_universal2": ("48.0.1",),
    "win_amd64": ("50.0.2", "48.0.1"),
    "win32": ("48.0.1",),
    "musllinux_1_2_x86_64": ("50.0.2", "48.0.1"),
    "manylinux_2_34_aarch64": ("50.0.2", "48.0.1"),
}


def interpreter(versions: tuple[str, ...]) -> str:
    """Find a real interpreter (no shim) of the first version of these that there is."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for version in versions:
        found = sorted(root.glob(f"versions/{version}.*/bin/python{version}"))
        if found:
            return str(found[-1])
        on_path = shutil.which(f"python{version}")
        if on_path and "shims" not in Path(on_path).parts:
            return on_path
    pytest.skip(f"none of Python {', '.join(versions)} is on this machine")


def run(*argv: str) -> None:
    """Run a program that must work, for at most five minutes."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def environment(python: str, folder: Path, *packages: str) -> str:
    """Make an environment of ``python`` with wheels of ``packages``; return its interpreter."""
    inside = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    uv = shutil.which("uv")
    if uv:
        run(uv, "venv", "--quiet", "--python", python, str(folder))
        tool = [uv, "pip", "install", "--quiet", "--python", str(inside)]
    else:
        run(python, "-m", "venv", str(folder))
        tool = [str(inside), "-m", "pip", "install", "--quiet"]
        run(*tool, "--upgrade", "pip")
    if packages:
        run(*tool, "--only-binary", "cryptography", *packages)
    return str(inside)


@pytest.mark.parametrize("release", RELEASES)
def test_a_real_wheel_is_proved(release: str, tmp_path: Path) -> None:
    python = interpreter(RELEASES[release])
    inside = environment(python, tmp_path / "environment", f"cryptography=={release}")
    report = verify(inside, release=release, link="static")
    assert report.problems == ()
    assert report.ok
    assert report.version == release
    assert report.openssl.startswith("OpenSSL ")
    assert Path(report.linkage.file).is_relative_to(tmp_path)
    assert [check.name for check in report.checks if check.name != "warning"] == [
        "package",
        "import",
        "OpenSSL",
        "Fernet",
        "AES-GCM",
        "X.509",
    ]
    assert sentences(report)[1][1].endswith("is inside (static).")


def test_a_wheel_with_a_damaged_extension_file_is_not_proved(tmp_path: Path) -> None:
    python = interpreter(RELEASES["50.0.2"])
    inside = environment(python, tmp_path / "environment", "cryptography==50.0.2")
    extension = Path(verify(inside).linkage.file)
    content = extension.read_bytes()
    extension.unlink()  # uv may share the file with its cache: never write into it
    extension.write_bytes(content[: len(content) // 2])
    report = verify(inside)
    assert not report.ok
    assert report.version == "50.0.2"
    assert report.checks[-1].name == "import"


def test_an_empty_environment_has_no_cryptography(tmp_path: Path) -> None:
    inside = environment(interpreter(RELEASES["50.0.2"]), tmp_path / "environment")
    assert verify(inside).problems == ("cryptography is not installed in this Python.",)


@pytest.fixture(scope="module")
def pip(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return an interpreter with a pip new enough for every platform's tags."""
    folder = tmp_path_factory.mktemp("pip") / "environment"
    run(sys.executable, "-m", "venv", str(folder))
    inside = str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    run(inside, "-m", "pip", "install", "--quiet", "--upgrade", "pip")
    return inside


@pytest.mark.parametrize(
    ("platform", "release"),
    [(platform, release) for platform, releases in OTHERS.items() for release in releases],
)
def test_a_wheel_of_another_system_is_read_here(
    platform: str, release: str, pip: str, tmp_path: Path
) -> None:
    run(
        *(pip, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"),
        *("--platform", platform, "--python-version", "3.11", "--dest", str(tmp_path)),
        f"cryptography=={release}",
    )
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (
            name for name in archive.namelist() if Path(name).name.startswith("_rust.")
            and name.endswith((".so", ".pyd"))
        )  # fmt: skip
        extension = archive.extract(name, tmp_path)
    linkage = read(extension)
    assert (linkage.kind, linkage.problem) == ("static", "")
