"""Exported scripts run on a Mac: with its shells, and with no program of GNU on PATH."""

from __future__ import annotations

import pytest

from tests.mac import downloads
from tests.mac.conftest import Make
from tests.mac.mac import Mac

SHELLS = (("bash",), ("bash", "--posix"), ("dash",))


def export(mac: Mac, *arguments: str) -> None:
    """Write a plan into the user's folder, as ``plan.sh``."""
    text = mac.wizard("plan", "--format", "sh", "--venv", "./environment", *arguments)
    assert text.code == 0, text.said
    mac.path("/Users/ada/plan.sh").write_text(text.out, encoding="utf-8")


def test_the_script_of_a_wheel_runs_in_every_shell(make: Make) -> None:
    mac = make("python-org")
    export(mac, "--method", "wheel")
    for shell in SHELLS:
        done = mac.run(*shell, "plan.sh")
        assert done.code == 0, (shell, done.said)
        assert "cryptography " in done.out.splitlines()[-1]
        mac.must("rm", "-rf", "environment")


@pytest.mark.parametrize(("name", "shell"), [("macports", "dash"), ("python-org", "bash")])
def test_the_script_of_a_build_runs(make: Make, name: str, shell: str) -> None:
    mac = make(name)
    own = downloads.flags() if name == "python-org" else ("--link", "static")
    export(mac, "--method", "source", *own)
    done = mac.run(shell, "plan.sh", timeout=120)
    assert done.code == 0, done.said
    version = downloads.OPENSSL if name == "python-org" else "3.6.0"
    assert f"OpenSSL {version}" in done.out.splitlines()[-1]
