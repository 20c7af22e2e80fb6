"""Environments that hold other packages: real packages from the index, real pip and real uv."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.live import machine
from tests.live.command import Done, Wizard
from tests.live.marks import limit
from wizard import installed
from wizard.codec import from_json
from wizard.plan import SCHEMA, Plan
from wizard.proof import packages as proof_packages

pytestmark = [pytest.mark.live, limit(600)]

NEWEST = "50.0.2"


def run(*argv: str, code: int = 0) -> str:
    """Run a program for at most three minutes, and return what it printed."""
    done = subprocess.run(argv, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == code, f"{argv}\n{done.stdout}\n{done.stderr}"
    return done.stdout


class Environment:
    """An environment with packages: made by uv, which is faster, if it can; otherwise by pip."""

    def __init__(self, folder: Path, version: str, *packages: str, pip: bool = True) -> None:
        self.folder, self.pip = folder, pip
        self.python = str(folder / "bin" / "python")
        base = machine.need(version)
        if shutil.which("uv") and version not in ("3.6", "3.7"):
            seed = ("--seed",) if pip else ()
            run("uv", "venv", "--quiet", *seed, "--python", base, str(folder))
            run("uv", "pip", "install", "--quiet", "--python", self.python, *packages)
            return
        if not pip:
            pytest.skip("there is no uv here")
        run(base, "-m", "venv", str(folder))
        self.install(*packages)

    def install(self, *packages: str) -> None:
        """Install with its own pip."""
        run(self.python, "-m", "pip", "install", "--quiet", "--prefer-binary", *packages)

    def versions(self) -> dict[str, str]:
        """What is in it, as the wizard reads it."""
        return installed.versions(proof_packages.read(self.python))

    def is_whole(self) -> bool:
        """Whether pip's own check has nothing to say; the wizard's own must agree."""
        conflicts = installed.conflicts(proof_packages.read(self.python))
        if self.pip:
            argv = (self.python, "-m", "pip", "check")
            done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
            assert (done.returncode == 0) is (not conflicts), (done.stdout, conflicts)
        return not conflicts

    def can_import(self, module: str) -> bool:
        """Whether a module can be imported."""
        argv = (self.python, "-c", f"import {module}")
        return subprocess.run(argv, capture_output=True, timeout=60, check=False).returncode == 0

    def undo(self, wizard: Wizard) -> None:
        """Run the commands that undo the wizard's last run, in its order."""
        (run_folder,) = sorted(wizard.state.glob("runs/*"))[-1:]
        text = (run_folder / "plan.json").read_text(encoding="utf-8")
        plan = from_json(Plan, text, source="plan.json", schema=SCHEMA)
        for step in reversed(plan.steps):
            for action in step.undo:
                argv = getattr(action, "argv", None)
                assert argv, action
                environment = {**wizard.environment(), **dict(action.env)}  # type: ignore[union-attr]
                done = subprocess.run(
                    argv, env=environment, capture_output=True, text=True, timeout=180, check=False
                )
                assert done.returncode == 0, f"{argv}\n{done.stdout}\n{done.stderr}"


def checks(done: Done) -> dict[str, list[str]]:
    """The details of the checks by name."""
    found: dict[str, list[str]] = {}
    for check in done.report["report"]["checks"]:
        found.setdefault(check["name"], []).append(check["detail"])
    return found


@pytest.fixture
def folder(wizard: Wizard) -> Path:
    return wizard.folder / "env"


@pytest.fixture(params=["pip", "uv"])
def tool(request: pytest.FixtureRequest) -> str:
    if request.param == "uv" and not shutil.which("uv"):
        pytest.skip("there is no uv here")
    return str(request.param)


def test_a_package_with_an_upper_bound_is_not_broken(
    folder: Path, wizard: Wizard, tool: str
) -> None:
    environment = Environment(folder, "3.11", "pyOpenSSL==24.2.1", "cryptography==43.0.0")
    options = ("--yes", "--json", "--venv", str(folder), "--installer", tool)
    done = wizard(*options)
    assert done.code == 0, done.said
    assert done.report["plan"]["release"] == "43.0.3"
    assert any("pyOpenSSL 24.2.1 allows only" in note for note in done.report["plan"]["notes"])
    assert environment.is_whole()
    assert environment.can_import("OpenSSL")
    assert any("pyOpenSSL can be imported" in text for text in checks(done)["packages"])
    assert not (folder / "cryptography-wizard-before.json").exists()

    again = wizard(*options)
    assert again.code == 0, again.said
    assert [step["id"] for step in again.report["steps"]] == ["proof"]
    assert any("already installed" in note for note in again.report["plan"]["notes"])
    forced = wizard(*options, "--reinstall")
    assert forced.code == 0, forced.said
    assert [s["id"] for s in forced.report["steps"]] == ["packages-before", "install", "proof"]


def test_a_release_that_breaks_a_package_is_refused(folder: Path, wizard: Wizard) -> None:
    environment = Environment(folder, "3.11", "pyOpenSSL==24.2.1")
    before = environment.versions()
    done = wizard("--yes", "--json", "--venv", str(folder), "--release", NEWEST)
    assert done.code == 3, done.said
    assert "pyOpenSSL 24.2.1 allows only cryptography" in done.report["error"]["shown"]
    commands = [way["command"] for way in done.report["ways"]]
    for value in ("upgrade", "new", "ignore"):
        assert any(command.endswith(f"--dependents {value}") for command in commands)
    assert environment.versions() == before


def test_the_packages_are_upgraded_too_and_come_back(
    folder: Path, wizard: Wizard, tool: str
) -> None:
    environment = Environment(
        folder, "3.12", "pyOpenSSL==24.2.1", "josepy==1.14.0", "paramiko==3.4.0"
    )
    before = environment.versions()
    assert environment.is_whole()
    done = wizard(
        *("--yes", "--json", "--venv", str(folder), "--release", NEWEST),
        *("--dependents", "upgrade", "--installer", tool),
    )
    after = environment.versions()
    assert after["cryptography"] == NEWEST
    assert after["pyopenssl"] != "24.2.1"
    assert environment.is_whole()
    # josepy 1.14.0 allows every pyOpenSSL, but the newest lacks what it imports.
    if environment.can_import("josepy"):
        assert done.code == 0, done.said
    else:
        assert done.code == 4, done.said
        assert any("josepy 1.14.0 does not work" in text for text in checks(done)["packages"])
    environment.undo(wizard)
    restored = environment.versions()
    assert {name: restored[name] for name in before} == before
    assert environment.can_import("OpenSSL")
    assert environment.is_whole()


def test_a_package_without_an_upper_bound_is_not_broken_either(
    folder: Path, wizard: Wizard
) -> None:
    environment = Environment(folder, "3.8", "pyOpenSSL==22.0.0", "cryptography==38.0.1")
    assert environment.can_import("OpenSSL")
    done = wizard("--yes", "--json", "--venv", str(folder))
    assert done.code == 0, done.said
    assert done.report["plan"]["release"] == "38.0.4"
    assert environment.can_import("OpenSSL")
    refused = wizard("--yes", "--json", "--venv", str(folder), "--release", "39.0.2")
    assert refused.code == 3, refused.said
    upgraded = wizard(
        *("--yes", "--json", "--venv", str(folder), "--release", "46.0.7"),
        *("--dependents", "upgrade"),
    )
    assert upgraded.code == 0, upgraded.said
    assert environment.can_import("OpenSSL")
    assert environment.is_whole()


def test_what_the_user_accepts_is_named_and_not_a_failure(folder: Path, wizard: Wizard) -> None:
    environment = Environment(folder, "3.9", "pyOpenSSL==22.0.0", "cryptography==38.0.4", pip=False)
    done = wizard(
        *("--yes", "--json", "--venv", str(folder), "--release", NEWEST),
        *("--dependents", "ignore"),
    )
    assert done.code == 0, done.said
    assert not environment.can_import("OpenSSL")
    assert any("pyOpenSSL 22.0.0 does not work" in text for text in checks(done)["warning"])


def test_a_new_environment_leaves_the_old_one_alone(folder: Path, wizard: Wizard) -> None:
    environment = Environment(folder, "3.11", "pyOpenSSL==24.2.1")
    before = environment.versions()
    done = wizard(
        *("--yes", "--json", "--venv", str(folder), "--release", NEWEST, "--dependents", "new")
    )
    assert done.code == 0, done.said
    assert done.report["plan"]["environment"] == f"{folder}-2"
    assert environment.versions() == before
    assert environment.can_import("OpenSSL")


def test_a_limit_on_cffi_is_a_limit_on_the_release(folder: Path, wizard: Wizard) -> None:
    environment = Environment(folder, "3.11", "snowflake-connector-python==3.15.0", "pyOpenSSL<26")
    before = environment.versions()
    assert environment.is_whole()
    done = wizard("--yes", "--json", "--venv", str(folder))
    assert done.code == 0, done.said
    assert done.report["plan"]["release"].split(".")[0] == "46"
    notes = " ".join(done.report["plan"]["notes"])
    assert "snowflake-connector-python 3.15.0 (which needs cffi" in notes
    assert environment.is_whole()
    assert environment.versions()["cffi"] == before["cffi"]


@pytest.mark.parametrize("version", machine.VERSIONS)
def test_every_python_keeps_what_was_whole(version: str, folder: Path, wizard: Wizard) -> None:
    environment = Environment(folder, version, "paramiko<3", "pyOpenSSL<22")
    assert environment.is_whole()
    before = environment.versions()
    done = wizard("--yes", "--json", "--venv", str(folder))
    assert done.code == 0, done.said
    assert environment.is_whole()
    assert environment.can_import("OpenSSL")
    assert environment.can_import("paramiko")
    if any(step["id"] == "install" for step in done.report["steps"]):
        environment.undo(wizard)
        restored = environment.versions()
        restored.pop("pip", None)
        before.pop("pip", None)
        assert restored == before


def test_what_was_broken_before_stays_a_note(folder: Path, wizard: Wizard) -> None:
    environment = Environment(folder, "3.11", "pyOpenSSL==24.2.1", "josepy==2.2.0")
    run(environment.python, "-m", "pip", "uninstall", "-y", "--quiet", "pycparser")
    run(environment.python, "-m", "pip", "install", "--quiet", "--no-deps", "certbot==2.11.0")
    assert not environment.is_whole()
    done = wizard("--yes", "--json", "--venv", str(folder), "--reinstall")
    assert done.code == 0, done.said
    assert any(note.startswith("Already broken there") for note in done.report["plan"]["notes"])
    assert any("certbot 2.11.0 requires" in text for text in checks(done)["warning"])


def test_certbot_is_whole_before_and_after(folder: Path, wizard: Wizard) -> None:
    environment = Environment(folder, "3.11", "certbot==2.11.0", "cryptography==43.0.3")
    assert environment.is_whole()
    done = wizard("--yes", "--json", "--venv", str(folder))
    assert done.code in (0, 4), done.said
    if done.code == 0:
        assert environment.is_whole()
        assert environment.can_import("certbot, acme.client")
    else:
        assert "does not work" in json.dumps(done.report["report"])


def test_the_plan_as_a_script_watches_the_packages_too(folder: Path, wizard: Wizard) -> None:
    environment = Environment(folder, "3.11", "pyOpenSSL==22.0.0", "cryptography==38.0.4")
    made = wizard(
        *("plan", "--format", "sh", "--venv", str(folder), "--release", NEWEST),
        *("--dependents", "ignore"),
    )
    assert made.code == 0, made.said
    script = wizard.folder.parent / "steps.sh"
    # Without the user's consent, the script must notice it.
    script.write_text(made.out.replace("-before.json pyopenssl", "-before.json"), encoding="utf-8")
    assert script.read_text(encoding="utf-8") != made.out
    printed = run("sh", str(script), code=4)
    assert "pyOpenSSL no longer works: import OpenSSL" in printed
    assert not environment.can_import("OpenSSL")
