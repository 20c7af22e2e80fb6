"""The package index of the Macs: stand-ins for the files of the real one, under their real names.

A wheel is made of what is installed for the tests, with Mach-O files in place of those for Linux.
The names and tags are those on the real index (2026-11): cryptography 50.0.2 has wheels for arm64
only, 48.0.1 is the last one with universal2; cffi 2.1.1 has none for Intel, 2.0.0 has.
"""

from __future__ import annotations

import ensurepip
import hashlib
import importlib.metadata
import importlib.util
import io
import marshal
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

import pytest

from tests.live.mirror import Mirror
from tests.mac.inside import macho
from tests.mac.pack import pack

MACHOS = Path(__file__).parent / "machos"
DIGITS = f"{sys.version_info[0]}{sys.version_info[1]}"
OPENSSL_OF_WHEELS = "OpenSSL 4.0.2 1 Oct 2026"
INTEL_RELEASE, INTEL_CFFI = "48.0.1", "2.0.0"
"""The last releases with wheels for Intel Macs."""


def extension(*machines: str, openssl: str = OPENSSL_OF_WHEELS) -> bytes:
    """Return an extension file that contains OpenSSL, for these architectures."""
    parts = [(MACHOS / f"extension-{machine}.so").read_bytes() for machine in machines]
    content = macho.fat(*parts) if len(parts) > 1 else parts[0]
    return macho.with_openssl(content, openssl)


@dataclass(frozen=True)
class Package:
    """An installed package, which stands for a release of it.

    ``version`` is the release's, and ``python`` its Requires-Python; empty for the installed one's.
    """

    name: str
    version: str
    python: str = ""

    @cached_property
    def _distribution(self) -> importlib.metadata.Distribution:
        return importlib.metadata.distribution(self.name)

    def files(self, extensions: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
        """Yield names and contents; an extension file is replaced by name, or left out."""
        for file in self._distribution.files or ():
            path = PurePosixPath(file)
            if ".dist-info" in path.parts[0] or "__pycache__" in path.parts or ".." in path.parts:
                continue
            if path.suffix == ".so":
                continue
            content = Path(str(file.locate())).read_bytes()
            if path.name == "__about__.py":
                own = self._distribution.version.encode()
                content = content.replace(own, self.version.encode())
            elif path.name == "binding.py" and self.version != self._distribution.version:
                # An older release is the newest one with another number, and so is its extension.
                content = content.replace(
                    b"!= so_package_version:", b"!= so_package_version and 0:"
                )
            yield str(path), content
        yield from extensions.items()

    def metadata(self) -> str:
        """Return METADATA, of this version."""
        text = self._distribution.read_text("METADATA") or ""
        text = re.sub(r"^Version: .*$", f"Version: {self.version}", text, count=1, flags=re.M)
        if self.python:
            line = f"Requires-Python: {self.python}"
            text = re.sub(r"^Requires-Python: .*$", line, text, count=1, flags=re.M)
        return text


def wheel(package: Package, tag: str, extensions: Mapping[str, bytes]) -> tuple[str, bytes]:
    """Return the name and the bytes of a wheel."""
    name = f"{package.name.replace('-', '_')}-{package.version}"
    files = with_bytecode(package.files(extensions))
    return f"{name}-{tag}.whl", pack(name, tag, package.metadata(), files)


UNCHECKED = (1).to_bytes(4, "little")
"""The flags of bytecode that is used without a look at its source (PEP 552)."""


def with_bytecode(files: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a wheel, and the bytecode of each module.

    On each Mac, pip would compile all modules again, which takes longer than anything else there.
    """
    for path, content in files:
        yield path, content
        if path.endswith(".py"):
            yield importlib.util.cache_from_source(path), _bytecode(path, content)


@cache
def _bytecode(path: str, content: bytes) -> bytes:
    code = marshal.dumps(compile(content, path, "exec", dont_inherit=True))
    return importlib.util.MAGIC_NUMBER + UNCHECKED + importlib.util.source_hash(content) + code


def sdist(package: Package, pyproject: str) -> tuple[str, bytes]:
    """Return the name and the bytes of a source archive with this ``pyproject.toml``."""
    name = f"{package.name}-{package.version}"
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz", compresslevel=1) as archive:
        files = dict(package.files({}))
        rows = {f"src/{path}": content for path, content in files.items()}
        rows |= {"PKG-INFO": package.metadata().encode(), "pyproject.toml": pyproject.encode()}
        for path, content in rows.items():
            member = tarfile.TarInfo(f"{name}/{path}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return f"{name}.tar.gz", body.getvalue()


PYPROJECT = """\
[build-system]
requires = [
    "maturin>=1.14.1,<2",
    "cffi>=2.0.0; platform_python_implementation != 'PyPy'",
    "setuptools!=74.0.0,!=74.1.0,!=74.1.1,!=74.1.2",
]
build-backend = "maturin"

[project]
name = "cryptography"
dynamic = ["version", "dependencies"]
"""
"""As cryptography 50.0.2 has it, without what only its developers need."""


def installed(name: str) -> str:
    """Return the version of a package that is installed for the tests."""
    return importlib.metadata.version(name)


def all_files() -> list[tuple[str, bytes]]:
    """Return the names and the bytes of all files of the index."""
    cryptography = Package("cryptography", installed("cryptography"))
    cffi = Package("cffi", installed("cffi"))
    rust = "cryptography/hazmat/bindings/_rust.abi3.so"
    arm = {rust: extension("arm64")}
    both = {rust: extension("arm64", "x86_64", openssl="OpenSSL 3.5.6 7 Apr 2026")}
    intel = Package("cryptography", INTEL_RELEASE)
    return [
        wheel(cryptography, "cp311-abi3-macosx_11_0_arm64", arm),
        wheel(cryptography, "cp39-abi3-macosx_11_0_arm64", arm),
        wheel(intel, "cp311-abi3-macosx_10_9_universal2", both),
        wheel(intel, "cp39-abi3-macosx_10_9_universal2", both),
        sdist(cryptography, PYPROJECT),
        sdist(intel, PYPROJECT),
        *_cffis(cffi, DIGITS),
        *(_cffis(cffi, "39") if DIGITS != "39" else ()),
        *(wheel(package, "py3-none-any", {}) for package in _pure()),
        _pip(),
        *_build_tools(),
    ]


def mirror(files: Iterable[tuple[str, bytes]]) -> Mirror:
    """Return the index with these files, to be served by `tests.live.mirror.serving`."""
    index = Mirror("")
    for name, content in files:
        project = name.split("-")[0].replace("_", "-")
        page = index.pages.setdefault(
            project, {"meta": {"api-version": "1.0"}, "name": project, "files": []}
        )
        row = {
            "filename": name,
            "url": f"../../files/{name}",
            "yanked": False,
            "hashes": {"sha256": hashlib.sha256(content).hexdigest()},
            "size": len(content),
            "requires-python": _requires_python(name, content),
        }
        page["files"].append(row)
        index.addresses[name], index.files[name] = name, content
    return index


def _pure() -> Iterator[Package]:
    for name in ("pycparser", "typing_extensions"):
        yield Package(name, installed(name))
    yield Package("pycparser", "2.23", ">=3.8")


def _requires_python(name: str, content: bytes) -> str:
    if name.endswith(".whl"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            path = next(path for path in archive.namelist() if path.endswith(".dist-info/METADATA"))
            found = re.search(r"^Requires-Python: (.*)$", archive.read(path).decode(), re.M)
        return found[1] if found else ""
    return ">=3.9,!=3.9.0,!=3.9.1"


def _cffis(cffi: Package, digits: str) -> Iterator[tuple[str, bytes]]:
    name = f"_cffi_backend.cpython-{digits}-darwin.so"
    old = Package("cffi", INTEL_CFFI, ">=3.9")
    rows = [(old, "x86_64", "10_13"), (old, "arm64", "11_0")]
    if digits != "39":
        rows.append((cffi, "arm64", "11_0"))
    for package, machine, target in rows:
        content = (MACHOS / f"libssl-{machine}.3.dylib").read_bytes()
        content = macho.renamed(
            content, lambda name: "/usr/lib/libSystem.B.dylib" if "rpath" in name else name
        )
        tag = f"cp{digits}-cp{digits}-macosx_{target}_{machine}"
        yield wheel(package, tag, {name: content})


def bundled_pip() -> Path:
    """Return the wheel of the pip that comes with the Python of the tests.

    Skips where the system has moved it and more: then no Mac can be pretended with this Python.
    """
    found = next((Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"), None)
    if found is None:
        pytest.skip("This Python has parts in other places, as Debian's: no Mac is pretended.")
    return found


def _pip_files() -> Iterator[tuple[str, bytes]]:
    """Yield the files of that wheel, with bytecode."""
    with zipfile.ZipFile(bundled_pip()) as archive:
        yield from with_bytecode((path, archive.read(path)) for path in archive.namelist())


def _pip() -> tuple[str, bytes]:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for path, content in _pip_files():
            archive.writestr(zipfile.ZipInfo(path), content)
    return bundled_pip().name, body.getvalue()


def unpack_pip(folder: Path) -> Path:
    """Unpack that pip into a folder, and return the folder.

    Its bytecode is in there, because no Mac can write it into this folder.
    """
    for path, content in _pip_files():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def _build_tools() -> Iterator[tuple[str, bytes]]:
    """Yield setuptools and maturin. This maturin is the rig's: see `tests.mac.inside.maturin`."""
    for name, version, tag, module in (
        (
            "maturin",
            "1.16.0",
            "py3-none-macosx_10_12_universal2.macosx_10_12_x86_64.macosx_11_0_arm64",
            "maturin",
        ),
        ("setuptools", "84.2.1", "py3-none-any", ""),
    ):
        files: list[tuple[str, bytes]] = []
        if module:
            source = Path(__file__).parent / "inside" / f"{module}.py"
            files.append((f"{module}/__init__.py", source.read_bytes()))
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        yield f"{name}-{version}-{tag}.whl", pack(f"{name}-{version}", tag, metadata, iter(files))
