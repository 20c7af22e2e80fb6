"""``lipo -archs`` and ``-info`` (pyca/cryptography#5918). A program of the tools in name only."""

from __future__ import annotations

from tests.mac.inside import macho
from tests.mac.inside.tools import developer


def main(_program: str, arguments: list[str]) -> int:
    """Print the architectures of a file."""
    code = developer.missing()
    if code:
        return code
    option, path = arguments
    with open(path, "rb") as file:
        machines = [part.machine for part in macho.read(file.read())]
    if option == "-archs":
        print(" ".join(machines))
    elif option == "-info" and len(machines) > 1:
        print(f"Architectures in the fat file: {path} are: {' '.join(machines)} ")
    elif option == "-info":
        print(f"Non-fat file: {path} is architecture: {machines[0]}")
    else:
        raise SystemExit(f"the rig has no recording of lipo {arguments}")
    return 0
