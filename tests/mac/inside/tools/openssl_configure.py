"""``Configure`` of the rig's OpenSSL archive; its lines are those of OpenSSL 3.5's Configure."""

from __future__ import annotations

import json
import re

from tests.mac.inside.tools.start import say

MACHINES = {"darwin64-arm64-cc": "arm64", "darwin64-x86_64-cc": "x86_64"}


def main(_program: str, arguments: list[str]) -> int:
    """Write a Makefile for the target that is named."""
    targets = [word for word in arguments if word in MACHINES]
    if len(targets) != 1:
        say(f"target already defined - {arguments}")
        return 255
    with open("VERSION.dat", encoding="ascii") as file:
        version = ".".join(re.findall(r"=(\d+)", file.read())[:3])
    values = dict(word.removeprefix("--").split("=", 1) for word in arguments if "=" in word)
    told = {"machine": MACHINES[targets[0]], "prefix": values["prefix"], "version": version}
    print(f"Configuring OpenSSL version {version} for target {targets[0]}")
    print("Using os-specific seed configuration\nCreated configdata.pm\nRunning configdata.pm")
    with open("Makefile", "w", encoding="utf-8") as file:
        file.write(f"# {json.dumps(told)}")
    print("Created Makefile.in\nCreated Makefile")
    return 0
