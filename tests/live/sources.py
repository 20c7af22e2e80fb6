"""Source archives as their authors published them, out of Debian's source packages."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.live.roots import Root
from wizard.knowledge import load
from wizard.tables import OpenSSLSource

TARGET = "$(REPO_URI) $(RELEASE) $(COMPONENT)"


def openssl(folder: Path) -> tuple[OpenSSLSource, Path]:
    """Fetch it into ``folder``: a version that the wizard knows, and its archive.

    apt gets separate lists and folders, so nothing changes on this machine. Skips the test if there
    is no apt, or its archive cannot be reached.
    """
    if shutil.which("apt-get") is None:
        pytest.skip("OpenSSL's source comes from Debian's archive, and there is no apt-get here")
    used = _apt(folder, "indextargets", "--format", TARGET, "Identifier: Packages", own=False)
    lines = sorted({f"deb-src {line}" for line in used.splitlines() if line.strip()})
    _prepare(folder, lines)
    _apt(folder, "update")
    _apt(folder, "source", "--download-only", "--tar-only", "openssl")  # not the packaging
    for known in load().openssls:
        for archive in folder.glob(f"openssl_{known.version}.orig.tar.gz"):
            return known, archive
    found = [path.name for path in folder.glob("openssl_*.orig.tar.gz")]
    pytest.skip(f"Debian's archive has {found}, and the wizard's table has none of them")


def in_root(root: Root, folder: str, package: str, version: str = "") -> str:
    """Fetch the archive of a package, the root's own, into a folder in there; return its path.

    apt gets lists and folders of its own again: for the wizard the root is as it was. Skips the
    test if it cannot be downloaded, or is not of the ``version`` that is asked for.
    """
    used = root.path("/etc/apt/sources.list").read_text(encoding="utf-8")
    lines = [line.replace("deb ", "deb-src ", 1) for line in used.splitlines() if line]
    own = root.path(folder) / "apt"
    _prepare(own, lines)
    inside = Path(folder) / "apt"
    for words in (("update",), ("source", "--download-only", "--tar-only", package)):
        argv = ("apt-get", "--quiet", "--quiet", *_options(inside), *words)
        done = root.run("env", "-C", folder, *argv, timeout=300)
        if done.code:
            pytest.skip(f"Debian's source archive is not available: {done.err.strip()[-200:]}")
    shutil.rmtree(own)
    wanted = f"{package}_{version or '*'}.orig.tar.*"
    for found in root.path(folder).glob(wanted):
        if found.suffix != ".asc":
            return f"{folder}/{found.name}"
    pytest.skip(f"Debian's archive has no {wanted} any more")


def _prepare(folder: Path, lines: list[str]) -> None:
    (folder / "lists" / "partial").mkdir(parents=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True)
    (folder / "sources.list").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _options(folder: Path) -> tuple[str, ...]:
    return (
        *("-o", f"Dir::Etc::sourcelist={folder / 'sources.list'}", "-o", "Dir::Etc::sourceparts=-"),
        *("-o", f"Dir::State::lists={folder / 'lists'}", "-o", f"Dir::Cache={folder / 'cache'}"),
        *("-o", "APT::Sandbox::User=root"),
    )


def _apt(folder: Path, *arguments: str, own: bool = True) -> str:
    argv = ("apt-get", "--quiet", "--quiet", *(_options(folder) if own else ()), *arguments)
    done = subprocess.run(
        argv, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        pytest.skip(f"Debian's source archive is not available: {done.stderr.strip()[-200:]}")
    return done.stdout
