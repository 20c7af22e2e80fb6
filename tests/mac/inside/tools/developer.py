"""The state of the Command Line Tools, and what every program says that needs them.

Sources: Swiss-Mac-User/macOS-scripted-setup#8 and macOS 26 (``xcode-select -p``); samdoran/
ansible-collection-macos#4 (folder and versions); getsentry/sentry#30050 and unoplatform/
uno.check#156 (gone after an upgrade); Homebrew/install install.sh (the licence); hraban/
mac-app-util#35 (the placeholders' request).
"""

from __future__ import annotations

import os

from tests.mac.inside import places, state
from tests.mac.inside.tools.start import say

NONE = (
    "xcode-select: error: Unable to get active developer directory. Use `sudo xcode-select --switch"
    " path/to/Xcode.app` to set one (or see `man xcode-select`)"
)
REQUESTED = "xcode-select: note: install requested for command line developer tools"
ALREADY = (
    'xcode-select: error: command line tools are already installed, use "Software Update" to '
    "install updates"
)
PLACEHOLDER = "xcode-select: note: No developer tools were found, requesting install."
STALE = (
    f"xcrun: error: invalid active developer path ({places.COMMAND_LINE_TOOLS}), missing xcrun at: "
    f"{places.COMMAND_LINE_TOOLS}/usr/bin/xcrun"
)
LICENCE = (
    "You have not agreed to the Xcode license agreements. Please run 'sudo xcodebuild -license' "
    "from within a Terminal window to review and agree to the Xcode and Apple SDKs license."
)
LICENCE_CODE = 69


def status() -> str:
    """Return the state of the tools; some questions later, the window is closed.

    The user has cancelled it then, or the tools have arrived.
    """
    with state.changing() as now:
        if now["tools"] in ("absent", "stale") and now.get("asked"):
            now["arrives"] -= 1
            if now["arrives"] <= 0:
                now["asked"] = False
                if now["dialog"] == "agree" and not now["offline"]:
                    install(now)
        return str(now["tools"])


def install(now: dict[str, object]) -> None:
    """Put the tools in place, as macOS does."""
    os.rename(f"{places.ROOT}{places.STOCK}/tools", f"{places.ROOT}{places.COMMAND_LINE_TOOLS}")
    link = f"{places.ROOT}/private/var/db/xcode_select_link"
    if not os.path.islink(link):
        os.symlink(places.COMMAND_LINE_TOOLS, link)
    now["tools"] = "present"


def ask() -> None:
    """Open the window, if this session can have one."""
    with state.changing() as now:
        now["asked"] = now["window"]
        now["windows"] = now.get("windows", 0) + 1


def missing() -> int:
    """Say why a program of the tools cannot run, and return its exit code; 0 if it can."""
    now = status()
    if now == "absent":
        say(PLACEHOLDER)
        ask()
        return 1
    if now == "stale":
        say(STALE)
        return 1
    if now == "licence":
        say(LICENCE)
        return LICENCE_CODE
    return 0
