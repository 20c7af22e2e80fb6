"""The programs of the Command Line Tools themselves. They compile nothing.

Sources: actions/runner-images (versions); docs of GNU Make 3.81 in Apple's build (make).
"""

from __future__ import annotations

import os

from tests.mac.inside import places, state
from tests.mac.inside.tools import developer, openssl_make
from tests.mac.inside.tools.start import become, say


def main(program: str, arguments: list[str]) -> int:
    """Answer with a version, or do what the rig's builds need."""
    name = os.path.basename(program)
    if name == "xcrun":
        become("/usr/bin/xcrun", arguments)
    if state.read()["tools"] == "licence":
        say(developer.LICENCE)
        return developer.LICENCE_CODE
    if name in ("cc", "clang", "gcc"):
        return _clang(arguments)
    if name == "make":
        if arguments == ["--version"]:
            print("GNU Make 3.81")
            return 0
        return openssl_make.main(arguments)
    if name == "git" and arguments == ["--version"]:
        print("git version 2.39.5 (Apple Git-154)")
        return 0
    raise SystemExit(f"the rig has no recording of {name} {arguments}")


def _clang(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        now = state.read()
        build = f"{now['clang'].replace('.', '')[:4]}.0.13.5"
        print(f"Apple clang version {now['clang']} (clang-{build})")
        print(f"Target: {state.architecture()}-apple-darwin{now['kernel']}")
        print(f"Thread model: posix\nInstalledDir: {places.COMMAND_LINE_TOOLS}/usr/bin")
        return 0
    raise SystemExit(f"the rig has no recording of clang {arguments}")
