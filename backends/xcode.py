"""Apple's Command Line Tools, which contain the compiler of every Mac, and Xcode.

``/usr/bin/cc``, ``git``, ``make`` and others are placeholders: they start the real program in the
selected folder. What happens if it is not there, from public logs:

- No folder is selected: ``xcode-select -p`` fails ("Unable to get active developer directory",
  Swiss-Mac-User/macOS-scripted-setup#8; "unable to …, use" before macOS 14), and a placeholder,
  also ``xcrun``, opens Apple's window ("No developer tools were found, requesting install",
  hraban/mac-app-util#35).
- A folder is selected, but the tools in it are gone, as after an upgrade of macOS: ``xcode-select
  -p`` prints it with exit code 0, and a placeholder fails without a window ("invalid active
  developer path (…), missing xcrun at: …", arguablykomodo/shadowfox-updater#25; ``xcode-select
  --install`` repaired it there).
- The selected Xcode was deleted or renamed: ``xcode-select -p`` still prints it
  (Homebrew/install#36), and a placeholder fails ("active developer path (…) does not exist",
  sballin/alfred-search-notes-app#17).
- The licence of a new Xcode is not accepted: every placeholder fails with exit code 69
  (expo/xde#20).

So ``xcrun`` is only called after ``xcode-select -p`` has succeeded: then no window opens.

``xcode-select --install`` opens a window, in which the user must agree, and returns at once. The
window belongs to a separate program, `INSTALLER`, which runs until the tools are installed or the
user cancels or clicks Done (GonzaloAlvarez/provisioning, roles/xcode/files/install-script.sh).
"""

from __future__ import annotations

import re
from typing import Literal

from backends.action import Command, SystemUpdate, Wait

State = Literal["ready", "absent", "incomplete", "moved", "licence", "broken"]
"""``incomplete``: a folder is selected, but its tools are gone; ``moved``: the selected Xcode is
gone; ``licence``: its licence is not accepted; ``broken``: they do not run for another reason."""

FOLDER = "/Library/Developer/CommandLineTools"
"""Where macOS installs them."""
INSTALLER = "Install Command Line Developer Tools"
"""The program whose window asks the user, from /System/Library/CoreServices."""
SIZE = "about 1 GB"
"""The size of the download: 920,416 KiB for version 26.5 (``softwareupdate --list``)."""
WAIT_SECONDS = 3600.0
"""Seconds. The user must click first, and the download takes long on a slow network."""
MARKER = "/tmp/.com.apple.dt.CommandLineTools.installondemand.in-progress"  # noqa: S108
"""While this file exists, ``softwareupdate`` also lists the tools on a Mac that does not have them
(Homebrew/install, install.sh)."""
NAME = "Command Line Tools"
"""How each of their labels in the list of ``softwareupdate`` begins."""
RUNS = (("xcode-select", "-p"), ("xcrun", "clang", "--version"))
"""These commands succeed, in this order, if the tools run. They open no window."""
_IS_INSTALLED = (f"{FOLDER}/usr/bin/clang", "--version")
"""Succeeds if the tools are complete, whatever is selected. It is no placeholder."""

_SIGNS: tuple[tuple[State, re.Pattern[str]], ...] = (
    # "Agreeing to the Xcode/iOS license requires admin privileges": bazelbuild/
    # continuous-integration#842.
    ("licence", re.compile(r"not agreed to the Xcode license|Agreeing to the Xcode")),
    (
        "absent",
        re.compile(
            "no developer tools were found|unable to get active developer directory"
            "|command line tools are missing",
            re.IGNORECASE,
        ),
    ),
    (
        "incomplete",
        # "unable to find utility": DyCI/dyci-main#99.
        re.compile(r"active developer path|does not exist|unable to find utility"),
    ),
)
_SLOW = re.compile("^No answer within ")
"""The first call after an installation can take long; that does not mean that they do not run."""
_MINIMUM = {"10.15": "11.0.0", "11": "12.5.0", "12": "13.0.0", "13": "14.0.0", "14": "15.0.0",
            "15": "16.0.0"}  # fmt: skip
"""The oldest tools with which Homebrew compiles on each macOS; from 26 on, both have the same
number (Homebrew/brew, Library/Homebrew/os/mac/xcode.rb, ``CLT.minimum_version``)."""


def state(folder: str, problem: str) -> State:
    """Return the state of the tools.

    ``folder`` is what ``xcode-select -p`` printed, empty if it failed; ``problem`` is what a
    placeholder, such as ``cc``, printed instead of its version, empty if it runs.
    """
    if not folder:
        return "absent"
    if not problem or _SLOW.match(problem):
        return "ready"
    found: State = next((name for name, sign in _SIGNS if sign.search(problem)), "broken")
    if found == "incomplete" and ".app/" in f"{folder}/":
        return "moved"
    return found


def too_old(version: str, macos: str) -> bool:
    """Return whether Homebrew refuses to compile with tools of this version on this macOS.

    It installs ready-made packages anyway. An unknown version is never too old.
    """
    number = re.match(r"(\d+)(?:\.(\d+))?", macos)
    mine = re.match(r"(\d+)\.(\d+)", version)
    if number is None or mine is None:
        return False
    major = number[0] if number[1] == "10" else number[1]
    least = _MINIMUM.get(major, f"{major}.0.0" if int(number[1]) >= 26 else "")
    if not least:
        return False
    first, second, _ = map(int, least.split("."))
    return (int(mine[1]), int(mine[2])) < (first, second)


def outdated(version: str, macos: str) -> str:
    """Return that tools of this version are old for this macOS, in a sentence; empty if not."""
    if not too_old(version, macos):
        return ""
    short = ".".join(version.split(".")[:2])
    return (
        f"The Command Line Tools {short} are older than macOS {macos}. With these, Homebrew "
        "installs ready-made packages, but compiles none."
    )


def install(*, incomplete: bool = False) -> Command:
    """Ask macOS to install the tools: a window opens, unless it is open already.

    A second request prints the same as the first (ken-matsui/dotfiles, install.sh, calls it every
    second). Exit code 1 says that macOS has a record of the tools (Homebrew/brew#2773): that is
    good unless they are ``incomplete``, because no window opens then.
    """
    return Command(("xcode-select", "--install"), ok=(0,) if incomplete else (0, 1), timeout=60)


def wait() -> Wait:
    """Wait until the user has agreed in the window, and the tools are installed and run."""
    return Wait(
        "click Install in Apple's window, and accept the licence; the window may be behind others",
        RUNS,
        WAIT_SECONDS,
        alive=("pgrep", "-f", INSTALLER),
        patience=60.0,
        closed="Apple's installer was closed before the Command Line Tools were installed, or its "
        "window could not open.",
        hints=(
            "Start again, click Install in the window, and leave it open until it is finished.",
            "If the window says that the software is not available: install the updates of macOS, "
            "then start again.",
            "If no window opens, remove what is left of earlier tools, then start again: "
            f"`sudo rm -rf {FOLDER}`",
        ),
    )


def update() -> SystemUpdate:
    """Install the newest tools as root, without a window, unless they are complete already."""
    return SystemUpdate(NAME, MARKER, _IS_INSTALLED)


def check() -> Wait:
    """Check that the tools run, with some patience: nobody must click."""
    return Wait(
        "for the Command Line Tools to run",
        RUNS,
        120.0,
        hints=("See what is wrong: `xcrun clang --version`",),
    )


def reset() -> Command:
    """Forget which folder was selected, so that macOS finds the tools itself."""
    return Command(("xcode-select", "--reset"), root=True, timeout=60)


def select(folder: str) -> Command:
    """Select a folder: the undo of `reset`. If it does not exist, nothing was changed.

    The message is from Homebrew/brew#1012.
    """
    return Command(
        ("xcode-select", "--switch", folder),
        root=True,
        timeout=60,
        gone="invalid developer directory",
    )


def folder() -> Command:
    """Ask for the selected folder; a failure means that no tools are installed."""
    return Command(("xcode-select", "-p"), timeout=10)


def version() -> Command:
    """Ask which version of the Command Line Tools is installed."""
    return Command(("pkgutil", "--pkg-info=com.apple.pkg.CLTools_Executables"), timeout=10)


_LABEL = re.compile(
    r"^\s*\*\s+(?:Label:\s*)?(?P<label>Command Line Tools.*-(?P<version>\d+(?:\.\d+)*))\s*$",
    re.MULTILINE,
)


def newest_label(output: str) -> str:
    """Return the label of the newest tools in the list of ``softwareupdate -l``; empty if none.

    Before macOS 10.15 a label follows its asterisk directly, since then ``Label:`` (timsutton/
    osx-vm-templates#101). The list is in no order, and may contain a beta, which is not used
    (Homebrew/install#206).
    """
    found = [
        (tuple(map(int, match["version"].split("."))), match["label"])
        for match in _LABEL.finditer(output)
        if " beta " not in match["label"]
    ]
    return max(found, default=((), ""))[1]
