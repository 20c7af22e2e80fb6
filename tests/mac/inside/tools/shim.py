"""The programs in ``/usr/bin`` that only start those of the Command Line Tools."""

from __future__ import annotations

import os

from tests.mac.inside import places
from tests.mac.inside.tools import developer
from tests.mac.inside.tools.start import become

_OTHER_NAMES = {"gcc": "clang", "pip3": "python3"}


def main(program: str, arguments: list[str]) -> int:
    """Start the real program, or ask for the tools."""
    code = developer.missing()
    if code:
        return code
    name = os.path.basename(program)
    if name == "pip3":
        arguments = ["-m", "pip", *arguments]
    become(f"{places.COMMAND_LINE_TOOLS}/usr/bin/{_OTHER_NAMES.get(name, name)}", arguments)
