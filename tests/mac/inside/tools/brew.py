"""``brew``: says what Homebrew 6.0 said (``tests/transcripts/brew6``), for the formulae below.

Another architecture: Homebrew/brew, ``Library/Homebrew/extend/os/mac/install.rb``, check_prefix.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from typing import Any

from tests.mac.inside import kegs, places, state
from tests.mac.inside.tools import recorded, rust
from tests.mac.inside.tools.start import say

FORMULAE: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "ca-certificates": ("2025-12-02", (), ()),
    "openssl@3": ("3.6.0", ("openssl",), ("ca-certificates",)),
    "rust": (rust.VERSION, (), ("ca-certificates", "openssl@3")),
    "pkgconf": ("2.5.1", ("pkg-config",), ()),
    "cryptography": ("50.0.2", (), ("openssl@3",)),
}
"""Version, aliases and dependencies of each formula."""
ROSETTA = """\
Error: Cannot install under Rosetta 2 in ARM default prefix (/opt/homebrew)!
To rerun under ARM use:
    arch -arm64 brew install ...
To install under x86_64, install Homebrew into /usr/local."""
INTEL = "Error: Cannot install in Homebrew on ARM processor in Intel default prefix (/usr/local)!"
LINUX = "/home/linuxbrew/.linuxbrew"
"""The prefix in the recordings."""


def main(program: str, arguments: list[str]) -> int:
    """Do one of Homebrew's commands."""
    prefix = os.path.dirname(os.path.dirname(program))
    command, *rest = arguments
    names = [word for word in rest if not word.startswith("-")]
    if state.is_root() and command in ("install", "uninstall", "update"):
        say(
            "Error: Running Homebrew as root is extremely dangerous and no longer supported.\n"
            "As Homebrew does not drop privileges on installation you would be giving all\n"
            "build scripts full access to your system."
        )
        return 1
    if command == "--prefix":
        print(f"{prefix}/opt/{names[0]}" if names else prefix)
        return 0
    if command == "--version":
        print("Homebrew 6.0.18")
        return 0
    unknown = [name for name in names if _formula(name) is None]
    if unknown:
        say(f'Error: No available formula with the name "{unknown[0]}".')
        return 1
    found = [name for name in map(_formula, names) if name]
    if command == "info":
        print(json.dumps({"formulae": [_described(prefix, name) for name in found], "casks": []}))
        return 0
    if command == "install":
        return _install(prefix, found)
    if command == "uninstall":
        return _uninstall(prefix, found)
    if command == "update":
        if state.read()["offline"]:
            return recorded.replay("brew6", "offline-update", {LINUX: prefix})
        print("Already up-to-date.")
        return 0
    raise SystemExit(f"the rig has no recording of brew {arguments}")


def _formula(name: str) -> str | None:
    return next((key for key, row in FORMULAE.items() if name in (key, *row[1])), None)


def _keg(prefix: str, name: str) -> str:
    return f"{prefix}/Cellar/{name}/{FORMULAE[name][0]}"


def _described(prefix: str, name: str) -> dict[str, Any]:
    version, aliases, _needs = FORMULAE[name]
    keg = _keg(prefix, name)
    installed = (
        [{"version": version, "time": int(os.stat(keg).st_mtime)}] if os.path.isdir(keg) else []
    )
    return {
        "name": name,
        "full_name": name,
        "aliases": list(aliases),
        "revision": 0,
        "versions": {"stable": version, "head": None, "bottle": True},
        "installed": installed,
        "keg_only": name == "openssl@3",
        "disabled": False,
        "linked_keg": version if installed and name != "openssl@3" else None,
    }


def _install(prefix: str, names: list[str]) -> int:
    now = state.read()
    if now["machine"] == "arm64":
        if prefix == "/opt/homebrew" and state.architecture() == "x86_64":
            say(ROSETTA)
            return 1
        if prefix == "/usr/local" and state.architecture() == "arm64":
            say(INTEL)
            return 1
    missing = [name for name in names if not os.path.isdir(_keg(prefix, name))]
    for name in names:
        if name not in missing:
            version = FORMULAE[name][0]
            say(f"Warning: {name} {version} is already installed and up-to-date.")
            say(f"To reinstall {version}, run:\n  brew reinstall {name}")
    if not missing:
        return 0
    if now["offline"]:
        return recorded.replay("brew6", "offline", {LINUX: prefix})
    print(f"==> Would install {len(missing)} formula{'e' if len(missing) > 1 else ''}:")
    print(" ".join(missing))
    with state.changing() as changed:
        left = changed["locks"].get(prefix, 0)
        changed["locks"][prefix] = max(0, left - 1)
    if left:
        say(
            f"Error: {missing[0]}: A `brew install {missing[0]}` process has already locked "
            f"{prefix}/Cellar/{missing[0]}.\nPlease wait for it to finish or terminate it to continue."
        )
        return 1
    everything = list(
        dict.fromkeys(need for name in missing for need in (*FORMULAE[name][2], name))
    )
    everything = [name for name in everything if not os.path.isdir(_keg(prefix, name))]
    say(f"==> Fetching downloads for: {' and '.join(missing)}")
    for name in everything:
        say(f"✔︎ Bottle {name} ({FORMULAE[name][0]})")
    for name in everything:
        pour(prefix, name, "")
        kind = "arm64_sequoia" if prefix == "/opt/homebrew" else "sequoia"
        print(f"==> Pouring {name}--{FORMULAE[name][0]}.{kind}.bottle.tar.gz")
        print(f"🍺  {_keg(prefix, name)}: 5 files, 30.7KB")
    return 0


def pour(prefix: str, name: str, root: str) -> None:
    """Put a formula in place. ``root`` is a folder that stands for the Mac's root."""
    keg = _keg(prefix, name)
    machine = "arm64" if prefix == "/opt/homebrew" else "x86_64"
    os.makedirs(f"{root}{keg}")
    os.makedirs(f"{root}{prefix}/opt", exist_ok=True)
    if name == "openssl@3":
        machos = (
            places.MACHOS if not root else os.path.join(os.path.dirname(__file__), "../../machos")
        )
        kegs.put_openssl(
            machos, root + keg, f"{prefix}/opt/openssl@3/lib", machine, "3.6.0", "1 Oct 2025"
        )
    if name == "rust":
        host = {"arm64": "aarch64", "x86_64": "x86_64"}[machine]
        rust.install(f"{root}{keg}/bin", f"{host}-apple-darwin")
        for program in ("rustc", "cargo"):
            os.symlink(
                f"../Cellar/rust/{FORMULAE['rust'][0]}/bin/{program}",
                f"{root}{prefix}/bin/{program}",
            )
    os.symlink(f"../Cellar/{name}/{FORMULAE[name][0]}", f"{root}{prefix}/opt/{name}")
    now = time.time()
    os.utime(root + keg, (now, now))


def _uninstall(prefix: str, names: list[str]) -> int:
    code = 0
    for name in names:
        keg = _keg(prefix, name)
        users = [
            other
            for other, row in FORMULAE.items()
            if name in row[2] and other not in names and os.path.isdir(_keg(prefix, other))
        ]
        if not os.path.isdir(keg):
            say(f"Error: No such keg: {prefix}/Cellar/{name}")
            code = 1
        elif users:
            say(
                f"Error: Refusing to uninstall {keg}\nbecause it is required by {users[0]}, which is currently installed."
            )
            say(
                f"You can override this and force removal with:\n  brew uninstall --ignore-dependencies {name}"
            )
            code = 1
        else:
            print(f"Uninstalling {keg}... (5 files, 18.5KB)")
            shutil.rmtree(os.path.dirname(keg))
            os.remove(f"{prefix}/opt/{name}")
            for program in ("rustc", "cargo") if name == "rust" else ():
                os.remove(f"{prefix}/bin/{program}")
    return code
