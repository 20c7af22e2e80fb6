"""Network faults: each of them × what is fetched × who fetches it, through the real wizard."""

from __future__ import annotations

import datetime
import ipaddress
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Optional

from tests.faults import faulty
from tests.faults.faulty import ALWAYS, HTML, JSON, Fault, Server, Spoiler, serving
from tests.live import machine
from tests.live.command import Done, Wizard

PYTHON = "3.13"
LIMIT = 120.0
"""Seconds for one run. The longest waits are those of pip: five times for an index that is gone."""
OUR = {"PIP_DEFAULT_TIMEOUT": "2", "UV_HTTP_TIMEOUT": "2", "CRYPTOGRAPHY_WIZARD_WAIT": "2"}
"""How long one wait for the network may be, in seconds."""


@dataclass(frozen=True)
class Case:
    """One fault of one kind of download.

    ``spoil`` happens ``times`` times, for addresses with ``where`` in them. ``says`` is a regular
    expression for what the wizard says; empty if the run ends proved.
    """

    name: str
    what: str
    tool: str
    where: str
    spoil: Optional[Spoiler]
    times: int = ALWAYS
    after: int = 0
    says: str = ""
    code: int = 0
    stops_before: bool = False
    method: str = "GET"
    variables: dict[str, str] = field(default_factory=dict)
    

def wheels(folder: Path) -> dict[str, bytes]:
    """Download what an environment gets, once, from the index of this machine."""
    python = machine.find(PYTHON)
    subprocess.run(
        (python, "-m", "pip", "download", "-q", "-d", str(folder), "--only-binary", ":all:", "cryptography", "pip"),
        check=True, timeout=300, capture_output=True)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def run(case: Case, files: dict[str, bytes]) -> str:
    folder = Path(tempfile.mkdtemp(prefix="fault-"))
    try:
        wizard = Wizard.below(folder)
        (folder / "home").mkdir()
        (folder / "tmp").mkdir()
        server = Server(faulty.index(files))
        if case.spoil:
            server.faults.append(Fault(case.where, case.spoil, case.times, case.after, case.method))
        with serving(server):
            env = {
                "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp"),
                "XDG_CONFIG_HOME": str(folder / "home/.config"), "XDG_CACHE_HOME": str(folder / "home/.cache"),
                "PIP_INDEX_URL": f"{server.url}/simple", "PIP_FIND_LINKS": "", "NO_PROXY": "", 
                **OUR, **case.variables}
            begin = time.monotonic()
            try:
                done = wizard("--yes", "--json", "--venv", "env", "--python", machine.find(PYTHON), "--installer", case.tool, env=env, timeout=LIMIT)
            except subprocess.TimeoutExpired:
                return f"{case.what} {case.name} {case.tool}: TIMEOUT after {LIMIT}"
            took = time.monotonic() - begin
            try:
                error = done.report.get("error") or {}
            except ValueError:
                error = {"what": "NOT JSON: " + done.said[-1500:]}
            left = [str(p.relative_to(folder)) for p in (*folder.glob("tmp/*"), *folder.glob("work/*"), *folder.glob("cache/*"))]
            return (f"== {case.what} {case.name} {case.tool}: exit {done.code} in {took:.1f} s; page {server.count('/simple/cryptography')} file {server.count('/files/cryptography')} {server.ranges('/files/cryptography')} left {left}\n"
                    + json.dumps(error, indent=1)[:1800])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def cases() -> Iterator[Case]:
    spoilers = {
        "stall": faulty.stalls, "silent": faulty.silent, "reset": faulty.resets, "cut": faulty.cut, "cut-chunks": faulty.cut_chunks,
        "loop": faulty.loops, "sign-in": faulty.instead(faulty.SIGN_IN), "bad-json": faulty.instead(b'{"files": [', JSON),
        "empty": faulty.instead(b'{"meta":{"api-version":"1.0"},"name":"cryptography","files":[]}', JSON),
        "type": faulty.instead(b"\0\1\2", "application/octet-stream"), "gzip": faulty.bad_gzip,
        **{str(code): faulty.status(code, **({"Retry-After": "1"} if code == 429 else {})) for code in (401, 403, 404, 407, 429, 451, 500, 502, 503)},
        "changed": faulty.changed,
        "no-ranges": faulty.no_ranges, "wrong-range": faulty.wrong_range,
    }
    for tool in ("pip", "uv"):
        for what, where in (("page", "/simple/cryptography/"), ("file", "/files/cryptography-")):
            for name, spoil in spoilers.items():
                if what == "page" and name in ("changed", "no-ranges", "wrong-range"): continue
                if what == "file" and name in ("empty", "bad-json", "type"): continue
                yield Case(name, what, tool, where, spoil)
                if name in ("stall", "silent", "reset", "cut", "cut-chunks", "429", "500", "502", "503", "no-ranges", "wrong-range"):
                    yield Case(name + "-passes", what, tool, where, spoil, times=2)


if __name__ == "__main__":
    folder = Path("/tmp/network-files")
    if not folder.exists():
        folder.mkdir(); wheels(folder)
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    chosen = [c for c in cases() if re.search(sys.argv[1], f"{c.what} {c.name} {c.tool}")]
    with ThreadPoolExecutor(2) as pool:
        for text in pool.map(lambda c: run(c, files), chosen):
            print(text, flush=True)
