"""``pkgutil --pkg-info``: BVLC/caffe#3333 shows both answers."""

from __future__ import annotations

from tests.mac.inside import state
from tests.mac.inside.tools.start import say

PACKAGE = "com.apple.pkg.CLTools_Executables"


def main(_program: str, arguments: list[str]) -> int:
    """Print the receipt of a package."""
    (argument,) = arguments
    name = argument.partition("=")[2]
    now = state.read()
    if name != PACKAGE or now["tools"] == "absent":
        say(f"No receipt for '{name}' found at '/'.")
        return 1
    print(
        f"package-id: {name}\nversion: {now['tools_version']}\nvolume: /\nlocation: /\n"
        "install-time: 1656705474"
    )
    return 0
