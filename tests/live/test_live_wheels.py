"""Wheels through ``--yes`` into new and old environments of every Python that is here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from packaging.version import Version

from tests.live import machine
from tests.live.command import Done, Wizard, runs_pip
from tests.live.marks import limit

pytestmark = [pytest.mark.live, limit(600)]

LAST = {"3.6": "40.0.2", "3.7": "45.0.7", "3.8": "47.0.0"}
"""The last release with a wheel for a Python that cryptography serves no longer."""
NEWEST = "50.0.2"
"""The newest release when these tests were written; a Python still served has it or a newer one."""

NASTY = """it's "a" folder; $(touch owned) `touch owned` & ü"""


def pip(python: str, *arguments: str) -> None:
    """Run a Python's own pip, which must work, for at most two minutes."""
    argv = (python, "-m", "pip", "--disable-pip-version-check", *arguments)
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def newest_that_pip_takes(python: str, folder: Path) -> str:
    """What the pip of an environment takes for the newest wheel of cryptography that fits."""
    pip(
        *(python, "download", "--quiet", "--no-deps", "--only-binary", ":all:"),
        *("--dest", str(folder), "cryptography"),
    )
    (wheel,) = folder.glob("cryptography-*.whl")
    return wheel.name.split("-")[1]


def assert_proved(done: Done) -> None:
    """A wheel was installed and proved, with nothing to complain of."""
    assert done.code == 0, done.said
    report = done.report
    assert report["code"] == 0
    assert report["error"] is None
    assert {step["state"] for step in report["steps"]} == {"done"}
    assert report["plan"]["method"] == "wheel"
    assert report["report"]["ok"] is True
    assert report["report"]["version"] == report["plan"]["release"]
    assert report["report"]["linkage"]["kind"] == "static"
    assert done.events[-1]["kind"] == "run-ended"


def commands(done: Done) -> list[str]:
    """The commands of the steps as they were shown."""
    return [step["command"] for step in done.report["steps"]]


def entries(folder: Path) -> list[str]:
    """The names of what is in a folder."""
    return [entry.name for entry in folder.iterdir()]


@pytest.fixture
def without_uv(tmp_path: Path) -> dict[str, str]:
    """Return variables under which there is no uv: not on PATH and not where rustup puts things."""
    if not shutil.which("uv"):
        pytest.skip("there is no uv here: every other test runs without it already")
    path = machine.path_without("uv", tmp_path / "path")
    assert shutil.which("uv", path=path) is None
    return {"PATH": path, "CARGO_HOME": str(tmp_path / "no-cargo")}


@pytest.mark.parametrize("version", machine.VERSIONS)
def test_a_new_environment_gets_the_newest_wheel_that_fits(
    version: str, wizard: Wizard, tmp_path: Path
) -> None:
    python = machine.need(version)
    done = wizard("--yes", "--json", "--python", python)
    assert_proved(done)
    installed = done.report["report"]["version"]
    inside = wizard.folder / "cryptography-env" / "bin" / "python"
    assert done.report["plan"]["python"] == str(inside)
    assert done.report["plan"]["new"] is True
    if version in LAST:
        assert installed == LAST[version]
    else:
        assert Version(installed) >= Version(NEWEST)
    assert installed == newest_that_pip_takes(str(inside), tmp_path / "pip")
    assert Path(done.report["report"]["linkage"]["file"]).is_relative_to(wizard.folder)


@pytest.mark.parametrize("version", ["3.7", "3.12"])
def test_without_uv_pip_does_the_same(
    version: str, wizard: Wizard, without_uv: dict[str, str]
) -> None:
    done = wizard("--yes", "--json", "--python", machine.need(version), env=without_uv)
    assert_proved(done)
    assert all("uv" not in Path(command.split()[0]).name for command in commands(done))
    assert any(map(runs_pip, commands(done)))


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_a_second_run_goes_into_the_same_environment(tool: str, wizard: Wizard) -> None:
    if tool == "uv" and not shutil.which("uv"):
        pytest.skip("there is no uv here")
    first = wizard("--yes", "--json", "--installer", tool)
    assert_proved(first)
    second = wizard("--yes", "--json", "--installer", tool)
    assert_proved(second)
    assert first.report["plan"]["new"] is True
    assert second.report["plan"]["new"] is False
    assert second.report["plan"]["environment"] == first.report["plan"]["environment"]
    assert second.report["report"]["version"] == first.report["report"]["version"]


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_a_folder_of_any_name_is_a_name_and_no_command(tool: str, wizard: Wizard) -> None:
    if tool == "uv" and not shutil.which("uv"):
        pytest.skip("there is no uv here")
    done = wizard("--yes", "--json", "--installer", tool, "--venv", NASTY)
    assert_proved(done)
    assert entries(wizard.folder) == [NASTY]
    inside = wizard.folder / NASTY / "bin" / "python"
    verified = wizard("verify", str(inside), "--json")
    assert verified.code == 0, verified.said


def test_the_plan_as_a_script_does_the_same(wizard: Wizard) -> None:
    plan = wizard("plan", "--format", "sh", "--venv", NASTY)
    assert plan.code == 0, plan.said
    script = wizard.folder.parent / "steps.sh"
    script.write_text(plan.out, encoding="utf-8")
    assert entries(wizard.folder) == []
    done = subprocess.run(
        ("sh", str(script)),
        cwd=wizard.folder,
        env=wizard.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert entries(wizard.folder) == [NASTY]
    verified = wizard("verify", str(wizard.folder / NASTY / "bin" / "python"), "--json")
    assert verified.code == 0, verified.said
    assert verified.report["linkage"]["kind"] == "static"


@pytest.mark.parametrize("version", ["3.6", "3.7"])
def test_a_pip_too_old_for_the_wheel_is_brought_up_to_date_first(
    version: str, wizard: Wizard
) -> None:
    folder = wizard.folder / "old"
    inside = str(folder / "bin" / "python")
    argv = (machine.need(version), "-m", "venv", str(folder))
    subprocess.run(argv, check=True, capture_output=True, timeout=120)
    pip(inside, "install", "--quiet", "pip==19.2.3")
    done = wizard("--yes", "--json", "--installer", "pip", "--venv", "old")
    assert_proved(done)
    assert done.report["report"]["version"] == LAST[version]
    assert [step["id"] for step in done.report["steps"]] == ["pip-upgrade", "install", "proof"]
