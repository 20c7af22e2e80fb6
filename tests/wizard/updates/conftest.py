"""Tables that somebody publishes: signed by a key that the tests trust, in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wizard.updates.published import Published
from wizard import table_source


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Published]:
    """A folder in which tables are published; the wizard trusts its key, and has none stored."""
    made = Published(tmp_path / "published")
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    monkeypatch.setenv(table_source.KEY_VARIABLE, made.signer.public)
    monkeypatch.delenv(table_source.ADDRESS_VARIABLE, raising=False)
    table_source.forget_current()
    yield made
    monkeypatch.undo()
    table_source.forget_current()
