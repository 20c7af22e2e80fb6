"""The proxies of macOS. The two whole outputs of scutil are from public reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs import program
from wizard.facts import Proxies
from wizard.machine import proxies

VPN = """<dictionary> {
  ExceptionsList : <array> {
    0 : 192.168.0.0/24
    1 : 10.0.0.0/8
    2 : 172.16.0.0/12
    3 : 127.0.0.1
    4 : localhost
    5 : *.local
  }
  ExcludeSimpleHostnames : 1
  FTPPassive : 1
  HTTPEnable : 1
  HTTPPort : 6152
  HTTPProxy : 127.0.0.1
  HTTPSEnable : 1
  HTTPSPort : 6152
  HTTPSProxy : 127.0.0.1
  ProxyAutoConfigEnable : 0
  ProxyAutoDiscoveryEnable : 0
  SOCKSEnable : 1
  SOCKSPort : 6153
  SOCKSProxy : 127.0.0.1
}
"""
"""A client that sets all of them (CherryHQ/cherry-studio#5222)."""
PAC = """<dictionary> {
  ProxyAutoConfigEnable : 1
  ProxyAutoConfigURLString : http://wpad.company.com/wpad.dat
}
"""
"""A company's rules in a file (httptoolkit/httptoolkit#151)."""


def test_nothing_set() -> None:
    off = VPN.replace("Enable : 1", "Enable : 0")
    assert proxies.parse(off) == Proxies(exceptions=proxies.parse(VPN).exceptions)
    assert proxies.parse("") == proxies.parse("No such key") == Proxies()


def test_all_kinds() -> None:
    assert proxies.parse(VPN) == Proxies(
        "http://127.0.0.1:6152",
        "http://127.0.0.1:6152",
        "socks5h://127.0.0.1:6153",
        exceptions=(
            *("192.168.0.0/24", "10.0.0.0/8", "172.16.0.0/12"),
            *("127.0.0.1", "localhost", "*.local"),
        ),
    )


def test_rules_in_a_file_and_by_discovery() -> None:
    assert proxies.parse(PAC) == Proxies(automatic="http://wpad.company.com/wpad.dat")
    assert proxies.parse(PAC.replace("http://", "http://ada:secret@")).automatic == (
        "http://****@wpad.company.com/wpad.dat"
    )
    discovery = VPN.replace("DiscoveryEnable : 0", "DiscoveryEnable : 1")
    assert proxies.parse(discovery).automatic == "discovery"


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("::1", "7890", "http://[::1]:7890"),
        ("proxy.example", "0", "http://proxy.example:443"),
        ("<NULL>", "8080", ""),
        ("a b", "8080", ""),
        ("proxy.example", "99999", "http://proxy.example:443"),
    ],
)
def test_odd_values(host: str, port: str, address: str) -> None:
    text = VPN.replace("HTTPSPort : 6152", f"HTTPSPort : {port}")
    assert proxies.parse(text.replace("HTTPSProxy : 127.0.0.1", f"HTTPSProxy : {host}")).https == (
        address
    )


def test_they_are_read_only_on_a_mac_whose_user_has_no_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "answer").write_text(VPN)
    monkeypatch.setattr(proxies, "SCUTIL", program(tmp_path, "scutil", f"cat {tmp_path}/answer"))
    assert proxies.read({}) == Proxies()
    monkeypatch.setattr("sys.platform", "darwin")
    assert proxies.read({}).https == "http://127.0.0.1:6152"
    for name in ("HTTPS_PROXY", "http_proxy", "ALL_PROXY"):
        assert proxies.read({name: "http://other.example:1"}) == Proxies()
    assert proxies.read({"NO_PROXY": "x"}).https


def test_a_scutil_that_is_missing_or_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr(proxies, "SCUTIL", str(tmp_path / "none"))
    assert proxies.read({}) == Proxies()
    monkeypatch.setattr(proxies, "SECONDS", 0.2)
    monkeypatch.setattr(proxies, "SCUTIL", program(tmp_path, "scutil", "exec sleep 60"))
    assert proxies.read({}) == Proxies()
