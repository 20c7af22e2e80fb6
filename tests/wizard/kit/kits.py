"""Small kits, made from an index that is a folder: for all tests that need one."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.wizard.binaries import STATIC, elf
from wizard import checksums, knowledge
from wizard.kit import making, platforms, selection
from wizard.kit.resolving import Wheel, wheel_of
from wizard.proof import kit_manifest, wheel_metadata
from wizard.proof.kit_manifest import Kit

EXTENSION = elf((), STATIC)
CRYPTOGRAPHY = (
    "cffi>=2.0.0 ; platform_python_implementation != 'PyPy'",
    "typing-extensions>=4 ; python_full_version < '3.11'",
    "bcrypt>=3.1.5 ; extra == 'ssh'",
)
REQUIRES: dict[str, tuple[str, ...]] = {
    "cryptography": CRYPTOGRAPHY,
    "cffi": ("pycparser ; implementation_name != 'PyPy'",),
}
USUAL = (
    "cryptography-50.0.2-cp39-abi3-manylinux_2_34_x86_64.whl",
    "cryptography-50.0.2-cp39-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    "cryptography-50.0.2-cp311-abi3-win_amd64.whl",
    "cryptography-48.0.1-cp39-abi3-macosx_10_12_universal2.whl",
    "cffi-2.1.1-cp39-cp39-manylinux_2_17_x86_64.whl",
    "cffi-2.1.1-cp312-cp312-manylinux_2_17_x86_64.whl",
    "cffi-2.1.1-cp312-cp312-win_amd64.whl",
    "cffi-2.1.1-cp312-cp312-macosx_10_13_x86_64.whl",
    "pycparser-3.12-py3-none-any.whl",
    "typing_extensions-4.16.0-py3-none-any.whl",
    "pip-26.3-py3-none-any.whl",
)
"""The wheels of the usual index."""


def wheel(folder: Path, file: str, requires: Sequence[str] = (), python: str = ">=3.9") -> Path:
    """Make one wheel in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    name, version = file.split("-")[:2]
    with zipfile.ZipFile(folder / file, "w") as archive:
        if name == "cryptography":
            archive.writestr("cryptography/_rust.abi3.so", EXTENSION)
        lines = (f"Requires-Dist: {line}\n" for line in requires)
        archive.writestr(
            f"{name}-{version}.dist-info/METADATA",
            f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n"
            f"Requires-Python: {python}\n{''.join(lines)}\n",
        )
    return folder / file


class FolderIndex:
    """A folder as a `wizard.kit.resolving.Source`, with addresses from which files are copied."""

    def __init__(self, folder: Path, files: Iterable[str] = USUAL) -> None:
        self.folder = folder
        for file in files:
            wheel(folder, file, REQUIRES.get(file.split("-")[0], ()))

    def wheels(self, name: str) -> Sequence[Wheel]:
        found = []
        for place in sorted(self.folder.glob("*.whl")):
            one = wheel_of(
                place.name,
                sha256=checksums.of_file(place),
                size=place.stat().st_size,
                address=place.as_uri(),
                requires_python=wheel_metadata.requires_python(_metadata(place)),
            )
            if one is not None and one.name == name:
                found.append(one)
        return found

    def requires(self, wheel: Wheel) -> Sequence[str]:
        return wheel_metadata.requires(_metadata(self.folder / wheel.file))


def _metadata(place: Path) -> str:
    with zipfile.ZipFile(place) as archive:
        return wheel_metadata.text(archive)


def request(
    kinds: str = "linux-x86_64,windows-amd64,macos-x86_64", pythons: str = "3.12", **more: object
) -> kit_manifest.Order:
    """What a kit is asked to contain."""
    names = tuple(platform.name for platform in platforms.platforms(kinds))
    return kit_manifest.Order(names, platforms.pythons(pythons), **more)  # type: ignore[arg-type]


def contents(
    tmp_path: Path,
    asked: kit_manifest.Order | None = None,
    *,
    wizard: Path | None = None,
    index: FolderIndex | None = None,
) -> making.Contents:
    """What a kit in ``tmp_path / "kit"`` will contain, from an index beside it."""
    source = index or FolderIndex(tmp_path / "index")
    chosen = selection.select(asked or request(), source, knowledge.load())
    return making.contents(tmp_path / "kit", chosen, wizard)


def make(tmp_path: Path, asked: kit_manifest.Order | None = None, **more: object) -> Kit:
    """Make a kit in ``tmp_path / "kit"``."""
    found = contents(tmp_path, asked, **more)  # type: ignore[arg-type]
    return making.carry_out(found, lambda _progress: None, lambda _why: None)


def pyz(tmp_path: Path) -> Path:
    """A file that looks like the wizard's own."""
    place = tmp_path / "cryptography-wizard.pyz"
    with zipfile.ZipFile(place, "w") as archive:
        archive.writestr("__main__.py", "print('the wizard')\n")
        archive.writestr("cryptography_wizard/__main__.py", "")
    return place
