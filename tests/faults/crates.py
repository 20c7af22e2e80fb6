"""Faults on the way to the Rust packages of a build: a real cargo with a spoiled registry.

The source archive is a small stand-in whose build runs the machine's cargo. It needs one crate,
from a registry on loopback that the user's own cargo configuration names as the mirror.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.faults import faulty, standins
from tests.faults.faulty import ALWAYS, Answer, Fault, Server, Spoiler, serving
from tests.faults.kind import Case, Kind, Setting, Wrong
from tests.faults.network import (
    SECONDS,
    House,
    check_always,
    check_named,
    install,
    run,
    rustup_home,
    wheels,
)

CRATE = "small"
BACKEND = """\
def build_wheel(folder, settings=None, metadata=None):
    code = subprocess.call(["cargo", "build", "--manifest-path", str(HERE / "Cargo.toml")])
    if code:
        raise SystemExit(f"cargo ended with exit code {code}")
    shutil.copy(HERE / NAME, pathlib.Path(folder) / NAME)
    return NAME
"""
FILES = {
    "Cargo.toml": (
        '[package]\nname = "standin"\nversion = "0.1.0"\nedition = "2021"\n'
        f'[dependencies]\n{CRATE} = "1"\n'
    ),
    "src/lib.rs": f"pub use {CRATE}::one;\n",
}
CONFIG = """\
[source.crates-io]
replace-with = "company"
[source.company]
registry = "sparse+{url}/crates/"
[http]
timeout = 2
"""
CONFIG_FILE = "/crates/config.json"
ENTRY = f"/crates/sm/al/{CRATE}"
FILE = f"/crates/files/{CRATE}/1.0.0/download"


@dataclass(frozen=True)
class Damage:
    """One fault of the registry, and what the wizard says if it stays."""

    name: str
    where: str
    spoil: Spoiler
    says: str = ""
    passes: bool = False
    tampered: bool = False


CHANGED = "its checksum differs"
UNREACHABLE = "Cargo could not reach the Rust package registry"
DAMAGES = (
    Damage("reset", "config", faulty.resets, UNREACHABLE, passes=True),
    Damage("reset", "entry", faulty.resets, UNREACHABLE, passes=True),
    Damage("reset", "file", faulty.resets, UNREACHABLE, passes=True),
    Damage("truncated", "file", faulty.cut, UNREACHABLE, passes=True),
    Damage("silent", "config", faulty.silent, UNREACHABLE, passes=True),
    Damage("stall", "file", faulty.stalls, UNREACHABLE, passes=True),
    Damage("401", "config", faulty.status(401), r"asks for a password \(HTTP 401\)"),
    Damage("403", "config", faulty.status(403), "403"),
    Damage("404", "file", faulty.status(404), "404"),
    Damage("407", "config", faulty.status(407), r"proxy wants .* \(HTTP 407\)"),
    Damage("429", "file", faulty.status(429), "429"),
    Damage("451", "file", faulty.status(451), "451"),
    Damage("500", "config", faulty.status(500), "500", passes=True),
    Damage("503", "file", faulty.status(503), "503", passes=True),
    Damage("redirect-loop", "file", faulty.loops, UNREACHABLE),
    Damage("sign-in-page", "config", faulty.instead(faulty.SIGN_IN), UNREACHABLE),
    Damage("sign-in-page", "file", faulty.instead(faulty.SIGN_IN), CHANGED, tampered=True),
    Damage("wrong-hash", "file", faulty.changed, CHANGED, tampered=True),
)


def crate() -> bytes:
    """The archive of the crate."""
    written = io.BytesIO()
    contents = {
        "Cargo.toml": f'[package]\nname = "{CRATE}"\nversion = "1.0.0"\nedition = "2021"\n',
        "src/lib.rs": "pub fn one() -> u32 { 1 }\n",
    }
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for name, text in contents.items():
            entry = tarfile.TarInfo(f"{CRATE}-1.0.0/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return written.getvalue()


def with_source(wheels_by_name: Mapping[str, bytes], code: Mapping[str, str]) -> dict[str, bytes]:
    """Return the source archive of a cryptography that gives out its wheel after cargo's build."""
    (name,) = (name for name in wheels_by_name if name.startswith("cryptography-"))
    top = f"cryptography-{name.split('-')[1]}"
    body = standins.source_archive(top, name, wheels_by_name[name], BACKEND, code)
    return {f"{top}.tar.gz": body}


def case(damage: Damage, passing: bool, files: Mapping[str, bytes], folder: Path) -> None:
    """Build with a registry that does this."""
    body = crate()
    server = Server(faulty.index(files))
    entry: dict[str, object] = {"name": CRATE, "vers": "1.0.0", "deps": [], "features": {}}
    entry |= {"cksum": hashlib.sha256(body).hexdigest(), "yanked": False}
    server.files[ENTRY] = Answer(body=json.dumps(entry).encode() + b"\n")
    server.files[FILE] = Answer(body=body)
    where = {"config": CONFIG_FILE, "entry": f"{ENTRY}$", "file": FILE}[damage.where]
    server.faults.append(Fault(where, damage.spoil, 2 if passing else ALWAYS))
    with serving(server):
        download = f"{server.url}/crates/files"
        server.files[CONFIG_FILE] = Answer(body=json.dumps({"dl": download, "api": None}).encode())
        cargo = folder / "home" / ".cargo"
        house = House(folder, variables={"CARGO_HOME": str(cargo), "RUSTUP_HOME": rustup_home()})
        cargo.mkdir(parents=True)
        (cargo / "config.toml").write_text(CONFIG.format(url=server.url), encoding="utf-8")
        arguments = (*install("pip"), "--method", "source", "--rust", "system")
        # Not to the proof: what the stand-in installs is a wheel, with its own OpenSSL.
        seen = run(house, server, arguments, "install" if passing else "")
    check_always(seen, tampered=damage.tampered)
    if passing:
        if not seen.stopped:
            raise Wrong(f"not built: {seen}")
        if server.count(where.rstrip("$")) < 3:
            raise Wrong(f"the fault did not happen: {seen}")
        return
    check_named(seen, (1,), damage.says)


def cases(setting: Setting) -> Iterator[Case]:
    """Yield all cases, or those of the short form. Skips without a cargo."""
    if not shutil.which("cargo"):
        pytest.skip("this machine has no cargo")
    subprocess.run(["cargo", "--version"], check=True, timeout=60, capture_output=True)
    files = {
        name: body for name, body in wheels(setting.folder / "wheels").items() if name[-3:] == "whl"
    }
    files |= with_source(files, FILES)
    every = [
        Case(
            f"{damage.name}{'-passes' if passing else ''} of the {damage.where}",
            partial(case, damage, passing, files),
        )
        for damage in DAMAGES
        for passing in ((False, True) if damage.passes else (False,))
    ]
    yield from setting.some(every)


KINDS = (
    Kind(
        "crates",
        "The registry of Rust packages fails, in the middle of a build",
        "A passing fault ends proved. A lasting one ends with its true cause.",
        cases,
        count=1000,
        short=1,
        seconds=SECONDS,
        at_once=2,
        found=(
            "A registry that answered 401, 403, 404, 451 or 5xx was called unreachable.",
            "A crate with another checksum, and a proxy that answered 407, were not named.",
        ),
    ),
)
