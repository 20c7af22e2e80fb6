"""``pgrep -f PATTERN``: only for the window of ``xcode-select --install``, a separate program
(GonzaloAlvarez/provisioning, roles/xcode/files/install-script.sh)."""

from __future__ import annotations

import re

from tests.mac.inside import state

INSTALLER = (
    "/System/Library/CoreServices/Install Command Line Developer Tools.app/Contents/MacOS/"
    "Install Command Line Developer Tools"
)


def main(_program: str, arguments: list[str]) -> int:
    """Print the number of the window's program while it is open."""
    if arguments[0] != "-f" or not re.search(arguments[1], INSTALLER):
        raise SystemExit(f"the rig has no recording of pgrep {arguments}")
    if not state.read().get("asked"):
        return 1
    print(4711)
    return 0
