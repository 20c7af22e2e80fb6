"""rustup: what is fetched and run, for every system that it serves."""

from __future__ import annotations

import pytest

from backends import rustup
from wizard.knowledge import load

HOSTS = load().rustup.hosts


def test_the_program_and_its_sum_are_where_they_are_documented() -> None:
    found = rustup.installer("https://mirror.example/rustup/", "aarch64-apple-darwin", "/c/rust")
    assert found.url == "https://mirror.example/rustup/dist/aarch64-apple-darwin/rustup-init"
    assert found.sha256_url == f"{found.url}.sha256"
    assert (found.path, found.executable) == ("/c/rust/rustup-init", True)


def test_on_windows_everything_has_windows_names() -> None:
    triple, home = "x86_64-pc-windows-msvc", r"C:\cache\rust"
    assert rustup.installer("https://m.example", triple, home).url.endswith("/rustup-init.exe")
    command = rustup.install(triple, home)
    assert command.argv[0] == r"C:\cache\rust\rustup-init.exe"
    assert dict(command.env)["CARGO_HOME"] == r"C:\cache\rust\cargo"
    assert rustup.programs(triple, home) == r"C:\cache\rust\cargo\bin"


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.triple)
def test_nothing_outside_its_home_is_touched(host: object) -> None:
    triple = getattr(host, "triple")  # noqa: B009 - pytest gives no type
    command = rustup.install(triple, "/c/rust")
    assert not command.root
    assert "--no-modify-path" in command.argv
    assert command.argv[command.argv.index("--profile") + 1] == "minimal"
    assert command.argv[command.argv.index("--default-host") + 1] == triple
    assert {"RUSTUP_HOME", "CARGO_HOME"} <= dict(command.env).keys()


def test_each_system_has_one_name() -> None:
    keys = [(h.system, machine, h.libc, h.bits) for h in HOSTS for machine in h.machine]
    assert len(keys) == len(set(keys))


def test_the_users_cargo_stays_in_charge_where_it_is_configured() -> None:
    names = dict(rustup.environment("x86_64-unknown-linux-gnu", "/c/rust", own_cargo=False))
    assert names == {"RUSTUP_HOME": "/c/rust/rustup", "RUSTUP_TOOLCHAIN": "stable"}
