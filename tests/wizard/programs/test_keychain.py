"""What an administrator added to the keychain of a Mac is trusted, if the Mac itself trusts it."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import certifi
import pytest

from tests.programs import program
from wizard.programs import keychain, trust

FIRST, SECOND, *_ = keychain._CERTIFICATE.findall(Path(certifi.where()).read_text("ascii"))


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    keychain.authorities.cache_clear()
    yield
    keychain.authorities.cache_clear()


@pytest.fixture
def security(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in place of Apple's, with two certificates, of which only the first is trusted."""
    (tmp_path / "all.pem").write_text(f'keychain: "x"\n{FIRST}{SECOND}{FIRST}')
    (tmp_path / "trusted.pem").write_text(FIRST)
    body = f"""
echo "$@" >> {tmp_path}/asked
case $1 in
    find-certificate) cat {tmp_path}/all.pem ;;
    verify-cert) cmp -s "$3" {tmp_path}/trusted.pem ;;
esac"""
    monkeypatch.setattr(keychain, "SECURITY", program(tmp_path, "security", body))
    monkeypatch.setattr("sys.platform", "darwin")
    return tmp_path / "asked"


def test_only_what_this_mac_trusts(security: Path) -> None:
    assert keychain.authorities() == (FIRST,)
    asked = security.read_text().splitlines()
    assert asked[0] == f"find-certificate -a -p {keychain.SYSTEM}"
    assert [line.split()[0] for line in asked] == ["find-certificate", "verify-cert", "verify-cert"]
    assert all(line.endswith("-p ssl -l -L -q") for line in asked[1:])


def test_they_are_trusted_in_addition_to_openssls(security: Path) -> None:
    assert security.parent.is_dir()
    before = ssl.create_default_context().get_ca_certs(binary_form=True)
    added = ssl.PEM_cert_to_DER_cert(FIRST)
    found = trust._openssl_context().get_ca_certs(binary_form=True)
    assert added in found
    assert set(before) <= set(found)


def test_other_systems_have_no_keychain(security: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert keychain.authorities() == ()
    assert not security.exists()


def test_a_program_that_is_missing_or_hangs(
    security: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not security.exists()
    monkeypatch.setattr(keychain, "SECONDS", 0.2)
    for path in (str(tmp_path / "none"), program(tmp_path, "slow", "exec sleep 60")):
        monkeypatch.setattr(keychain, "SECURITY", path)
        keychain.authorities.cache_clear()
        assert keychain.authorities() == ()
