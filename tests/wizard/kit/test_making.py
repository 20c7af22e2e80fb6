"""Kits are made, brought up to date and interrupted, without a network."""

from __future__ import annotations

import os
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from tests.wizard.kit import kits
from wizard.errors import BadRequest, Impossible, WizardError
from wizard.kit import checking, making
from wizard.kit.making import Progress
from wizard.proof import kit_manifest, manifest
from wizard.proof.kit_manifest import STAGING, WHEELS, Kit, Order


def names(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_a_kit_contains_what_its_manifest_names(tmp_path: Path) -> None:
    kit = kits.make(tmp_path, wizard=kits.pyz(tmp_path))
    folder = tmp_path / "kit"
    assert kit_manifest.load(folder) == kit
    assert names(folder) == {file.path for file in kit.files} | {"manifest.json"}
    assert {"START-HERE.html", "cryptography-wizard.pyz"} <= names(folder)
    kit_manifest.compare(folder, kit)
    house = manifest.load(folder / WHEELS)
    manifest.compare(folder / WHEELS, house)
    own = next(wheel for wheel in house.wheels if "win_amd64" in wheel.tags)
    assert own.sets == ("windows-amd64-3.12",)


def test_the_list_of_a_target_has_every_checksum(tmp_path: Path) -> None:
    kit = kits.make(tmp_path)
    target = next(each for each in kit.targets if each.platform == "macos-x86_64")
    text = (tmp_path / "kit" / target.requirements).read_text(encoding="utf-8")
    assert "cryptography==48.0.1 \\\n    --hash=sha256:" in text
    assert text.count("--hash") == len(target.wheels) - 1  # pip is there, but not in the list
    assert "pip==" not in text


def test_the_page_names_each_system_and_its_caveats(tmp_path: Path) -> None:
    kits.make(tmp_path, wizard=kits.pyz(tmp_path))
    text = (tmp_path / "kit" / "START-HERE.html").read_text(encoding="utf-8")
    assert 'id="macos"' in text
    assert 'id="windows"' in text
    assert "48.0.1 was the last release with wheels for Intel Macs" in text
    assert "--from-wheelhouse . --venv ~/cryptography-env" in text
    assert "http" not in text.replace("<!DOCTYPE html>", "")  # nothing from elsewhere
    assert "<script" not in text


def test_only_what_is_missing_or_damaged_is_downloaded_again(tmp_path: Path) -> None:
    kit = kits.make(tmp_path)
    folder = tmp_path / "kit"
    first, second = sorted((folder / WHEELS).glob("*.whl"))[:2]
    first.write_bytes(b"damaged")
    second.unlink()
    (folder / "slides.pdf").write_bytes(b"the teacher's own")
    index = kits.FolderIndex(tmp_path / "index", ())
    found = kits.contents(tmp_path, index=index)
    assert {wheel.file for wheel in found.wanted} == {first.name, second.name}
    assert not making.is_up_to_date(found, kit)
    again = making.carry_out(found, lambda _p: None, lambda _w: None)
    assert again.files == kit.files
    kit_manifest.compare(folder, again)
    assert (folder / "slides.pdf").exists()
    assert making.is_up_to_date(kits.contents(tmp_path, index=index), again)


def test_a_newer_release_replaces_the_old_one(tmp_path: Path) -> None:
    kits.make(tmp_path, kits.request("linux-x86_64"))
    kits.wheel(
        tmp_path / "index",
        "cryptography-51.0.0-cp39-abi3-manylinux_2_28_x86_64.whl",
        kits.CRYPTOGRAPHY,
    )
    index = kits.FolderIndex(tmp_path / "index", ())
    found = kits.contents(tmp_path, kits.request("linux-x86_64"), index=index)
    assert [str(wheel.version) for wheel in found.wanted] == ["51.0.0"]
    kit = making.carry_out(found, lambda _p: None, lambda _w: None)
    assert kit.newest == "51.0.0"
    assert not any("50.0.2" in name for name in names(tmp_path / "kit"))


def interrupt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> tuple[Order, Kit]:
    """Interrupt an update in this function of `making`; return what it was for, and the kit."""
    kit = kits.make(tmp_path, kits.request("linux-x86_64"))
    asked = kits.request()
    found = kits.contents(tmp_path, asked, index=kits.FolderIndex(tmp_path / "index", ()))

    def interrupted(_argument: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(making, where, interrupted)
        with pytest.raises(KeyboardInterrupt):
            making.carry_out(found, lambda _p: None, lambda _w: None)
    return asked, kit


def test_an_interrupted_update_leaves_the_kit_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, kit = interrupt(tmp_path, monkeypatch, "_await")
    folder = tmp_path / "kit"
    kit_manifest.compare(folder, kit_manifest.load(folder))
    assert kit_manifest.load(folder) == kit
    # What has arrived is used when it goes on.
    made = kits.make(tmp_path, asked, index=kits.FolderIndex(tmp_path / "index", ()))
    kit_manifest.compare(folder, made)
    assert not (folder / STAGING).exists()


def test_an_interruption_at_the_end_leaves_a_kit_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, _ = interrupt(tmp_path, monkeypatch, "_wheelhouse")
    folder = tmp_path / "kit"
    with pytest.raises(BadRequest, match="is unfinished") as caught:
        kit_manifest.load(folder)
    assert "kit make" in caught.value.hints[0]
    assert kit_manifest.kit_of(folder) == folder
    making.check_folder(folder)
    again = kits.contents(tmp_path, asked, index=kits.FolderIndex(tmp_path / "index", ()))
    assert again.wanted == ()
    kit_manifest.compare(folder, making.carry_out(again, lambda _p: None, lambda _w: None))


def test_a_wrong_file_of_the_index_is_refused(tmp_path: Path) -> None:
    found = kits.contents(tmp_path)
    for place in (tmp_path / "index").glob("cffi-*win_amd64.whl"):
        place.write_bytes(place.read_bytes() + b"more")
    with pytest.raises(WizardError, match="is not the expected file"):
        making.carry_out(found, lambda _p: None, lambda _w: None)
    assert not (tmp_path / "kit" / kit_manifest.FILE).exists()


def test_a_stick_without_permissions_is_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_path: Path, _mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    found = kits.contents(tmp_path)
    monkeypatch.setattr(Path, "chmod", refused)
    kit = making.carry_out(found, lambda _p: None, lambda _w: None)
    kit_manifest.compare(tmp_path / "kit", kit)


def test_progress_never_goes_back(tmp_path: Path) -> None:
    seen: list[Progress] = []
    making.carry_out(kits.contents(tmp_path), seen.append, lambda _w: None)
    assert seen[-1].files == seen[-1].of_files
    assert seen[-1].bytes == seen[-1].whole > 0
    assert [each.bytes for each in seen] == sorted(each.bytes for each in seen)


def test_a_full_disk_is_noticed_before_the_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9, 1_000_000))
    with pytest.raises(Impossible, match=r"too little space: 1\.0 MB are free") as caught:
        making.check_space(kits.contents(tmp_path))
    assert "Nothing was changed." in caught.value.hints
    assert not (tmp_path / "kit").exists()


def test_a_checksum_that_nobody_states_is_computed_only_for_local_files(tmp_path: Path) -> None:
    from dataclasses import replace

    wheel = kits.FolderIndex(tmp_path / "index").wheels("pip")[0]
    assert making._with_checksum(replace(wheel, sha256="", size=0)) == wheel
    far = replace(wheel, sha256="", address="https://index.example/pip-26.3-py3-none-any.whl")
    with pytest.raises(Impossible, match="does not state the checksum"):
        making._with_checksum(far)


@pytest.mark.parametrize("name", ["letter.txt", "photos"])
def test_other_folders_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(BadRequest, match="do not belong to a kit"):
        making.check_folder(tmp_path)


def test_folders_that_a_kit_can_use(tmp_path: Path) -> None:
    making.check_folder(tmp_path)
    making.check_folder(tmp_path / "new" / "kit")
    (tmp_path / ".DS_Store").write_bytes(b"")
    (tmp_path / "System Volume Information").mkdir()
    making.check_folder(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BadRequest, match="is a file, not a folder"):
        making.check_folder(tmp_path / "file")
    with pytest.raises(BadRequest, match="is a file, not a folder"):
        making.check_folder(tmp_path / "file" / "kit")


def test_packages_that_do_not_belong_to_a_kit_are_not_removed(tmp_path: Path) -> None:
    kits.make(tmp_path, kits.request("linux-x86_64"))
    (tmp_path / "kit" / "own-1.0.tar.gz").write_bytes(b"")
    with pytest.raises(BadRequest, match="do not belong to a kit"):
        making.check_folder(tmp_path / "kit")


@pytest.mark.parametrize("path", ["requirements/dev.txt", "wheels/design.odt", "START-HERE.html"])
def test_a_folder_with_files_of_the_user_is_refused(path: str, tmp_path: Path) -> None:
    """Its names are those of a kit, but no kit was ever made there."""
    file = tmp_path / "project" / path
    file.parent.mkdir(parents=True)
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(BadRequest, match="do not belong to a kit") as caught:
        making.check_folder(tmp_path / "project")
    assert path.partition("/")[0] in caught.value.shown
    assert file.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("path", ["wheels/notes.txt", "requirements/my.txt", "wheels/x-1.whl"])
def test_a_kit_with_files_of_the_user_between_its_own_is_not_changed(
    path: str, tmp_path: Path
) -> None:
    folder = tmp_path / "kit"
    kits.make(tmp_path, kits.request("linux-x86_64"))
    (folder / path).write_text("mine", encoding="utf-8")
    with pytest.raises(BadRequest, match="Nothing was changed") as caught:
        making.check_folder(folder)
    assert caught.value.shown == path
    # A file that appears between the check and the work is not lost either.
    making.carry_out(kits.contents(tmp_path), lambda _p: None, lambda _w: None)
    assert (folder / path).read_text(encoding="utf-8") == "mine"


def test_a_kit_that_was_cut_off_knows_what_is_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "kit"
    kits.make(tmp_path, kits.request("linux-x86_64"))
    old = next(path for path in (folder / WHEELS).iterdir() if "cryptography" in path.name)
    index = tmp_path / "index"
    kits.wheel(index, "cryptography-51.0.0-cp39-abi3-manylinux_2_28_x86_64.whl", kits.CRYPTOGRAPHY)
    asked = kits.request("linux-x86_64")
    newer = kits.contents(tmp_path, asked, index=kits.FolderIndex(index, ()))

    write = making._write

    def interrupted(path: Path, data: bytes) -> None:
        write(path, data)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(making, "_write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            making.carry_out(newer, lambda _p: None, lambda _w: None)
    (folder / kit_manifest.FILE).unlink()  # as if it had come a little further
    making.check_folder(folder)
    (folder / "wheels" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(BadRequest, match="do not belong to a kit"):
        making.check_folder(folder)
    (folder / "wheels" / "mine.txt").unlink()
    again = kits.contents(tmp_path, asked, index=kits.FolderIndex(index, ()))
    kit_manifest.compare(folder, making.carry_out(again, lambda _p: None, lambda _w: None))
    assert not old.exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(BadRequest, match="cannot be written"):
            making.check_folder(tmp_path / "kit")
    finally:
        tmp_path.chmod(0o755)


def test_every_target_of_a_kit_resolves_from_its_own_wheels(tmp_path: Path) -> None:
    kit = kits.make(tmp_path, kits.request(requirements=("typing-extensions>=4",)))
    found = checking.check(tmp_path / "kit", kit, None)
    assert found.ok, found
    assert [row.by for row in found.targets] == ["computed"] * 3


def test_a_kit_that_lacks_a_wheel_is_noticed(tmp_path: Path) -> None:
    from dataclasses import replace

    kit = kits.make(tmp_path, kits.request("linux-x86_64"))
    target = kit.targets[0]
    less = tuple(name for name in target.wheels if not name.startswith("pycparser"))
    broken = replace(kit, targets=(replace(target, wheels=less),))
    row = checking.check(tmp_path / "kit", broken, None).targets[0]
    assert row.problem == "pycparser has no wheel for it."
    other = replace(target, platform="windows-amd64")
    row = checking.check(tmp_path / "kit", replace(kit, targets=(other,)), None).targets[0]
    assert "has no wheel for it" in row.problem
    strange = replace(target, platform="amiga")
    row = checking.check(tmp_path / "kit", replace(kit, targets=(strange,)), None).targets[0]
    assert "does not know amiga" in row.problem


def test_files_that_differ_end_the_check(tmp_path: Path) -> None:
    kit = kits.make(tmp_path, kits.request("linux-x86_64"))
    (tmp_path / "kit" / "START-HERE.html").write_bytes(b"")
    found = checking.check(tmp_path / "kit", kit, None)
    assert not found.ok
    assert found.targets == ()
    assert found.differences[0].startswith("START-HERE.html: it has 0 bytes, not ")
