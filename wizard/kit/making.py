"""Make a kit, or bring one up to date: download what is missing, and write its manifest last.

Downloads go into a separate folder of the kit. Until all of them are there, an existing kit stays
as it is. After that, it has no manifest until it is whole again.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from backends import action
from wizard import __version__, checksums, codec, text_files
from wizard.errors import BadRequest, Impossible, WizardError
from wizard.kit import page
from wizard.kit.resolving import Wheel
from wizard.kit.selection import ALWAYS, Chosen, Selection
from wizard.proof import kit_manifest, manifest
from wizard.proof.kit_manifest import LISTS, STAGING, START, WHEELS, WIZARD, File, Kit
from wizard.running import download, transfer
from wizard.wording import amount

AT_ONCE = 4
"""Downloads at the same time."""
SECONDS_FOR_ONE = 3600.0
"""The time limit of one download. One that stalls fails much sooner."""
OWNED = f"{STAGING}/owned.txt"
"""The paths that belong to a kit while it has no manifest, one a line."""
MOST_OWNED = 4 * 1024 * 1024
"""Bytes of that list."""
RESERVE = 16 * 1024 * 1024
"""Bytes that stay free: a file system needs some for each file."""


@dataclass(frozen=True)
class Contents:
    """What a kit will contain, and what of it is there.

    ``present`` are wheels that are there with the right checksum, with their paths. ``texts`` are
    the files that are written, by path. ``wizard`` is the file of the wizard to copy, or None: the
    one that is there stays.
    """

    folder: Path
    selection: Selection
    present: dict[str, Path]
    texts: dict[str, bytes]
    wizard: Path | None

    @property
    def wanted(self) -> tuple[Wheel, ...]:
        """The wheels to download."""
        return tuple(w for w in self.selection.wheels if w.file not in self.present)


@dataclass(frozen=True)
class Progress:
    """How far the downloads are. ``whole`` is 0 if the index does not state all sizes."""

    files: int
    of_files: int
    bytes: int
    whole: int


def check_folder(folder: Path) -> None:
    """Raise BadRequest unless the folder is a kit, an unfinished one, or empty, or can be made."""
    try:
        anchor = next(parent for parent in (folder, *folder.parents) if os.path.lexists(parent))
        if not anchor.is_dir():
            raise BadRequest(f"{anchor} is a file, not a folder.", hints=("Name another folder.",))
        if not os.access(anchor, os.W_OK | os.X_OK):
            raise BadRequest(
                f"{folder} cannot be written.",
                shown=f"{anchor}: permission denied, or the disk is read-only",
                hints=("Name a folder that you may write to.",),
            )
        names = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    except OSError as error:
        raise BadRequest(f"{folder} cannot be used.", shown=error.strerror or str(error)) from None
    if not names - {name for name in names if kit_manifest.is_litter(name)}:
        return
    if kit_manifest.is_kit(folder) or STAGING in names:
        strange = kit_manifest.unnamed(folder, owned(folder))
        hint = "Move them elsewhere."
    else:
        strange = sorted(name for name in names if not kit_manifest.is_litter(name))
        hint = "Name an empty folder, or one that does not exist yet."
    if strange:
        raise BadRequest(
            f"{folder} contains files that do not belong to a kit. Nothing was changed.",
            shown="\n".join(strange[: kit_manifest.SHOWN]),
            hints=(hint,),
        )


def owned(folder: Path) -> set[str]:
    """Return the paths that belong to the kit in a folder: only these are ever removed.

    An unfinished kit has no manifest; while one is put together, a list takes its place.
    """
    found = set()
    if kit_manifest.is_kit(folder):
        found = {file.path for file in kit_manifest.load(folder).files}
    if (folder / OWNED).is_file():
        text = text_files.read_regular(folder / OWNED, "the list of a kit", limit=MOST_OWNED)
        found.update(text.splitlines())
    return found


def contents(folder: Path, selection: Selection, wizard: Path | None) -> Contents:
    """Return what a kit in ``folder`` will contain. Reads the wheels that are there.

    Raises Impossible if the index does not state the checksum of a wheel.
    """
    wheels = tuple(map(_with_checksum, selection.wheels))
    by_name = {wheel.file: wheel for wheel in wheels}
    chosen = tuple(
        replace(each, wheels=tuple(by_name[wheel.file] for wheel in each.wheels))
        for each in selection.chosen
    )
    selection = replace(selection, chosen=chosen)
    present = {}
    for wheel in wheels:
        for place in (folder / WHEELS / wheel.file, folder / STAGING / wheel.file):
            if place.is_file() and checksums.of_file(place) == wheel.sha256:
                present[wheel.file] = place
                break
    has_wizard = wizard is not None or (folder / WIZARD).is_file()
    texts = {_list_path(each): _list(each).encode() for each in chosen}
    texts[START] = page.start(selection, has_wizard=has_wizard).encode()
    texts.update(page.starters() if has_wizard else {})
    return Contents(folder, selection, present, texts, wizard)


def _with_checksum(wheel: Wheel) -> Wheel:
    """Return a wheel with its checksum. A page without one is accepted only of a local folder."""
    if problem := kit_manifest.unportable(f"{WHEELS}/{wheel.file}"):
        raise Impossible(f"{wheel.file} cannot be in a kit: {problem}.")
    if wheel.sha256:
        return wheel
    if wheel.address.lower().startswith("file:"):
        place = transfer.local_path(wheel.address.partition("#")[0])
        return replace(wheel, sha256=checksums.of_file(place), size=place.stat().st_size)
    raise Impossible(
        f"The index does not state the checksum of {wheel.file}.",
        why="Without it, nobody would notice a damaged download.",
        hints=("Use another index: pip config set global.index-url ADDRESS",),
    )


def is_up_to_date(found: Contents, kit: Kit) -> bool:
    """Return whether a kit already is what it should be: then nothing needs to be written."""
    if found.wanted or any(STAGING in place.parts for place in found.present.values()):
        return False
    sums = {file.path: file.sha256 for file in kit.files}
    house = f"{WHEELS}/{manifest.FILE}"
    wanted = {f"{WHEELS}/{wheel.file}": wheel.sha256 for wheel in found.selection.wheels}
    wanted.update((path, checksums.of_bytes(text)) for path, text in found.texts.items())
    if found.wizard is not None:
        wanted[WIZARD] = checksums.of_file(found.wizard)
    elif WIZARD in sums:
        wanted[WIZARD] = sums[WIZARD]
    if wanted != {path: found_sum for path, found_sum in sums.items() if path != house}:
        return False
    return next(kit_manifest.differences(found.folder, kit), None) is None


def check_space(found: Contents) -> None:
    """Raise Impossible if the disk has too little space for the downloads."""
    folder = found.folder
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    needed = sum(wheel.size for wheel in found.wanted) + RESERVE
    if found.wizard is not None:
        needed += found.wizard.stat().st_size
    if free < needed:
        raise Impossible(
            f"The disk of {folder} has too little space: {amount(free)} are free, and "
            f"{amount(needed)} are needed.",
            hints=("Free some space, or name a folder on another disk.", "Nothing was changed."),
        )


def carry_out(
    found: Contents, report: Callable[[Progress], None], say: Callable[[str], None]
) -> Kit:
    """Download and write everything, and return the manifest.

    ``report`` gets the progress, from several threads but never two at once; ``say`` gets why a
    download is tried again. Raises WizardError if a download fails, KeyboardInterrupt as usual, and
    OSError if the folder cannot be written.
    """
    staging = found.folder / STAGING
    staging.mkdir(parents=True, exist_ok=True)
    _fetch_all(found.wanted, staging, report, say)
    return _put_together(found)


def _fetch_all(
    wheels: Sequence[Wheel],
    staging: Path,
    report: Callable[[Progress], None],
    say: Callable[[str], None],
) -> None:
    cancel, lock = threading.Event(), threading.Lock()
    arrived: dict[str, int] = {}
    complete: set[str] = set()
    whole = 0 if any(not wheel.size for wheel in wheels) else sum(w.size for w in wheels)

    def fetch(wheel: Wheel) -> None:
        def note(so_far: download.Amount) -> None:
            with lock:
                arrived[wheel.file] = so_far.done
                report(Progress(len(complete), len(wheels), sum(arrived.values()), whole))

        order = action.Download(
            wheel.address.partition("#")[0],
            str(staging / wheel.file),
            sha256=wheel.sha256,
            timeout=SECONDS_FOR_ONE,
        )
        download.fetch(order, note, cancel, lambda why, _seconds: say(f"{wheel.file}: {why}"))
        with lock:
            complete.add(wheel.file)
            report(Progress(len(complete), len(wheels), sum(arrived.values()), whole))

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="kit") as pool:
        pending = {pool.submit(fetch, wheel) for wheel in wheels}
        try:
            _await(pending)
        except BaseException:
            cancel.set()
            for each in pending:
                each.cancel()
            raise


def _await(pending: Iterable[Future[None]]) -> None:
    """Wait until all are done. Raises the first error at once."""
    left = set(pending)
    while left:
        done, left = wait(left, timeout=0.5)  # short, so that Ctrl-C is noticed on Windows
        for each in done:
            each.result()


def _put_together(found: Contents) -> Kit:
    """Move the downloads to their place, remove what is not needed any more, write the rest."""
    folder = found.folder
    kept = {f"{WHEELS}/{wheel.file}" for wheel in found.selection.wheels}
    kept |= {*found.texts, f"{WHEELS}/{manifest.FILE}", WIZARD}
    before = owned(folder)
    _write(folder / OWNED, "\n".join(sorted(before | kept)).encode())
    (folder / kit_manifest.FILE).unlink(missing_ok=True)  # from here on, the kit is unfinished
    (folder / WHEELS).mkdir(exist_ok=True)
    (folder / LISTS).mkdir(exist_ok=True)
    for wheel in found.selection.wheels:
        staged = folder / STAGING / wheel.file
        if found.present.get(wheel.file, staged) == staged:
            staged.replace(folder / WHEELS / wheel.file)
    if found.wizard is not None and found.wizard.resolve() != (folder / WIZARD).resolve():
        _copy(found.wizard, folder / WIZARD)
    for path in before - kept:
        if path.partition("/")[0] in (WHEELS, LISTS) and not kit_manifest.unportable(path):
            (folder / path).unlink(missing_ok=True)
    for path, text in found.texts.items():
        _write(folder / path, text)
        if path in page.STARTERS:
            download.set_mode(folder / path, 0o755)
    house = _wheelhouse(found)
    _write(folder / WHEELS / manifest.FILE, f"{codec.to_json(house)}\n".encode())
    paths = [path for path in kept if path != WIZARD or (folder / WIZARD).is_file()]
    if clash := kit_manifest.clashes(sorted(paths)):
        raise WizardError(f"Two files would be the same on some disks: {clash}")
    kit = Kit(
        kit_manifest.SCHEMA,
        kit_manifest.KIND,
        found.selection.newest,
        found.selection.order,
        tuple(map(_target, found.selection.chosen)),
        tuple(
            kit_manifest.Absent(each.target.name, each.target.title, each.why)
            for each in found.selection.missing
        ),
        tuple(_file(folder, path) for path in sorted(paths)),
        wizard=__version__,
        made=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    _write(folder / kit_manifest.FILE, f"{codec.to_json(kit)}\n".encode())
    shutil.rmtree(folder / STAGING)
    return kit


def _wheelhouse(found: Contents) -> manifest.Manifest:
    """Return the manifest of the folder of wheels, from which laptops install."""
    folder = found.folder / WHEELS
    order = found.selection.order
    sets: dict[str, list[str]] = {}
    for chosen in found.selection.chosen:
        for wheel in chosen.wheels:
            sets.setdefault(wheel.file, []).append(chosen.target.name)
    return manifest.Manifest(
        manifest.SCHEMA,
        found.selection.newest,
        "wheel",
        tuple(f"cpython {python}" for python in order.pythons),
        tuple(
            replace(manifest.read(folder / wheel.file), sets=tuple(sets[wheel.file]))
            for wheel in found.selection.wheels
        ),
        wizard=__version__,
    )


def _target(chosen: Chosen) -> kit_manifest.KitTarget:
    target = chosen.target
    return kit_manifest.KitTarget(
        target.name,
        target.title,
        target.platform.name,
        target.python,
        chosen.release,
        _list_path(chosen),
        tuple(wheel.file for wheel in chosen.wheels),
        oldest=chosen.oldest,
        caveat=chosen.caveat,
    )


def _list_path(chosen: Chosen) -> str:
    return f"{LISTS}/{chosen.target.name}.txt"


def _list(chosen: Chosen) -> str:
    """Return the list of a target for ``pip install --require-hashes``; pip itself is left out."""
    lines = [f"# {chosen.target.title}: cryptography {chosen.release}\n"]
    lines += [
        f"{wheel.name}=={wheel.version} \\\n    --hash=sha256:{wheel.sha256}\n"
        for wheel in chosen.wheels
        if wheel.name not in ALWAYS
    ]
    return "".join(lines)


def _file(folder: Path, path: str) -> File:
    place = folder / path
    return File(path, checksums.of_file(place), place.stat().st_size)


def _copy(source: Path, target: Path) -> None:
    partial = target.with_name(f"{target.name}.part")
    shutil.copyfile(source, partial)
    partial.replace(target)


def _write(target: Path, data: bytes) -> None:
    """Write a file at once or not at all, also if a stick is removed."""
    partial = target.with_name(f"{target.name}.part")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)
