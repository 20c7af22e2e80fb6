"""Hostile names, links, archives and programs: words stay words, and nothing foreign runs."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Callable

import pytest

from backends.action import Command, Unpack
from tests.faults.attempts import attempt, proved, recovers, refused, wheelhouse
from tests.faults.calls import call
from tests.faults.kind import Case, Kind, Setting, Wrong
from tests.faults.place import Place
from tests.machines import machine, names
from tests.wizard.export.test_powershell import steps_of
from wizard import codec, unfinished
from wizard.errors import WizardError
from wizard.export.commands import command_text
from wizard.export.formats import to_powershell, to_shell
from wizard.plan import Plan, Step
from wizard.running.unpack import unpack

SPECIAL = (
    *(
        " ",
        ";",
        "&",
        "|",
        "$",
        "`",
        "'",
        '"',
        "\\",
        "(",
        ")",
        "{",
        "}",
        "<",
        ">",
        "*",
        "?",
        "[",
        "]",
    ),
    *("~", "#", "!", "=", "%", "^", "-", "--", "$(touch PWNED)", "`touch PWNED`", "${HOME}", "$$"),
    *(
        "\u2019",
        "\u201c",
        "\u00a0",
        "😀",
        "é",
        "日本",
        "\\n",
        "\\x41",
        "%PATH%",
        "!!",
        "@{x}",
        "a",
        "Z9",
    ),
)
"""What a shell, PowerShell, make, printf or a terminal gives a meaning."""
SHELLS = [name for name in ("dash", "bash", "busybox") if shutil.which(name)] or ["sh"]
RECORDER = "import os,sys; open(sys.argv[1],'wb').write('\\0'.join(\
[os.environ.get('VALUE',''),*sys.argv[2:]]).encode('utf-8','surrogateescape'))"
CANARY = "the canary lives"


def _word(random: Random) -> str:
    return "".join(random.choice(SPECIAL) for _ in range(random.randrange(1, 9)))


def _words(setting: Setting, number: int, folder: Path) -> None:
    """Run a script and a line with odd words, and read those words of a script for PowerShell."""
    random = setting.random(number)
    words = [_word(random) for _ in range(random.randrange(1, 6))]
    value = _word(random)
    work = folder / "work"
    work.mkdir()
    seen = folder / "seen"
    command = Command((sys.executable, "-c", RECORDER, str(seen), *words), env=(("VALUE", value),))
    step = Step("odd", _word(random), _word(random), command)
    plan = Plan("50.0.2", "wheel", "static", "/e/bin/python", "/e", True, (step,))
    plan = replace(plan, notes=(_word(random),))
    wanted = "\0".join([value, *words])
    shell = random.choice(SHELLS)
    for text in (to_shell(plan), command_text(command)):
        seen.unlink(missing_ok=True)
        script = folder / "script.sh"
        script.write_text(text, encoding="utf-8")
        program = [shell, "sh"] if shell == "busybox" else [shell]
        done = subprocess.run(
            [*program, str(script)], cwd=work, capture_output=True, timeout=20, check=False
        )
        if not seen.exists() or seen.read_bytes().decode() != wanted:
            raise Wrong(f"{shell}: {wanted!r} is not what came of {text}: {done.stderr!r}")
    if any(work.iterdir()):
        raise Wrong(f"it made {sorted(work.iterdir())}")
    _read_by_powershell(plan, words)


def _read_by_powershell(plan: Plan, words: list[str]) -> None:
    try:
        script = to_powershell(replace(plan, system="windows"))
    except WizardError:
        return  # Windows PowerShell cannot pass such a word on, and the export refuses it
    found = steps_of(script)[0]["Run"]
    if found[-len(words) :] != words:
        raise Wrong(f"PowerShell would read {found}, not {words}")


def word_cases(setting: Setting) -> Iterator[Case]:
    """Yield commands with odd words."""
    for number in range(1, setting.count + 1):
        yield Case(str(number), partial(_words, setting, number))


def _export(setting: Setting, number: int, folder: Path) -> None:
    """Plan for a machine with an odd name of the environment, in every format."""
    random = setting.random(number)
    where = folder / "machine.json"
    facts = machine(random.choice([n for n in names() if not n.startswith("windows")]))
    where.write_text(codec.to_json(facts), encoding="utf-8")
    name = f"/srv/{_word(random).replace('/', '')}"
    argv = ["plan", "--facts", str(where), "--venv", name, "--format"]
    for form in ("sh", "dockerfile", "powershell", "json", "text"):
        answer = call([*argv, form])
        if "bug" in answer.err:
            raise Wrong(answer.err)
        if form == "sh" and answer.code == 0:
            script = folder / "plan.sh"
            script.write_text(answer.out, encoding="utf-8")
            done = subprocess.run(["sh", "-n", str(script)], capture_output=True, check=False)
            if done.returncode:
                raise Wrong(f"{name!r}: {done.stderr!r}")
        if form == "dockerfile" and answer.code == 0:
            _check_dockerfile(answer.out, name)


def _check_dockerfile(text: str, name: str) -> None:
    """Raise Wrong if an odd name begins another instruction."""
    joined = text.replace("\\\n", " ")
    for line in joined.splitlines():
        first = line.split(" ", 1)[0]
        if first and not first.startswith("#") and first not in INSTRUCTIONS:
            raise Wrong(f"{name!r} makes the line {line!r}")


INSTRUCTIONS = ("FROM", "RUN", "ENV", "ARG", "COPY", "WORKDIR", "SHELL", "USER", "LABEL", "CMD")


def export_cases(setting: Setting) -> Iterator[Case]:
    """Yield plans with odd names."""
    for number in range(1, setting.count + 1):
        yield Case(str(number), partial(_export, setting, number))


# Real runs in folders with odd names

NAMES: tuple[bytes, ...] = (
    b"with space",
    b"quote's",
    b'double"quote',
    b"$(touch PWNED)",
    b"`touch PWNED`",
    b"semi;touch PWNED",
    b"new\nline",
    b"tab\there",
    b"-leading",
    b"--venv",
    b"back\\slash",
    b"star*?[x]",
    b"percent%s%n",
    b"colon:colon",
    b"hash#",
    b"equals=",
    "emoji😀日本".encode(),
    b"not-utf8-\xff\xfe",
    b"escape\x1b[31m",
    b"[bold]markup",
)


def _odd_folder(name: bytes, house: Path, folder: Path) -> None:
    place = Place(folder / "place")
    work = os.fsencode(place.work) + b"/" + name
    os.mkdir(work)  # noqa: PTH102 - a name that is not text
    done = attempt(place, "--yes", "--from-wheelhouse", str(house), folder=work)
    if done.code == 0:
        proved(done)
    else:
        refused(done, 3, "not valid UTF-8" if b"\xff" in name else "")
    made = {each for where in (work, os.fsencode(place.work)) for each in os.listdir(where)}  # noqa: PTH208
    strange = made - {b"cryptography-env", name, b".cache"}
    if strange or "\x1b" in done.said:
        raise Wrong(f"{strange}: {done.said!r}")
    for command in (("runs",), ("report", "--yes", "--output", "r.zip"), ("undo", "--yes")):
        after = attempt(place, *command, folder=work)
        if after.code and done.code == 0:
            raise Wrong(f"{command}: {after.said}")


def name_cases(setting: Setting) -> Iterator[Case]:
    """Yield each odd name of a folder."""
    house = wheelhouse(setting.folder)
    for name in NAMES[: setting.count]:
        yield Case(ascii(name), partial(_odd_folder, name, house))


# Links to a canary, and programs in the current folder


def _canary(folder: Path) -> Path:
    canary = folder / "canary"
    canary.mkdir()
    (canary / "file").write_text(CANARY, encoding="utf-8")
    (canary / unfinished.FILE).write_text(unfinished.TEXT, encoding="utf-8")
    canary.chmod(0o755)
    return canary


def _alive(canary: Path) -> None:
    here = {entry.name for entry in canary.iterdir()}
    kept = here == {"file", unfinished.FILE}
    if not kept or (canary / "file").read_text(encoding="utf-8") != CANARY:
        raise Wrong(f"the canary: {here}")
    if canary.stat().st_mode & 0o777 != 0o755:
        raise Wrong(f"the canary has other permissions: {canary.stat().st_mode:o}")


def _link_in_temporary(place: Place, canary: Path, house: Path) -> None:
    (place.folder / "tmp" / "cryptography-wizard-evil").symlink_to(canary)
    inside = place.folder / "tmp" / "cryptography-wizard-half"
    inside.mkdir()
    unfinished.mark(inside).close()
    (inside / "link").symlink_to(canary)
    proved(attempt(place, "--yes", "--from-wheelhouse", str(house)))


def _link_in_cache(place: Place, canary: Path, house: Path) -> None:
    for part in ("openssl/3.5.4-static-x", "openssl/build/x", "openssl/src", "rust", "locks"):
        link = place.wizard.cache / part
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.symlink_to(canary)
    proved(attempt(place, "--yes", "--from-wheelhouse", str(house)))
    for command in (("cache",), ("cache", "clear", "--yes"), ("cache", "clear")):
        attempt(place, *command)


def _link_in_state(place: Place, canary: Path, house: Path) -> None:
    runs = place.wizard.state / "runs"
    (runs / "20260101T000000Z-1").parent.mkdir(parents=True)
    (runs / "20260101T000000Z-1").symlink_to(canary)
    half = runs / "20260101T000000Z-2"
    half.mkdir()
    (half / "journal.jsonl").symlink_to(canary / "file")
    (half / "logs").symlink_to(canary)
    proved(attempt(place, "--yes", "--from-wheelhouse", str(house)))
    attempt(place, "runs")
    for name in ("20260101T000000Z-1", "20260101T000000Z-2"):
        for command in ("resume", "undo"):
            attempt(place, command, name, "--yes")


def _environment_becomes_a_link(place: Place, canary: Path, house: Path) -> None:
    proved(attempt(place, "--yes", "--from-wheelhouse", str(house)))
    shutil.rmtree(place.work / "cryptography-env")
    (place.work / "cryptography-env").symlink_to(canary)
    attempt(place, "undo", "--yes")
    _alive(canary)
    (place.work / "cryptography-env").unlink()
    recovers(place, "--from-wheelhouse", str(house))


def _environment_is_a_link(place: Place, canary: Path, house: Path) -> None:
    (place.work / "cryptography-env").symlink_to(canary / "nothing")
    proved(attempt(place, "--yes", "--from-wheelhouse", str(house)))
    done = attempt(place, "--yes", "--venv", "cryptography-env", "--from-wheelhouse", str(house))
    refused(done, 2, "is a link to a folder that does not exist")


LINKS: dict[str, Callable[[Place, Path, Path], None]] = {
    "in the temporary folder": _link_in_temporary,
    "in the cache": _link_in_cache,
    "in the state": _link_in_state,
    "in the place of the environment, before undo": _environment_becomes_a_link,
    "in the place of the environment, to nothing": _environment_is_a_link,
}


def _linked(name: str, house: Path, folder: Path) -> None:
    canary = _canary(folder)
    LINKS[name](Place(folder / "place"), canary, house)
    _alive(canary)


def link_cases(setting: Setting) -> Iterator[Case]:
    """Yield each place of a link."""
    house = wheelhouse(setting.folder)
    for name in list(LINKS)[: setting.count]:
        yield Case(name, partial(_linked, name, house))


PATHS = (
    "{usual}",
    ":{usual}",
    ".:{usual}",
    "{usual}:",
    "bin:{usual}",
    "./bin:{usual}",
    "../work:{usual}",
)
PROGRAMS = (
    *("sudo", "doas", "apt-get", "dpkg-query", "python3", "python", "pip", "uv", "rustc", "cargo"),
    *("cc", "gcc", "git", "openssl", "ldd", "sh", "env", "lsb_release", "pipx", "conda", "stty"),
)
MODULES = (
    *("pip", "venv", "random", "ssl", "json", "cryptography", "wizard", "screens", "ensurepip"),
    *("sitecustomize", "usercustomize", "textual", "platform", "site"),
)


def _foreign(path: str, house: Path, folder: Path) -> None:
    """The current folder is full of programs and modules with well-known names."""
    place = Place(folder / "place")
    mark = folder / "ran"
    for where in (place.work, place.work / "bin"):
        where.mkdir(exist_ok=True)
        for name in PROGRAMS:
            program = where / name
            program.write_text(f"#!/bin/sh\necho {name} >> '{mark}'\nexit 1\n", encoding="utf-8")
            program.chmod(0o755)
    code = f"open({str(mark)!r}, 'a').write(__file__)\nraise SystemExit('foreign')\n"
    for name in MODULES:
        (place.work / f"{name}.py").write_text(code, encoding="utf-8")
    (place.work / "venv").mkdir()
    (place.work / "venv" / "__main__.py").write_text(code, encoding="utf-8")
    more = {"PATH": path.format(usual=place.variables["PATH"])}
    for words in (
        ("--yes", "--from-wheelhouse", str(house)),
        ("doctor",),
        ("plan", "--method", "source"),
        ("verify",),
        ("report", "--yes", "--output", "report.zip"),
        ("undo", "--yes"),
    ):
        done = attempt(place, *words, more=more)
        if words[0] == "--yes":
            proved(done)
    if mark.exists():
        raise Wrong(f"PATH={path}: it ran {mark.read_text(encoding='utf-8')}")


def path_cases(setting: Setting) -> Iterator[Case]:
    """Yield each kind of PATH that leads to the current folder, and the usual one."""
    house = wheelhouse(setting.folder)
    for path in PATHS[: setting.count]:
        yield Case(path, partial(_foreign, path, house))


# Archives

MEMBERS = (
    *("../out", "/{canary}/out", "a/../../out", "top/../../out", "top/./x", "./top/x", "top//x"),
    *(
        "top/link/out",
        "top/\x1b[31m",
        "top/-rf",
        "top/a\nb",
        "top/" + "d/" * 60,
        "top/" + "n" * 300,
    ),
    *("top", "top/", "..", ".", "/", "", "C:\\out", "top\\..\\..\\out", "other/x", "top/configure"),
)
KINDS_OF_MEMBERS = (
    *(tarfile.REGTYPE, tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE),
    *(tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.CONTTYPE, tarfile.GNUTYPE_SPARSE),
)


def _archive(setting: Setting, number: int, folder: Path) -> None:
    """Unpack an archive with members and links that lead elsewhere."""
    random = setting.random(number)
    canary = _canary(folder)
    archive = folder / "openssl.tar.gz"
    with tarfile.open(archive, random.choice(("w:gz", "w", "w:xz", "w:bz2"))) as tar:
        for name in ("top/a", *(random.choice(MEMBERS) for _ in range(random.randrange(1, 6)))):
            member = tarfile.TarInfo(name.format(canary=canary))
            member.type = random.choice(KINDS_OF_MEMBERS) if name != "top/a" else tarfile.REGTYPE
            member.linkname = random.choice(
                ("..", "../..", str(canary), str(canary / "file"), "top/a", "a", "/etc/passwd", "")
            )
            member.mode = random.choice((0o644, 0o4755, 0o000, 0o777, 0o7777))
            member.size = 4 if member.isreg() else 0
            tar.addfile(member, io.BytesIO(b"evil") if member.isreg() else None)
    if random.random() < 0.3:
        raw = archive.read_bytes()
        archive.write_bytes(raw[: random.randrange(len(raw))])
    target = folder / "into" / "openssl"
    before = {path for path in folder.rglob("*") if target not in (path, *path.parents)}
    try:
        unpack(Unpack(str(archive), str(target)), threading.Event())
    except WizardError:
        if target.exists():
            raise Wrong("a rejected archive left its folder") from None
    after = {path for path in folder.rglob("*") if target not in (path, *path.parents)}
    strange = after - before - {target.parent}
    if strange or (folder.parent / "out").exists() or Path("/out").exists():
        raise Wrong(f"it made {strange}")
    _alive(canary)
    for path in target.rglob("*") if target.is_dir() else ():
        mode = path.lstat().st_mode
        usual = path.is_symlink() or ((path.is_file() or path.is_dir()) and not mode & 0o6000)
        if not usual or target.resolve() not in (path.resolve(), *path.resolve().parents):
            raise Wrong(f"{path}: {mode:o}")


def archive_cases(setting: Setting) -> Iterator[Case]:
    """Yield hostile archives."""
    if sys.platform == "win32":
        pytest.skip("links need rights on Windows")
    for number in range(1, setting.count + 1):
        yield Case(str(number), partial(_archive, setting, number))


KINDS = (
    Kind(
        "hostile-words",
        "Words with quotes, `$()` and `;`, in scripts and lines",
        "sh, dash, bash and PowerShell's grammar read exactly the same words; nothing else runs",
        word_cases,
        count=300,
        short=5,
        seconds=60,
    ),
    Kind(
        "hostile-exports",
        "Plans for environments with such names, in every format",
        "a valid script, no additional instruction in a Dockerfile, or a refusal",
        export_cases,
        count=100,
        short=3,
        seconds=60,
    ),
    Kind(
        "hostile-folders",
        "Installations in folders with odd names, down to ones that are not UTF-8",
        "proved, reported and undone, or refused before the start; no other file appears",
        name_cases,
        count=len(NAMES),
        short=2,
        seconds=400,
        found=(
            "uv refused a folder whose name is not UTF-8, in the middle of a run.",
            "An escape code in the name of a folder reached the terminal.",
        ),
    ),
    Kind(
        "hostile-links",
        "Links to a canary in temporary folder, cache, state and in the environment's place",
        "the canary has the same files and permissions as before",
        link_cases,
        count=len(LINKS),
        short=2,
        seconds=400,
        found=(
            "A link to nothing, or a file, in the place of a new environment was noticed only when "
            "uv failed: now the environment gets another name.",
        ),
    ),
    Kind(
        "hostile-programs",
        "A current folder with foreign `sudo`, `apt-get`, `python3`, `pip.py`, `venv/` …",
        "proved, and none of them ever ran, whatever relative folders PATH has",
        path_cases,
        count=len(PATHS),
        short=1,
        seconds=400,
        found=(
            "With an empty or relative entry in PATH, programs of the current folder were run.",
        ),
    ),
    Kind(
        "hostile-archives",
        "Archives with `../`, absolute names, links, devices, special permissions",
        "everything is inside the folder, or nothing is there",
        archive_cases,
        count=500,
        short=10,
        seconds=60,
    ),
)
