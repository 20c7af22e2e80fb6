"""What is kept for later live tests: made once, and again by another recipe. Nothing is live."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live import kept


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder where things are kept in this test."""
    monkeypatch.setenv(kept.VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept"


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """Return a file that says how something is made."""
    path = tmp_path / "recipe.py"
    path.write_text("bake", encoding="ascii")
    return path


def bread(folder: Path) -> None:
    (folder / "bread").write_text("fresh", encoding="ascii")


def burnt(folder: Path) -> None:
    (folder / "coal").touch()
    raise RuntimeError("burnt")


def never(folder: Path) -> None:
    raise AssertionError("it is there already")


def test_it_is_made_once(place: Path, recipe: Path) -> None:
    first = kept.get("bread", (recipe,), bread)
    assert first.parent == place
    assert (first / "bread").read_text(encoding="ascii") == "fresh"
    assert kept.get("bread", (recipe,), never) == first


def test_another_recipe_makes_it_again_in_the_place_of_the_first(place: Path, recipe: Path) -> None:
    first = kept.get("bread", (recipe,), bread)
    other = kept.get("cake", (recipe,), bread)
    recipe.write_text("bake longer", encoding="ascii")
    second = kept.get("bread", (recipe,), bread)
    assert second != first
    assert {path for path in place.iterdir() if path.is_dir()} == {second, other}


def test_what_was_not_finished_is_not_taken_and_does_not_stay(place: Path, recipe: Path) -> None:
    with pytest.raises(RuntimeError, match="burnt"):
        kept.get("bread", (recipe,), burnt)
    made = kept.get("bread", (recipe,), bread)
    assert [path.name for path in made.iterdir()] == ["bread"]
    assert [path for path in place.iterdir() if path.is_dir()] == [made]


def test_another_run_that_makes_the_same_is_waited_for_and_not_for_ever(
    place: Path, recipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "PATIENCE", 0.0)

    def meanwhile(folder: Path) -> None:
        with pytest.raises(pytest.skip.Exception, match=r"another run has held .*bread\.lock"):
            kept.get("bread", (recipe,), never)
        bread(folder)

    assert (kept.get("bread", (recipe,), meanwhile) / "bread").is_file()
