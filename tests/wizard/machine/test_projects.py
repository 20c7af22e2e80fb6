"""A project is resolved with the settings with which it will be installed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from wizard.choices import Choices
from wizard.facts import (
    Facts,
    Listed,
    Listing,
    Pip,
    PipIndex,
    Project,
    Python,
    Setting,
    System,
    Tool,
)
from wizard.index import listing
from wizard.index.source import IndexSource
from wizard.machine import projects
from wizard.project import assess

INDEX = PipIndex("https://index.example/simple", default=True)
PYTHON = Python(
    "/usr/bin/python3", "path", version="3.11.7", machine="x86_64", pip=Pip("24.0", (), INDEX)
)
FACTS = Facts(System("linux", "x86_64"), pythons=(PYTHON,), tools=(Tool("uv", "/bin/uv", "0.9.0"),))


def asked(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return how the resolver would be called on this machine."""
    found: dict[str, Any] = {}

    def pretend(text: str, python: Python, **options: Any) -> Project:
        found.update(options)
        return Project(text, "requirement", text)

    monkeypatch.setattr(assess, "assess", pretend)
    projects.read_project(facts, Choices(project="ansible"), {})
    return found


def with_index(index: PipIndex) -> Facts:
    return replace(FACTS, pythons=(replace(PYTHON, pip=Pip("24.0", (), index)),))


def test_the_default_index_does_not_replace_the_one_that_a_requirements_file_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert asked(FACTS, monkeypatch)["env"] == ()


def test_uv_gets_the_index_and_the_certificate_of_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = with_index(PipIndex("https://mirror.index.example/simple", default=False))
    cert = Setting("pip", "cert", "/etc/company.pem", "/etc/pip.conf")
    python = replace(mirror.pythons[0], settings=(cert,))
    found = asked(replace(mirror, pythons=(python,)), monkeypatch)
    assert found["uv"] == "/bin/uv"
    assert dict(found["env"]) == {
        "UV_DEFAULT_INDEX": "https://mirror.index.example/simple",
        "SSL_CERT_FILE": "/etc/company.pem",
    }


def test_checksums_of_no_file_on_the_index_are_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = Project("req.txt", "requirements", "req.txt", hashes=("sha256:00",))
    monkeypatch.setattr(assess, "assess", lambda *_, **__: wanted)
    monkeypatch.setattr(listing, "fetch", lambda *_, **__: Listing(problem="no such file"))
    known = replace(FACTS, listing=Listing((Listed("43.0.3"),)))
    sources = {PYTHON.path: IndexSource("https://index.example/simple")}
    project, left = projects.read_project(known, Choices(project="req.txt"), sources)
    assert project is not None
    assert "has a checksum that req.txt lists" in project.problem
    assert left == known.listing


def test_pip_resolves_if_uv_would_need_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = PipIndex("https://****@mirror.index.example/simple", secret=True)
    found = asked(with_index(secret), monkeypatch)
    assert (found["uv"], found["env"]) == ("", ())


def test_pip_resolves_without_the_settings_that_would_break_the_installation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user = Setting("pip", "user", "yes", "/etc/pip.conf")
    without_uv = replace(FACTS, tools=(), pythons=(replace(PYTHON, settings=(user,)),))
    found = asked(without_uv, monkeypatch)
    assert found["uv"] == ""
    assert dict(found["env"])["PIP_USER"] == "0"


def test_a_project_is_read_again_for_the_python_that_it_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked_for: list[str] = []

    def pretend(text: str, python: Python, **_options: Any) -> Project:
        asked_for.append(python.version)
        problem = "" if python.version == "3.12.1" else "This is another Python."
        return Project(text, "pyproject", "shop", pythons="~=3.12.0", problem=problem)

    monkeypatch.setattr(assess, "assess", pretend)
    others = [replace(PYTHON, path=f"/opt/{v}/python", version=v) for v in ("3.13.0", "3.12.1")]
    known = replace(FACTS, pythons=(PYTHON, *others))
    project, _ = projects.read_project(known, Choices(project="shop"), {})
    assert project is not None
    assert not project.problem
    assert asked_for == ["3.11.7", "3.12.1"]
    named = Choices(project="shop", python=PYTHON.path)
    project, _ = projects.read_project(known, named, {})
    assert project is not None
    assert project.problem
