"""P6: the doctor looks at everything side by side, so it takes little longer than its slowest part.

Three times are taken in turn: the whole process ``cryptography-wizard doctor``; the same parts in
a process that says how long each took (`wizard.machine.probe.measure`); and ``--version``, which
is what it costs to start the interpreter and the front door. A part's seconds are those that it
took beside all others, on the same cores.
"""

from __future__ import annotations

import json
import subprocess
from statistics import median

from tests.bench.place import Place
from tests.bench.timing import Broken, Result, script_steps, seconds

MEASURE = """\
import json
from cryptography_wizard import finder
finder.install()
from wizard.machine import probe
from wizard.choices import Choices
print(json.dumps(probe.measure(Choices(), everything=True).seconds))
"""


def measure(place: Place, runs: int) -> list[Result]:
    """Hold the whole against its slowest part, with and without the start of the process."""
    parts: dict[str, list[float]] = {}

    def each_part() -> float:
        taken = _parts(place)
        for name, value in taken.items():
            parts.setdefault(name, []).append(value)
        return max(taken.values())

    ways = {
        "doctor": lambda: _whole(place, "doctor"),
        "slowest": each_part,
        "start": lambda: _whole(place, "--version"),
    }
    _whole(place, "doctor")
    taken = script_steps(ways, runs)
    whole, slowest, start = (median(taken[name]) for name in ("doctor", "slowest", "start"))
    medians = {name: median(values) for name, values in parts.items()}
    listed = ", ".join(
        f"{name} {value:.2f}" for name, value in sorted(medians.items(), key=lambda m: -m[1])
    )
    return [
        Result(
            "P6",
            "doctor, the start of its process taken off, against its slowest part",
            (whole - start) / slowest,
            "×",
            f"({whole:.2f} − {start:.2f}) s against {slowest:.2f} s, {runs} runs each",
            limit=1.2,
        ),
        Result(
            "P6",
            "the whole process against the same",
            whole / slowest,
            "×",
            f"seconds of the parts: {listed}",
        ),
    ]


def _whole(place: Place, argument: str) -> float:
    return seconds((place.wizard, argument), place.environment(uv=True), cwd=place.folder)


def _parts(place: Place) -> dict[str, float]:
    done = subprocess.run(
        (place.own_python, "-c", MEASURE),
        cwd=place.folder,
        env=place.environment(uv=True),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise Broken(f"The probe could not be measured: {done.stderr[-500:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
