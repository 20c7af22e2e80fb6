"""What all tests share: they leave no trace in the folders of whoever runs them, and find none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the wizard's state and cache out of this user's folders."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("STATE", "CACHE"):
            patch.setenv(f"CRYPTOGRAPHY_WIZARD_{name}", str(tmp_path_factory.mktemp(name.lower())))
        patch.delenv("CRYPTOGRAPHY_WIZARD_OPENSSL_SOURCE", raising=False)
        yield
