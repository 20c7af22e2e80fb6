"""Whole projects through ``--for``: files as people write them, real resolvers, real wheels."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tests.live import machine
from tests.live.command import Done, Wizard
from tests.live.marks import limit

pytestmark = [pytest.mark.live, limit(600)]


@dataclass(frozen=True)
class Case:
    """A project: its files, what ``--for`` gets, and what must be true in the end.

    ``allows`` is the specifier that its release must fit, ``limited_by`` the packages that limit
    it, ``works`` are modules that must be imported afterwards.
    """

    name: str
    files: Mapping[str, str]
    allows: str
    works: tuple[str, ...]
    limited_by: tuple[str, ...] = ()
    asked: str = "."
    python: str = "3.11"
    uv: bool = True
    flags: tuple[str, ...] = field(default=())


CASES = [
    Case(
        "ansible",
        {"requirements.txt": "ansible-core>=2.15,<2.17\nparamiko<3.4\n"},
        ">=3.3",
        ("ansible", "paramiko"),
        ("paramiko",),
    ),
    Case(
        "certbot",
        {
            "pyproject.toml": '[project]\nname = "certs"\nversion = "1"\n'
            'dependencies = ["certbot==2.11.0", "josepy<2", "pyopenssl<25"]\n'
        },
        ">=3.2.1",
        ("certbot", "josepy", "OpenSSL"),
        ("certbot", "josepy"),
        python="3.12",
    ),
    Case(
        "home automation",
        {
            "requirements.txt": "-c constraints.txt\naiohttp\nPyJWT\npyOpenSSL\ncryptography\n",
            "constraints.txt": "cryptography==43.0.1\npyOpenSSL==24.2.1\nPyJWT==2.9.0\n",
        },
        "==43.0.1",
        ("aiohttp", "jwt", "OpenSSL"),
        ("constraints.txt", "pyOpenSSL"),
        python="3.12",
        uv=False,
    ),
    Case(
        "ssh with poetry's tables",
        {
            "pyproject.toml": '[tool.poetry]\nname = "ssh"\nversion = "1"\n'
            'description = ""\nauthors = []\n[tool.poetry.dependencies]\npython = "^3.9"\n'
            'paramiko = "^3.4"\ncryptography = "~42.0"\n'
        },
        "==42.0.*",
        ("paramiko",),
        ("pyproject.toml",),
        python="3.10",
    ),
    Case(
        "tls",
        {"requirements.txt": "pyOpenSSL==24.2.1\n"},
        "<44,>=41.0.5",
        ("OpenSSL",),
        ("pyOpenSSL",),
        python="3.9",
        uv=False,
    ),
    Case(
        "cloud tools",
        {"requirements/base.txt": "azure-identity==1.17.1\nmsal==1.31.0\n"},
        "<46,>=2.5",
        ("azure.identity", "msal"),
        ("msal",),
        asked="requirements/base.txt",
        python="3.13",
    ),
    Case(
        "web shop",
        {
            "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.9"\n'
            'dependencies = ["django<5", "social-auth-app-django==5.4.2", "cryptography<45"]\n'
        },
        "<45",
        ("django", "social_core"),
        ("uv.lock",),
        asked="uv.lock",
    ),
    Case(
        "crawler",
        {
            "environment.yml": "dependencies:\n  - python=3.12\n  - cryptography=43\n  - pip:\n"
            "      - scrapy\n"
        },
        "==43.*",
        ("scrapy", "service_identity"),
        ("environment.yml",),
        python="3.12",
    ),
    Case(
        "tokens with checksums",
        {"requirements.in": "pyjwt[crypto]==2.8.0\ncryptography<44\n"},
        "<44",
        ("jwt",),
        ("hashed.txt",),
        asked="hashed.txt",
        uv=False,
    ),
    Case(
        "warehouse",
        {},
        ">=3.1",
        ("snowflake.connector", "OpenSSL"),
        ("pyOpenSSL",),
        asked="snowflake-connector-python==3.12.0",
    ),
    Case(
        "standard lock",
        {"requirements.in": "pyopenssl==25.0.0\n"},
        "<45,>=41.0.5",
        ("OpenSSL",),
        ("pylock.toml",),
        asked="pylock.toml",
        uv=False,
    ),
    Case(
        "pipenv",
        {
            "Pipfile.lock": json.dumps(
                {
                    "default": {
                        "cffi": {"version": "==1.17.1"},
                        "cryptography": {"version": "==44.0.3"},
                        "pycparser": {"version": "==2.22"},
                    }
                },
                indent=4,
            )
        },
        "==44.0.3",
        ("cryptography",),
        ("Pipfile.lock",),
    ),
]


def run(folder: Path, *argv: str) -> str:
    """Run a program of the test itself, for at most two minutes."""
    done = subprocess.run(
        argv, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def write(wizard: Wizard, case: Case) -> None:
    """Write the files of a project; lock files are made by uv itself."""
    for name, text in case.files.items():
        path = wizard.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    uv = machine.uv()
    python = machine.need(case.python)
    if case.asked == "uv.lock":
        run(wizard.folder, uv, "lock", "--quiet", "--python", python)
    elif case.asked in ("hashed.txt", "pylock.toml"):
        form = ("--generate-hashes",) if case.asked == "hashed.txt" else ()
        run(
            wizard.folder,
            *(uv, "pip", "compile", "--quiet", "--python", python, *form),
            *("requirements.in", "--output-file", case.asked),
        )


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a project, to see whether anything was changed."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "cryptography-env" not in path.parts
    }


def variables(case: Case, folder: Path) -> dict[str, str]:
    """The variables under which the wizard finds uv, or does not."""
    if case.uv:
        return {"PATH": machine.path_with(machine.uv(), folder / "path")}
    path = machine.path_without("uv", folder / "path")
    return {"PATH": path, "CARGO_HOME": str(folder / "no-cargo")}


def proved(done: Done) -> str:
    """Assert that everything was installed and proved; return the release."""
    assert done.code == 0, done.said
    assert done.report["report"]["ok"] is True
    release = done.report["report"]["version"]
    assert release == done.report["plan"]["release"]
    return str(release)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_project_gets_what_it_needs(case: Case, wizard: Wizard, tmp_path: Path) -> None:
    write(wizard, case)
    before = contents(wizard.folder)
    python = machine.need(case.python)
    done = wizard(
        *("--yes", "--json", "--for", case.asked, "--python", python, *case.flags),
        env=variables(case, tmp_path),
    )
    release = proved(done)
    assert SpecifierSet(case.allows).contains(release)
    (saved,) = wizard.state.glob("runs/*/plan.json")
    limits = json.loads(saved.read_text(encoding="utf-8"))["limits"]
    assert {row["package"].lower() for row in limits} >= {n.lower() for n in case.limited_by}
    assert all(SpecifierSet(row["specifier"]).contains(release) for row in limits)
    inside = wizard.folder / "cryptography-env" / "bin" / "python"
    run(wizard.folder, str(inside), "-c", "import " + ", ".join(case.works))
    run(wizard.folder, machine.uv(), "pip", "check", "--python", str(inside))
    assert contents(wizard.folder) == before


def test_a_plan_says_who_limits_the_release_and_where(wizard: Wizard) -> None:
    (wizard.folder / "requirements.txt").write_text("flask\npyOpenSSL==24.2.1\n")
    done = wizard(
        *("plan", "--for", "requirements.txt", "--python", machine.need("3.11")),
        *("--format", "json"),
    )
    assert done.code == 0, done.said
    plan = json.loads(done.out)
    assert plan["release"] == "43.0.3"
    assert plan["limits"] == [
        {
            "package": "pyOpenSSL",
            "specifier": "<44,>=41.0.5",
            "version": "24.2.1",
            "file": str(wizard.folder / "requirements.txt"),
            "line": 2,
            "before": "",
        }
    ]


@pytest.mark.parametrize("resolver", ["uv", "pip"])
def test_a_conflict_names_both_sides_and_changes_nothing(
    resolver: str, wizard: Wizard, tmp_path: Path
) -> None:
    (wizard.folder / "requirements.txt").write_text("pyOpenSSL==24.2.1\ncryptography>=45\n")
    case = Case("", {}, "", (), uv=resolver == "uv")
    done = wizard(
        *("--yes", "--for", ".", "--python", machine.need("3.11")), env=variables(case, tmp_path)
    )
    assert done.code == 3, done.said
    assert "No release of cryptography fits all requirements of requirements.txt." in done.err
    assert "pyOpenSSL 24.2.1 allows only cryptography<44,>=41.0.5" in done.err
    assert "requirements.txt allows only cryptography>=45" in done.err
    assert "then 43.0.3 fits" in done.err
    assert [entry.name for entry in wizard.folder.iterdir()] == ["requirements.txt"]


def test_a_project_whose_packages_do_not_work_together_is_not_proved(wizard: Wizard) -> None:
    """josepy 1 needs a part of pyOpenSSL that newer versions lack, but does not say so."""
    (wizard.folder / "requirements.txt").write_text("josepy==1.14.0\npyOpenSSL==26.4.0\n")
    done = wizard("--yes", "--for", ".", "--python", machine.need("3.12"))
    assert done.code == 4, done.said
    assert "josepy 1.14.0 does not work" in done.out + done.err


def test_poetry_installs_its_own_lock_file(wizard: Wizard, tmp_path: Path) -> None:
    tool = tmp_path / "poetry"
    run(tmp_path, sys.executable, "-m", "venv", "--without-pip", str(tool))
    run(
        tmp_path,
        machine.uv(),
        "pip",
        "install",
        "-q",
        "--python",
        str(tool / "bin" / "python"),
        "poetry",
    )
    (wizard.folder / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.10"\n'
        'dependencies = ["pyopenssl==24.2.1"]\n[tool.poetry]\npackage-mode = false\n'
        # Poetry does not read the settings of pip, so it is given pip's index.
        f'[[tool.poetry.source]]\nname = "index"\nurl = "{machine.index()}"\n'
    )
    path = f"{tool / 'bin'}{os.pathsep}{os.environ['PATH']}"
    poetry = str(tool / "bin" / "poetry")
    subprocess.run(
        (poetry, "lock", "--no-interaction"),
        cwd=wizard.folder,
        env={**os.environ, "PATH": path},
        check=True,
        timeout=240,
        capture_output=True,
    )
    done = wizard(
        "--yes", "--json", "--for", ".", "--python", machine.need("3.11"), env={"PATH": path}
    )
    assert proved(done).startswith("43.")
    step = next(step for step in done.report["steps"] if step["id"] == "project")
    assert "poetry" in step["command"]
    inside = wizard.folder / "cryptography-env" / "bin" / "python"
    run(wizard.folder, str(inside), "-c", "import OpenSSL")


@pytest.mark.parametrize(
    ("application", "release", "pipx", "command"),
    [
        ("ansible-core", "45.0.7", "pipx", "ansible"),
        ("certbot", "", "pipx", "certbot"),
        ("httpie", "", "pipx==1.4.3", "http"),
    ],
)
def test_pipx_installs_an_application(
    application: str, release: str, pipx: str, command: str, wizard: Wizard, tmp_path: Path
) -> None:
    tool, commands = tmp_path / "pipx", tmp_path / "commands"
    run(tmp_path, sys.executable, "-m", "venv", "--without-pip", str(tool))
    inside = str(tool / "bin" / "python")
    run(tmp_path, machine.uv(), "pip", "install", "-q", "--python", inside, pipx)
    variables = {
        "PATH": f"{commands}{os.pathsep}{tool / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "PIPX_HOME": str(tmp_path / "applications"),
        "PIPX_BIN_DIR": str(commands),
    }
    words = ["--yes", "--json", "--for", application, "--installer", "pipx"]
    words += ["--python", machine.need("3.11"), *(("--release", release) if release else ())]
    done = wizard(*words, env=variables)
    assert release in ("", proved(done))
    environment = tmp_path / "applications" / "venvs" / application
    assert done.report["plan"]["environment"] == str(environment)
    assert any(
        f"are in {commands}, which is on your PATH" in n or f"is in {commands}" in n
        for n in done.report["plan"]["notes"]
    )
    run(tmp_path, str(commands / command), "--version")
    again = wizard(*words, env=variables)
    assert again.code == 3
    assert f"pipx has already installed {application}" in again.said
    done_undo = subprocess.run(
        (str(tool / "bin" / "pipx"), "uninstall", application),
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done_undo.returncode == 0, done_undo.stderr
    assert not environment.exists()
    assert not list(commands.iterdir())


def test_a_command_that_cryptography_breaks_is_repaired_and_repeated(
    wizard: Wizard, tmp_path: Path
) -> None:
    environment = wizard.folder / "env"
    run(wizard.folder, machine.need("3.8"), "-m", "venv", str(environment))
    pip = str(environment / "bin" / "pip")
    # Without a compiler and Rust on PATH, the build that this command asks for must fail.
    path = f"{tmp_path / 'empty'}"
    words = (pip, "install", "--no-cache-dir", "--no-binary", "cryptography", "cryptography==3.4.8")
    done = wizard("run", "--yes", "--", *words, env={"PATH": path})
    assert done.code == 0, done.said
    assert "cryptography made this command fail." in done.out
    assert "Running your command again" in done.out
    assert "Requirement already satisfied: cryptography==3.4.8" in done.out


def test_a_command_that_fails_for_another_reason_is_left_alone(wizard: Wizard) -> None:
    done = wizard("--", sys.executable, "-c", "raise SystemExit(7)")
    assert done.code == 7
    assert "cryptography is not the reason" in done.out
