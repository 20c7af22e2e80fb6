"""Certificate authorities: what the system trusts."""

from __future__ import annotations

import builtins
import ssl
import sys
from typing import Any

import pytest

from wizard.programs import trust


def test_the_system_s_store_is_asked_through_truststore() -> None:
    context = trust.system_context()
    if sys.version_info >= (3, 10):
        import truststore

        assert isinstance(context, truststore.SSLContext)
    assert context.verify_mode == ssl.CERT_REQUIRED


def test_without_truststore_openssl_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def lacking(name: str, *more: Any, **other: Any) -> Any:
        if name == "truststore":
            raise ImportError(name)
        return real(name, *more, **other)

    monkeypatch.setattr(builtins, "__import__", lacking)
    context = trust.system_context()
    assert type(context) is ssl.SSLContext
    assert context.check_hostname
