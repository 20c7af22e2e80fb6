from __future__ import annotations

from pathlib import Path

import pytest

from wizard.running import inventory, replacement


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    folder = tmp_path / "env"
    site(folder).mkdir(parents=True)
    (folder / "lib64").symlink_to("lib")
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\n")
    package(folder, "cryptography-45.0.7")
    # Somebody else's pip was killed here.
    package(folder, "~ther-1.0")
    package(folder, "other-2.0", whole=False)
    return folder


def site(environment: Path) -> Path:
    return environment / "lib" / "python3.11" / "site-packages"


def package(environment: Path, name: str, *, whole: bool = True) -> None:
    folder = site(environment) / f"{name}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Name: it\n")
    if whole:
        (folder / "RECORD").write_text("it.py,,\n")


def cut_off(environment: Path) -> None:
    """What pip leaves if it is killed while it replaces cryptography."""
    (site(environment) / "cryptography-45.0.7.dist-info").rename(
        site(environment) / "~ryptography-45.0.7.dist-info"
    )
    (site(environment) / "~ryptography").mkdir()
    package(environment, "cryptography-46.0.3", whole=False)


def names(environment: Path) -> list[str]:
    return sorted(path.name.partition(".dist")[0] for path in site(environment).iterdir())


def test_what_a_killed_program_left_is_removed_and_nothing_else(environment: Path) -> None:
    assert replacement.begin(environment) == ()
    cut_off(environment)
    # What keeps the next pip from replacing the package goes first, old files at the end.
    (said,) = replacement.begin(environment)
    assert "cryptography-46.0.3.dist-info" in said
    assert names(environment) == ["other-2.0", "~ryptography", "~ryptography-45.0.7", "~ther-1.0"]
    assert replacement.begin(environment) == ()
    package(environment, "cryptography-46.0.3")
    assert len(replacement.done(environment)) == 2
    assert names(environment) == ["cryptography-46.0.3", "other-2.0", "~ther-1.0"]
    assert replacement.done(environment) == ()


def test_nothing_is_removed_from_another_environment_of_that_name(environment: Path) -> None:
    replacement.begin(environment)
    environment.rename(environment.with_name("moved"))
    site(environment).mkdir(parents=True)
    (environment / "pyvenv.cfg").write_text("home = /usr/bin\n")
    cut_off_names = ["~ryptography", "cryptography-46.0.3.dist-info"]
    for name in cut_off_names:
        (site(environment) / name).mkdir()
    assert replacement.begin(environment) == ()
    assert replacement.done(environment) == ()
    assert sorted(path.name for path in site(environment).iterdir()) == sorted(cut_off_names)


def test_old_files_that_come_after_a_failure_are_not_ours(environment: Path) -> None:
    replacement.begin(environment)
    package(environment, "cryptography-46.0.3", whole=False)  # the disk was full
    replacement.failed(environment)
    (site(environment) / "~ryptography").mkdir()
    replacement.failed(environment)
    assert len(replacement.begin(environment)) == 1
    assert replacement.done(environment) == ()
    assert "~ryptography" in names(environment)


def test_a_damaged_note_removes_nothing(environment: Path) -> None:
    replacement.begin(environment)
    (note,) = (environment.parent / "state" / "locks").glob("*.replaced.json")
    note.write_text("[1")
    cut_off(environment)
    before = names(environment)
    assert replacement.begin(environment) == ()
    assert replacement.done(environment) == ()
    assert names(environment) == before


def test_a_link_to_the_folder_of_libraries_is_not_followed(environment: Path) -> None:
    assert inventory.old_files(environment) == (site(environment) / "~ther-1.0.dist-info",)
