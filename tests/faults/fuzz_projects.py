"""Fuzz: damaged files of projects, and damaged settings of pip and uv."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from backends.settings import PIP
from tests.faults.calls import kind
from tests.faults.mutations import HOSTILE, as_toml, damaged_bytes, damaged_data, damaged_json
from tests.screens.pretend import OWN_PYTHON
from tests.wizard.project import test_reading as texts
from wizard.errors import WizardError
from wizard.machine import pip_settings as settings_of_pip
from wizard.machine.uv_settings import UvSettings
from wizard.project import reading

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def project_file(random: Random, folder: Path) -> str:
    """Damage a file of a project, and read it as ``--for`` does."""
    name = random.choice([*PROJECTS])
    raw = PROJECTS[name].encode()
    if name == "Pipfile.lock" and random.random() < 0.6:
        raw = damaged_json(random, json.loads(raw))
    elif name.endswith((".toml", "uv.lock", "poetry.lock")) and random.random() < 0.6:
        data = damaged_data(random, tomllib.loads(raw.decode()), random.choice((1, 2)))
        raw = as_toml(data) or raw
    if random.random() < 0.6 or name.endswith((".txt", ".yml")):
        raw = damaged_bytes(random, raw)
    file = folder / name.replace("poetry.pyproject", "pyproject")
    file.write_bytes(raw)
    (folder / "base.txt").write_bytes(
        b"attrs\n-r base.txt\n" if random.random() < 0.2 else b"attrs\n"
    )
    (folder / "limits.txt").write_bytes(damaged_bytes(random, b"cryptography<45\n"))
    try:
        contents = reading.read(str(file), str(folder), texts.ENVIRONMENT)
        for stated in contents.stated:
            assert isinstance(stated.words, list)
    except WizardError as error:
        text = "\n".join((error.what, error.shown, error.why, *error.hints))
        return "" if str(folder) in text else f"{name}: the error names no file: {text[:300]!r}"
    return ""


PROJECTS = {
    "requirements.txt": texts.REQUIREMENTS,
    "pyproject.toml": texts.PYPROJECT,
    "poetry.pyproject.toml": texts.POETRY,
    "pylock.toml": texts.PYLOCK,
    "uv.lock": texts.UV_LOCK,
    "poetry.lock": texts.POETRY_LOCK,
    "Pipfile.lock": texts.PIPFILE_LOCK,
    "environment.yml": texts.CONDA,
}
UV_TOML = """\
index-url = "https://user:secret@index.example/simple"
extra-index-url = ["https://more.example/simple"]
find-links = ["./wheels"]
no-index = false
exclude-newer = "2026-01-01T00:00:00Z"
constraint-dependencies = ["cryptography<45"]
no-binary-package = ["cryptography"]
[pip]
only-binary = [":all:"]
no-build-isolation = true
[[index]]
name = "own"
url = "https://index.example/simple"
explicit = true
"""


def uv_settings(random: Random, folder: Path) -> str:
    """Damage uv's settings, and read them as facts."""
    name = random.choice(("uv.toml", "pyproject.toml"))
    data: Any = tomllib.loads(UV_TOML)
    if random.random() < 0.7:
        data = damaged_data(random, data, random.choice((1, 2)))
    whole = data if name == "uv.toml" else {"tool": {"uv": data}}
    raw = as_toml(whole) or UV_TOML.encode()
    if random.random() < 0.4:
        raw = damaged_bytes(random, raw)
    (folder / name).write_bytes(raw)
    python = OWN_PYTHON.pythons[0]
    settings = UvSettings(str(folder))
    shown = [str(setting) for setting in settings.facts(python)]
    settings.with_index(python)
    return "a password is shown" if any("user:secret" in text for text in shown) else ""


def pip_settings(random: Random, folder: Path) -> str:
    """Read settings of pip with strange values, as a target reports them."""
    del folder
    stated = [
        [random.choice([*PIP]), _pip_value(random), random.choice(("pip.conf", *HOSTILE[:20]))]
        for _ in range(3)
    ]
    with mock.patch.object(settings_of_pip, "download", side_effect=OSError("no network")):
        settings_of_pip.read(stated, OWN_PYTHON.pythons[0], None)
    return ""


def _pip_value(random: Random) -> Any:
    value = random.choice((*HOSTILE, "P3D", "2026-01-01", "https://a:b@index.example", "c.txt"))
    return [value] if random.random() < 0.3 else value


KINDS = (
    kind(
        "fuzz-projects",
        "Damaged files of projects",
        project_file,
        1000,
        found=("A line of 100,000 brackets in a requirements file took minutes.",),
    ),
    kind("fuzz-uv", "Damaged settings of uv", uv_settings, 300),
    kind("fuzz-pip", "Strange settings of pip", pip_settings, 200),
)
