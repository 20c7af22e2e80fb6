"""``sw_vers`` (rust-openssl#1409 shows its output; ``-productVersion`` prints the version alone)."""

from __future__ import annotations

from tests.mac.inside import state


def main(_program: str, arguments: list[str]) -> int:
    """Print the version of macOS."""
    version = state.read()["macos"]
    if arguments in (["-productVersion"], ["--productVersion"]):
        print(version)
    elif not arguments:
        print(f"ProductName:\t\tmacOS\nProductVersion:\t\t{version}")
    else:
        raise SystemExit(f"the rig has no recording of sw_vers {arguments}")
    return 0
