"""A Debian 13 in FIPS mode: a wheel is refused or fails with the reason, a build is recommended.

Debian's provider is not validated, but it is the same code as one that is, and rejects the same.
"""

from __future__ import annotations

import json
from typing import Callable

import pytest

from tests.live.marks import limit
from tests.live.roots import Root

pytestmark = [pytest.mark.live, limit(900)]

WHEELS = "/root/wheel-env"
MODULES = "/usr/lib/x86_64-linux-gnu/ossl-modules"
CONFIGURATION = "/root/fips.cnf"
TEXT = """\
openssl_conf = start
[start]
providers = providers
alg_section = algorithms
[algorithms]
default_properties = fips=yes
[providers]
fips = fips_section
base = base_section
[base_section]
activate = 1
.include /root/module.cnf
"""
MODE = {"OPENSSL_CONF": CONFIGURATION}


def in_fips_mode(root: Root) -> None:
    """Install the provider, and write the configuration that demands it."""
    for argv in (
        ("apt-get", "update"),
        (*("apt-get", "install", "-y", "--no-install-recommends"), "openssl-provider-fips"),
        (*("openssl", "fipsinstall", "-module", f"{MODULES}/fips.so"), "-out", "/root/module.cnf"),
    ):
        done = root.run(*argv, timeout=240)
        assert done.code == 0, done.said
    module = root.path("/root/module.cnf")
    text = module.read_text(encoding="ascii")
    module.write_text(text.replace("[fips_sect]", "[fips_section]"), encoding="ascii")
    root.path(CONFIGURATION).write_text(TEXT, encoding="ascii")
    refused = root.run("openssl", "md5", "/etc/hostname", env=MODE)
    assert refused.code != 0, "this system is not in FIPS mode"


def test_fips_mode_decides_for_a_build(fresh: Callable[[str], Root]) -> None:
    root = fresh("trixie")
    in_fips_mode(root)

    doctor = root.wizard("doctor", "--all", env=MODE)
    assert doctor.code == 0, doctor.said
    assert doctor.out.count("demands FIPS mode") == 1, doctor.out

    wheel = root.wizard("plan", "--method", "wheel", env=MODE)
    assert wheel.code == 3, wheel.said
    assert "does not find this system's FIPS provider" in " ".join(wheel.said.split())

    # Installed without the configuration, so that the wizard does not refuse it.
    installed = root.wizard("--yes", "--method", "wheel", "--venv", WHEELS)
    assert installed.code == 0, installed.said
    proof = root.wizard("verify", WHEELS, env=MODE)
    assert proof.code == 4, proof.said
    assert f"FIPS mode is on ({CONFIGURATION}), and OpenSSL does not allow" in proof.out
    assert "--method source" in proof.out

    planned = root.wizard("plan", "--format", "json", env=MODE)
    assert planned.code == 0, planned.said
    plan = json.loads(planned.out)
    assert (plan["method"], plan["link"]) == ("source", "dynamic")
    assert " ".join(plan["notes"]).count("FIPS mode is on") == 1
