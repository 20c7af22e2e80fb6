"""A Debian 13 with Wine, and the CPython of `python` on its drive C: made once, and kept."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.live import kept, roots, sources
from tests.live.roots import CERTIFICATES, Root
from tests.live.windows import python

WINE = "/usr/lib/wine/wine64"
PACKAGES = ("wine", "wine64")
PREFIX = "/opt/wine"
DRIVE = f"{PREFIX}/drive_c"
PYTHON = r"C:\Python313\python.exe"
VARIABLES = {
    "WINEPREFIX": PREFIX,
    "WINEDEBUG": "-all",
    "WINEARCH": "win64",
    **dict.fromkeys(roots.TRUST, "Z:" + CERTIFICATES.replace("/", "\\")),
    "XDG_RUNTIME_DIR": "/tmp",  # else Wine complains on standard error
}
"""What every program gets. Drive Z is Linux's ``/``."""
RECIPE = (Path(__file__), Path(python.__file__), Path(sources.__file__))


def connect(root: Root) -> None:
    """Give it this machine's network: Wine trusts the certificates that the root itself trusts."""
    roots.connect(root)
    trusted = root.path("/etc/ssl/certs/ca-certificates.crt")
    shutil.copyfile(root.path(CERTIFICATES), trusted)


def pristine(pip: Sequence[str], scratch: Path) -> Root:
    """The kept system; made in some minutes if there is no kept one. It must be copied, not used.

    ``pip`` is the command of this machine's pip, ``scratch`` a folder that need not exist.
    """

    def make(folder: Path) -> None:
        builder = roots.make("trixie", python.VERSION, scratch, include=python.PACKAGES)
        try:
            python.build(builder, pip, folder / "Python313")
        finally:
            shutil.rmtree(builder.folder)
        root = roots.make("trixie", python.VERSION, folder / "root", include=PACKAGES)
        connect(root)
        # In one namespace: else Wine's server is ended before it has written what was set up.
        root.must("sh", "-ec", "wineboot --init; wineserver --wait", timeout=300, env=VARIABLES)
        shutil.move(folder / "Python313", root.path(DRIVE))
        root.must(WINE, PYTHON, "-m", "ensurepip", timeout=300, env=VARIABLES)

    return Root(kept.get("windows", RECIPE, make) / "root", python.VERSION)
