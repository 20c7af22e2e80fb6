"""FIPS mode: what the kernel, the crypto policy and OpenSSL's configuration demand."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.facts import Fips
from wizard.machine import fips

BY_PROPERTY = """\
# As the documentation of OpenSSL 3 describes it, with a comment at the end of a line.
config_diagnostics = 1
openssl_conf = start   # the section below

[ start ]
providers = providers
alg_section = algorithms

[providers]
fips = fips_section
base = base_section

[fips_section]
activate = 1

[base_section]
activate = 1

[algorithms]
default_properties = fips=yes
"""
DEBIAN = """\
HOME = .
openssl_conf = openssl_init
[ new_oids ]
[openssl_init]
providers = provider_sect
ssl_conf = ssl_sect
[provider_sect]
default = default_sect
[default_sect]
# activate = 1
[ssl_sect]
system_default = system_default_sect
[system_default_sect]
CipherString = DEFAULT@SECLEVEL=2
"""
RHEL = """\
openssl_conf = openssl_init
[openssl_init]
providers = provider_sect
ssl_conf = ssl_module
alg_section = evp_properties
[evp_properties]
.include = /etc/crypto-policies/back-ends/openssl_fips.config
[provider_sect]
default = default_sect
[default_sect]
activate = 1
"""
WITH_OLD_OPENSSL = "openssl_conf = a\n[a]\nalg_section = b\n[b]\nfips_mode = yes\n"


def demanded(text: str, included: str = "") -> bool:
    return fips.is_demanded(fips.parse_configuration(text, lambda _path: (included,)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (BY_PROPERTY, True),
        (BY_PROPERTY.replace("fips=yes", "provider=default, fips = yes"), True),
        (BY_PROPERTY.replace("fips=yes", "?fips=yes"), True),  # the default provider is not active
        (BY_PROPERTY.replace("fips=yes", "provider=default"), True),
        (BY_PROPERTY.replace("openssl_conf", "# openssl_conf"), False),
        (DEBIAN, False),
        (DEBIAN.replace("default = default_sect", "default = default_sect\nfips = f"), False),
        (WITH_OLD_OPENSSL, True),
        (WITH_OLD_OPENSSL.replace("yes", "no"), False),
        ("", False),
        ("[openssl_init\nnonsense\n= x\n.include\n", False),
    ],
)
def test_what_a_configuration_demands(text: str, expected: bool) -> None:
    assert demanded(text) is expected


def test_a_fips_provider_beside_the_default_one_demands_nothing() -> None:
    text = BY_PROPERTY.replace("base", "default").replace("fips=yes", "")
    assert not demanded(text)
    assert demanded(text.replace("[default_section]\nactivate = 1", "[default_section]"))
    assert demanded(
        text.replace("[default_section]\nactivate = 1", "[default_section]\nactivate = no")
    )


@pytest.mark.parametrize(
    ("included", "expected"), [("default_properties = fips=yes", True), ("", False)]
)
def test_an_included_file_continues_the_section(included: str, expected: bool) -> None:
    assert demanded(RHEL, included) is expected


def test_a_file_that_includes_itself_ends() -> None:
    text = ".include = again.cnf\n" + BY_PROPERTY
    assert fips.is_demanded(fips.parse_configuration(text, lambda _path: (text,)))


@pytest.mark.parametrize(
    ("module", "expected"),
    [("/usr/lib/ossl-modules/fips.so", True), ("fips.so", False), ("", False)],
)
def test_whether_the_module_is_named(module: str, expected: bool) -> None:
    line = f"activate = 1\nmodule = {module}\n" if module else "activate = 1\n"
    text = BY_PROPERTY.replace("[fips_section]\nactivate = 1\n", f"[fips_section]\n{line}")
    assert fips.names_module(fips.parse_configuration(text, lambda _path: ())) is expected


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("FIPS\n", "FIPS"),
        ("FIPS:OSPP\n", "FIPS:OSPP"),
        ("DEFAULT\n", ""),
        ("DEFAULT:NO-SHA1", ""),
        ("", ""),
    ],
)
def test_policies(text: str, policy: str) -> None:
    assert fips.parse_policy(text) == policy


def test_everything_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flag, policy = tmp_path / "fips_enabled", tmp_path / "current"
    monkeypatch.setattr(fips, "KERNEL_FLAG", str(flag))
    monkeypatch.setattr(fips, "POLICY", str(policy))
    assert fips.read(str(tmp_path), {}) == Fips()
    assert not fips.read("", {}).demanded

    flag.write_text("0\n", encoding="ascii")
    (tmp_path / "openssl.cnf").write_text(DEBIAN, encoding="ascii")
    assert fips.read(str(tmp_path), {}) == Fips()

    flag.write_text("1\n", encoding="ascii")
    policy.write_text("FIPS\n", encoding="ascii")
    assert fips.read(str(tmp_path), {}) == Fips(kernel=True, policy="FIPS")

    own = tmp_path / "own.cnf"
    own.write_text(f".include = {tmp_path / 'folder'}\n", encoding="ascii")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.cnf").write_text(BY_PROPERTY, encoding="ascii")
    (tmp_path / "folder" / "b.txt").write_text("openssl_conf = other\n", encoding="ascii")
    variables = {"OPENSSL_CONF": str(own)}
    flag.write_text("0\n", encoding="ascii")
    policy.write_text("DEFAULT\n", encoding="ascii")
    assert fips.read(str(tmp_path), variables) == Fips(configuration=str(own), variable=True)
    variables["OPENSSL_MODULES"] = "/usr/lib/ossl-modules"
    assert fips.read(str(tmp_path), variables).module
