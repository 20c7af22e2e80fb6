"""``arch``: runs a program for one architecture (``man arch``; the refusal: many issues quote it)."""

from __future__ import annotations

import os
import shutil

from tests.mac.inside import places, state
from tests.mac.inside.tools.start import become, say

_ARCHITECTURES = {"-arm64": "arm64", "-x86_64": "x86_64", "-arm64e": "arm64"}


def main(_program: str, arguments: list[str]) -> int:
    """Print the architecture, or run a program for one."""
    if not arguments:
        print("arm64" if state.architecture() == "arm64" else "i386")
        return 0
    chosen = ""
    while arguments and arguments[0].startswith("-"):
        if arguments[0] not in _ARCHITECTURES:
            raise SystemExit(f"the rig has no recording of arch {arguments}")
        chosen = chosen or _ARCHITECTURES[arguments.pop(0)]
    path = shutil.which(arguments[0])
    if chosen == "arm64" and state.read()["machine"] != "arm64":
        say(f"arch: posix_spawnp: {arguments[0]}: Bad CPU type in executable")
        return 1
    if path is None:
        say(f"arch: posix_spawnp: {arguments[0]}: No such file or directory")
        return 1
    os.environ[places.ARCHITECTURE] = chosen
    become(path, arguments[1:])
