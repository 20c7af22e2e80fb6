"""P3: a wheelhouse with an OpenSSL inside, against the documented script; and its graph of steps.

The script is the one of cryptography's documentation ("Static Wheels"), run as written but for
three things that make it quicker: `venv` in the place of virtualenv, an archive that is there
already in the place of the download, and the newest release's variables for the link.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest

from tests.bench.place import Place
from tests.bench.timing import (
    LONGEST,
    Broken,
    NotHere,
    Result,
    against,
    ratio,
    script_steps,
    seconds,
)
from tests.live import sources

WHOLE = Path(__file__).with_name("whole.py")
MOST_RUNS = 2
"""Of each way that takes a minute or two; the longer ones are run once."""


def measure(place: Place, runs: int) -> list[Result]:
    """The three ways of the wizard against the script, then its graph against a chain of steps."""
    bench = _Bench(place)
    often: dict[str, Callable[[], float]] = {
        "nothing": bench.from_nothing,
        "kept": bench.once_more,
        "system": bench.with_the_systems,
    }
    once: dict[str, Callable[[], float]] = {
        "script": bench.script,
        "graph": lambda: bench.whole("graph"),
        "chain": lambda: bench.whole("chain"),
    }
    taken = {**script_steps(often, min(runs, MOST_RUNS)), **script_steps(once, 1)}
    what = "static wheelhouse, proved, against the documented script"
    script = taken["script"]
    return [
        *(
            Result(
                *("P3", f"{what}: {words}", ratio(taken[way], script), "×"),
                against(taken[way], script),
                limit=limit,
            )
            for way, words, limit in (
                ("nothing", "own OpenSSL, from nothing", 0.31),
                ("kept", "the same once more", 0.15),
                ("system", "the system's static libraries", 0.17),
            )
        ),
        Result(
            "P3, graph",
            "parallel against sequential steps, from nothing",
            ratio(taken["graph"], taken["chain"]),
            "×",
            against(taken["graph"], taken["chain"]),
            limit=1.0,
        ),
        Result(
            "P3, cores",
            "busy from the first compiler to the last",
            median(bench.busy),
            "%",
            f"user and system time of the whole machine, {len(bench.busy)} runs, own OpenSSL",
            limit=85,
            at_least=True,
        ),
    ]


class _Bench:
    """Runs each way in folders of its own. ``busy`` are per cents, of the runs as a graph."""

    def __init__(self, place: Place) -> None:
        self.busy: list[float] = []
        self._place = place
        self._cache = place.folder / "cache"
        folder = place.folder / "openssl-source"
        folder.mkdir()
        try:
            self._openssl, self._archive = sources.openssl(folder)
        except pytest.skip.Exception as problem:
            raise NotHere(str(problem)) from None

    def script(self) -> float:
        folder = self._place.target("script")
        folder.mkdir()
        python = str(folder / "env" / "bin" / "python")
        source = folder / f"openssl-{self._openssl.version}"
        prefix = str(folder / "openssl")
        link = {"OPENSSL_DIR": prefix, "OPENSSL_STATIC": "1"}
        log = self._place.folder / "others.log"
        took = 0.0
        for argv, cwd, env in (
            ((self._place.python, "-m", "venv", "env"), folder, {}),
            ((python, "-m", "pip", "install", "-U", "setuptools"), folder, {}),
            ((python, "-m", "pip", "install", "-U", "wheel", "pip"), folder, {}),
            (("tar", "xf", str(self._archive)), folder, {}),
            (
                ("./config", "no-shared", "no-ssl2", "no-ssl3", "-fPIC", f"--prefix={prefix}"),
                source,
                {},
            ),
            (("make",), source, {}),
            (("make", "install"), source, {}),
            (
                (
                    *(python, "-m", "pip", "wheel", "--no-cache-dir"),
                    *("--no-binary", "cryptography", "cryptography"),
                ),
                folder,
                link,
            ),
        ):
            took += seconds(argv, {**self._env(), **env}, cwd=cwd, log=log)
        return took

    def from_nothing(self) -> float:
        shutil.rmtree(self._cache, ignore_errors=True)
        return self._wizard(*self._own())

    def once_more(self) -> float:
        return self._wizard(*self._own())

    def with_the_systems(self) -> float:
        return self._wizard("--link", "static")

    def whole(self, how: str) -> float:
        """Run all steps in a new process, as a ``graph`` or a ``chain``."""
        shutil.rmtree(self._cache, ignore_errors=True)
        wheels = str(self._place.target("wheels"))
        done = subprocess.run(
            (self._place.own_python, str(WHOLE), how, self._openssl.version, wheels),
            cwd=self._place.folder,
            env={**self._env(), "OPENSSL_SOURCE": str(self._archive)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        if done.returncode:
            raise Broken(f"The steps as a {how} ended badly. {done.stderr.strip()[-500:]}")
        told = json.loads(done.stdout)
        if how == "graph":
            self.busy.append(told["busy"])
        return float(told["seconds"])

    def _own(self) -> tuple[str, ...]:
        return (
            *("--link", "static", "--openssl", self._openssl.version),
            *("--openssl-source", str(self._archive)),
        )

    def _wizard(self, *how: str) -> float:
        wheels = str(self._place.target("wheels"))
        argv = (self._place.wizard, "--yes", "--wheelhouse", wheels, "--method", "source", *how)
        log = self._place.folder / "wizard.log"
        return seconds(argv, self._env(), cwd=self._place.folder, log=log)

    def _env(self) -> dict[str, str]:
        kept = self._place.environment(uv=False)
        return {**kept, "CRYPTOGRAPHY_WIZARD_CACHE": str(self._cache)}
