"""What is published beside the wheel: installers, formula, manifests, workflows, and the README."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import tree_sitter_powershell
from ruamel.yaml import YAML
from tree_sitter import Language, Node, Parser

from distribution import made, manifests, pyz, tag
from distribution.pyz import CHECKOUT
from wizard import __version__

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PACKAGING = CHECKOUT / "packaging"
WORKFLOWS = sorted((CHECKOUT / ".github" / "workflows").glob("*.yml"))
POWERSHELL = Parser(Language(tree_sitter_powershell.language()))
PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")


def project() -> Any:
    """What pyproject.toml says about the project."""
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def yaml(path: Path) -> Any:
    """The contents of a YAML file."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that follow from the one file."""
    folder = tmp_path_factory.mktemp("release")
    pyz.write({"a.py": b""}, folder / made.PROGRAM, (2020, 2, 2, 0, 0, 0))
    manifests.write(folder, folder / made.PROGRAM)
    made.write_sums(folder)
    return folder


def sums(release: Path) -> dict[str, str]:
    """The checksums by names."""
    lines = (release / made.SUMS).read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def test_nothing_is_left_to_fill_in(release: Path) -> None:
    for path in (*(release / "homebrew").iterdir(), *(release / "winget").iterdir()):
        assert not re.search("@[A-Z0-9_]+@", path.read_text(encoding="utf-8")), path
    with pytest.raises(KeyError, match="OTHER"):
        manifests.Release("1", "a", "b", "c").filled("@OTHER@")


def test_the_formula(release: Path) -> None:
    text = (release / "homebrew" / "cryptography-wizard.rb").read_text(encoding="utf-8")
    assert f'sha256 "{sums(release)[made.PROGRAM]}"' in text
    assert f'version "{__version__}"' in text
    named = re.findall(r'^  (\w+) "', text, re.MULTILINE)
    # The order of `brew style`.
    assert named == ["desc", "homepage", "url", "version", "sha256", "license", "depends_on"]
    description = re.search('desc "(.*)"', text)
    assert description
    assert len(f"cryptography-wizard: {description[1]}") <= 100
    assert not re.match(r"(?i)(a|an|the) |.*\.$|.*cryptography-wizard", description[1])
    opened = re.findall(r"^ *(?:class|def|test do)\b", text, re.MULTILINE)
    assert len(opened) == len(re.findall(r"^ *end$", text, re.MULTILINE))


def test_the_manifests_for_winget(release: Path) -> None:
    """Their required fields and limits, as Microsoft documents them for version 1.10."""
    folder = release / "winget"
    name = "cryptography-wizard.cryptography-wizard"
    version = yaml(folder / f"{name}.yaml")
    installer = yaml(folder / f"{name}.installer.yaml")
    locale = yaml(folder / f"{name}.locale.en-GB.yaml")
    kinds = ("version", "installer", "defaultLocale")
    for manifest, kind in zip((version, installer, locale), kinds):
        assert manifest["PackageIdentifier"] == name
        assert manifest["PackageVersion"] == __version__
        assert (manifest["ManifestType"], manifest["ManifestVersion"]) == (kind, "1.10.0")
    assert version["DefaultLocale"] == locale["PackageLocale"] == "en-GB"
    assert {"Publisher", "PackageName", "License", "ShortDescription"} <= locale.keys()
    assert 3 <= len(locale["ShortDescription"]) <= 256
    assert len(locale["Tags"]) <= 16
    assert installer["InstallerType"] == "portable"
    assert installer["Commands"] == ["cryptography-wizard"]
    for entry in installer["Installers"]:
        file = entry["InstallerUrl"].rpartition("/")[2]
        assert entry["Architecture"] in ("x64", "arm64")
        assert entry["InstallerSha256"] == sums(release)[file]


def test_the_programs_for_windows_are_launchers_before_the_file(release: Path) -> None:
    zipped = (release / made.PROGRAM).read_bytes().partition(b"\n")[2]
    for name in manifests.LAUNCHERS:
        data = (release / f"cryptography-wizard-{name}.exe").read_bytes()
        assert data.startswith(b"MZ")
        assert data.endswith(b"#!/usr/bin/env py\n" + zipped)


def nodes(node: Node) -> list[Node]:
    """A node and all below it."""
    return [node, *(each for child in node.named_children for each in nodes(child))]


def test_powershell_reads_its_installer() -> None:
    data = (PACKAGING / "install.ps1").read_bytes()
    assert data.isascii()  # Windows PowerShell reads another encoding without a mark
    root = POWERSHELL.parse(data).root_node
    assert not root.has_error
    functions = {
        node.named_children[0].text.decode()
        for node in nodes(root)
        if node.type == "function_statement" and node.named_children[0].text
    }
    called = {
        node.text.decode() for node in nodes(root) if node.type == "command_name" and node.text
    }
    assert functions <= called, "nothing calls them"
    assert not called & {"irm", "iwr", "iex", "gci", "echo", "%", "?", "Write-Host"}  # the analyser
    approved = {"Assert", "Exit", "Find", "Get", "Install", "Invoke", "Read", "Save", "Uninstall"}
    assert {name.partition("-")[0] for name in functions} <= approved | {"Write"}


def test_half_of_the_powershell_installer_does_nothing() -> None:
    """Before the last two statements, there is nothing but functions."""
    root = POWERSHELL.parse((PACKAGING / "install.ps1").read_bytes()).root_node
    statements = [
        child
        for node in root.named_children
        if node.type == "statement_list"
        for child in node.named_children
    ]
    *others, call, end = (node for node in statements if node.type != "comment")
    assert {node.type for node in others} == {"function_statement"}
    assert call.text is not None
    assert call.text.startswith(b"$code = Invoke-Installer ")
    assert end.type == "if_statement"


def test_both_installers_know_the_same_variables() -> None:
    names = re.compile(r"\b(?:CRYPTOGRAPHY_WIZARD_[A-Z0-9]+|NONINTERACTIVE|PYTHON)\b")
    found = [
        set(names.findall((PACKAGING / name).read_text(encoding="utf-8")))
        for name in manifests.SCRIPTS
    ]
    assert found[0] == found[1]
    documented = (CHECKOUT / "docs" / "installing.md").read_text(encoding="utf-8")
    assert found[0] - {"CRYPTOGRAPHY_WIZARD_CACHE"} <= set(names.findall(documented))


def test_every_file_names_the_same_address() -> None:
    address = project()["urls"]["Homepage"]
    files = [
        CHECKOUT / "README.md",
        CHECKOUT / "pyproject.toml",
        *(CHECKOUT / "docs").glob("*.md"),
        *(path for path in PACKAGING.rglob("*") if path.is_file()),
    ]
    found = {
        match
        for path in files
        for match in re.findall(
            r"https?://[\w.-]*wizard[\w.-]*", path.read_text(encoding="utf-8", errors="replace")
        )
    }
    assert found == {address.rstrip("/")}


def test_each_python_is_named_everywhere() -> None:
    named = [
        text.rpartition(" ")[2] for text in project()["classifiers"] if ":: Python :: 3." in text
    ]
    assert tuple(named) == PYTHONS
    matrix = yaml(CHECKOUT / ".github" / "workflows" / "test.yml")["jobs"]
    assert tuple(matrix["one-file"]["strategy"]["matrix"]["python"]) == PYTHONS
    for job in ("tests", "tests-on-windows"):
        assert tuple(matrix[job]["strategy"]["matrix"]["python"]) == PYTHONS[1:]


def test_the_links_of_the_long_description_are_absolute() -> None:
    table = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    (rule,) = table["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    relative = re.findall(rule["pattern"], text)
    assert "docs/architecture.md" in relative
    assert [name for name in relative if not (CHECKOUT / name).exists()] == []
    changed = re.sub(rule["pattern"], rule["replacement"], text)
    targets = re.findall(r"\]\(([^)]+)\)", changed)
    assert [name for name in targets if not name.startswith("https://")] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_jobs_are_thin_calls_of_the_makefile(path: Path) -> None:
    targets = set(re.findall("^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    workflow = yaml(path)
    assert "write" not in str(workflow["permissions"])
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] > 0, name
        for step in job["steps"]:
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False
            command = step.get("run", "")
            if command.startswith("make "):
                assert command.split()[1] in targets, command
            elif command:  # what prepares the machine, or publishes
                assert command.split()[0] in ("git", "gh", "pipx", "mkdir"), command
    assert any("make" in str(job["steps"]) for job in workflow["jobs"].values())


@pytest.mark.parametrize(
    ("name", "changelog", "count"),
    [
        ("v1.2.3", "# Changelog\n\n## 1.2.3 (2026-12-01)\n", 0),
        ("v1.2.3", "# Changelog\n\n## 1.2.3 (unreleased)\n", 1),
        ("1.2.3", "## 1.2.3\n", 1),
        ("", "", 2),
        ("v1.2.4", "## 1.2.4\n## 1.2.3\n", 2),
    ],
)
def test_a_tag_is_compared_with_the_version(name: str, changelog: str, count: int) -> None:
    assert len(tag.problems(name, "1.2.3", changelog)) == count


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_what_is_started_can_be_started() -> None:
    for name in ("packaging/install.sh", "assets/kit/start.sh", "assets/kit/start.command"):
        assert os.access(CHECKOUT / name, os.X_OK), name
