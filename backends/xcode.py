"""Apple's Command Line Tools: the compiler of every Mac.

``xcode-select --install`` opens a window, in which the user must agree, and returns at once. From
then on ``xcode-select -p`` fails until the tools are there (``man xcode-select``; the words are
those of its error message).
"""

from __future__ import annotations

from backends.action import Command

PATIENCE = 3600.0
"""Seconds. The download is some hundred megabytes, and somebody has to click first."""
_NOT_YET = "unable to get active developer directory|invalid active developer path"


def install() -> Command:
    """Ask macOS to install the tools: a window opens. Exit 1 where it was asked for already."""
    return Command(("xcode-select", "--install"), ok=(0, 1), timeout=60)


def wait() -> Command:
    """Succeed as soon as the tools are there; until then the runner tries again."""
    return Command(("xcode-select", "-p"), busy=_NOT_YET, busy_seconds=PATIENCE, timeout=60)


def where() -> Command:
    """Ask for the folder of the tools; a failure means that there are none."""
    return Command(("xcode-select", "-p"), timeout=10)


def version() -> Command:
    """Ask which version of the Command Line Tools is installed."""
    return Command(("pkgutil", "--pkg-info=com.apple.pkg.CLTools_Executables"), timeout=10)
