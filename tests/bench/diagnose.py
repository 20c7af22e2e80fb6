"""P7: the diagnosis of a long log: megabytes a second, and the most memory."""

from __future__ import annotations

import subprocess
import sys

from tests.bench.place import CHECKOUT, Place
from tests.bench.timing import Result

MEGABYTES = 100

PROGRAM = """
import re, sys, time
from wizard.diagnosis.diagnose import diagnose_bytes

def chunks(kind, size):
    number = 0
    while size > 0:
        if kind == "blank":
            chunk = b"\\n" * (1 << 20)
        elif kind == "files":
            chunk = "".join(
                "2026-12-01T17:18:28,717   Skipping link: none of the wheel's tags "
                f"(cp{i % 40}-abi3-win32) are compatible (run pip debug --verbose to show "
                f"compatible tags): https://files.example/packages/{i % 256:02x}/bf/{i:060x}/"
                f"cryptography-{i % 50}.0.{i % 9}-cp{i % 40}-abi3-win32.whl "
                "(from https://index.example/simple/cryptography/) (requires-python:>=3.8)\\n"
                for i in range(number, number + 10_000)
            ).encode()
            number += 10_000
        else:
            chunk = "".join(
                f"   Compiling crate-{i} v1.0.{i} (/home/user/some/rather/long/path)\\n"
                for i in range(number, number + 10_000)
            ).encode()
            number += 10_000
        size -= len(chunk)
        yield chunk

diagnose_bytes([b"error: linker `cc` not found"])
parts = list(chunks(sys.argv[1], 4 << 20))
size = int(sys.argv[2]) << 20
start = time.perf_counter()
repeated = (parts[i % len(parts)] for i in range(size // len(parts[0])))
diagnose_bytes(repeated)
print(size / (1 << 20) / (time.perf_counter() - start))
# What getrusage calls the most memory counts that of the process that started this one, too.
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) / 1024)
"""


_LOGS = (
    ("build", "of a build"),
    ("files", "of pip with -vvv, which lists the files of an index"),
    ("blank", "of blank lines"),
)


def measure(place: Place, runs: int) -> list[Result]:
    """Each kind of log; the best of the runs, each in a new process."""
    del place
    results = []
    for kind, what in _LOGS:
        told = [_run(kind) for _ in range(runs)]
        how = f"{MEGABYTES} MB, {runs} runs"
        speed, memory = max(rate for rate, _ in told), max(most for _, most in told)
        name = f"the diagnosis of a log {what}"
        results += [
            Result("P7", name, speed, "MB/s", how, limit=20, at_least=True),
            Result("P7", f"the most memory, {what}", memory, "MB", how, limit=150),
        ]
    return results


def _run(kind: str) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, kind, str(MEGABYTES)],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    rate, memory = map(float, done.stdout.split())
    return rate, memory
