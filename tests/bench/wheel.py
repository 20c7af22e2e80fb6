"""P1 and P2: a wheel, from nothing to the proof, against the documented way and bare uv."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.bench.place import Place
from tests.bench.timing import Result, against, ratio, script_steps, seconds

WITH, WITHOUT, DOCUMENTED, BARE = "wizard, uv", "wizard, no uv", "documented", "bare uv"


def measure(place: Place, runs: int) -> list[Result]:
    """Every way once to warm the caches, then in turn. Caches of pip and uv are the user's own."""
    _by_wizard(place, uv=False)
    python = _made_from(place.folder / "targets" / "wizard")
    ways: dict[str, Callable[[], float]] = {
        DOCUMENTED: lambda: _documented(place, python),
        WITHOUT: lambda: _by_wizard(place, uv=False),
    }
    if place.uv:
        ways[WITH] = lambda: _by_wizard(place, uv=True)
        ways[BARE] = lambda: _by_uv(place, python)
    for way in ways.values():
        way()
    taken = script_steps(ways, runs)
    slow, without = taken[DOCUMENTED], taken[WITHOUT]
    what = "--yes, new environment, wheel, proved, against venv and pip as documented"
    results = [
        Result(
            *("P1 without uv", what, ratio(without, slow), "×", against(without, slow)), limit=0.3
        )
    ]
    if place.uv:
        fast, bare = taken[WITH], taken[BARE]
        results.insert(
            0, Result("P1 with uv", what, ratio(fast, slow), "×", against(fast, slow), limit=0.15)
        )
        results.append(
            Result(
                "P2",
                "the same, more than uv venv and uv pip install",
                median(fast) - median(bare),
                "s",
                against(fast, bare),
                limit=0.5,
            )
        )
    return results


def _by_wizard(place: Place, *, uv: bool) -> float:
    argv = (place.wizard, "--yes", "--venv", str(place.target("wizard")))
    return seconds(
        argv, place.environment(uv=uv), cwd=place.folder, log=place.folder / "wizard.log"
    )


def _made_from(environment: Path) -> str:
    """The Python that the wizard recommends: the other ways have to take the same."""
    lines = (environment / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    values = dict(line.split(" = ", 1) for line in lines if " = " in line)
    return str(Path(values["home"]) / "python3")


def _documented(place: Place, python: str) -> float:
    folder = place.target("documented")
    pip = str(folder / "bin" / "pip")
    return _all(
        place,
        (python, "-m", "venv", str(folder)),
        # It replaces its own program, which only Windows does not allow.
        (pip, "install", "-U", "pip"),
        (pip, "install", "cryptography"),
        uv=False,
    )


def _by_uv(place: Place, python: str) -> float:
    folder = place.target("bare")
    inside = str(folder / "bin" / "python")
    return _all(
        place,
        (place.uv, "venv", "--python", python, str(folder)),
        (place.uv, "pip", "install", "--python", inside, "cryptography"),
        uv=True,
    )


def _all(place: Place, *commands: tuple[str, ...], uv: bool) -> float:
    env, log = place.environment(uv=uv), place.folder / "others.log"
    return sum(seconds(argv, env, cwd=place.folder, log=log) for argv in commands)
