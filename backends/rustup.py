"""rustup: Rust from the Rust project itself, into a folder of its own that can be thrown away.

From rustup's documentation ("Environment variables", "Other installation methods"): the
installer is ``<update root>/dist/<triple>/rustup-init``, its SHA-256 stands beside it, and
``RUSTUP_HOME`` and ``CARGO_HOME`` say where everything goes. With ``--no-modify-path`` no profile
and no registry of the user is changed.
"""

from __future__ import annotations

import ntpath
import posixpath

from backends.action import Command, Download


def installer(root: str, triple: str, home: str) -> Download:
    """Fetch rustup's installer for the system ``triple`` from the update root, below ``home``."""
    url = f"{root.rstrip('/')}/dist/{triple}/{_program(triple)}"
    path = _join(triple, home, _program(triple))
    return Download(url, path, sha256_url=f"{url}.sha256", executable=True)


def install(triple: str, home: str) -> Command:
    """Install the newest stable Rust, compiler and cargo only, below ``home``."""
    return Command(
        (
            *(_join(triple, home, _program(triple)), "-y", "--no-modify-path"),
            *("--profile", "minimal", "--default-toolchain", "stable"),
            *("--default-host", triple),
        ),
        # A Rust on PATH is no reason to refuse: this one is put in front of it.
        env=(*environment(triple, home, own_cargo=True), ("RUSTUP_INIT_SKIP_PATH_CHECK", "yes")),
        timeout=3600,
    )


def environment(triple: str, home: str, *, own_cargo: bool) -> tuple[tuple[str, str], ...]:
    """The variables with which the Rust below ``home`` works.

    With ``own_cargo`` the crates are kept below ``home`` too, and the user's own configuration
    of cargo is not read.
    """
    homes = [("RUSTUP_HOME", "rustup")]
    if own_cargo:
        homes.append(("CARGO_HOME", "cargo"))
    variables = tuple((name, _join(triple, home, folder)) for name, folder in homes)
    # The user's own RUSTUP_TOOLCHAIN, or a file in the working folder, may ask for another.
    return (*variables, ("RUSTUP_TOOLCHAIN", "stable"))


def programs(triple: str, home: str) -> str:
    """The folder of ``cargo`` and ``rustc`` below ``home``."""
    return _join(triple, home, "cargo", "bin")


def _program(triple: str) -> str:
    return "rustup-init.exe" if "windows" in triple else "rustup-init"


def _join(triple: str, *parts: str) -> str:
    return ntpath.join(*parts) if "windows" in triple else posixpath.join(*parts)
