"""``security find-certificate -a -p KEYCHAIN``: prints certificates in sequence."""

from __future__ import annotations

import os

from tests.mac.inside import places


def main(_program: str, arguments: list[str]) -> int:
    """Print the certificates of the keychains."""
    if arguments[:3] != ["find-certificate", "-a", "-p"]:
        raise SystemExit(f"the rig has no recording of security {arguments}")
    file = f"{places.RIG}/state/keychain.pem"
    if os.path.exists(file):
        with open(file, encoding="ascii") as content:
            print(content.read(), end="")
    return 0
