"""What was built, once for all tests of this folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.packaging.build import CHECKOUT, build


@pytest.fixture(autouse=True)
def _posix() -> None:
    if os.name == "nt":
        pytest.skip("the environments that these tests make are those of POSIX")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel."""
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def editable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of an editable installation, which is what ``make run`` makes."""
    return build("wheel:editable", tmp_path_factory.mktemp("editable"))


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution."""
    return build("sdist", tmp_path_factory.mktemp("sdist"), CHECKOUT)
