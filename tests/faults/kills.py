"""Kills: a wizard is ended at a random moment, and then continues, or is undone, as if it had not.

Each case has its own home, state and cache. The moments are spread over the time of a whole run,
and over its steps.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.faults import standins
from tests.faults.kind import Case, Kind, Setting, Wrong
from tests.faults.place import (
    GONE_SECONDS,
    PROGRAMS,
    Place,
    Started,
    damaged,
    names,
)
from tests.live import machine, rustserver

WAYS = ("SIGKILL",) * 14 + ("SIGTERM",) * 2 + ("SIGHUP",) * 2 + ("closed terminal",) * 2
"""How a wizard is ended: usually in the way that it cannot notice."""
NETWORK = ("PIP_CERT", "SSL_CERT_FILE", "PIP_INDEX_URL", "HTTPS_PROXY", "NO_PROXY")
PATIENCE = 30.0
"""Seconds that the short form allows for an end: it must not fail because a machine is busy."""
TRIES = 8
"""How often a case is started again because the run had ended before its moment came."""


@dataclass(frozen=True)
class Variant:
    """A run that is killed: its flags, and what came of it once without a kill.

    ``seconds`` is how long that took, ``lines`` how many its journal has, ``files`` what is in the
    environment then. After ``gone`` seconds, a killed wizard and its programs must be gone.
    """

    name: str
    arguments: tuple[str, ...]
    seconds: float
    lines: int
    files: frozenset[str]
    gone: float


def measure(name: str, arguments: tuple[str, ...], place: Place, *, short: bool) -> Variant:
    """Make the run once without a kill, and undo it."""
    before = place.listing()
    begin = time.monotonic()
    done = place.run(*arguments)
    if done.code:
        raise RuntimeError(f"it does not even work without a kill: {done.said}")
    seconds = time.monotonic() - begin
    (journal,) = place.wizard.state.glob("runs/*/journal.jsonl")
    variant = Variant(
        *(name, arguments, seconds, journal.read_bytes().count(b"\n")),
        frozenset(names(place.work / "env")),
        gone=PATIENCE if short else GONE_SECONDS,
    )
    undo(place, before)
    return variant


def end_one(started: Started, way: str, gone: float) -> None:
    """End a wizard in this way; it must be gone soon. Raises Wrong."""
    if way == "closed terminal":
        started.close_terminal()
    else:
        started.process.send_signal(getattr(signal, way))
    if not started.ends_within(gone):
        started.process.kill()
        raise Wrong(f"the wizard still ran {gone:g} s after {way}")


def kill_once(
    place: Place, arguments: tuple[str, ...], variant: Variant, chance: random.Random
) -> str:
    """Start the wizard and end it at a random moment; return how. Empty if it had ended before.

    Raises Wrong if it, or something that it started, is still there three seconds later.
    """
    way = chance.choice(WAYS)
    by_step, moment = chance.random() < 0.4, chance.random()
    started = place.start(*arguments, terminal=way == "closed terminal")
    if by_step:
        lines = sum(p.read_bytes().count(b"\n") for p in place.wizard.state.glob("runs/*/*.jsonl"))
        lines += 1 + int(moment * variant.lines)
        journals = partial(place.wizard.state.glob, "runs/*/journal.jsonl")
        started.wait_for_lines(journals, lines, variant.seconds * 2)
        time.sleep(chance.random() * 0.1)
    else:
        time.sleep(moment * variant.seconds * 1.2)
    if started.process.poll() is not None:
        done = started.wait()
        if done.code:
            raise Wrong(f"it failed without a kill: {done.said}")
        return ""
    shown = f"{way} {'at a step' if by_step else f'after {moment * variant.seconds * 1.2:.2f} s'}"
    end_one(started, way, variant.gone)
    left = place.left(variant.gone)
    if left:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        raise Wrong(f"{shown}: still running: {left}")
    return shown


def outcome(place: Place) -> str:
    """How the newest run ended, as the wizard knows it; empty if none has begun."""
    runs = place.must("runs", "--json").report["runs"]
    return str(runs[0]["outcome"]) if runs and runs[0]["outcome"] != "damaged" else ""


def go_on(place: Place, variant: Variant) -> tuple[str, ...]:
    """The arguments that continue a run, or begin it if it had not begun."""
    return ("resume", "--yes") if outcome(place) else variant.arguments


def check_whole(place: Place, variant: Variant) -> None:
    """It is proved, and nothing half is left. Raises Wrong."""
    environment = place.work / "env"
    place.must("verify", str(environment / "bin" / "python"))
    files = names(environment)
    if files != variant.files:
        raise Wrong(f"the environment differs from others: {sorted(files ^ variant.files)[:9]}")
    if broken := damaged(environment):
        raise Wrong(f"half an environment: {broken[:9]}")
    if left := list(place.folder.glob("tmp/cryptography-wizard-*")):
        raise Wrong(f"temporary folders are left: {left}")
    if left := list((place.wizard.cache / "openssl" / "build").glob("*")):
        raise Wrong(f"half an OpenSSL is left: {left}")
    if (place.wizard.cache / "rust").exists():
        raise Wrong("the Rust that was only for the build is left")


def undo(place: Place, before: set[str]) -> None:
    """Undo the last run: everything must be as before. Raises Wrong."""
    done = place.must("undo", "--yes")
    if changed := sorted(place.listing() ^ before):
        raise Wrong(f"after undo, this differs: {changed[:9]}; it said: {done.out}")
    kept = [path for path in (place.wizard.cache / "openssl").glob("*") if path.is_dir()]
    # The source archive is a download, which stays in the cache until that is cleared.
    kept = [p for p in kept if p.name != "src" and (p.name != "build" or any(p.iterdir()))]
    if kept:
        raise Wrong(f"after undo, this is left in the cache: {kept}")


def killed(variant: Variant, more: dict[str, str], chance: random.Random, folder: Path) -> None:
    """Make a run, end it at a random moment, continue it, and undo it. Raises Wrong."""
    for attempt in range(TRIES):
        place = Place(folder / str(attempt), more)
        before = place.listing()
        how = kill_once(place, variant.arguments, variant, chance)
        if how:
            break
    else:
        pytest.skip("the run always ended before its moment came")
    try:
        repeated, again = chance.random() < 0.25, chance.random() < 0.25
        if again and outcome(place) != "done":
            second = kill_once(place, go_on(place, variant), variant, chance)
            how += f", then {second}" if second else ""
        if outcome(place) != "done":  # it can be killed between its end and that of its process
            place.must(*(variant.arguments if repeated else go_on(place, variant)))
        if left := place.left(variant.gone):
            raise Wrong(f"still running after the end: {left}")
        check_whole(place, variant)
        undo(place, before)
    except Wrong as wrong:
        raise Wrong(f"{how}: {wrong}") from None


def _cases(
    setting: Setting, flags: Callable[[standins.StandIns], dict[str, tuple[str, ...]]], source: bool
) -> Iterator[Case]:
    with standins.serving(setting.folder / "served", source=source) as served:
        common = ("--yes", "--venv", "env", "--python", machine.newest())
        variants = [
            measure(
                *(name, (*common, *more)),
                Place(setting.folder / f"whole-{name}", served.variables),
                short=setting.short,
            )
            for name, more in flags(served).items()
        ]
        for number in range(1, setting.count + 1):
            variant = variants[number % len(variants)]
            chance = setting.random(number)
            yield Case(variant.name, partial(killed, variant, served.variables, chance))


def wheel_cases(setting: Setting) -> Iterator[Case]:
    """Wheels by pip and by uv."""
    return _cases(
        setting,
        lambda _served: {"pip": ("--installer", "pip"), "uv": ("--installer", "uv")},
        source=False,
    )


def source_cases(setting: Setting) -> Iterator[Case]:
    """Source builds of stand-ins, with an OpenSSL and a Rust that the wizard gets."""
    return _cases(setting, lambda served: {"source": served.source_arguments}, source=True)


def build_cases(setting: Setting) -> Iterator[Case]:
    """Real builds, with this machine's Rust and OpenSSL; crates are downloaded once for all."""
    _, _, sysroot = rustserver.toolchain()
    if shutil.which("cc", path=PROGRAMS) is None:
        pytest.skip("there is no C compiler on this machine")
    cargo = setting.folder / "cargo"
    cargo.mkdir()
    more = {"PATH": f"{sysroot / 'bin'}:{PROGRAMS}", "CARGO_HOME": str(cargo)}
    # Without these, this machine may not reach its index.
    more.update({name: os.environ[name] for name in NETWORK if name in os.environ})
    arguments = ("--yes", "--venv", "env", "--python", machine.newest(), "--method", "source")
    whole = Place(setting.folder / "whole", more)
    plan = whole.run("plan", "--json", *arguments[1:])
    if plan.code or any(step["lock"] for step in plan.report["steps"]):
        pytest.skip("this machine lacks something for a build, and nothing is installed for this")
    variant = measure("build", arguments, whole, short=setting.short)
    for number in range(1, setting.count + 1):
        yield Case("build", partial(killed, variant, more, setting.random(number)))


RIGHT = (
    "all programs are gone within 3 s; `resume` ends in a proved, whole environment; nothing half "
    "is left or used; after `undo` the files are as before"
)
FOUND_WHEEL = (
    "An environment that uv was making when the wizard was killed was not known as unfinished: the "
    "next run took it for a whole one, without pip. It is now marked before uv starts.",
    "So was an empty environment, if the run was cancelled before it installed anything: it stays "
    "marked now.",
    "A command with `--venv` and `--python` could not be repeated after a kill, because the two "
    "“contradict each other”. The Python that an environment was made from is allowed now.",
    "If somebody repeated the command instead of typing `resume`, `undo` left the environment, "
    "because an earlier run had made it. The second run now continues the first one.",
    "A temporary folder, or an environment, that was being removed when the wizard was killed lost "
    "its mark first, and what was left of it stayed forever. Now the mark goes last, and an empty "
    "folder of a wizard that has ended is removed too.",
    "A run that was killed before its journal began came between the run that was cut off and the "
    "one that continued it, so `undo` left the environment. It is skipped now.",
    "Questions to package managers went on for seconds after a kill. They are ended now.",
    "A process of root that had left its session went on after a kill. Root is now asked which "
    "processes have the program's mark (`tests/live/test_live_sudo.py`).",
    "A run that was killed while it replaced cryptography in an environment of the user was not "
    "undone, because undo did not know that environment. It is recorded before the change now; and "
    "`resume` installs again what may be half installed.",
    "The same command, repeated after a kill in the middle of a replacement, only proved a package "
    "of which half was there, and pip's old files (`~ryptography`) stayed. Files that are missing "
    "are noticed now, and what pip had left is removed.",
    "The file with the password of a proxy, which sudo's programs read, stayed after a kill. The "
    "next run removes it.",
)
FOUND_SOURCE = (
    "A source archive that was being unpacked when the wizard was killed left a hidden folder in "
    "the cache. Each run now removes what killed runs left there, unless another run uses it.",
    "A Rust or an OpenSSL that was being removed from the cache could be left half removed under "
    "its own name. It is now renamed first.",
    "A Rust whose installation was interrupted made the next one fail, because rustup-init tried "
    "to update it. It is now removed first.",
    "So did a Rust whose settings rustup was writing: that file was empty. It is removed, too.",
)
KINDS = (
    Kind(
        name="kills-wheel",
        title="A run that installs a wheel, by pip or by uv, is killed at a random moment",
        right=RIGHT,
        cases=wheel_cases,
        count=120,
        short=4,
        seconds=900,
        at_once=3,
        found=FOUND_WHEEL,
    ),
    Kind(
        name="kills-source",
        title="A source build is killed at a random moment (the sources are small stand-ins)",
        right=RIGHT,
        cases=source_cases,
        count=80,
        short=2,
        seconds=900,
        at_once=3,
        found=FOUND_SOURCE,
    ),
    Kind(
        name="kills-build",
        title="A real source build, with real crates, is killed at a random moment",
        right=RIGHT,
        cases=build_cases,
        count=10,
        short=0,
        seconds=3000,
    ),
)
