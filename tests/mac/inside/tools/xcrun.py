"""``/usr/bin/xcrun``: runs or finds a program of the tools."""

from __future__ import annotations

import os

from tests.mac.inside import places
from tests.mac.inside.tools import developer
from tests.mac.inside.tools.start import become, say

_SDK = f"{places.COMMAND_LINE_TOOLS}/SDKs/MacOSX.sdk"


def main(_program: str, arguments: list[str]) -> int:
    """Run, find, or name the SDK."""
    code = developer.missing()
    if code:
        return code
    while arguments[:1] in (["--sdk"], ["-sdk"]):
        arguments = arguments[2:]
    if arguments == ["--show-sdk-path"]:
        print(_SDK)
        return 0
    find = arguments[:1] in (["--find"], ["-f"])
    name, *rest = arguments[1:] if find else arguments
    path = f"{places.COMMAND_LINE_TOOLS}/usr/bin/{name}"
    if not os.access(path, os.X_OK):
        # DyCI/dyci-main#99
        say(f'xcrun: error: unable to find utility "{name}", not a developer tool or in PATH')
        return 72
    if find:
        print(path)
        return 0
    become(path, rest)
