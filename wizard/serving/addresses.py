"""The addresses of this machine, and how they are written."""

from __future__ import annotations

import socket
from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches this address."""
    return ip_address(host.partition("%")[0]).is_loopback


def own_address() -> str:
    """Return the address by which this machine reaches others; empty without a network.

    Nothing is sent: the system only chooses the interface.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation (RFC 5737)
            found = str(probe.getsockname()[0])
        except OSError:
            return ""
    return "" if is_loopback(found) else found


def place(host: str, port: int) -> str:
    """Return a host and a port as an address has them: ``[::1]:80``."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def url(host: str, port: int) -> str:
    """Return the address for browsers, without a slash at its end: ``http://[::1]:80``."""
    return f"http://{place(host, port)}"
