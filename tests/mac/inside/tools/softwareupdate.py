"""``softwareupdate``: timsutton/osx-vm-templates#101 and Homebrew/brew#14061 (the list), #16 (that a
file makes the tools appear in it), Homebrew/install install.sh (how it is used)."""

from __future__ import annotations

import os

from tests.mac.inside import state
from tests.mac.inside.tools import developer

ON_DEMAND = "/tmp/.com.apple.dt.CommandLineTools.installondemand.in-progress"
HEAD = "Software Update Tool\n\nFinding available software"


def main(_program: str, arguments: list[str]) -> int:
    """List what can be installed, or install the tools."""
    now = state.read()
    label = f"Command Line Tools for Xcode-{now['label']}"
    offered = os.path.exists(ON_DEMAND) and now["tools"] in ("absent", "stale")
    print(HEAD)
    if arguments in (["-l"], ["--list"]):
        if offered:
            title, _, version = label.rpartition("-")
            print("Software Update found the following new or updated software:")
            print(f"* Label: {label}")
            print(f"\tTitle: {title}, Version: {version}, Size: 687455KiB, Recommended: YES, ")
        else:
            print("No new software available.")
        return 0
    if arguments[0] in ("-i", "--install"):
        if arguments[-1] != label or not offered:
            print(f"{arguments[-1]}: No such update\nNo updates are available.")
            return 1
        if not state.is_root():
            raise SystemExit("the rig has no recording of softwareupdate -i without root")
        print(f"\nDownloading {label[: label.rindex('-')]}")
        with state.changing() as changed:
            developer.install(changed)
        print(f"Downloaded {label[: label.rindex('-')]}")
        print(
            f"Installing {label[: label.rindex('-')]}\nDone with {label[: label.rindex('-')]}\nDone."
        )
        return 0
    raise SystemExit(f"the rig has no recording of softwareupdate {arguments}")
