"""The manifest: what it says of wheels, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import struct
import sys
import zipfile
from dataclasses import fields
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.wizard import wheel_files
from tests.wizard.binaries import HEADERS_ONLY, elf, pe
from tests.wizard.proof import mach_o
from wizard.errors import BadRequest, WizardError
from wizard.proof import manifest
from wizard.proof.extension import read_extension
from wizard.proof.manifest import FILE, Manifest, Wheel

DOCUMENT = Path(__file__).parents[3] / "docs" / "wheelhouse.md"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheelhouse with three wheels; it is made once, because a pip is asked for it."""
    folder = tmp_path_factory.mktemp("wheelhouse")
    stage = folder / "stage"
    wheel_files.make(stage)
    wheel_files.make(stage, "cffi", "2.1.1", "cp312-cp312-manylinux_2_17_x86_64")
    wheel_files.make(stage, "pycparser", "3.12", wheel_files.ANY)
    manifest.write(wheel_files.order(stage, folder / "house", python=sys.executable))
    return folder / "house"


@pytest.fixture
def made(house: Path, tmp_path: Path) -> Path:
    """Return a copy of that wheelhouse, for a test that may change it."""
    return Path(shutil.copytree(house, tmp_path / "house"))


def data(folder: Path) -> Any:
    return json.loads((folder / FILE).read_text(encoding="utf-8"))


def change(folder: Path, **changed: object) -> None:
    (folder / FILE).write_text(json.dumps({**data(folder), **changed}), encoding="utf-8")


def test_the_manifest_tells_each_file_as_it_is(made: Path) -> None:
    found = manifest.load(made)
    assert sorted(p.name for p in made.iterdir()) == sorted([FILE, *(w.file for w in found.wheels)])
    for wheel in found.wheels:
        content = (made / wheel.file).read_bytes()
        assert wheel.sha256 == hashlib.sha256(content).hexdigest()
        assert wheel.size == len(content)
    own = next(w for w in found.wheels if w.name == "cryptography")
    assert (own.version, own.tags) == ("50.0.2", wheel_files.MANYLINUX)
    assert (own.link, own.openssl, own.only_here) == ("static", "OpenSSL 4.0.3", "")
    assert found.targets == ("cpython 3.9.18", "cpython 3.12.1")
    assert (found.system, found.machine, found.python) == ("A Linux", "x86_64", "cpython 3.9.18")
    # The environment that uv makes for the tests has no pip.
    assert found.pip == (version("pip") if find_spec("pip") else "")
    manifest.compare(made, found)


def test_the_document_names_every_key() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for kind in (Manifest, Wheel):
        section = next(s for s in text.split("\n## ") if s.startswith(f"{kind.__name__}\n"))
        rows = re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)
        assert rows == [field.name for field in fields(kind)]


def test_a_wheel_that_uses_the_system_is_explained(tmp_path: Path) -> None:
    extension = elf(("libssl.so.3", "libcrypto.so.3", "libc.so.6"), HEADERS_ONLY)
    path = wheel_files.make(
        tmp_path, tags=wheel_files.LINUX, files={"cryptography/_rust.abi3.so": extension}
    )
    wheel = manifest.read(path)
    assert wheel.link == "dynamic"
    assert wheel.openssl == "OpenSSL 3.0.19"
    assert wheel.libraries == ("libssl.so.3", "libcrypto.so.3")
    assert "installs only on systems like the one" in wheel.only_here
    assert "libssl.so.3 and libcrypto.so.3" in wheel.only_here


def test_a_wheel_that_uses_a_folder_is_explained(tmp_path: Path) -> None:
    extension = elf(("libssl.so.3", "libc.so.6"), HEADERS_ONLY, runpath="$ORIGIN:/opt/my ssl/lib")
    path = wheel_files.make(
        tmp_path, tags=wheel_files.LINUX, files={"cryptography/_rust.abi3.so": extension}
    )
    assert "it uses the OpenSSL in /opt/my ssl/lib (libssl.so.3)" in manifest.read(path).only_here


def test_a_plain_linux_wheel_with_all_inside_is_explained_too(tmp_path: Path) -> None:
    wheel = manifest.read(wheel_files.make(tmp_path, tags=wheel_files.LINUX))
    assert wheel.link == "static"
    assert "it is unknown whether other systems have" in wheel.only_here


def test_a_wheel_for_windows_tells_how_it_is_linked(tmp_path: Path) -> None:
    extension = pe(("libcrypto-3-x64.dll",), HEADERS_ONLY)
    path = wheel_files.make(
        tmp_path, tags="cp39-abi3-win_amd64", files={"cryptography/_rust.pyd": extension}
    )
    wheel = manifest.read(path)
    assert (wheel.link, wheel.glibc, wheel.libraries) == ("dynamic", "", ())


def test_the_oldest_glibc_is_read_from_a_real_extension() -> None:
    library = next(iter(sorted(Path("/lib").glob("*-linux-gnu/libcrypt.so.1"))), None)
    if library is None:
        pytest.skip("this machine has no library of glibc's to read")
    found = read_extension(str(library))
    assert re.fullmatch(r"2\.\d+(\.\d+)?", found.glibc)
    assert "libc.so.6" in found.needed


def test_what_an_earlier_manifest_names_is_replaced_and_nothing_else(
    made: Path, tmp_path: Path
) -> None:
    (made / "README.txt").write_text("mine", encoding="utf-8")
    stage = tmp_path / "other"
    wheel_files.make(stage, version="49.0.0")
    manifest.write(wheel_files.order(stage, made, release="49.0.0", python=sys.executable))
    (wheel,) = manifest.load(made).wheels
    assert sorted(p.name for p in made.iterdir()) == sorted([FILE, "README.txt", wheel.file])


def test_without_a_wheel_of_the_release_nothing_is_touched(made: Path, tmp_path: Path) -> None:
    before = sorted(p.name for p in made.iterdir())
    wheel_files.make(tmp_path / "other", "cffi", "2.1.1")
    with pytest.raises(WizardError, match=r"no wheel of cryptography 50\.0\.2"):
        manifest.write(wheel_files.order(tmp_path / "other", made, python=sys.executable))
    assert sorted(p.name for p in made.iterdir()) == before


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 and no more", b"not a zip"])
def test_a_file_that_is_no_wheel_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cryptography-50.0.2-py3-none-any.whl"
    path.write_bytes(content)
    with pytest.raises(WizardError, match="is not a wheel"):
        manifest.read(path)


def test_a_changed_file_is_named_with_both_sums(made: Path) -> None:
    found = manifest.load(made)
    wheel = next(w for w in found.wheels if w.name == "pycparser")
    with (made / wheel.file).open("ab") as file:
        file.write(b"x")
    with pytest.raises(BadRequest) as caught:
        manifest.compare(made, found)
    assert wheel.file in caught.value.what
    assert wheel.sha256 in caught.value.shown
    assert "Nothing was installed" in caught.value.hints[0]


def test_a_missing_file_is_named(made: Path) -> None:
    found = manifest.load(made)
    (made / found.wheels[0].file).unlink()
    with pytest.raises(BadRequest, match=re.escape(found.wheels[0].file)):
        manifest.compare(made, found)


def test_an_empty_folder_a_file_and_nothing_are_no_wheelhouses(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    wheel_files.make(tmp_path / "wheels")
    for name, what in (
        ("empty", "is empty"),
        ("file", "is a file, not a folder"),
        ("nothing", "does not exist"),
        ("wheels", "has no manifest.json"),
    ):
        with pytest.raises(BadRequest, match=what):
            manifest.load(tmp_path / name)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[]", b'{"schema": 2}', b'{"schema": 1}', b"{" * 100_000],
)
def test_a_damaged_manifest_is_said_to_be_one(content: bytes, made: Path) -> None:
    (made / FILE).write_bytes(content)
    with pytest.raises(BadRequest, match=r"manifest\.json is damaged") as caught:
        manifest.load(made)
    assert caught.value.shown


def test_a_manifest_names_only_files_of_its_own_folder(made: Path) -> None:
    wheels = data(made)["wheels"]
    for name in ("../cryptography-50.0.2-py3-none-any.whl", "/etc/passwd", "a/b.whl", ".."):
        change(made, wheels=[{**wheels[0], "file": name}, *wheels[1:]])
        with pytest.raises(BadRequest, match="is damaged"):
            manifest.load(made)
    change(made, wheels=[*wheels, wheels[0]])
    with pytest.raises(BadRequest, match="is damaged"):
        manifest.load(made)


def test_a_manifest_without_cryptography_is_none(made: Path) -> None:
    change(made, wheels=[w for w in data(made)["wheels"] if w["name"] != "cryptography"])
    with pytest.raises(BadRequest, match="is damaged") as caught:
        manifest.load(made)
    assert "no wheel of cryptography" in caught.value.shown


def wheel(version: str, tags: str, **more: Any) -> Wheel:
    file = f"cryptography-{version}-{tags}.whl"
    return Wheel(file, "cryptography", version, tags, "0" * 64, 1, **more)


def listed(*wheels: Wheel, method: str = "wheel") -> Any:
    targets = ("cpython 3.9.18", "cpython 3.14.0t", "pypy 3.11.4")
    return manifest.listing(Manifest(1, "50.0.2", method, targets, wheels)).releases


def test_the_listing_has_the_releases_newest_first() -> None:
    old = wheel("9.0.0", wheel_files.MANYLINUX, link="static")
    new = wheel("50.0.2", wheel_files.MANYLINUX, link="static")
    assert [(r.version, r.link) for r in listed(old, new)] == [
        ("50.0.2", "static"),
        ("9.0.0", "static"),
    ]


def test_the_listing_is_for_the_pythons_that_it_was_made_for() -> None:
    (release,) = listed(wheel("50.0.2", wheel_files.MANYLINUX))
    assert release.pythons == ("3.9", "3.14t", "pypy3.11")


@pytest.mark.parametrize("tags", ["", "abc", "cp311-abi3", "cp311-abi3-a b"])
def test_tags_that_no_wheel_has_are_damage(tags: str, made: Path) -> None:
    first, *others = data(made)["wheels"]
    change(made, wheels=[{**first, "tags": tags}, *others])
    with pytest.raises(BadRequest, match="is damaged"):
        manifest.load(made)


@pytest.mark.parametrize("targets", [[], ["3.11"], ["cpython 3.11.7 extra"]])
def test_targets_that_nobody_wrote_are_damage(targets: list[str], made: Path) -> None:
    change(made, targets=targets)
    with pytest.raises(BadRequest, match="is damaged"):
        manifest.load(made)


def test_a_plain_linux_wheel_is_listed_with_the_glibc_that_it_needs() -> None:
    (release,) = listed(wheel("50.0.2", wheel_files.LINUX, link="dynamic", glibc="2.34"))
    assert release.wheels == ("cp39-abi3-manylinux_2_34_x86_64",)
    assert release.link == "dynamic"


@pytest.mark.parametrize(
    ("named", "needs", "method", "told"),
    [
        ("macosx_11_0_arm64", "15.0", "source", "macosx_15_0_arm64"),
        ("macosx_11_0_arm64", "13.3", "source", "macosx_13_0_arm64"),
        ("macosx_11_0_arm64", "11.0", "source", "macosx_11_0_arm64"),
        ("macosx_15_0_arm64", "11.0", "source", "macosx_15_0_arm64"),
        ("macosx_10_9_x86_64", "10.13", "source", "macosx_10_13_x86_64"),
        ("macosx_10_9_universal2", "10.13", "wheel", "macosx_10_9_universal2"),
        ("macosx_11_0_arm64", "", "source", "macosx_11_0_arm64"),
    ],
)
def test_a_compiled_wheel_is_listed_with_the_macos_that_it_needs(
    named: str, needs: str, method: str, told: str
) -> None:
    (release,) = listed(wheel("50.0.2", f"cp39-abi3-{named}", macos=needs), method=method)
    assert release.wheels == (f"cp39-abi3-{told}",)


@pytest.mark.parametrize(
    ("machines", "needs"),
    [(("arm64",), "11.0"), (("x86_64",), "11.0"), (("x86_64", "arm64"), "11.0")],
)
def test_the_macos_is_read_from_a_real_library(
    machines: tuple[str, ...], needs: str, tmp_path: Path
) -> None:
    content = mach_o.universal(*machines) if len(machines) > 1 else mach_o.thin(machines[0])
    path = wheel_files.make(
        tmp_path, tags="cp39-abi3-macosx_11_0_arm64", files={"cryptography/_rust.abi3.so": content}
    )
    found = manifest.read(path)
    assert found.macos == needs
    told = manifest.sentences(Manifest(1, "50.0.2", "source", (), (found,), machine="arm64"))
    assert ("ok", "It needs macOS 11.0 or newer on arm64.") in told


def test_apple_silicon_does_not_limit_an_intel_mac(tmp_path: Path) -> None:
    """In upstream's universal wheels, the part for Apple silicon states 11.0, the other 10.12."""
    content = mach_o.universal("x86_64", "arm64")
    stated = struct.pack("<III", 0x32, 32, 1) + struct.pack("<I", 11 << 16)
    start = content.index(stated)
    assert start < content.index(stated, start + 1), "each part has one"
    older = struct.pack("<III", 0x32, 32, 1) + struct.pack("<I", 10 << 16 | 12 << 8)
    file = tmp_path / "_rust.abi3.so"
    file.write_bytes(content[:start] + older + content[start + len(older) :])
    assert read_extension(str(file)).macos == "10.12"


def test_wheels_that_differ_in_their_linking_promise_none() -> None:
    one = wheel("50.0.2", wheel_files.MANYLINUX, link="static")
    other = wheel("50.0.2", "cp311-abi3-linux_x86_64", link="dynamic")
    assert listed(one, other)[0].link == ""


def test_the_sentences_say_what_somebody_with_the_folder_must_know() -> None:
    told = manifest.sentences(
        Manifest(
            *(1, "50.0.2", "source", ("cpython 3.9.18", "cpython 3.12.1")),
            wheels=(
                wheel(
                    *("50.0.2", wheel_files.LINUX),
                    link="dynamic",
                    openssl="OpenSSL 3.0.19",
                    libraries=("libssl.so.3",),
                    glibc="2.34",
                    only_here="Only here.",
                ),
            ),
            machine="x86_64",
        )
    )
    text = "\n".join(f"{mark} {sentence}" for mark, sentence in told)
    assert "ok cryptography 50.0.2 for Python 3.9.18 and Python 3.12.1." in text
    assert "ok It uses the OpenSSL of the system (libssl.so.3), built with OpenSSL 3.0.19." in text
    assert "ok It needs Linux on x86_64 with glibc 2.34 or newer." in text
    assert "ok Each of them installed it" in text
    assert text.endswith("Only here.")
    assert told[-1][0] == "warning"
    alone = manifest.sentences(Manifest(1, "50.0.2", "wheel", ("cpython 3.9.18",), ()))
    assert alone[1][1] == "This Python installed it from these wheels only, and it works."


# --- files that were added, changed, linked or renamed


@pytest.mark.parametrize(
    "name",
    [
        "pycparser-9.9-py3-none-any.whl",
        "CFFI-9.9-PY3-NONE-ANY.WHL",
        "cryptography-99.0.tar.gz",
        "cffi-9.9.zip",
    ],
)
def test_a_file_that_could_be_installed_must_be_named(made: Path, name: str) -> None:
    (made / name).write_bytes(b"")
    with pytest.raises(BadRequest) as caught:
        manifest.compare(made, manifest.load(made))
    assert caught.value.what.endswith("contains files that its manifest does not name.")
    assert caught.value.shown == name


def test_other_files_may_be_there(made: Path) -> None:
    (made / "README.txt").write_text("from the workshop")
    (made / ".DS_Store").write_bytes(b"")
    manifest.compare(made, manifest.load(made))


def test_a_link_counts_as_the_file_that_it_leads_to(made: Path, tmp_path: Path) -> None:
    wheel = next(made.glob("pycparser*"))
    wheel.rename(tmp_path / "elsewhere.whl")
    wheel.symlink_to(tmp_path / "elsewhere.whl")
    manifest.compare(made, manifest.load(made))
    (tmp_path / "elsewhere.whl").write_bytes(b"changed")
    with pytest.raises(BadRequest, match="is damaged: pycparser"):
        manifest.compare(made, manifest.load(made))


def renamed(folder: Path, **changed: str) -> list[dict[str, Any]]:
    """The wheels of the manifest, of which pycparser has other entries."""
    return [
        {**wheel, **(changed if wheel["name"] == "pycparser" else {})}
        for wheel in data(folder)["wheels"]
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"file": "../pycparser-3.12-py3-none-any.whl"},
        {"file": "/tmp/pycparser-3.12-py3-none-any.whl"},
        {"file": "..\\pycparser-3.12-py3-none-any.whl"},
        {"file": "pycparser-3.12-py3-none-any.whl\n--index-url=x.whl"},
        {"file": "pycparser-3.12-py3-none-any.WHL"},
        {"file": "-rpycparser-3.12-py3-none-any.whl"},
        {"file": "pycparser.whl"},
        {"version": "3.13"},
        {"name": "pycparser2"},
        {"tags": "cp39-abi3-any"},
        {"sha256": "0" * 63},
        {"sha256": "0" * 64 + "\nevil==1"},
    ],
)
def test_a_manifest_names_each_wheel_as_its_file_does(made: Path, changed: dict[str, str]) -> None:
    change(made, wheels=renamed(made, **changed))
    with pytest.raises(BadRequest, match="is damaged"):
        manifest.load(made)


def test_two_files_whose_names_differ_only_in_case_are_one(made: Path) -> None:
    wheels = data(made)["wheels"]
    pycparser = next(wheel for wheel in wheels if wheel["name"] == "pycparser")
    other = {**pycparser, "file": "PyCParser-3.12-py3-none-any.whl"}
    change(made, wheels=[*wheels, other])
    with pytest.raises(BadRequest) as caught:
        manifest.load(made)
    assert caught.value.shown == "It lists a file twice."


def test_the_metadata_of_the_wheels_say_what_they_need(made: Path) -> None:
    held = {wheel.name: wheel for wheel in manifest.held(made, manifest.load(made))}
    assert held["cryptography"].requires == (
        "cffi>=2.0.0 ; platform_python_implementation != 'PyPy'",
        "typing-extensions>=4 ; python_full_version < '3.11'",
    )
    assert held["cffi"].tags == "cp312-cp312-manylinux_2_17_x86_64"


def test_a_wheel_without_metadata_is_damaged(made: Path) -> None:
    wheel = next(made.glob("pycparser*"))
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("pycparser.py", "")
    with pytest.raises(BadRequest, match="is damaged: pycparser"):
        manifest.held(made, manifest.load(made))


def test_a_wheel_with_an_unknown_compression_is_damaged(tmp_path: Path) -> None:
    path = wheel_files.make(tmp_path)
    raw = bytearray(path.read_bytes())
    entry = raw.index(b"PK\x01\x02")
    raw[entry + 10] = 99  # the method of the first file, in the central directory
    path.write_bytes(raw)
    with pytest.raises(WizardError, match="damaged"):
        manifest.read(path)
