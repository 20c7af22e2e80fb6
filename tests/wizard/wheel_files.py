"""Small honest wheels, and wheelhouses of them."""

from __future__ import annotations

import zipfile
from pathlib import Path

from backends.action import WriteManifest
from tests.wizard.binaries import STATIC, elf

EXTENSION = elf((), STATIC)
MANYLINUX = "cp39-abi3-manylinux_2_34_x86_64"
LINUX = "cp39-abi3-linux_x86_64"
ANY = "py3-none-any"


def make(
    folder: Path,
    name: str = "cryptography",
    version: str = "50.0.2",
    tags: str = MANYLINUX,
    *,
    files: dict[str, bytes] | None = None,
) -> Path:
    """Make a wheel in ``folder``; one of cryptography has an extension with OpenSSL inside."""
    folder.mkdir(parents=True, exist_ok=True)
    usual = {"cryptography/_rust.abi3.so": EXTENSION} if name == "cryptography" else {}
    path = folder / f"{name}-{version}-{tags}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in (usual if files is None else files).items():
            archive.writestr(member, content)
        text = (
            f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n"
            "Requires-Dist: cffi>=2.0.0 ; platform_python_implementation != 'PyPy'\n"
            "Requires-Dist: bcrypt>=3.1.5 ; extra == 'ssh'\n"
            "Requires-Dist: typing-extensions>=4 ; python_full_version < '3.11'\n"
            "\nRequires-Dist: this is only its description\n"
        )
        archive.writestr(f"{name}-{version}.dist-info/METADATA", text)
    return path


def order(
    wheels: Path, folder: Path, *, release: str = "50.0.2", python: str = ""
) -> WriteManifest:
    """The order for a wheelhouse of the wheels in a folder."""
    targets = ("cpython 3.9.18", "cpython 3.12.1")
    return WriteManifest(
        str(wheels), str(folder), release, "wheel", targets, python, "A Linux", "x86_64"
    )
