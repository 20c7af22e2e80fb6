"""rustup: Rust from the Rust project, in a separate folder that can be deleted.

From rustup's documentation ("Environment variables", "Other installation methods"): the installer
is ``<update root>/dist/<triple>/rustup-init``, its SHA-256 is beside it, and ``RUSTUP_HOME`` and
``CARGO_HOME`` say where everything is installed. With ``--no-modify-path``, the user's profile and
registry are not changed.

That checksum comes from the server of the installer, and nothing else can be compared: rustup-init
has no signature (rust-lang/rustup#915). The manifest of a release has one, but rustup stores it in
another form, and mirrors change the addresses in it, so that it no longer fits (tuna/issues#1596).
"""

from __future__ import annotations

import ntpath
import posixpath

from backends.action import Command, Download

NO_TOOLCHAIN = "rustup has no toolchain."
"""The problem of rustup's ``cargo`` and ``rustc`` before a Rust was installed with it."""


def installer(root: str, triple: str, home: str) -> Download:
    """Download rustup's installer for the system ``triple`` from the update root to ``home``."""
    url = f"{root.rstrip('/')}/dist/{triple}/{_program(triple)}"
    path = _join(triple, home, _program(triple))
    return Download(url, path, sha256_url=f"{url}.sha256", executable=True)


def install(triple: str, home: str) -> Command:
    """Install the newest stable Rust, only compiler and cargo, below ``home``."""
    return Command(
        (
            *(_join(triple, home, _program(triple)), "-y", "--no-modify-path"),
            *("--profile", "minimal", "--default-toolchain", "stable"),
            *("--default-host", triple),
        ),
        # A Rust on PATH must not stop the installation: this one is put before it.
        env=(*environment(triple, home, own_cargo=True), ("RUSTUP_INIT_SKIP_PATH_CHECK", "yes")),
        timeout=3600,
    )


def environment(triple: str, home: str, *, own_cargo: bool) -> tuple[tuple[str, str], ...]:
    """Return the variables for the Rust below ``home``.

    With ``own_cargo``, the crates are also kept below ``home``, and the user's cargo configuration
    is not read.
    """
    homes = [("RUSTUP_HOME", "rustup")]
    if own_cargo:
        homes.append(("CARGO_HOME", "cargo"))
    variables = tuple((name, _join(triple, home, folder)) for name, folder in homes)
    # The user's RUSTUP_TOOLCHAIN, or a file in the working folder, may request another one.
    return (*variables, ("RUSTUP_TOOLCHAIN", "stable"))


def programs(triple: str, home: str) -> str:
    """Return the folder of ``cargo`` and ``rustc`` below ``home``."""
    return _join(triple, home, "cargo", "bin")


def _program(triple: str) -> str:
    return "rustup-init.exe" if "windows" in triple else "rustup-init"


def _join(triple: str, *parts: str) -> str:
    return ntpath.join(*parts) if "windows" in triple else posixpath.join(*parts)
