"""Situations from public reports, made again with the real pip, the real uv and real packages.

Those that need no network are in tests/wizard/test_situations.py.
"""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

import pytest

from tests.live.command import Wizard
from tests.live.marks import limit
from tests.live.test_live_environments import Environment, run

pytestmark = [pytest.mark.live, limit(300)]

OTHER = {"x86_64": "aarch64", "aarch64": "x86_64"}
"""A processor that this machine does not have."""


@pytest.fixture
def folder(wizard: Wizard) -> Path:
    return wizard.folder / "env"


@pytest.mark.skipif(platform.machine() not in OTHER, reason="no other processor is known")
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the words are those of glibc")
def test_files_for_another_processor_are_named(
    folder: Path, wizard: Wizard, tmp_path: Path
) -> None:
    """pyca/cryptography#9851 and broadinstitute/viral-ngs#1042: a layer or an image."""
    environment = Environment(folder, "3.11", "cffi")
    tags = f"manylinux2014_{OTHER[platform.machine()]}"
    (packages,) = (folder / "lib").glob("python3.*/site-packages")
    options = ("--platform", tags, "--only-binary", ":all:", "--no-deps", "--quiet")
    pip = (environment.python, "-m", "pip")
    run(*pip, "install", *options, "--target", str(packages), "cryptography")
    done = wizard("verify", environment.python)
    assert done.code == 4, done.said
    assert "another processor" in done.out
    said = " ".join(done.out.replace("\\\n", " ").split())  # a long command is continued
    assert f"--reinstall --venv {folder}" in said


def test_what_limits_cffi_allows_46_0_0(folder: Path, wizard: Wizard) -> None:
    """Zipstack/unstract#2016 and pyca/cryptography#13468."""
    environment = Environment(
        folder, "3.11", "snowflake-connector-python==3.14.0", "cryptography==46.0.0"
    )
    options = ("--yes", "--json", "--venv", str(folder))
    done = wizard(*options)
    assert done.code == 0, done.said
    assert [step["id"] for step in done.report["steps"]] == ["proof"]
    assert environment.versions()["cryptography"] == "46.0.0"
    refused = wizard("plan", "--venv", str(folder), "--release", "46.0.7")
    assert refused.code == 3, refused.said
    assert "snowflake-connector-python 3.14.0" in refused.err
    assert environment.is_whole()


def test_a_package_of_the_system_is_not_replaced_by_force(folder: Path, wizard: Wizard) -> None:
    """GoogleCloudPlatform/compute-image-tools#2716: a copy without RECORD, as Debian makes it."""
    environment = Environment(folder, "3.11", "cryptography==41.0.7")
    (record,) = (folder / "lib").glob("python3.*/site-packages/cryptography-*.dist-info/RECORD")
    record.unlink()
    (record.parent / "INSTALLER").write_text("debian\n", encoding="utf-8")
    log = wizard.folder / "pip.log"
    pip = (environment.python, "-m", "pip", "install", "cryptography==46.0.7")
    with log.open("w", encoding="utf-8") as file:
        failed = subprocess.run(pip, stdout=file, stderr=file, timeout=120, check=False)
    assert failed.returncode != 0
    done = wizard("diagnose", str(log))
    assert done.code == 0, done.said
    assert "belongs to the operating system's package manager" in done.out
    assert "--force-reinstall" not in done.out
