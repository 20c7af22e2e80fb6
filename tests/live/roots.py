"""Throw-away Debian systems, made by mmdebstrap and entered by unshare and chroot."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live import machine
from tests.live.command import Done, Inside
from tests.live.machine import CHECKOUT

PYTHONS = {"bullseye": "3.9", "bookworm": "3.11", "trixie": "3.13"}
"""Each suite with the version of its Python: Debian 11, 12 and 13."""
PLACE = "/opt/cryptography-wizard"
"""The folder of the wizard and its libraries in a root."""
STATE = "/var/lib/wizard-state"
CERTIFICATES = "/etc/ssl/certificates-of-the-host.crt"
"""The host's own bundle, beside the root's: installing a package may overwrite that one."""
STUDENT, STUDENTS_HOME = 1000, "/home/student"
"""An ordinary user, by number, and the home."""
TRUST = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "CARGO_HTTP_CAINFO")
"""The variables that tell programs of that bundle."""

_ALONE = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
"""What a program mounts, and every process that it starts, is gone when it ends, however it ends.

Otherwise a mmdebstrap that was ended leaves /proc mounted in a folder that will be deleted.
"""

LAUNCHER = f"""\
#!/usr/bin/python3
import sys
sys.path.insert(0, {PLACE!r})
from cryptography_wizard.__main__ import main
sys.exit(main())
"""


@dataclass(frozen=True)
class Root(Inside):
    """A Debian system in a folder. ``python`` is the version of its Python, such as ``3.11``."""

    folder: Path
    python: str

    def argv(self, *argv: str, env: Mapping[str, str] | None = None) -> list[str]:
        """The command that runs ``argv`` in there, with none of the host's variables.

        It gets a mount and a process namespace of its own: /proc is unmounted and every process
        is gone when it ends, however it ends.
        """
        variables = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root",
            "LANG": "C.UTF-8",
            "CRYPTOGRAPHY_WIZARD_STATE": STATE,
            **dict.fromkeys(TRUST, CERTIFICATES),
            **(env or {}),
        }
        return [
            *("unshare", "--mount", "--pid", "--fork", "--kill-child"),
            *(f"--mount-proc={self.folder / 'proc'}", "chroot", str(self.folder)),
            *("/usr/bin/env", "-i", "-C", "/root", *(f"{k}={v}" for k, v in variables.items())),
            *argv,
        ]

    def wizard(
        self, *arguments: str, timeout: float = 240, env: Mapping[str, str] | None = None
    ) -> Done:
        """Run the wizard in there."""
        return self.run("cryptography-wizard", *arguments, timeout=timeout, env=env)

    def add_student(self) -> None:
        """Make an ordinary user, who may become root with sudo, without a password."""
        with self.path("/etc/passwd").open("a", encoding="ascii") as file:
            file.write(f"student:x:{STUDENT}:{STUDENT}::{STUDENTS_HOME}:/bin/sh\n")
        with self.path("/etc/shadow").open("a", encoding="ascii") as file:
            file.write("student:*:20000:0:99999:7:::\n")  # no password, and not locked
        with self.path("/etc/group").open("a", encoding="ascii") as file:
            file.write(f"student:x:{STUDENT}:\n")
        rule = self.path("/etc/sudoers.d/student")
        rule.write_text("student ALL=(ALL:ALL) NOPASSWD: ALL\n", encoding="ascii")
        rule.chmod(0o440)
        home = self.path(STUDENTS_HOME)
        home.mkdir()
        os.chown(home, STUDENT, STUDENT)

    def as_student(
        self, *argv: str, timeout: float = 60, env: Mapping[str, str] | None = None
    ) -> Done:
        """Run a program in there as that user, in the home."""
        become = ("setpriv", f"--reuid={STUDENT}", f"--regid={STUDENT}", "--clear-groups")
        variables = {
            "HOME": STUDENTS_HOME,
            "CRYPTOGRAPHY_WIZARD_STATE": f"{STUDENTS_HOME}/.local/state/wizard",
            **(env or {}),
        }
        there = ("env", "-C", STUDENTS_HOME)
        return self.run(*become, *there, *argv, timeout=timeout, env=variables)

    def path(self, inside: str) -> Path:
        """Where a file of the root is, seen from the host."""
        return self.folder / inside.lstrip("/")


def possible() -> None:
    """Skip the test where such a root cannot be made."""
    if sys.platform != "linux":
        pytest.skip("throw-away Debian systems need Linux")
    if os.geteuid() != 0:
        pytest.skip("only root can make a throw-away Debian system with apt for real")
    for program in ("mmdebstrap", "unshare", "chroot"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on this machine")
    done = subprocess.run(
        ("unshare", "--mount", "--pid", "--fork", "--mount-proc", "true"),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"no namespaces can be made here: {done.stderr.strip()}")


def make(suite: str, python: str, folder: Path, include: Sequence[str] = ()) -> Root:
    """Make a root of this suite: with certificates and Python, without package lists.

    ``include`` are more of Debian's packages. Skips the test where Debian's archive cannot be
    reached.
    """
    wanted = ",".join(("ca-certificates", "python3", *include))
    done = subprocess.run(
        (
            *_ALONE,
            *("mmdebstrap", "--quiet", "--variant=apt", f"--include={wanted}"),
            *(suite, str(folder)),
        ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("E: ")]
        pytest.skip(f"mmdebstrap cannot make {suite}: {lines[0] if lines else done.stderr[-200:]}")
    root = Root(folder, python)
    connect(root)
    return root


def connect(root: Root) -> None:
    """Give a root this machine's network: its names of hosts, and the certificates it trusts."""
    for name in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copyfile(name, root.path(name))
    bundle = os.environ.get("SSL_CERT_FILE") or "/etc/ssl/certs/ca-certificates.crt"
    own = root.path("/etc/ssl/certs/ca-certificates.crt")
    shutil.copyfile(bundle if Path(bundle).is_file() else own, root.path(CERTIFICATES))


def copy(pristine: Root, folder: Path) -> Root:
    """Copy a whole root into a new folder."""
    argv = ("cp", "--archive", "--reflink=auto", str(pristine.folder), str(folder))
    subprocess.run(argv, check=True, timeout=120)
    return Root(folder, pristine.python)


def install_wizard(root: Root, pip: tuple[str, ...], wheel: Path) -> None:
    """Put the wizard and its libraries, all of them pure Python, into the root.

    The pip of the root's own version of Python does it, where it is here: ``pip``, of another,
    would leave out what only that version needs besides.
    """
    same = machine.find(root.python)
    argv = (same, "-m", "pip", "--disable-pip-version-check", "--no-input") if same else pip
    done = subprocess.run(
        (
            *(*argv, "install", "--quiet", "--target", str(root.path(PLACE))),
            *("--python-version", root.python, "--only-binary", ":all:", str(wheel)),
        ),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    launcher = root.path("/usr/local/bin/cryptography-wizard")
    launcher.write_text(LAUNCHER, encoding="utf-8")
    launcher.chmod(0o755)


def build_wheel(pip: tuple[str, ...], folder: Path) -> Path:
    """Build the wizard's own wheel from the checkout."""
    done = subprocess.run(
        (*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(CHECKOUT)),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("cryptography_wizard-*.whl")
    return wheel


def packages(root: Root) -> dict[str, str]:
    """The installed packages of a root and their versions."""
    done = root.run("dpkg-query", "-W", "-f", "${Package} ${Version} ${db:Status-Status}\\n")
    assert done.code == 0, done.said
    rows = [line.split() for line in done.out.splitlines()]
    return {row[0]: row[1] for row in rows if row[-1] == "installed"}
