"""OpenSSL's own source archive, out of Debian's source package."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from wizard.knowledge import OpenSSLSource, load

TARGET = "$(REPO_URI) $(RELEASE) $(COMPONENT)"


def openssl(folder: Path) -> tuple[OpenSSLSource, Path]:
    """Fetch it into ``folder``: a version that the wizard knows, and its archive.

    apt gets lists and folders of its own: nothing of this machine's changes. Skips the test where
    there is no apt, or its archive cannot be reached.
    """
    if shutil.which("apt-get") is None:
        pytest.skip("OpenSSL's source comes from Debian's archive, and there is no apt-get here")
    used = _apt(folder, "indextargets", "--format", TARGET, "Identifier: Packages", own=False)
    lines = sorted({f"deb-src {line}" for line in used.splitlines() if line.strip()})
    (folder / "lists" / "partial").mkdir(parents=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True)
    (folder / "sources.list").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _apt(folder, "update")
    _apt(folder, "source", "--download-only", "--tar-only", "openssl")  # not the packaging
    for known in load().openssls:
        for archive in folder.glob(f"openssl_{known.version}.orig.tar.gz"):
            return known, archive
    found = [path.name for path in folder.glob("openssl_*.orig.tar.gz")]
    pytest.skip(f"Debian's archive has {found}, and the wizard's table has none of them")


def _apt(folder: Path, *arguments: str, own: bool = True) -> str:
    options = (
        *("-o", f"Dir::Etc::sourcelist={folder / 'sources.list'}", "-o", "Dir::Etc::sourceparts=-"),
        *("-o", f"Dir::State::lists={folder / 'lists'}", "-o", f"Dir::Cache={folder / 'cache'}"),
        *("-o", "APT::Sandbox::User=root"),
    )
    argv = ("apt-get", "--quiet", "--quiet", *(options if own else ()), *arguments)
    done = subprocess.run(
        argv, cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        pytest.skip(f"Debian's archive of sources cannot be had: {done.stderr.strip()[-200:]}")
    return done.stdout
