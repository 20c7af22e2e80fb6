"""``rustc``, ``cargo`` and rustup. The output has the form of rust-lang/cargo#10059.

``rig.json`` beside a program says for which machine it was built, and its version.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from tests.mac.inside import places
from tests.mac.inside.tools.start import say

VERSION = "1.92.0"
RUSTC, CARGO = "ded5c06cf 2025-12-08", "344c4567c 2025-10-21"


def install(folder: str, host: str) -> None:
    """Put rustc and cargo for ``host`` into a folder."""
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/rig.json", "w", encoding="ascii") as file:
        json.dump({"host": host}, file)
    for name in ("rustc", "cargo"):
        put(f"{folder}/{name}", "rust")


def put(path: str, module: str) -> None:
    """Write the launcher of an imitated program."""
    with open(path, "w", encoding="ascii") as file:
        file.write(launcher(module))
    os.chmod(path, 0o755)


def launcher(module: str) -> str:
    """Return the file that starts an imitated program."""
    return (
        f"#!{places.PYTHON} -IS\n"
        "import sys\n"
        f"sys.path.insert(0, {places.CHECKOUT!r})\n"
        f"from tests.mac.inside.tools import {module}, start\n"
        f"start.run({module}.main)\n"
    )


def main(program: str, arguments: list[str]) -> int:
    """Answer with a version."""
    name = os.path.basename(program)
    if name == "rustup-init":
        return _rustup_init(program, arguments)
    with open(f"{os.path.dirname(os.path.realpath(program))}/rig.json", encoding="ascii") as file:
        told: dict[str, Any] = json.load(file)
    stamp = RUSTC if name == "rustc" else CARGO
    line = f"{name} {VERSION} ({stamp})"
    if arguments in (["--version"], ["-V"]):
        print(line)
    elif name == "cargo" and arguments == ["-vV"]:
        commit, date = stamp.split()
        print(f"{line}\nrelease: {VERSION}\ncommit-hash: {commit}\ncommit-date: {date}")
        print(f"host: {told['host']}")
    elif name == "rustc" and arguments in (["-vV"], ["--version", "--verbose"]):
        commit, date = stamp.split()
        print(f"{line}\nbinary: rustc\ncommit-hash: {commit}\ncommit-date: {date}")
        print(f"host: {told['host']}\nrelease: {VERSION}")
    else:
        raise SystemExit(f"the rig has no recording of {name} {arguments}")
    return 0


def _rustup_init(program: str, arguments: list[str]) -> int:
    """rustup-init 1.29: puts the toolchain below RUSTUP_HOME, and its proxies below CARGO_HOME."""
    host = arguments[arguments.index("--default-host") + 1]
    cargo = os.environ.get("CARGO_HOME") or os.path.expanduser("~/.cargo")
    rustup = os.environ.get("RUSTUP_HOME") or os.path.expanduser("~/.rustup")
    say(f"info: profile set to 'minimal'\ninfo: default host triple is {host}")
    say(f"info: syncing channel updates for 'stable-{host}'")
    install(f"{rustup}/toolchains/stable-{host}/bin", host)
    install(f"{cargo}/bin", host)
    put(f"{cargo}/bin/rustup", "rust")
    say("info: installing component 'cargo'\ninfo: installing component 'rust-std'")
    say(f"info: installing component 'rustc'\ninfo: default toolchain set to 'stable-{host}'")
    sys.stdout.write(f"\n  stable-{host} installed - rustc {VERSION} ({RUSTC})\n\n")
    return 0
