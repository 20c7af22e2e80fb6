"""The script that runs in every Python, in every Python that is here."""

from __future__ import annotations

import ast
import ctypes
import json
import os
import shutil
import struct
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import Any

import pytest

import wizard.target
from wizard.target import describe as script
from wizard.versions import at_least

SCRIPT = Path(wizard.target.__path__[0], "describe.py")
ROOT = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
REAL = sorted(str(path) for path in ROOT.glob("*/bin/python"))


def describe(python: str, **env: str) -> dict[str, Any]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    done = subprocess.run(
        [python, "-B", str(SCRIPT)],
        env={**clean, **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def test_nothing_in_it_is_younger_than_python_3_6_or_unknown_to_2_7() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))
    kinds = {type(node).__name__ for node in ast.walk(tree)}
    too_young = {"AnnAssign", "NamedExpr", "JoinedStr", "Nonlocal", "AsyncFunctionDef"}
    assert not kinds & too_young
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert not [f.name for f in functions if f.returns or any(a.annotation for a in f.args.args)]


@pytest.mark.skipif(not REAL, reason="no pyenv with Pythons on this machine")
@pytest.mark.parametrize("python", REAL, ids=lambda path: Path(path).parents[1].name)
def test_every_real_python_describes_itself(python: str) -> None:
    found = describe(python)
    wanted = Path(python).parents[1].name
    assert found["version"] == wanted
    assert found["errors"] == {}
    if wanted.startswith("2."):
        assert set(found) == {"version", "executable", "errors"}
        return
    assert found["environment"] == ""
    assert os.path.realpath(found["base"]) == os.path.realpath(python)
    pip = found["pip"]
    assert pip["tags"][0].startswith("cp" + "".join(wanted.split(".")[:2]))
    assert pip["default"].startswith("https://")
    assert found["ensurepip"]
    assert pip["errors"] == {}
    since = tuple(int(part) for part in pip["version"].split(".")[:2]) >= (22, 3)
    assert Path(pip["runner"]).is_file() if since else pip["runner"] == ""


@pytest.mark.skipif(not REAL, reason="no pyenv with Pythons on this machine")
@pytest.mark.parametrize(
    "python",
    [path for path in REAL if not Path(path).parents[1].name.startswith("2.")],
    ids=lambda path: Path(path).parents[1].name,
)
def test_tags_and_settings_are_those_of_pip_itself(python: str, tmp_path: Path) -> None:
    settings = tmp_path / "pip.conf"
    settings.write_text(
        "[global]\nindex_url = https://name:word@index.example/simple\ntimeout = 7\n"
        "[install]\nextra-index-url = https://a.example/ https://b.example/\n"
        "[download]\nproxy = http://other.example\n",
        encoding="utf-8",
    )
    env = {"PIP_CONFIG_FILE": str(settings), "PIP_DEFAULT_TIMEOUT": "9", "PIP_NO_INDEX": "1"}
    pip = describe(python, **env)["pip"]
    found = {name: value for name, value, _where in pip["settings"]}
    assert found["index-url"] == "https://name:word@index.example/simple"
    assert found["extra-index-url"] == ["https://a.example/", "https://b.example/"]
    assert found["timeout"] == "9"
    assert found["no-index"] == "1"
    assert "proxy" not in found

    code = (
        "try:\n from pip._internal.utils.compatibility_tags import get_supported as tags\n"
        "except ImportError:\n from pip._internal.pep425tags import get_supported as tags\n"
        "print(' '.join('-'.join(t) if isinstance(t, tuple) else str(t) for t in tags()))"
    )
    asked = subprocess.run(
        [python, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    single = [
        f"{head}-{platform}"
        for entry in pip["tags"]
        for head, platforms in [entry.rsplit("-", 1)]
        for platform in platforms.split(".")
    ]
    assert single == asked.stdout.split()


def test_settings_can_be_switched_off(tmp_path: Path) -> None:
    pip = describe(sys.executable, PIP_CONFIG_FILE=os.devnull, HOME=str(tmp_path))["pip"]
    assert pip["settings"] == []


def test_an_environment_without_pip_looks_where_its_future_pip_would(tmp_path: Path) -> None:
    base = getattr(sys, "_base_executable", sys.executable)
    if not describe(base)["ensurepip"]:
        pytest.skip("this Python has no ensurepip")
    folder = tmp_path / "with space and $(echo)"
    venv.create(folder, with_pip=False, symlinks=True)
    found = describe(str(folder / "bin" / "python"))
    assert found["environment"] == str(folder)
    assert found["externally_managed"] == ""
    assert found["pip"]["installed"] is False
    assert found["pip"]["version"] == found["ensurepip"]
    assert found["pip"]["tags"]
    assert os.path.realpath(found["base"]) == os.path.realpath(base)
    assert found["prefix"] == str(folder)
    assert found["base_prefix"] == describe(base)["prefix"]


def test_an_environment_s_own_settings_and_packages_are_seen(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    venv.create(folder, with_pip=False, symlinks=True)
    packages = next(folder.glob("lib/python*/site-packages"))
    (packages / "pip-9.9.9.dist-info").mkdir()
    (packages / "cryptography-43.0.1.dist-info").mkdir()
    (packages / "cryptography_vectors-1.0.dist-info").mkdir()
    (packages / "pip").mkdir()
    (packages / "pip" / "__init__.py").write_text("raise SystemExit('broken pip')")
    found = describe(str(folder / "bin" / "python"))
    assert found["cryptography"] == "43.0.1"
    assert found["pip"]["version"] == "9.9.9"
    assert "broken pip" in found["pip"]["errors"]["tags"]
    assert found["version"] == ".".join(map(str, sys.version_info[:3]))


def test_it_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    venv.create(folder, with_pip=False, symlinks=True)

    def files() -> list[str]:
        return sorted(str(path) for top in (folder, SCRIPT.parent) for path in top.rglob("*"))

    before = files()
    describe(str(folder / "bin" / "python"))
    assert files() == before


def test_nothing_is_imported_from_the_folder_of_the_script(tmp_path: Path) -> None:
    real, linked = tmp_path / "real", tmp_path / "linked"
    real.mkdir()
    linked.symlink_to(real, target_is_directory=True)
    shutil.copyfile(SCRIPT, real / "describe.py")
    (real / "json.py").write_text("raise SystemExit('imported from the folder of the script')")
    for folder in (real, linked):
        done = subprocess.run(
            [sys.executable, "-B", str(folder / "describe.py")],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")


# The C library.


def program(interpreter: str, *, wide: bool = True, order: str = "<") -> bytes:
    """Return an ELF program that names a loader, after a segment that does not matter."""
    header, segment = (64, 56) if wide else (52, 32)
    start = header + 2 * segment
    name = interpreter.encode() + b"\0"
    head = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + b"\0" * 9
    form = "QQQLHHHHHH" if wide else "LLLLHHHHHH"
    sizes = (header, segment, 2, 0, 0, 0)
    head += struct.pack(f"{order}HHL{form}", 2, 62, 1, 0, header, 0, 0, *sizes)
    segments = b""
    for kind, place, length in ((1, 0, start), (3, start, len(name))):
        if wide:
            segments += struct.pack(f"{order}LL6Q", kind, 4, place, place, place, length, length, 1)
        else:
            segments += struct.pack(f"{order}8L", kind, place, place, place, length, length, 4, 1)
    return head + segments + name


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_the_loader_that_a_program_names(tmp_path: Path, wide: bool, order: str) -> None:
    file = tmp_path / "python"
    file.write_bytes(program("/lib/ld-musl-s390x.so.1", wide=wide, order=order))
    assert script.elf_interpreter(str(file)) == "/lib/ld-musl-s390x.so.1"


@pytest.mark.parametrize(
    "content", [b"", b"#!/bin/sh\n", b"\x7fELF", program("/lib/ld-musl-x86_64.so.1")[:70]]
)
def test_a_program_that_names_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "python"
    file.write_bytes(content)
    assert script.elf_interpreter(str(file)) == ""
    assert script.elf_interpreter(str(tmp_path / "missing")) == ""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such loader")
def test_the_loader_of_this_python_is_the_one_that_packaging_reads() -> None:
    from packaging._elffile import ELFFile

    with Path(sys.executable).open("rb") as file:
        assert script.elf_interpreter(sys.executable) == (ELFFile(file).interpreter or "")


@pytest.mark.skipif(sys.platform != "linux", reason="musl exists on Linux")
@pytest.mark.parametrize(("version", "relr"), [("1.2.3", True), ("1.2.6", False)])
def test_a_musl_whose_loader_is_a_link_to_its_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, relr: bool
) -> None:
    """So /proc/self/maps has no name of a loader: its file is libc.so."""
    library = tmp_path / "libc.so"
    said = f"musl libc (x86_64)\nVersion {version}\nDynamic Program Loader"
    library.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n")
    library.chmod(0o755)
    loader = tmp_path / "ld-musl-x86_64.so.1"
    loader.symlink_to(library)
    python = tmp_path / "python"
    python.write_bytes(program(str(loader)))

    def unknown(_name: str) -> str:
        raise ValueError("unrecognized configuration name")

    monkeypatch.setattr(os, "confstr", unknown)
    monkeypatch.setattr(sys, "executable", str(python))
    assert script.musl_loader() == str(loader)
    assert script.libc() == ["musl", version]
    tried: list[bytes] = []

    def library_of(head: bytes) -> bytes:
        tried.append(head)
        raise OSError("this machine has another loader")

    monkeypatch.setattr(script, "relr_library", library_of)
    if relr:
        with pytest.raises(OSError, match="another loader"):
            script.relr()
    else:
        assert script.relr() == "", "its version says so"
    assert bool(tried) is relr


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other libraries")
def test_a_library_whose_relocation_shows_what_the_loader_understands(tmp_path: Path) -> None:
    """glibc understands it since 2.36; an older loader leaves the word as it is."""
    with Path(sys.executable).open("rb") as file:
        library = script.relr_library(file.read(64))
    path = tmp_path / "relr.so"
    path.write_bytes(library)
    word = ctypes.c_size_t.in_dll(ctypes.CDLL(str(path)), "word")
    name, _, number = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    if name == "glibc" and at_least(number, "2.36"):
        assert word.value == ctypes.addressof(word) - library.rindex(b"\x10") + 16
    else:
        assert word.value in (script.RELR_WORD, ctypes.addressof(word))


def test_names_of_compiled_modules_and_the_vendor(tmp_path: Path) -> None:
    found = describe(sys.executable)
    assert found["suffix"] == sysconfig.get_config_var("EXT_SUFFIX")
    folder = tmp_path / "conda"
    venv.create(folder, with_pip=False)
    (folder / "conda-meta").mkdir()
    inside = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    base = describe(str(inside))["base_prefix"]
    is_conda = Path(base, "conda-meta").is_dir()
    assert describe(str(inside))["vendor"] == ("conda" if is_conda else "")


@pytest.mark.parametrize(
    ("prefix", "vendor"),
    [
        (
            r"C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.13_3.13.9_x64",
            "microsoft-store",
        ),
        (r"C:\\Python313", ""),
        ("CONDA", "conda"),
    ],
)
def test_who_made_an_installation(tmp_path: Path, prefix: str, vendor: str) -> None:
    (tmp_path / "conda-meta").mkdir()
    prefix = str(tmp_path) if prefix == "CONDA" else prefix
    code = (
        f"import sys; sys.path.insert(0, {str(SCRIPT.parent)!r}); import describe; "
        f"describe.base_prefix = lambda: {prefix!r}; print(describe.vendor())"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == vendor


@pytest.mark.parametrize(
    ("seen", "answer", "known"),
    [
        ("10.16", "15.6", "15.6"),
        ("10.16", "garbage", "10.16"),
        ("16.0", "26.4", "16.0"),  # its pip does not ask again: python/cpython#135675
        ("15.6", "", "15.6"),
        ("", "", ""),
    ],
)
def test_a_python_made_before_macos_11_asks_again_as_pip_does(
    seen: str, answer: str, known: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`packaging.tags.mac_platforms` starts the interpreter with SYSTEM_VERSION_COMPAT=0."""
    interpreter = tmp_path / "python"
    interpreter.write_text(
        f'#!/bin/sh\ntest "$SYSTEM_VERSION_COMPAT" = 0 && echo "{answer}" || echo 10.16\n'
    )
    interpreter.chmod(0o755)
    monkeypatch.setattr("platform.mac_ver", lambda: (seen, ("", "", ""), "x86_64"))
    monkeypatch.setattr(sys, "executable", str(interpreter))
    assert script.macos() == known


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"[global\nindex-url = x\n", "line: 1"),
        (b"[global]\ntimeout = 9\ntimeout = 8\n", "[line  3]: option 'timeout'"),
        (b"[global]\nproxy = \xff\xfe\n", "invalid "),
    ],
)
def test_a_file_that_pip_cannot_read_is_named_with_what_pip_says(
    tmp_path: Path, text: bytes, said: str
) -> None:
    file = tmp_path / "pip.conf"
    file.write_bytes(text)
    for python in (path for path in REAL if "/2." not in path):  # of 2.7, only the version counts
        env = {"PIP_CONFIG_FILE": str(file), "PIP_TIMEOUT": "7", "LC_ALL": "C.UTF-8"}
        found = describe(python, **env)["pip"]["settings"]
        (broken,) = (row for row in found if row[0] == "config-file")
        assert said in broken[1]
        assert broken[2] == str(file)
        assert ["timeout", "7", "PIP_TIMEOUT"] in found
