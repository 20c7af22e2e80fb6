"""The proxies of macOS. The outputs of scutil were printed by real Macs (see each source)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs import program
from wizard.facts import Proxies
from wizard.machine import proxies

CLEAN = """<dictionary> {
  ExceptionsList : <array> {
    0 : *.local
    1 : 169.254/16
  }
  FTPPassive : 1
}
"""
"""Nothing is set (the form in macOS's manual of SystemConfiguration, quoted in many tests)."""
VPN = """<dictionary> {
  ExceptionsList : <array> {
    0 : 127.0.0.1
    1 : localhost
  }
  HTTPEnable : 1
  HTTPPort : 7892
  HTTPProxy : 127.0.0.1
  HTTPSEnable : 1
  HTTPSPort : 7892
  HTTPSProxy : 127.0.0.1
  ProxyAutoConfigEnable : 0
  SOCKSEnable : 1
  SOCKSPort : 7892
  SOCKSProxy : 127.0.0.1
}
"""
"""A client of a VPN that sets all of them; printed on a Mac with Clash."""
PAC = """<dictionary> {
  HTTPEnable : 0
  HTTPSEnable : 0
  ProxyAutoConfigEnable : 1
  ProxyAutoConfigURLString : http://127.0.0.1:7890/proxy.pac
  SOCKSEnable : 0
}
"""


def test_nothing_set() -> None:
    assert proxies.parse(CLEAN) == Proxies(exceptions=("*.local", "169.254/16"))
    assert proxies.parse("") == proxies.parse("No such key") == Proxies()


def test_all_kinds() -> None:
    assert proxies.parse(VPN) == Proxies(
        "http://127.0.0.1:7892",
        "http://127.0.0.1:7892",
        "socks5h://127.0.0.1:7892",
        exceptions=("127.0.0.1", "localhost"),
    )


def test_rules_in_a_file_and_by_discovery() -> None:
    assert proxies.parse(PAC) == Proxies(automatic="http://127.0.0.1:7890/proxy.pac")
    assert proxies.parse(PAC.replace("http://", "http://ada:secret@")).automatic == (
        "http://****@127.0.0.1:7890/proxy.pac"
    )
    discovery = "<dictionary> {\n  ProxyAutoDiscoveryEnable : 1\n}\n"
    assert proxies.parse(discovery) == Proxies(automatic="discovery")


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
    text = VPN.replace("HTTPSPort : 7892", f"HTTPSPort : {port}")
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
    assert proxies.read({}).https == "http://127.0.0.1:7892"
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
