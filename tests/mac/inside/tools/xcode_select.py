"""``xcode-select``: see `tests.mac.inside.tools.developer`."""

from __future__ import annotations

from tests.mac.inside import places
from tests.mac.inside.tools import developer
from tests.mac.inside.tools.start import say


def main(_program: str, arguments: list[str]) -> int:
    """Print the folder of the tools, or ask for them."""
    if arguments in (["-p"], ["--print-path"], ["-print-path"]):
        if developer.status() == "absent":
            say(developer.NONE)
            return 2
        print(places.COMMAND_LINE_TOOLS)
        return 0
    if arguments == ["--install"]:
        if developer.status() in ("present", "licence"):
            say(developer.ALREADY)
            return 1
        developer.ask()
        say(developer.REQUESTED)
        return 0
    raise SystemExit(f"the rig has no recording of xcode-select {arguments}")
