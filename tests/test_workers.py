"""How many processes run the tests."""

from __future__ import annotations

import pytest

from tests.conftest import WORKERS_PER_CORE


def workers(config: pytest.Config) -> int:
    found: int = config.hook.pytest_xdist_auto_num_workers(config=config)
    return found


def test_tests_without_a_network_get_more_processes_than_there_are_cores(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_XDIST_AUTO_NUM_WORKERS", raising=False)
    monkeypatch.setattr(pytestconfig.option, "markexpr", "live")
    cores = workers(pytestconfig)
    monkeypatch.setattr(pytestconfig.option, "markexpr", "not live")
    assert workers(pytestconfig) == WORKERS_PER_CORE * cores


def test_a_number_in_the_environment_is_final(
    pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_XDIST_AUTO_NUM_WORKERS", "3")
    monkeypatch.setattr(pytestconfig.option, "markexpr", "not live")
    assert workers(pytestconfig) == 3
