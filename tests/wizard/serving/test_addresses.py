"""The addresses of this machine."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest

from wizard.serving import addresses


def test_which_only_this_machine_reaches() -> None:
    for host in ("127.0.0.1", "127.9.9.9", "::1", "::1%lo"):
        assert addresses.is_loopback(host)
    for host in ("192.0.2.1", "fe80::1%eth0", "2001:db8::1", "::"):
        assert not addresses.is_loopback(host)


def test_how_they_are_written() -> None:
    assert addresses.url("192.0.2.7", 80) == "http://192.0.2.7:80"
    assert addresses.url("::1", 80) == "http://[::1]:80"
    assert addresses.place("::1", 80) == "[::1]:80"


def test_the_own_address_is_one_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    found = addresses.own_address()
    assert not found or not ip_address(found).is_loopback

    def unreachable(_socket: object, _address: object) -> None:
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", unreachable)
    assert addresses.own_address() == ""
