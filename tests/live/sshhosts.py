"""Hosts with SSH: throw-away Debian systems, each with a sshd on another address."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live import roots
from tests.live.roots import Root

PORT = 2222
FIRST = 11
"""The first host has the address 127.0.0.11."""
PACKAGES = ("openssh-server", "python3-venv")
CONFIGURATION = """\
Port {port}
ListenAddress {address}
HostKey /etc/ssh/ssh_host_ed25519_key
PasswordAuthentication no
PermitRootLogin prohibit-password
UsePAM no
Subsystem sftp internal-sftp
SetEnv LANG=C.UTF-8 {trust}
"""


@dataclass(frozen=True)
class SshHost:
    """A running host. ``key`` is the private key that it accepts for root."""

    root: Root
    address: str
    key: Path

    @property
    def line(self) -> str:
        """Its line of an inventory."""
        return (
            f"root@{self.address}:{PORT} name=seat-{self.address.rpartition('.')[2]} key={self.key}"
        )


def possible() -> None:
    """Skip the test where no such host can be made."""
    roots.possible()
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not on this machine")


def prepare(root: Root, folder: Path) -> Path:
    """Let the pristine root accept a new key; return the private one."""
    key = folder / "key"
    make = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f")
    subprocess.run((*make, str(key)), check=True, timeout=30, stdin=subprocess.DEVNULL)
    own = root.path("/root/.ssh")
    own.mkdir(mode=0o700)
    shutil.copyfile(f"{key}.pub", own / "authorized_keys")
    (own / "authorized_keys").chmod(0o600)
    root.path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    return key


@contextlib.contextmanager
def running(root: Root, number: int, key: Path) -> Iterator[SshHost]:
    """Run the sshd of a root within this block, on its own address."""
    address = f"127.0.0.{FIRST + number}"
    trust = " ".join(f"{name}={roots.CERTIFICATES}" for name in roots.TRUST)
    text = CONFIGURATION.format(port=PORT, address=address, trust=trust)
    root.path("/etc/ssh/sshd_config").write_text(text, encoding="ascii")
    log = root.folder.with_suffix(".sshd")
    with log.open("wb") as output:
        process = subprocess.Popen(
            root.argv("/usr/sbin/sshd", "-D", "-e"),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
        try:
            _wait(address, process, log)
            yield SshHost(root, address, key)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((address, PORT), 1):
            return
        time.sleep(0.1)
    pytest.fail(f"sshd does not run: {log.read_text(encoding='utf-8', errors='replace')}")
