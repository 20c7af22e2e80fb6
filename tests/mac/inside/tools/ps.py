"""``ps -axo``: Apple's, which prints the columns that are named, without titles after ``=``."""

from __future__ import annotations

import os
import time

from tests.mac.inside import places


def main(_program: str, arguments: list[str]) -> int:
    """Print the processes of the tree."""
    wanted = arguments[arguments.index("-axo") + 1] if "-axo" in arguments else ""
    names = [name.removesuffix("=") for name in wanted.split(",")]
    if not wanted or any(not name.endswith("=") for name in wanted.split(",")):
        raise SystemExit(f"the rig has no recording of ps {arguments}")
    for entry in os.listdir(places.PROC):
        if entry.isdigit():
            row = _row(entry)
            if row:
                print(" ".join(row[name] for name in names))
    return 0


def _row(entry: str) -> dict[str, str]:
    try:
        with open(f"{places.PROC}/{entry}/stat", encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return {}  # it has ended
    fields = text[text.rindex(")") + 2 :].split()
    with open(f"{places.PROC}/uptime", encoding="ascii") as file:
        booted = time.time() - float(file.read().split()[0])
    started = time.localtime(booted + int(fields[19]) / os.sysconf("SC_CLK_TCK"))
    state = {"D": "U", "R": "R", "Z": "Z", "T": "T"}.get(fields[0], "S")
    command = text[text.index("(") + 1 : text.rindex(")")]
    return {
        "pid": f"{entry:>5}",
        "ppid": f"{fields[1]:>5}",
        "pgid": f"{fields[2]:>5}",
        "stat": f"{state:<4}",
        "lstart": time.strftime("%a %b %e %H:%M:%S %Y", started),
        "comm": command,
        "command": command,
    }
