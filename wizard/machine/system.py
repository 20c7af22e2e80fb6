"""The operating system, its hardware, the terminal, and how to become root."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from backends.action import Output
from wizard import openssl_archive
from wizard.addresses import masked
from wizard.facts import Privilege, System, Terminal
from wizard.needs.openssl import STEERING as OPENSSL
from wizard.programs.processes import ProgramTimeout, ask

Name = Literal["linux", "macos", "windows", "other"]
_NAMES: Mapping[str, Name] = {"linux": "linux", "darwin": "macos", "win32": "windows"}


STEERING = (
    *OPENSSL,
    *("CFLAGS", "LDFLAGS", "ARCHFLAGS", "RUSTFLAGS", "CARGO_HOME", "RUSTUP_HOME"),
    *("RUSTUP_DIST_SERVER", "RUSTUP_UPDATE_ROOT"),
    openssl_archive.VARIABLE,
)
"""Environment variables that influence a source build."""


def name() -> Name:
    """Return the kind of this system."""
    return _NAMES.get(sys.platform, "other")


def developer_tools() -> bool:
    """Return whether Apple's command line tools are installed; always True on other systems.

    Without them ``/usr/bin/python3``, ``cc`` and ``make`` are placeholders that open a window.
    """
    places = ("/var/db/xcode_select_link", "/Library/Developer/CommandLineTools/usr/bin")
    return sys.platform != "darwin" or any(
        Path(place).exists() for place in (*places, "/Applications/Xcode.app")
    )


def read() -> System:
    """Read the facts of the system. What cannot be read keeps its default, with a problem."""
    parts: dict[str, Any] = {}
    problems: list[str] = []
    readers: tuple[tuple[str, Callable[[], dict[str, Any]]], ...] = (
        ("distribution", _distribution),
        ("C library", _libc),
        ("memory", lambda: {"memory": _memory()}),
        ("processor cores", lambda: {"cores": _cores()}),
        ("temporary folder", _temporary),
    )
    for what, reader in readers:
        try:
            parts.update(reader())
        except (OSError, ValueError) as error:
            problems.append(f"The {what} could not be read: {error}.")
    return System(name(), _machine(), platform.release(), **parts, problems=tuple(problems))


def _machine() -> str:
    """Return the machine's real architecture, even for a Python under Rosetta or WOW64."""
    if sys.platform == "darwin":
        try:
            if ask(("sysctl", "-n", "hw.optional.arm64"), timeout=2).stdout.strip() == "1":
                return "arm64"
        except (OSError, ProgramTimeout):
            return platform.machine()
    said = os.environ.get("PROCESSOR_ARCHITEW6432") or platform.machine()
    return {"amd64": "x86_64", "AMD64": "x86_64", "ARM64": "arm64"}.get(said, said)


def _distribution() -> dict[str, Any]:
    if sys.platform == "darwin":
        version = platform.mac_ver()[0]
        return _named("macos", f"macOS {version}", version)
    if sys.platform == "win32":
        version = platform.version()
        return _named("windows", f"Windows {platform.release()} ({version})", version)
    import distro

    # Its other sources are programs (lsb_release, uname); os-release is enough.
    found = distro.LinuxDistribution(include_lsb=False, include_uname=False)
    return {
        **_named(found.id(), found.name(pretty=True), found.version()),
        "like": tuple(found.like().split()),
    }


def family() -> frozenset[str]:
    """Return the names, as in os-release, of this system and of related ones."""
    if sys.platform != "linux":
        return frozenset()
    found = _distribution()
    return frozenset({found["distribution"], *found["like"]})


def _named(short: str, full: str, version: str) -> dict[str, Any]:
    return {
        "distribution": short,
        "distribution_name": full,
        "distribution_version": version,
    }


def _libc() -> dict[str, Any]:
    if sys.platform != "linux":
        return {}
    try:
        kind, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    except ValueError:  # musl does not know the name
        kind, version = "", ""
    if kind == "glibc":
        return {"libc": "glibc", "libc_version": version}
    for loader in Path("/lib").glob("ld-musl-*.so.1"):
        try:
            said = ask((str(loader),), timeout=2).stderr  # without a program it states its version
        except ProgramTimeout:
            said = ""
        found = re.search(r"Version (\d+(?:\.\d+)+)", said)
        return {"libc": "musl", "libc_version": found[1] if found else ""}
    return {}


def _memory() -> int:
    """Return the bytes of memory that a build may use: the machine's, or its container's limit."""
    if sys.platform == "win32":
        return _windows_memory()
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limits = [total]
    for place in ("memory.max", "memory/memory.limit_in_bytes"):
        limit = Path("/sys/fs/cgroup", place)
        if limit.is_file():
            text = limit.read_text(encoding="ascii").strip()
            limits += [int(text)] if text.isdigit() else []  # "max": no limit
    return min(limits)


def _windows_memory() -> int:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((each, ctypes.c_ulonglong) for each in "abcdefg"),  # the first is the total
        )

    status = Status(length=ctypes.sizeof(Status))
    library: Any = getattr(ctypes, "windll")  # noqa: B009 - it is there on Windows only
    library.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return int(status.a)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # Linux only
        return os.cpu_count() or 1


def _temporary() -> dict[str, Any]:
    folder = tempfile.gettempdir()
    facts = {"temporary": folder, "temporary_free": shutil.disk_usage(folder).free}
    if sys.platform == "linux":
        facts["temporary_noexec"] = bool(os.statvfs(folder).f_flag & os.ST_NOEXEC)
    return facts


def certificates() -> str:
    """Return the folder of this system's certificates, in the layout that OpenSSL looks for.

    It contains ``cert.pem`` or ``certs``: the folder of Debian, of Fedora, or of all others.
    """
    for folder in ("/usr/lib/ssl", "/etc/pki/tls", "/etc/ssl"):
        if any(Path(folder, name).exists() for name in ("certs", "cert.pem")):
            return folder
    return ""


def multiarch() -> str:
    """Return Debian's name for the library folder, such as ``x86_64-linux-gnu``; else empty."""
    name = str(sysconfig.get_config_var("MULTIARCH") or "")
    return name if name and Path("/usr/lib", name).is_dir() else ""


def variables() -> tuple[tuple[str, str], ...]:
    """Return the set variables that influence a source build. Secrets in addresses are masked.

    The wizard's own variable, for OpenSSL's source, is returned as an address, even if it is a
    path.
    """
    found = {name: masked(os.environ[name]) for name in STEERING if os.environ.get(name)}
    if openssl_archive.VARIABLE in found:
        found[openssl_archive.VARIABLE] = openssl_archive.from_variable()
    return tuple(found.items())


def cargo_config() -> str:
    """Return the user's cargo configuration, which may name a mirror, or empty if there is none."""
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    return next((str(home / n) for n in ("config.toml", "config") if (home / n).is_file()), "")


def terminal() -> Terminal:
    """Return what the terminal of this process can do."""
    kind = os.environ.get("TERM", "")
    shown = bool(sys.stdout) and sys.stdout.isatty()
    size = shutil.get_terminal_size((0, 0))
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "")
    return Terminal(
        interactive=shown and bool(sys.stdin) and sys.stdin.isatty(),
        type=kind,
        columns=size.columns,
        lines=size.lines,
        color=shown and kind != "dumb" and not os.environ.get("NO_COLOR"),
        unicode=encoding.startswith("utf"),
    )


def privilege(timeout: float = 5.0) -> Privilege:
    """Return how to become root. Never asks for a password: it uses ``sudo -n`` and ``doas -n``."""
    if not hasattr(os, "geteuid"):
        return Privilege()  # on Windows the wizard never needs root
    if os.geteuid() == 0:
        return Privilege("root")
    tools: tuple[Literal["sudo", "doas"], ...] = ("sudo", "doas")
    for tool in tools:
        program = shutil.which(tool)
        if program is None:
            continue
        try:
            # Not in a new session: sudo remembers a password for each terminal.
            output = ask(
                (program, "-n", "true"), env={"LC_ALL": "C"}, timeout=timeout, detached=False
            )
        except (ProgramTimeout, OSError):
            continue  # a sudo that hangs does not give root either
        if output.exit == 0:
            return Privilege(tool, program)
        if _wants_password(output):
            return Privilege(tool, program, password=True)
    return Privilege()


def _wants_password(output: Output) -> bool:
    """Return whether it refused only because it cannot ask: messages of sudo, sudo-rs and doas."""
    said = output.stderr.lower()
    refused = "not allowed" in said or "not in the sudoers" in said or "no new privileges" in said
    wants = re.search(
        "password is required|interactive authentication|authentication required|"
        "authorization required|a terminal is required",
        said,
    )
    return bool(wants) and not refused
