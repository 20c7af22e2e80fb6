"""Which file of a folder is offered as a project; the clone of the wizard is not offered."""

from __future__ import annotations

from pathlib import Path

from wizard.project.found import find_project, is_wizards_clone

ROOT = Path(__file__).parents[3]


def test_the_file_that_is_most_exact_is_found(tmp_path: Path) -> None:
    assert find_project(tmp_path) == ""
    (tmp_path / "requirements.txt").write_text("cryptography\n")
    assert find_project(tmp_path) == "requirements.txt"
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    assert find_project(tmp_path) == "pyproject.toml"
    assert not is_wizards_clone(tmp_path)


def test_a_clone_of_the_wizard_is_not_a_project_to_install() -> None:
    assert is_wizards_clone(ROOT)
    assert find_project(ROOT) == ""
