"""What all tests share: they neither read nor change the user's own folders."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import shutil
import signal
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.time_limit import TimeLimit

TESTS = Path(__file__).parent
DEFAULTS: Mapping[str, Any] = {
    "SIGINT": signal.default_int_handler,
    "SIGTERM": signal.SIG_DFL,
    "SIGHUP": signal.SIG_DFL,
}
"""What Python does at the signals that end programs; Windows has no SIGHUP."""


WORKERS_PER_CORE = 2
"""Tests without a network wait about half of their time, for threads, programs and terminals."""


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> Generator[None, int, int]:
    """Start more workers than there are cores, but not for live tests, which compile."""
    workers = yield
    chosen = "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ
    return workers if chosen or config.option.markexpr == "live" else WORKERS_PER_CORE * workers


TIME_LIMIT = TimeLimit()


@pytest.hookimpl(optionalhook=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> bool:
    """Take the place of the thread that pytest-timeout starts for each test."""
    TIME_LIMIT.begin(item, settings)
    return True


@pytest.hookimpl(optionalhook=True)
def pytest_timeout_cancel_timer() -> bool:
    """The test has ended."""
    TIME_LIMIT.end()
    return True


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the wizard's state and cache out of this user's folders."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("STATE", "CACHE"):
            patch.setenv(f"CRYPTOGRAPHY_WIZARD_{name}", str(tmp_path_factory.mktemp(name.lower())))
        # Containers set the last one; users do not, and it hides what happens to buffered output.
        for name in ("CRYPTOGRAPHY_WIZARD_OPENSSL_SOURCE", "PYTHONUNBUFFERED"):
            patch.delenv(name, raising=False)
        yield


APT = ("apt-get", "apt-cache")
APT_CACHE = """\
Binary::{program}::Dir "/";
Binary::{program}::Dir::Cache "/var/cache/apt/";
Binary::{program}::Dir::Cache::pkgcache "{file}";
"""
"""What apt reads first; what it names for one program holds after all other files."""


@pytest.fixture(scope="session", autouse=True)
def _apt_keeps_what_it_has_read(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """Let the apt of this machine read its lists once for all tests, if it has no such file itself.

    In a container it usually has none, and each question would take seconds.
    """
    if request.config.option.markexpr == "live" or not all(map(shutil.which, APT)):
        yield
        return
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of all processes of this run
    written = "".join(APT_CACHE.format(program=name, file=folder / "apt.bin") for name in APT)
    config = tmp_path_factory.mktemp("apt") / "apt.conf"
    config.write_text(written, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APT_CONFIG", str(config))
        yield


@pytest.fixture
def ending_signals() -> Iterator[None]:
    """Let the signals that end programs do so, for a test that sends one.

    The caller of the tests may ignore them: ``nohup`` ignores SIGHUP, and a shell that starts a
    job with ``&`` ignores SIGINT. The wizard respects that, and all child processes inherit it.
    """
    before = {}
    for name, default in DEFAULTS.items():
        number = getattr(signal, name, None)
        if number is not None:
            before[number] = signal.signal(number, default)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Let each worker import other tests first, so that a new checkout is compiled only once.

    All workers collect all tests in the same order. Each would otherwise compile the same test at
    the same moment as the others.
    """
    worker: Mapping[str, Any] | None = getattr(session.config, "workerinput", None)
    if worker is None:
        return
    files = sorted(TESTS.rglob("test_*.py"))
    first = int(worker["workerid"].removeprefix("gw"))
    for file in files[first :: worker["workercount"]]:
        name = ".".join(file.relative_to(TESTS.parent).with_suffix("").parts)
        # If it fails or asks to be skipped, the collection imports it again, and reports that.
        with contextlib.suppress(Exception, pytest.skip.Exception):
            importlib.import_module(name)


def pytest_configure() -> None:
    """Let the collector of garbage begin less often: the tests make and drop many objects."""
    gc.set_threshold(400_000)


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what lives to the end: the thousands of tests.

    It would walk through all of them again and again, for a third of the time of the full screen's
    tests.
    """
    gc.collect()
    gc.freeze()
