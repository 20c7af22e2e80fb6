"""The manifest of a wheelhouse: the contents of the folder, read from the wheels themselves.

``manifest.json`` is beside the wheels; ``docs/wheelhouse.md`` documents its format.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from backends import action, pip
from wizard import __version__, checksums, codec, invocation, text_files
from wizard.errors import BadRequest, WizardError
from wizard.facts import HeldWheel, Listed, Listing
from wizard.method import compiles
from wizard.programs.processes import ProgramTimeout, ask
from wizard.proof import extension, linkage, wheel_metadata
from wizard.proof.extension import ExtensionInfo
from wizard.proof.verify import Mark
from wizard.versions import at_least, key, python_label
from wizard.wording import joined

FILE = "manifest.json"
SCHEMA = 1
"""The version of the manifest's JSON format."""
_TAGS = re.compile(r"[\w.]+-[\w.]+-[\w.]+", re.ASCII)
"""The tags in a wheel's name: interpreters, ABIs and platforms."""
MAX_BYTES = 4 * 1024 * 1024
"""Bytes. A manifest has some hundred bytes for each wheel."""
INSTALLABLE = (".whl", ".egg", ".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
"""The ends of the names of files that pip or uv would install from a folder."""
_PLAIN_NAME = re.compile(r"\w[\w.+!-]*\.whl", re.ASCII)
"""The name of a wheel's file, with the letters that packages and versions may have."""
EXTENSIONS = (".so", ".pyd", ".dylib")
SYSTEM_LIBRARIES = re.compile(
    r"lib(c|m|dl|rt|pthread|util|nsl|resolv|gcc_s|stdc\+\+)\.so(\.\d+)*"
    r"|ld-linux[-\w]*\.so(\.\d+)*|lib(c|gcc_s)\.musl[-\w]*\.so(\.\d+)*",
    re.ASCII,
)
"""Libraries that every Linux has (PEP 599 and its successors, the policies of auditwheel)."""


@dataclass(frozen=True)
class Wheel:
    """One wheel. ``tags`` are those of its file name, ``size`` is in bytes.

    ``link`` is ``static`` or ``dynamic`` for the wheel of cryptography, else empty; ``openssl`` is
    the version of the OpenSSL inside, or of the headers that it was built with; ``libraries`` are
    the system libraries that it needs, except those that every system has. ``glibc`` is the oldest
    one with all symbols that it uses; empty if it uses none. ``rust`` is the compiler that built
    it, if the file states it. ``only_here`` is a sentence that explains why other machines cannot
    use the wheel; empty if they can. ``macos`` is the oldest macOS for which it was made. ``sets``
    are the targets of a kit that get this wheel (``linux-x86_64-3.12``).
    """

    file: str
    name: str
    version: str
    tags: str
    sha256: str
    size: int
    link: str = ""
    openssl: str = ""
    libraries: tuple[str, ...] = ()
    glibc: str = ""
    rust: str = ""
    only_here: str = ""
    macos: str = ""
    sets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Manifest:
    """What a wheelhouse contains, for which Pythons, and where it was made.

    ``method`` says whether cryptography was compiled (``source``) or downloaded (``wheel``);
    ``targets`` are the Pythons that tested it, such as ``cpython 3.11.7``. ``system``, ``machine``,
    ``python`` and ``pip`` are of the machine that made it; ``made`` is a UTC time.
    """

    schema: int
    release: str
    method: str
    targets: tuple[str, ...]
    wheels: tuple[Wheel, ...]
    system: str = ""
    machine: str = ""
    python: str = ""
    pip: str = ""
    wizard: str = ""
    made: str = ""


def write(order: action.WriteManifest) -> Manifest:
    """Copy the wheels of ``order`` to its folder, replacing those of an earlier manifest.

    The manifest is written last, so a folder with a manifest is complete. Raises WizardError if
    they contain no wheel of the release, and OSError if the folder cannot be written.
    """
    files = sorted(Path(order.wheels).glob("*.whl"))
    wheels = tuple(read(file) for file in files)
    if not any(w.name == "cryptography" and w.version == order.release for w in wheels):
        raise WizardError(
            f"{order.wheels} contains no wheel of cryptography {order.release}.",
            shown="\n".join(file.name for file in files),
            hints=("Read the log of the step that should have made it.",),
        )
    folder = Path(order.folder)
    folder.mkdir(parents=True, exist_ok=True)
    _remove_listed(folder)
    for file in files:
        shutil.copyfile(file, folder / file.name)
    manifest = Manifest(
        SCHEMA,
        order.release,
        order.method,
        order.targets,
        wheels,
        system=order.system,
        machine=order.machine,
        python=order.targets[0],
        pip=_pip(order.python),
        wizard=__version__,
        made=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    partial = folder / f"{FILE}.part"
    partial.write_text(codec.to_json(manifest) + "\n", encoding="utf-8")
    partial.replace(folder / FILE)
    return manifest


def _pip(python: str) -> str:
    """Return the version of that interpreter's pip; empty if it is not known."""
    try:
        fields = ask((*pip.module(python), "--version"), timeout=30).stdout.split()
    except (OSError, ProgramTimeout):
        return ""
    return fields[1] if len(fields) > 1 and fields[0] == "pip" else ""


def load(folder: Path) -> Manifest:
    """Read the manifest in ``folder``. Raises BadRequest if it is missing or damaged."""
    file = folder / FILE
    try:
        if not folder.is_dir():
            what = "is a file, not a folder" if folder.exists() else "does not exist"
            raise BadRequest(
                f"The wheelhouse {folder} {what}.",
                hints=("Name a folder that was made with --wheelhouse.",),
            )
        if not file.is_file():
            raise _no_manifest(folder)
    except OSError as error:
        raise BadRequest(f"{file} cannot be read.", shown=error.strerror or str(error)) from None
    with text_files.open_file(file, "a manifest") as stream:
        data = stream.read(MAX_BYTES + 1)
    try:
        text = text_files.decode(data, file, "a manifest", limit=MAX_BYTES)
        found = codec.from_json(Manifest, text, source=str(file), schema=SCHEMA)
    except BadRequest as error:
        raise _damaged(file, "\n".join(filter(None, (error.what, error.shown)))) from None
    strange = next((wheel.file for wheel in found.wheels if not _is_consistent(wheel)), "")
    # Some file systems make no difference between upper and lower case.
    if strange or len({wheel.file.casefold() for wheel in found.wheels}) != len(found.wheels):
        raise _damaged(file, f"It names {strange!r}." if strange else "It lists a file twice.")
    untagged = next((wheel for wheel in found.wheels if not _TAGS.fullmatch(wheel.tags)), None)
    if untagged is not None:
        raise _damaged(file, f"The tags of {untagged.file} are {untagged.tags[:60]!r}.")
    if not found.targets or any(len(target.split()) != 2 for target in found.targets):
        raise _damaged(file, f"Its targets are {', '.join(found.targets) or 'none'}.")
    if not any(wheel.name == "cryptography" for wheel in found.wheels):
        raise _damaged(file, "It lists no wheel of cryptography.")
    return found


def _is_consistent(wheel: Wheel) -> bool:
    """Return whether its file name is that of a wheel, in no other folder, and says the same."""
    if not _PLAIN_NAME.fullmatch(wheel.file) or not re.fullmatch(r"[0-9a-f]{64}", wheel.sha256):
        return False
    try:
        name, version, _build, _tags = parse_wheel_filename(wheel.file)
    except InvalidWheelFilename:
        return False
    said = (wheel.name, wheel.version, wheel.tags)
    return said == (canonicalize_name(name), str(version), _tags_of(wheel.file))


def _tags_of(name: str) -> str:
    return "-".join(name[: -len(".whl")].split("-")[-3:])


def compare(folder: Path, manifest: Manifest) -> None:
    """Raise BadRequest if a wheel is missing or differs, or if the manifest does not name a file
    that could be installed."""
    named = {wheel.file for wheel in manifest.wheels}
    try:
        unnamed = sorted(
            entry.name
            for entry in folder.iterdir()
            if entry.name not in named and entry.name.lower().endswith(INSTALLABLE)
        )
    except OSError as error:
        raise BadRequest(f"{folder} cannot be read.", shown=error.strerror or str(error)) from None
    if unnamed:
        raise BadRequest(
            f"The wheelhouse {folder} contains files that its manifest does not name.",
            shown="\n".join([*unnamed[:5], *(["…"] if len(unnamed) > 5 else [])]),
            why="Nobody has tested them, and they have no checksums.",
            hints=("Nothing was installed. Move them elsewhere, or make the wheelhouse again.",),
        )
    for wheel in manifest.wheels:
        file = folder / wheel.file
        try:
            if not file.is_file():
                raise _damaged_wheel(
                    folder, wheel, "The manifest lists it, but the file is missing."
                )
            found = checksums.of_file(file)
        except OSError as error:
            raise _damaged_wheel(folder, wheel, f"It cannot be read: {error.strerror}.") from None
        if found != wheel.sha256:
            shown = f"SHA-256 in the manifest: {wheel.sha256}\nSHA-256 of the file:     {found}"
            raise _damaged_wheel(
                folder, wheel, "The file was changed, or only partly copied.", shown
            )


def held(folder: Path, manifest: Manifest) -> tuple[HeldWheel, ...]:
    """Return what the metadata of the wheels say. Raises BadRequest if they cannot be read."""
    found = []
    for wheel in manifest.wheels:
        try:
            with zipfile.ZipFile(folder / wheel.file) as archive:
                text = wheel_metadata.text(archive)
        except wheel_metadata.UNREADABLE as error:
            raise _damaged_wheel(folder, wheel, "It cannot be read.", str(error)) from None
        found.append(
            HeldWheel(
                *(wheel.name, wheel.version, wheel.tags, wheel.sha256),
                wheel_metadata.requires_python(text),
                tuple(line for line in wheel_metadata.requires(text) if not _of_extra(line)),
                wheel.sets,
            )
        )
    return tuple(found)


def _of_extra(line: str) -> bool:
    """Return whether a requirement counts only if an extra is requested."""
    return re.search(r"\bextra\s*==", line.partition(";")[2]) is not None


def listing(manifest: Manifest) -> Listing:
    """Return the wheelhouse's wheels of cryptography in the form of an index listing."""
    releases: dict[str, list[Wheel]] = {}
    named = (target.split() for target in manifest.targets)
    pythons = tuple(python_label(*words, free=words[-1].endswith("t")) for words in named)
    for wheel in manifest.wheels:
        if wheel.name == "cryptography":
            releases.setdefault(wheel.version, []).append(wheel)
    return Listing(
        tuple(
            Listed(
                version,
                wheels=tuple(
                    _tags_with_system(wheel, compiled=compiles(manifest.method)) for wheel in wheels
                ),
                link=_common_link(wheels),
                pythons=pythons,
            )
            for version, wheels in sorted(releases.items(), key=lambda i: key(i[0]), reverse=True)
        )
    )


def sentences(manifest: Manifest) -> tuple[tuple[Mark, str], ...]:
    """Describe a wheelhouse in plain English, one (mark, sentence) per line."""
    cryptography_wheels = [wheel for wheel in manifest.wheels if wheel.name == "cryptography"]
    size = sum(wheel.size for wheel in manifest.wheels) / 1e6
    pythons = [name.replace("cpython ", "Python ") for name in manifest.targets]
    who = "Each of them" if len(pythons) > 1 else "This Python"
    lines: list[tuple[Mark, str]] = [
        ("ok", f"cryptography {manifest.release} for {joined(pythons)}."),
        ("ok", f"{who} installed it from these wheels only, and it works."),
        ("ok", f"{len(manifest.wheels)} wheels, {size:.1f} MB, with checksums."),
    ]
    openssl = (
        joined(dict.fromkeys(w.openssl for w in cryptography_wheels if w.openssl)) or "OpenSSL"
    )
    links = {wheel.link for wheel in cryptography_wheels}
    if links == {"static"}:
        lines.append(("ok", f"{openssl} is inside (static)."))
    elif links == {"dynamic"}:
        names = joined(dict.fromkeys(name for w in cryptography_wheels for name in w.libraries))
        lines.append(("ok", f"It uses the OpenSSL of the system ({names}), built with {openssl}."))
    glibc = max((wheel.glibc for wheel in manifest.wheels), key=key, default="")
    if glibc:
        lines.append(("ok", f"It needs Linux on {manifest.machine} with glibc {glibc} or newer."))
    macos = max((wheel.macos for wheel in manifest.wheels), key=key, default="")
    if macos:
        lines.append(("ok", f"It needs macOS {macos} or newer on {manifest.machine}."))
    notes = [wheel for wheel in manifest.wheels if wheel.only_here]
    return (*lines, *(("warning", f"{wheel.file}: {wheel.only_here}") for wheel in notes))


def _tags_with_system(wheel: Wheel, *, compiled: bool) -> str:
    """Return the tags, with what the files need: the glibc of a ``linux`` wheel, the macOS.

    The names of upstream's wheels are upstream's promise: 10.9 in 46.0.3, whose file states 10.13.
    """
    interpreters, abis, platforms = wheel.tags.split("-")
    if platforms.startswith("linux_"):
        machine = platforms[len("linux_") :]
        if wheel.glibc:
            platforms = f"manylinux_{wheel.glibc.replace('.', '_')}_{machine}"
    if wheel.macos and compiled:
        platforms = ".".join(_for_macos(name, wheel.macos) for name in platforms.split("."))
    return f"{interpreters}-{abis}-{platforms}"


def _for_macos(platform: str, oldest: str) -> str:
    """Return the platform of a tag, which states at least the macOS ``oldest``."""
    match = re.fullmatch(r"macosx_(\d+)_(\d+)_(\w+)", platform)
    if not match or at_least(f"{match[1]}.{match[2]}", oldest):
        return platform
    major, minor = oldest.split(".")
    # Since macOS 11, only names with 0 as second number are accepted (pypa/packaging#435).
    return f"macosx_{major}_{minor if int(major) < 11 else 0}_{match[3]}"


def _common_link(wheels: Iterable[Wheel]) -> str:
    links = {wheel.link for wheel in wheels}
    return links.pop() if len(links) == 1 else ""


def read(file: Path) -> Wheel:
    """Read one wheel. Raises WizardError if it is not a wheel."""
    try:
        name, version, _build, _tags = parse_wheel_filename(file.name)
        wheel = Wheel(
            file.name,
            canonicalize_name(name),
            str(version),
            _tags_of(file.name),
            checksums.of_file(file),
            file.stat().st_size,
        )
        with zipfile.ZipFile(file) as archive, tempfile.TemporaryDirectory() as folder:
            parts = [
                extension.read_extension(_extract(archive, member, Path(folder)))
                for member in archive.namelist()
                if member.endswith(EXTENSIONS)
            ]
    except (InvalidWheelFilename, zipfile.BadZipFile, EOFError) as error:
        raise WizardError(f"{file} is not a wheel.", shown=str(error)) from None
    except wheel_metadata.UNREADABLE as error:
        raise WizardError(f"{file} is damaged, or cannot be read.", shown=str(error)) from None
    folders = tuple(dict.fromkeys(folder for part in parts for folder in part.folders))
    return _with_restriction(_with_extensions(wheel, parts), folders) if parts else wheel


def _with_extensions(wheel: Wheel, parts: list[ExtensionInfo]) -> Wheel:
    needed = dict.fromkeys(name for part in parts for name in part.needed)
    wheel = replace(
        wheel,
        libraries=tuple(name for name in needed if not SYSTEM_LIBRARIES.fullmatch(Path(name).name)),
        glibc=max((part.glibc for part in parts), key=key, default=""),
        rust=next((part.rust for part in parts if part.rust), ""),
        macos=max((part.macos for part in parts), key=key, default=""),
    )
    if wheel.name != "cryptography":
        return wheel
    combined = linkage.combine([part.linkage for part in parts])
    openssl = next((part.openssl for part in parts if part.linkage.kind == combined.kind), "")
    return replace(wheel, link="" if combined.kind == "unknown" else combined.kind, openssl=openssl)


def _with_restriction(wheel: Wheel, folders: tuple[str, ...]) -> Wheel:
    """Return the wheel. If its tag is ``linux``, ``only_here`` says why it works only there.

    ``folders`` are its run path.
    """
    if not wheel.tags.rpartition("-")[2].startswith("linux_"):
        return wheel
    reasons = []
    if wheel.link == "dynamic":
        names = joined(Path(name).name for name in wheel.libraries) or "OpenSSL"
        folder_names = " or ".join(folder for folder in folders if folder.startswith("/"))
        where = f"the OpenSSL in {folder_names}" if folder_names else "that system's OpenSSL"
        reasons.append(f"it uses {where} ({names})")
    elif wheel.libraries:
        reasons.append(f"it uses libraries of that system ({', '.join(wheel.libraries)})")
    if wheel.glibc:
        reasons.append(f"it needs glibc {wheel.glibc} or newer")
    because = joined(reasons) or "it is unknown whether other systems have its libraries"
    return replace(
        wheel,
        only_here="It installs only on systems like the one where it was built, because "
        f"{because}: the tag “linux” in its name means this, in contrast to “manylinux”.",
    )


def _extract(archive: zipfile.ZipFile, member: str, folder: Path) -> str:
    """Extract an extension file from its wheel into ``folder``, and return its path."""
    handle, path = tempfile.mkstemp(suffix=Path(member).suffix, dir=folder)
    with archive.open(member) as source, os.fdopen(handle, "wb") as target:
        shutil.copyfileobj(source, target)
    return path


def _remove_listed(folder: Path) -> None:
    """Remove the files of an earlier manifest.

    The manifest is removed first, because a folder without it counts as incomplete.
    """
    if not (folder / FILE).is_file():
        return
    names = [wheel.file for wheel in load(folder).wheels]
    (folder / FILE).unlink()
    for name in names:
        (folder / name).unlink(missing_ok=True)


def _no_manifest(folder: Path) -> BadRequest:
    wheels = any(folder.glob("*.whl"))
    return BadRequest(
        f"{folder} has no {FILE}, so it is not a wheelhouse of this wizard."
        if wheels or any(folder.iterdir())
        else f"The folder {folder} is empty.",
        why="Without it, the wizard cannot check whether the wheels are complete."
        if wheels
        else "",
        hints=(
            f"Make one on a machine with a network: {invocation.command()} --yes --wheelhouse "
            f"{folder}",
        ),
    )


def _damaged(file: Path, shown: str) -> BadRequest:
    return BadRequest(
        f"{file} is damaged.",
        shown=shown,
        hints=("Copy the wheelhouse again, or make it again with --wheelhouse.",),
    )


def _damaged_wheel(folder: Path, wheel: Wheel, why: str, shown: str = "") -> BadRequest:
    return BadRequest(
        f"The wheelhouse {folder} is damaged: {wheel.file}.",
        shown=shown,
        why=why,
        hints=(
            "Nothing was installed. Copy the wheelhouse again, or make it again with --wheelhouse.",
        ),
    )
