"""Makes ``cryptography-wizard.pyz``: the wizard and its libraries in one file that Python starts.

The libraries are those of ``packaging/requirements.txt``: one version of each for all Pythons,
with checksums, and only wheels of pure Python. What only some Pythons need (tomli, truststore) is
in it for all: the code asks which Python it is. The same files give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

from distribution import zip_main

CHECKOUT = Path(__file__).resolve().parents[1]
REQUIREMENTS = CHECKOUT / "packaging" / "requirements.txt"
MINUTES = 10
"""The longest time for downloads."""
SHEBANG = b"#!/usr/bin/env python3\n"
"""How Unix starts the file. Windows' launcher knows this line too, and no line of a shell."""
LEFT_OUT = (
    *("*/tests/*", "*.pyi", "*/py.typed", "*.pyc", "*/textual/demo/*", "*.1"),
    *("*.dist-info/RECORD", "*.dist-info/WHEEL", "*.dist-info/INSTALLER", "*.dist-info/REQUESTED"),
    *("*.dist-info/direct_url.json", "*/bin/*", "*/share/*", "*.data/*"),
)
"""What nothing reads at run time. Licences and the metadata with each library's version stay."""
LEXERS_KEPT = ("__init__", "_mapping", "python", "special")
"""The wizard colours no source code. Only Rich's tracebacks do, of Python: a fifth of all bytes."""
COMPILED = (".so", ".pyd", ".dll", ".dylib")


class NotPureError(Exception):
    """A library contains compiled code, so the file would start on one kind of machine only."""


def install(wheel: Path, folder: Path) -> None:
    """Install the wizard's wheel and the libraries into ``folder``. Raises CalledProcessError."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    pip += ["--quiet", "--no-deps", "--no-compile", "--target", str(folder)]
    # Any Python 3.9 or newer: so pip takes no wheel that is made for one system. Some libraries are
    # for newer Pythons only, and are not imported by older ones.
    pip += ["--platform", "any", "--implementation", "py", "--abi", "none"]
    pip += ["--python-version", "3.9", "--ignore-requires-python", "--only-binary", ":all:"]
    text = unconditional(REQUIREMENTS.read_text(encoding="utf-8"))
    checksum = hashlib.sha256(wheel.read_bytes()).hexdigest()
    text += f"cryptography-wizard @ {wheel.resolve().as_uri()} --hash=sha256:{checksum}\n"
    requirements = folder.with_name("requirements.txt")
    requirements.write_text(text, encoding="utf-8")
    pip += ["--root-user-action", "ignore", "--require-hashes", "-r", str(requirements)]
    subprocess.run(pip, check=True, timeout=MINUTES * 60)


def unconditional(requirements: str) -> str:
    """Return the requirements without their markers: pip would ask them of its own Python."""
    return re.sub(r" *;[^\\\n]*?( \\)?$", r"\1", requirements, flags=re.MULTILINE)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files for the archive, by their names in it. Raises NotPureError."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or is_left_out(name):
            continue
        if path.suffix in COMPILED:
            raise NotPureError(name)
        found[name] = path.read_bytes()
    return found


def is_left_out(name: str) -> bool:
    """Return whether the archive does not need this file."""
    if any(fnmatch(f"/{name}", pattern) for pattern in LEFT_OUT) or "__pycache__" in name:
        return True
    lexer = re.fullmatch(r"pygments/lexers/(\w+)\.py", name)
    return lexer is not None and lexer[1] not in LEXERS_KEPT


def build_name(files: Mapping[str, bytes]) -> str:
    """Return what names these files: 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{name}\0{hashlib.sha256(files[name]).hexdigest()}\n".encode())
    return digest.hexdigest()[:16]


Moment = tuple[int, int, int, int, int, int]


def write(files: Mapping[str, bytes], archive: Path, moment: Moment) -> None:
    """Write the archive. ``moment`` is the time of all files in it: year to second, from 1980."""
    main = Path(zip_main.__file__).read_text(encoding="utf-8")
    placeholder = f'BUILD = "{zip_main.BUILD}"'
    if main.count(placeholder) != 1:
        raise AssertionError(f"{zip_main.__file__} has no place for the name of the build")
    main = main.replace(placeholder, f'BUILD = "{build_name(files)}"')
    # Offsets are counted from the zip file's own beginning: so its first line can be replaced.
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as target:
        for name, data in sorted({**files, "__main__.py": main.encode()}.items()):
            info = zipfile.ZipInfo(name, moment)
            info.external_attr = 0o100644 << 16
            info.create_system = 3  # also if this is made on Windows
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, data, compresslevel=9)
    archive.write_bytes(SHEBANG + zipped.getvalue())
    archive.chmod(0o755)
