"""Apple's Command Line Tools: the compiler of every Mac.

``xcode-select --install`` opens a window, in which the user must agree, and returns at once. After
that, ``xcode-select -p`` fails until the tools are installed (``man xcode-select``; the patterns
are from its error message).
"""

from __future__ import annotations

from backends.action import Command

WAIT_SECONDS = 3600.0
"""Seconds. The download has some hundred megabytes, and the user must click first."""
_NOT_YET = "unable to get active developer directory|invalid active developer path"


def install() -> Command:
    """Ask macOS to install the tools: a window opens. Exit code 1 if it was already requested."""
    return Command(("xcode-select", "--install"), ok=(0, 1), timeout=60)


def wait() -> Command:
    """Succeed as soon as the tools are installed; until then the runner tries again."""
    return Command(("xcode-select", "-p"), busy=_NOT_YET, busy_seconds=WAIT_SECONDS, timeout=60)


def folder() -> Command:
    """Ask for the folder of the tools; a failure means that they are not installed."""
    return Command(("xcode-select", "-p"), timeout=10)


def version() -> Command:
    """Ask which version of the Command Line Tools is installed."""
    return Command(("pkgutil", "--pkg-info=com.apple.pkg.CLTools_Executables"), timeout=10)
