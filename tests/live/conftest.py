"""What the live tests share: a network, a pip, the wizard as a program, and whole systems."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Callable

import pytest

from tests.live import machine, marks, matrix, page, releases, roots
from tests.live.command import Wizard
from tests.live.roots import Root

ROWS = pytest.StashKey[dict[str, page.Row]]()
SPENT = pytest.StashKey[dict[str, float]]()
"""The long tests of which some have passed, each with the seconds that they took together."""
FAILED = pytest.StashKey[set[str]]()
"""The long tests of which some have not passed."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ROWS], config.stash[SPENT], config.stash[FAILED] = {}, {}, set()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the long tests that are not due; say which live tests share a process."""
    order: dict[pytest.Item, int] = {}
    for item in items:
        if not item.get_closest_marker("live"):
            continue
        mark = item.get_closest_marker("long")
        if mark:
            if not matrix.is_due(mark.args[0]):
                reason = f"takes minutes, not in its turn; LIVE_MATRIX={mark.args[0]} runs it"
                item.add_marker(pytest.mark.skip(reason=reason))
        elif not matrix.is_in_this_shift(item.path.stem, item.nodeid):
            reason = "is done in one of three runs; LIVE_MATRIX=all does it"
            item.add_marker(pytest.mark.skip(reason=reason))
        group = marks.group(item)
        order[item] = marks.ORDER.index(group)
        if group:
            item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: order.get(item, -1))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember which long tests have passed. Several tests may have one name, and one turn."""
    report = yield
    if mark := item.get_closest_marker("long"):
        name = mark.args[0]
        if not report.passed:
            item.config.stash[FAILED].add(name)
        elif call.when == "call":
            spent = item.config.stash[SPENT]
            spent[name] = spent.get(name, 0.0) + call.duration
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write what has passed into the page of what was tried, if LIVE_MATRIX asked for something."""
    if not os.environ.get("LIVE_MATRIX"):
        return
    stash = session.config.stash
    rows, spent, failed = stash[ROWS], stash[SPENT], stash[FAILED]
    new: dict[str, page.Result] = {
        **rows,
        **{name: page.Passed(f"{s:.0f}") for name, s in spent.items() if name not in failed},
    }
    if new:
        page.update(new)
        print(f"\nWritten to docs/{page.PAGE.name}: {', '.join(new)}.")


@pytest.fixture
def rows(request: pytest.FixtureRequest) -> dict[str, page.Row]:
    """Return where each case of the matrix puts its row."""
    return request.config.stash[ROWS]


@pytest.fixture(scope="session")
def host_pip(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Return the command of a pip that reaches the index; skips where none does."""
    pip = (machine.newest(), "-m", "pip", "--disable-pip-version-check", "--no-input")
    folder = tmp_path_factory.mktemp("reach")
    argv = (*pip, "download", "--quiet", "--no-deps", "--dest", str(folder), "packaging")
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("the package index does not answer within a minute")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["pip says nothing"]
        pytest.skip(f"pip cannot reach the package index: {lines[-1]}")
    return pip


@pytest.fixture
def wizard(host_pip: tuple[str, ...], tmp_path: Path) -> Wizard:
    """Return the wizard with a working folder of its own, on a machine that has a network."""
    return Wizard.below(tmp_path)


@pytest.fixture(scope="session")
def release(host_pip: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a release."""
    return releases.make(tmp_path_factory.mktemp("dist") / "dist")


@pytest.fixture(scope="session")
def base(
    host_pip: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Root]]:
    """Return a function that gives the pristine root of a suite, with the wizard in it."""
    roots.possible()
    wheel = roots.build_wheel(host_pip, tmp_path_factory.mktemp("wheel"))
    made: dict[str, Root] = {}

    def pristine(suite: str) -> Root:
        if suite not in made:
            folder = tmp_path_factory.mktemp("roots") / suite
            made[suite] = roots.make(suite, roots.PYTHONS[suite], folder, include=("sudo",))
            roots.install_wizard(made[suite], host_pip, wheel)
        return made[suite]

    yield pristine
    for root in made.values():
        shutil.rmtree(root.folder)


@pytest.fixture
def fresh(base: Callable[[str], Root], tmp_path: Path) -> Iterator[Callable[[str], Root]]:
    """Return a function that gives a root of a suite for this test alone."""
    made: list[Path] = []

    def copy(suite: str) -> Root:
        pristine = base(suite)
        folder = tmp_path / suite
        made.append(folder)
        return roots.copy(pristine, folder)

    yield copy
    for folder in made:
        shutil.rmtree(folder)
