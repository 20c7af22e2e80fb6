"""What Python's ``_scproxy`` asks of the system's proxy settings."""

from __future__ import annotations

from tests.mac.inside import state


def _get_proxies() -> dict[str, str]:
    address = state.read()["proxy"]
    return {"http": address, "https": address} if address else {}


def _get_proxy_settings() -> dict[str, object]:
    return {"exclude_simple": False, "exceptions": ["*.local", "169.254/16"]}


__all__ = ["_get_proxies", "_get_proxy_settings"]
