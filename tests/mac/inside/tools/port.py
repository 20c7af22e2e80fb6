"""``port``: says what MacPorts 2.12 said (``tests/transcripts/port``), for the ports below."""

from __future__ import annotations

import os

from tests.mac.inside import kegs, places, state
from tests.mac.inside.tools import rust
from tests.mac.inside.tools.start import say

PORTS = {
    "openssl3": ("3.6.0", ()),
    "openssl": ("3", ("openssl3",)),
    "rust": (rust.VERSION, ()),
    "cargo": (rust.VERSION, ("rust",)),
    "pkgconfig": ("0.29.2", ()),
    "openssl11": ("1.1.1w", ()),
}
"""Version and dependencies of each port."""
REGISTRY = "/opt/local/var/macports/registry"


def main(_program: str, arguments: list[str]) -> int:
    """Do one of MacPorts' commands."""
    words = [word for word in arguments if word not in ("-N", "-q")]
    command, *rest = words
    names = [word for word in rest if not word.startswith("-")]
    if command == "installed":
        for name in names or PORTS:
            if name in PORTS and _installed(name):
                print(f"  {name} @{PORTS[name][0]}_0 (active)")
        return 0
    if command == "search":
        for name in names:
            if name in PORTS:
                print(f"{name}\t{PORTS[name][0]}\tdevel\ttiny stand-in for {name}")
        return 0
    if command == "version":
        print("Version: 2.12.0")
        return 0
    if not state.is_root():
        say("Error: Insufficient privileges to write to MacPorts install prefix.")
        return 1
    if command == "sync":
        return _offline("Error: Synchronization of 1 source(s) failed") or 0
    if command == "install":
        return _install(names)
    if command == "uninstall":
        return _uninstall(names)
    raise SystemExit(f"the rig has no recording of port {arguments}")


def _offline(text: str) -> int:
    if state.read()["offline"]:
        say(text)
        return 1
    return 0


def _installed(name: str) -> bool:
    return os.path.exists(f"{REGISTRY}/{name}")


def _install(names: list[str]) -> int:
    for name in names:
        if name not in PORTS:
            say(f"Error: Port {name} not found")
            return 1
        for each in (*PORTS[name][1], name):
            if _installed(each):
                continue
            print(f"--->  Fetching distfiles for {each}")
            if state.read()["offline"]:
                say(
                    f"Error: Failed to fetch {each}: Failed to fetch distfiles\nError: Processing of port {each} failed"
                )
                return 1
            activate(each, places.ROOT, str(state.read()["machine"]))
            version = PORTS[each][0]
            print(
                f"--->  Installing {each} @{version}_0\n--->  Activating {each} @{version}_0\n--->  Cleaning {each}"
            )
    return 0


def activate(name: str, root: str, machine: str) -> None:
    """Put a port in place. ``root`` is a folder that stands for the Mac's root."""
    inside = f"{root}/opt/local"
    os.makedirs(root + REGISTRY, exist_ok=True)
    if name == "openssl3":
        machos = (
            places.MACHOS
            if root == places.ROOT
            else os.path.join(os.path.dirname(__file__), "../../machos")
        )
        folder = f"{inside}/libexec/openssl3"
        kegs.put_openssl(
            machos, folder, "/opt/local/libexec/openssl3/lib", machine, "3.6.0", "1 Oct 2025"
        )
    if name == "openssl":
        os.symlink("../libexec/openssl3/include/openssl", f"{inside}/include/openssl")
        for file in os.listdir(f"{inside}/libexec/openssl3/lib"):
            os.symlink(f"../libexec/openssl3/lib/{file}", f"{inside}/lib/{file}")
    if name in ("rust", "cargo"):
        host = {"arm64": "aarch64", "x86_64": "x86_64"}[machine]
        rust.install(f"{inside}/libexec/rust-{name}", f"{host}-apple-darwin")
        program = "rustc" if name == "rust" else "cargo"
        os.symlink(f"../libexec/rust-{name}/{program}", f"{inside}/bin/{program}")
    with open(f"{root}{REGISTRY}/{name}", "w", encoding="ascii"):
        pass


def _uninstall(names: list[str]) -> int:
    for name in names:
        users = [other for other, row in PORTS.items() if name in row[1] and _installed(other)]
        if users:
            print(
                f"--->  Unable to uninstall {name} @{PORTS[name][0]}_0, the following ports depend on it:"
            )
            print(f"--->  \t{users[0]} @{PORTS[users[0]][0]}_0")
            say(
                f"Error: port uninstall failed: Please uninstall the ports that depend on {name} first."
            )
            return 1
        if not _installed(name):
            say(f"Error: port uninstall failed: Registry error: {name} not registered as installed")
            return 1
        os.remove(f"{places.ROOT}{REGISTRY}/{name}")
        if name in ("rust", "cargo"):
            os.remove(f"{places.ROOT}/opt/local/bin/{'rustc' if name == 'rust' else 'cargo'}")
        print(f"--->  Deactivating {name} @{PORTS[name][0]}_0\n--->  Cleaning {name}")
    return 0
