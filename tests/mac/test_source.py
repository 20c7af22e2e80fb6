"""The wizard builds on a Mac, and proves what it built."""

from __future__ import annotations

import pytest

from tests.mac.conftest import Make
from tests.mac.inside import macho

PYTHON = "/Users/ada/environment/bin/python"
RUST = "/Users/ada/environment/lib/python*/site-packages/cryptography/hazmat/bindings/_rust.abi3.so"


@pytest.mark.parametrize(
    ("name", "python", "link", "machine", "library"),
    [
        ("brew-arm64", "", "dynamic", "arm64", "/opt/homebrew/opt/openssl@3/lib/libssl.3.dylib"),
        ("macports", "", "static", "arm64", ""),
        ("intel-13", "", "dynamic", "x86_64", "/usr/local/opt/openssl@3/lib/libssl.3.dylib"),
        ("both-brews", "", "static", "arm64", ""),
    ],
)
def test_a_build_is_installed_and_proved(
    make: Make, name: str, python: str, link: str, machine: str, library: str
) -> None:
    mac = make(name)
    mac.change(locks={"/opt/homebrew": 1})  # another brew runs at first
    done = mac.wizard("--yes", "--method", "source", "--link", link, "--venv", "./environment")
    assert done.code == 0, done.said
    report = mac.wizard("verify", PYTHON, "--json").report
    assert report["ok"]
    assert report["linkage"]["kind"] == link
    (file,) = mac.path("/").glob(RUST.lstrip("/"))
    (part,) = macho.read(file.read_bytes())
    assert part.machine == machine
    assert (library in part.needed) is bool(library)


def test_without_a_network_homebrew_fails_and_the_wizard_says_so(make: Make) -> None:
    mac = make("brew-arm64", offline=True)
    done = mac.wizard("--yes", "--method", "source", "--venv", "./environment")
    assert done.code != 0
    assert "network" in done.said
    assert not mac.path("/opt/homebrew/Cellar/rust").exists()
