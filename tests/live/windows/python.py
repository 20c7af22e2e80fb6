"""A CPython for Windows, put together on Linux, for Wine.

Debian has no installer of Python for Windows, and no compiler of Microsoft. But a wheel of Panda3D
has, in its folder ``deploy_libs``, the official ``python313.dll`` with its extension modules,
OpenSSL and the C runtime of Microsoft, because programs made with Panda3D are shipped with them.
The rest is in CPython's own source, which Debian has: the standard library as it is, and what MinGW
compiles:

- ``python.exe``, which only calls the DLL;
- ``python3.dll``, which stable-ABI extension files such as cryptography's load: it only forwards
  each name of ``PC/python3dll.c`` to the DLL;
- the program that ``python -m venv`` copies into environments, from ``PC/venvlauncher.c``.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.live import sources
from tests.live.roots import Root

VERSION, DLL = "3.13", "python313"
DLLS = "panda3d==1.10.16"
"""The wheel with the DLLs, and a version of it that has them for this Python."""
PACKAGES = ("gcc-mingw-w64-x86-64-win32", "mingw-w64-tools", "xz-utils")
"""What compiles, of Debian's packages."""
LIBRARIES = ("libcrypto-3.dll", "libssl-3.dll", "libffi-8.dll", "sqlite3.dll")
WORK = "/srv"
PROGRAM = """\
int Py_Main(int count, wchar_t **words);
int wmain(int count, wchar_t **words) { return Py_Main(count, words); }
"""
MANIFEST = '1 24 "cpython/PC/python.manifest"\n'
"""A resource of type 24: with it, Windows tells the program its true version."""
CC, DLLTOOL = "x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-dlltool"
WINDRES = "x86_64-w64-mingw32-windres"


def build(builder: Root, pip: Sequence[str], python: Path) -> None:
    """Make the folder ``python``, with ``python.exe`` in it.

    ``builder`` is a Debian 13 with `PACKAGES`, ``pip`` the command of this machine's pip. Skips
    the test if one of the two downloads is not possible.
    """
    official = _official(pip, builder.path(WORK))
    archive = sources.in_root(builder, WORK, f"python{VERSION}")
    builder.path(f"{WORK}/cpython").mkdir()
    builder.must(
        *("tar", "--extract", "--file", archive, "--strip-components=1"),
        *("--directory", f"{WORK}/cpython"),
        timeout=120,
    )
    source = builder.path(f"{WORK}/cpython")
    shutil.copyfile(official / f"{DLL}.dll", builder.path(f"{WORK}/{DLL}.dll"))
    _compile(builder, source)
    _arrange(python, official, source, builder.path(WORK))


def _official(pip: Sequence[str], folder: Path) -> Path:
    """Download the wheel and unpack it; return its folder with the DLLs."""
    argv = (
        *(*pip, "download", "--quiet", "--no-deps", "--only-binary", ":all:"),
        *("--platform", "win_amd64", "--python-version", VERSION, "--dest", str(folder), DLLS),
    )
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        pytest.skip(
            f"the DLLs of CPython for Windows cannot be downloaded: {done.stderr.strip()[-200:]}"
        )
    (wheel,) = folder.glob("*-win_amd64.whl")
    with zipfile.ZipFile(wheel) as archive:
        members = [name for name in archive.namelist() if name.startswith("deploy_libs/")]
        archive.extractall(folder, members)
    return folder / "deploy_libs"


def _compile(builder: Root, source: Path) -> None:
    """Compile the three programs in the builder's `WORK`."""

    def run(*argv: str) -> str:
        return builder.must("env", "-C", WORK, *argv, timeout=120)

    exported = run("gendef", "-", f"{DLL}.dll")
    builder.path(f"{WORK}/{DLL}.def").write_text(exported, encoding="ascii")
    library = f"lib{DLL}.a"
    run(DLLTOOL, "-d", f"{DLL}.def", "-l", library, "-D", f"{DLL}.dll")
    builder.path(f"{WORK}/python.c").write_text(PROGRAM, encoding="ascii")
    console = ("-municode", "-O1", "-s", "-Icpython/Include")
    builder.path(f"{WORK}/python.rc").write_text(MANIFEST, encoding="ascii")
    run(WINDRES, "python.rc", "python.res.o")
    parts = ("python.c", "python.res.o", library)
    run(CC, *console, "-include", "wchar.h", "-o", "python.exe", *parts)
    # Microsoft's compiler lets a pointer to char be one to const char; MinGW only warns if told.
    launcher = ('-DEXENAME=L"python.exe"', "-Wno-incompatible-pointer-types")
    source_file = ("cpython/PC/venvlauncher.c", "-lpathcch")
    run(CC, *console, *launcher, "-o", "venvlauncher.exe", *source_file)
    stable = re.findall(r"^EXPORT_(?:FUNC|DATA)\((\w+)\)", _text(source / "PC/python3dll.c"), re.M)
    there = set(exported.split())
    forwards = [f"{name} = {DLL}.{name}" for name in stable if name in there]
    lines = ("LIBRARY python3.dll", "EXPORTS", *forwards)
    builder.path(f"{WORK}/python3.def").write_text("\n".join(lines) + "\n", encoding="ascii")
    run(CC, "-shared", "-nostdlib", "-s", "-o", "python3.dll", "python3.def", library)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _arrange(python: Path, official: Path, source: Path, compiled: Path) -> None:
    """Put everything where an installation of CPython has it."""
    shutil.copytree(source / "Lib", python / "Lib", ignore=shutil.ignore_patterns("test", "tests"))
    (python / "Lib" / "site-packages").mkdir(exist_ok=True)
    (python / "DLLs").mkdir()
    for name in ("python.exe", "python3.dll"):
        shutil.copyfile(compiled / name, python / name)
    runtime = [path for path in official.iterdir() if path.name.lower().startswith("vcruntime")]
    for path in (official / f"{DLL}.dll", *runtime):
        shutil.copyfile(path, python / path.name)
    modules = [path for path in official.glob("*.pyd") if "cp313t" not in path.name]
    for path in (*modules, *(official / name for name in LIBRARIES)):
        shutil.copyfile(path, python / "DLLs" / path.name)
    scripts = python / "Lib" / "venv" / "scripts" / "nt"
    scripts.mkdir(exist_ok=True)
    for name in ("python", "pythonw", "venvlauncher", "venvwlauncher"):
        shutil.copyfile(compiled / "venvlauncher.exe", scripts / f"{name}.exe")
