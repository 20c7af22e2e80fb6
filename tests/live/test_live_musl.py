"""A Python that is linked to musl: what is known of it, wheels, wheelhouses, and the wizard itself.

The Python is compiled once and kept (`tests.live.musl.python`); it runs with the musl of Debian 12,
1.2.3, and with that of Debian 13, 1.2.5. They are done in their turn: see `tests.live.matrix`.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Callable

import pytest
from packaging.version import Version

from tests.live import kept, roots
from tests.live.command import Done
from tests.live.marks import limit
from tests.live.matrix import long
from tests.live.musl import python
from tests.live.musl.python import PYTHON
from tests.live.roots import Root

pytestmark = [pytest.mark.live, limit(2400), long("musl")]

MUSL = {"bookworm": "1.2.3", "trixie": "1.2.5"}
"""Each suite with the version of its musl."""
NEWEST = "50.0.2"
FIRST_WITH_RELR = "42.0.8"
"""The first whose wheels have relocations (DT_RELR) that musl understands since 1.2.4."""
ENDED_BY_SIGSEGV = (-signal.SIGSEGV, 128 + signal.SIGSEGV)
NO_NETWORK = ("unshare", "--net")


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the kept folder of the Python; made in some minutes if there is no kept one."""
    roots.possible()

    def make(folder: Path) -> None:
        scratch = tmp_path_factory.mktemp("musl") / "builder"
        builder = roots.make(python.SUITE, python.VERSION, scratch, include=python.PACKAGES)
        try:
            python.build(builder)
            shutil.move(builder.path(python.PREFIX), folder / "prefix")
        finally:
            shutil.rmtree(builder.folder)

    return kept.get("musl", python.RECIPE, make) / "prefix"


@pytest.fixture(scope="module")
def system(
    base: Callable[[str], Root], prefix: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Root]]:
    """Return a function that gives a Debian with the wizard, musl and this Python, made once."""
    made: dict[str, Root] = {}

    def give(suite: str) -> Root:
        if suite not in made:
            root = roots.copy(base(suite), tmp_path_factory.mktemp("systems") / suite)
            made[suite] = root
            root.must("apt-get", "-q", "update", timeout=120)
            root.must("apt-get", "-q", "install", "-y", "musl", timeout=120)
            shutil.copytree(prefix, root.path(python.PREFIX), symlinks=True)
        return made[suite]

    yield give
    for root in made.values():
        shutil.rmtree(root.folder)


def assert_proved(done: Done, release: str) -> Any:
    """A wheel of this release was installed and proved; return the whole report."""
    assert done.code == 0, done.said
    report = done.report
    assert report["plan"]["method"] == "wheel"
    assert report["report"]["ok"] is True
    assert report["report"]["version"] == release
    assert report["report"]["linkage"]["kind"] == "static"
    return report


def tries(root: Root, environment: str) -> str:
    """Import it in an environment, without the wizard; return its version."""
    code = "from cryptography import x509; import cryptography; print(cryptography.__version__)"
    return root.must(f"{environment}/bin/python", "-c", code).strip()


def offline(root: Root, *arguments: str) -> Done:
    """Run the wizard in the root where no network is, not even the loopback."""
    argv: Sequence[str] = (*NO_NETWORK, *root.argv("cryptography-wizard", *arguments))
    done = subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("suite", MUSL)
def test_its_c_library_is_known_with_the_version(suite: str, system: Callable[[str], Root]) -> None:
    path = f"{python.PREFIX}/bin:/usr/local/bin:/usr/bin:/bin"
    done = system(suite).wizard("doctor", "--json", env={"PATH": path})
    assert done.code == 0, done.said
    found, *_ = (each for each in done.report["pythons"] if each["prefix"] == python.PREFIX)
    assert (found["libc"], found["libc_version"]) == ("musl", MUSL[suite])
    assert done.report["system"]["libc"] == "glibc"


def test_the_newest_wheel_is_proved(system: Callable[[str], Root]) -> None:
    root = system("trixie")
    done = root.wizard("--yes", "--json", "--python", PYTHON, "--venv", "/srv/newest")
    report = assert_proved(done, NEWEST)
    assert "gcc" not in roots.packages(root)
    assert tries(root, "/srv/newest") == NEWEST
    again = root.wizard("verify", report["plan"]["python"], "--json")
    assert again.code == 0, again.said


def test_the_newest_wheel_that_this_musl_can_load_is_recommended(
    system: Callable[[str], Root],
) -> None:
    root = system("bookworm")
    done = root.wizard("--yes", "--json", "--python", PYTHON, "--venv", "/srv/old")
    release = done.report["plan"]["release"] if done.code == 0 else ""
    report = assert_proved(done, release)
    assert report["report"]["ok"] is True
    assert Version("41.0.7") <= Version(release) < Version(FIRST_WITH_RELR)
    assert tries(root, "/srv/old") == release


def test_a_wheel_that_this_musl_cannot_load_is_refused(system: Callable[[str], Root]) -> None:
    root = system("bookworm")
    where = ("--python", PYTHON, "--venv", "/srv/crash")
    done = root.wizard("--yes", "--json", "--method", "wheel", "--release", NEWEST, *where)
    assert done.code == 3, done.said
    assert "musl 1.2.3" in done.report["error"]["why"]
    assert "musl 1.2.4 or newer" in done.report["error"]["why"]
    assert not root.path("/srv/crash").exists()
    # That it is the truth: pip takes the wheel, and the import ends the process.
    root.must(PYTHON, "-m", "venv", "/srv/crash", timeout=120)
    pip = ("/srv/crash/bin/python", "-m", "pip", "install", "-q", f"cryptography=={NEWEST}")
    root.must(*pip, timeout=240)
    code = "from cryptography.hazmat.bindings import _rust"
    assert root.run("/srv/crash/bin/python", "-c", code).code in ENDED_BY_SIGSEGV


def test_the_wizard_itself_runs_with_it(system: Callable[[str], Root]) -> None:
    root = system("trixie")
    program = "/usr/local/bin/cryptography-wizard"
    where = ("--python", PYTHON, "--venv", "/srv/itself")
    done = root.run(PYTHON, program, "--yes", "--json", *where, timeout=240)
    report = assert_proved(done, NEWEST)
    made = root.must(report["plan"]["python"], "-c", "import sys; print(sys.base_prefix)")
    assert made.strip() == python.PREFIX


def test_a_wheelhouse_for_it_needs_no_network(system: Callable[[str], Root]) -> None:
    root = system("trixie")
    made = root.wizard("--yes", "--wheelhouse", "/srv/wheels", "--targets", PYTHON)
    assert made.code == 0, made.said
    names = [path.name for path in root.path("/srv/wheels").glob("cryptography-*.whl")]
    assert len(names) == 1
    assert "musllinux_1_2_x86_64" in names[0]
    where = ("--from-wheelhouse", "/srv/wheels", "--venv", "/srv/offline")
    done = offline(root, "--yes", "--json", *where, "--python", PYTHON)
    assert_proved(done, NEWEST)
    assert tries(root, "/srv/offline") == NEWEST
