"""The manifest of a kit: what it refuses, and what a folder must be."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wizard.kit import kits
from wizard.errors import BadRequest, Impossible
from wizard.proof import kit_manifest
from wizard.proof.kit_manifest import FILE, Absent, File, Kit, KitTarget, Order

DOCUMENT = Path(__file__).parents[3] / "docs" / "kit.md"


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """Return a kit for one computer."""
    kits.make(tmp_path, kits.request("linux-x86_64"), wizard=kits.pyz(tmp_path))
    return tmp_path / "kit"


def change(folder: Path, **changed: object) -> None:
    data = json.loads((folder / FILE).read_text(encoding="utf-8"))
    (folder / FILE).write_text(json.dumps({**data, **changed}), encoding="utf-8")


def data(folder: Path) -> Any:
    return json.loads((folder / FILE).read_text(encoding="utf-8"))


def test_the_document_names_every_key() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for kind in (Kit, Order, KitTarget, Absent, File):
        section = next(s for s in text.split("\n### ") if s.startswith(f"{kind.__name__}\n"))
        for each in fields(kind):
            assert f"| `{each.name}` |" in section, (kind, each.name)


CHANGES: dict[str, Callable[[Path], object]] = {
    "added to the wheels": lambda kit: (kit / "wheels" / "evil-1.0-py3-none-any.whl").write_bytes(
        b""
    ),
    "added anywhere": lambda kit: (kit / "evil-1.0.tar.gz").write_bytes(b""),
    "a path file": lambda kit: (kit / "wheels" / "evil.pth").write_bytes(b"import evil"),
    "another wizard": lambda kit: (kit / "other.PYZ").write_bytes(b""),
    "any file beside the wheels": lambda kit: (kit / "wheels" / "note.txt").write_bytes(b""),
    "a folder in the wheels": lambda kit: _in_folder(kit / "wheels" / "more"),
    "a list": lambda kit: (kit / "requirements" / "more.txt").write_bytes(b"evil"),
    "removed": lambda kit: (kit / "START-HERE.html").unlink(),
    "truncated": lambda kit: (kit / "cryptography-wizard.pyz").write_bytes(b"PK"),
    "changed": lambda kit: _flip(next((kit / "wheels").glob("cffi-*.whl"))),
    "changed list": lambda kit: _flip(next((kit / "requirements").glob("*.txt"))),
    "changed manifest of the wheels": lambda kit: _flip(kit / "wheels" / "manifest.json"),
    "a folder in its place": lambda kit: _replace(kit / "START-HERE.html"),
}


def _in_folder(folder: Path) -> None:
    folder.mkdir()
    (folder / "evil-1.0-py3-none-any.WHL").write_bytes(b"")


def _replace(place: Path) -> None:
    place.unlink()
    place.mkdir()


def _flip(place: Path) -> None:
    content = bytearray(place.read_bytes())
    content[len(content) // 2] ^= 1
    place.write_bytes(content)


@pytest.mark.parametrize("how", CHANGES)
def test_what_is_not_as_it_was_made_is_refused(kit: Path, how: str) -> None:
    CHANGES[how](kit)
    with pytest.raises(Impossible, match="is not as it was made") as caught:
        kit_manifest.compare(kit, kit_manifest.load(kit))
    assert caught.value.code == 3
    assert caught.value.shown
    assert "Nothing was installed." in caught.value.hints


@pytest.mark.skipif(os.name == "nt", reason="links need a permission there")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_links_are_refused(kit: Path, tmp_path: Path, what: str) -> None:
    if what == "file":
        place = next((kit / "wheels").glob("cffi-*.whl"))
        (tmp_path / "elsewhere.whl").write_bytes(place.read_bytes())
        place.unlink()
        place.symlink_to(tmp_path / "elsewhere.whl")
    else:
        (kit / "wheels" / "linked").symlink_to(tmp_path)
    with pytest.raises(Impossible):
        kit_manifest.compare(kit, kit_manifest.load(kit))


@pytest.mark.parametrize(
    "name",
    [
        *(".DS_Store", "._wheels", "Thumbs.db", "desktop.ini", "slides.pdf", "wheels/.DS_Store"),
        *("wheels/._cffi-2.1.1-py3-none-any.whl", "System Volume Information/x.whl"),
        *("unfinished/cffi-3-py3-none-any.whl", ".Trashes/501/a.whl", "photos/a.jpg"),
    ],
)
def test_what_systems_and_teachers_leave_on_a_stick_does_not_matter(kit: Path, name: str) -> None:
    (kit / name).parent.mkdir(parents=True, exist_ok=True)
    (kit / name).write_bytes(b"x")
    kit_manifest.compare(kit, kit_manifest.load(kit))


FILE_ROW = {"path": "a.txt", "sha256": "0" * 64, "size": 1}


@pytest.mark.parametrize(
    "path",
    [
        *(
            "../a.txt",
            "/etc/passwd",
            "a/../b",
            "a\\b",
            "C:a",
            "a//b",
            "",
            ".",
            "..",
            "a/",
            ".hidden",
        ),
        *("CON", "nul.txt", "wheels/COM1.whl", "a.", "a b", "ä", "manifest.json", "a\n", "a\0b"),
        *("unfinished/a.whl", "~/a", "a" * 300, "a/b/c/d/e", "-rf", "a:b"),
    ],
)
def test_paths_that_lead_elsewhere_are_refused(kit: Path, path: str) -> None:
    change(kit, files=[*data(kit)["files"], {**FILE_ROW, "path": path}])
    with pytest.raises(BadRequest, match="is damaged"):
        kit_manifest.load(kit)


@pytest.mark.parametrize(
    "changed",
    [
        {"sha256": "0" * 63},
        {"sha256": "G" * 64},
        {"sha256": "A" * 64},
        {"size": -1},
        {"size": 2**32},
        {"size": "1"},
        {"size": True},
    ],
)
def test_impossible_values_are_refused(kit: Path, changed: dict[str, object]) -> None:
    change(kit, files=[*data(kit)["files"], {**FILE_ROW, **changed}])
    with pytest.raises(BadRequest, match="is damaged"):
        kit_manifest.load(kit)


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "cryptography-wizard-kit", "targets": []},
        {"files": []},
        {"schema": 0},
        {"schema": "2"},
        {"schema": True},
        {"order": None},
        {"unknown": 1},
        {"targets": "all"},
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(
    kit: Path, changed: dict[str, object]
) -> None:
    change(kit, **changed)
    with pytest.raises(BadRequest, match="is damaged"):
        kit_manifest.load(kit)


def test_a_manifest_of_a_newer_wizard_is_not_called_damaged(kit: Path) -> None:
    change(kit, schema=2, later={"a": 1})
    with pytest.raises(BadRequest, match="was made by a newer wizard") as caught:
        kit_manifest.load(kit)
    assert caught.value.code == 2
    assert "has schema 2" in caught.value.shown
    assert "newest wizard" in caught.value.hints[0]


@pytest.mark.parametrize(
    "names",
    [("a.txt", "A.TXT"), ("wheels/x", "Wheels/y"), ("a", "a/b"), ("B/c", "b"), ("a.txt", "a.txt")],
)
def test_names_that_are_the_same_on_some_disks_are_refused(
    kit: Path, names: tuple[str, ...]
) -> None:
    assert kit_manifest.clashes(names)
    rows = [{**FILE_ROW, "path": name} for name in names]
    change(kit, files=[*data(kit)["files"], *rows])
    with pytest.raises(BadRequest, match="is damaged") as caught:
        kit_manifest.load(kit)
    assert "lists a file twice" in caught.value.shown


def test_no_clash() -> None:
    assert kit_manifest.clashes(("a/b", "a/c", "ab", "b/a", "a.b")) == ""


def test_a_folder_that_is_no_kit_is_named(tmp_path: Path, kit: Path) -> None:
    with pytest.raises(BadRequest, match="does not exist"):
        kit_manifest.load(tmp_path / "none")
    with pytest.raises(BadRequest, match="is a file"):
        kit_manifest.load(kit / "START-HERE.html")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadRequest, match="so it is not a kit"):
        kit_manifest.load(tmp_path / "empty")
    with pytest.raises(BadRequest, match="is not a kit"):
        kit_manifest.load(kit / "wheels")
    (kit / FILE).unlink()
    with pytest.raises(BadRequest, match="is unfinished"):
        kit_manifest.load(kit)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "[" * 100_000, '{"kind": 1}', "\xff"])
def test_any_other_manifest_is_refused(kit: Path, text: str) -> None:
    (kit / FILE).write_text(text, encoding="latin-1")
    assert not kit_manifest.is_kit(kit)
    with pytest.raises(BadRequest):
        kit_manifest.load(kit)


def test_a_kit_is_found_from_its_wheels(kit: Path) -> None:
    assert kit_manifest.kit_of(kit) == kit
    assert kit_manifest.kit_of(kit / "wheels") == kit
    assert kit_manifest.kit_of(kit.parent) is None
    (kit.parent / "wheels").mkdir()
    assert kit_manifest.kit_of(kit.parent / "wheels") is None


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_a_path_that_is_accepted_stays_inside(path: str) -> None:
    if not kit_manifest.unportable(path):
        inside = Path("/kit") / path
        assert Path(os.path.normpath(inside)) == inside
        assert inside != Path("/kit")
        assert path.isascii()
