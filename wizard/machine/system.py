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

from backends import xcode
from backends.action import Output
from wizard import openssl_archive
from wizard.addresses import masked
from wizard.facts import Privilege, System, Terminal
from wizard.machine import containers, control_groups, processor
from wizard.needs import build_limits, build_variables, cargo_profile, deployment, macos
from wizard.openssl_choice import OPENSSL_VARIABLES
from wizard.programs.processes import ProgramTimeout, ask

Name = Literal["linux", "macos", "windows", "other"]
_NAMES: Mapping[str, Name] = {
    "linux": "linux",
    "android": "linux",  # its name since Python 3.13
    "darwin": "macos",
    "win32": "windows",
}

SW_VERS = "/usr/bin/sw_vers"
"""macOS' program that states its version (``man sw_vers``)."""
BUILD_VARIABLES = (
    *OPENSSL_VARIABLES,
    *("CFLAGS", "LDFLAGS", "ARCHFLAGS", "RUSTFLAGS", "CARGO_HOME", "RUSTUP_HOME"),
    deployment.HOST_PLATFORM,
    *("RUSTUP_DIST_SERVER", "RUSTUP_UPDATE_ROOT", build_limits.JOBS_VARIABLE),
    *cargo_profile.VARIABLES,
    openssl_archive.VARIABLE,
)
"""Environment variables that influence a source build, with those of `build_variables`."""


def system_name() -> Name:
    """Return the kind of this system."""
    return _NAMES.get(sys.platform, "other")


def developer_tools() -> bool:
    """Return whether Apple's placeholders can be started; always True on other systems.

    If no developer tools are selected, ``/usr/bin/python3``, ``cc`` and ``make`` open a window. If
    the selected ones are gone or incomplete, they fail without one: see `backends.xcode`.
    """
    if sys.platform != "darwin":
        return True
    command = xcode.folder()
    try:
        return ask(command.argv, env={"LC_ALL": "C"}, timeout=command.timeout).exit == 0
    except (OSError, ProgramTimeout):
        return False


def prepare() -> None:
    """Import what `read` needs: it may be called in a thread beside others."""
    if sys.platform not in ("darwin", "win32"):
        import distro  # noqa: F401 - slow to import


def read() -> System:
    """Read the facts of the system. What cannot be read keeps its default, with a problem."""
    parts: dict[str, Any] = {}
    problems: list[str] = []
    readers: tuple[tuple[str, Callable[[], dict[str, Any]]], ...] = (
        ("distribution", _distribution),
        ("C library", _libc),
        ("memory", _memory),
        ("processor cores", lambda: {"cores": _cores()}),
        ("processor", _processor),
        ("surroundings", _surroundings),
        ("temporary folder", _temporary),
    )
    for part, reader in readers:
        try:
            parts.update(reader())
        except (OSError, ValueError) as error:
            problems.append(f"The {part} could not be read: {error}.")
    return System(system_name(), machine(), platform.release(), **parts, problems=tuple(problems))


def machine() -> str:
    """Return the machine's real architecture, even for a Python under Rosetta or WOW64."""
    if sys.platform == "darwin":
        try:
            if ask(("sysctl", "-n", "hw.optional.arm64"), timeout=2).stdout.strip() == "1":
                return "arm64"
        except (OSError, ProgramTimeout):
            return platform.machine()
    reported = os.environ.get("PROCESSOR_ARCHITEW6432") or platform.machine()
    return {"amd64": "x86_64", "AMD64": "x86_64", "ARM64": "arm64"}.get(reported, reported)


def _distribution() -> dict[str, Any]:
    if sys.platform == "darwin":
        version = _macos_version()
        return _distribution_facts("macos", f"macOS {version}", version)
    if sys.platform == "win32":
        version = platform.version()
        return _distribution_facts("windows", f"Windows {platform.release()} ({version})", version)
    if is_android(os.environ):
        short = "termux" if "com.termux" in os.environ.get("PREFIX", "") else "android"
        name = "Termux" if short == "termux" else "Android"
        return _distribution_facts(short, name, os.environ.get("TERMUX_VERSION", ""))
    import distro

    # Its other sources are programs (lsb_release, uname); os-release is enough.
    distribution = distro.LinuxDistribution(include_lsb=False, include_uname=False)
    name, release = "", ""
    if sys.platform != "linux":  # most other systems have no os-release
        name, release = platform.system(), platform.release()
    return {
        **_distribution_facts(
            distribution.id() or name.lower(),
            distribution.name(pretty=True) or f"{name} {release}".strip(),
            distribution.version() or release,
        ),
        "like": tuple(distribution.like().split()),
    }


def _macos_version() -> str:
    """Return the version that Apple calls this macOS.

    macOS tells programs that were built for an older one another version: 10.16 instead of 11, and
    16 instead of 26 (python/cpython#135675). It tells ``sw_vers`` the right one, unless the
    variable asks for the other (swiftbar/SwiftBar#34, osquery/osquery#6840).
    """
    try:
        output = ask((SW_VERS, "-productVersion"), env={"SYSTEM_VERSION_COMPAT": "0"}, timeout=5)
        version = output.stdout.strip() if output.exit == 0 else ""
    except (OSError, ProgramTimeout):
        version = ""  # then the kernel's version shows it
    if re.fullmatch(r"\d+(\.\d+)*", version):
        return version
    return macos.real_version(platform.mac_ver()[0], platform.release())


def is_android(variables: Mapping[str, str]) -> bool:
    """Return whether this system is Android, whose programs all get these variables."""
    return "ANDROID_ROOT" in variables and "ANDROID_DATA" in variables


def system_names() -> frozenset[str]:
    """Return the names, as in os-release, of this system and of related ones."""
    if system_name() != "linux":
        return frozenset()
    distribution = _distribution()
    return frozenset({distribution["distribution"], *distribution["like"]})


def _distribution_facts(short: str, full: str, version: str) -> dict[str, Any]:
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
            output = ask(
                (str(loader),), timeout=2
            ).stderr  # without a program it states its version
        except ProgramTimeout:
            output = ""
        match = re.search(r"Version (\d+(?:\.\d+)+)", output)
        return {"libc": "musl", "libc_version": match[1] if match else ""}
    return {}


def _memory() -> dict[str, Any]:
    """Return the bytes of memory and swap space that a build may use."""
    if sys.platform == "win32":
        return {"memory": _windows_memory()}
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if sys.platform == "darwin":
        return {"memory": total}  # macOS makes swap files when it needs them
    limit, swap = control_groups.read(), control_groups.read_swap()
    if limit.memory is not None and limit.memory < total:
        # A group that does not limit its swap space may have none at all.
        return {"memory": limit.memory, "swap": min(swap, limit.swap or 0)}
    return {"memory": total, "swap": swap if limit.swap is None else min(swap, limit.swap)}


def _windows_memory() -> int:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((each, ctypes.c_ulonglong) for each in "abcdefg"),  # the first is the total
        )

    status = Status(length=ctypes.sizeof(Status))
    library: Any = getattr(ctypes, "windll")  # noqa: B009 - only exists on Windows
    library.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
    return int(status.a)


def _cores() -> int:
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # Linux only
        return os.cpu_count() or 1
    return min(cores, control_groups.read().cores or cores)


def _processor() -> dict[str, Any]:
    """Return the processor; nothing on systems that do not describe it in a file."""
    if not Path(processor.CPUINFO).is_file():
        return {}
    return {"processor": processor.read(platform.machine())}


def _surroundings() -> dict[str, Any]:
    if system_name() != "linux":
        return {}
    container = containers.read_container(os.environ)
    return {
        "container": container,
        # A container on Windows (Docker Desktop) also has the kernel of WSL.
        "wsl": 0 if container else containers.wsl(platform.release()),
        "sandbox": containers.read_sandbox(),
    }


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
        if any(Path(folder, system_name).exists() for system_name in ("certs", "cert.pem")):
            return folder
    return ""


def multiarch() -> str:
    """Return Debian's name for the library folder, such as ``x86_64-linux-gnu``; else empty."""
    system_name = str(sysconfig.get_config_var("MULTIARCH") or "")
    return system_name if system_name and Path("/usr/lib", system_name).is_dir() else ""


def variables() -> tuple[tuple[str, str], ...]:
    """Return the set variables that influence a source build. Secrets in addresses are masked.

    The wizard's own variable, for OpenSSL's source, is returned as an address, even if it is a
    path.
    """
    names = (*BUILD_VARIABLES, *sorted(build_variables.steering(os.environ)))
    values = {name: masked(os.environ[name]) for name in names if os.environ.get(name)}
    if openssl_archive.VARIABLE in values:
        values[openssl_archive.VARIABLE] = openssl_archive.from_variable()
    return tuple(values.items())


def cargo_config() -> str:
    """Return the user's cargo configuration, which may name a mirror, or empty if there is none."""
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    return next((str(home / n) for n in ("config.toml", "config") if (home / n).is_file()), "")


_CARGO_AUTHORITIES = re.compile(
    r"""^\s*(?:http\s*\.\s*)?cainfo\s*=\s*["']([^"'\n]+)["']""", re.MULTILINE
)
"""``http.cainfo`` in cargo's configuration (The Cargo Book, "Configuration"), in either form."""


def cargo_authorities(config: str) -> str:
    """Return the file of certificate authorities that cargo's configuration names, or empty."""
    if not config:
        return ""
    try:
        text = Path(config).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""  # cargo says itself what is wrong with the file
    match = _CARGO_AUTHORITIES.search(text)
    return match[1] if match else ""


def terminal() -> Terminal:
    """Return what the terminal of this process can do."""
    kind = os.environ.get("TERM", "")
    is_terminal = bool(sys.stdout) and sys.stdout.isatty()
    size = shutil.get_terminal_size((0, 0))
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "")
    return Terminal(
        interactive=is_terminal and bool(sys.stdin) and sys.stdin.isatty(),
        type=kind,
        columns=size.columns,
        lines=size.lines,
        color=is_terminal and kind != "dumb" and not os.environ.get("NO_COLOR"),
        unicode=encoding.startswith("utf"),
        remote=is_remote(),
        machine=platform.machine() if sys.platform == "darwin" else "",
    )


def is_remote() -> bool:
    """Return whether nobody can be expected to click in a window of this machine.

    That is so over ssh and, on a Mac, outside of a session of windows, which launchd calls ``Aqua``
    (NousResearch/hermes-agent#40983; others are ``Background`` and ``System``).
    """
    if any(os.environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")):
        return True
    if sys.platform != "darwin":
        return False
    try:
        session = ask(("launchctl", "managername"), env={"LC_ALL": "C"}, timeout=2.0)
    except (OSError, ProgramTimeout):
        return False
    return session.exit == 0 and session.stdout.strip() != "Aqua"


def privilege(timeout: float = 5.0) -> Privilege:
    """Return how to become root. It uses ``sudo -n`` and ``doas -n``, which never ask."""
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
        only = _allowed_managers(program, timeout)
        if only:
            return Privilege(tool, program, only=only)
        if _wants_password(output):
            return Privilege(tool, program, password=True)
    return Privilege()


def _allowed_managers(program: str, timeout: float) -> tuple[str, ...]:
    """Return the package managers that sudo or doas starts without a password.

    A rule may allow nothing else: ``NOPASSWD: /usr/bin/apt-get`` (sudoers(5)).
    """
    from backends.manager import managers

    installs = ((manager, manager.install(("x",))) for manager in managers().values())
    as_root = [manager.programs[0] for manager, command in installs if command and command.root]
    found = []
    for name in filter(shutil.which, as_root):
        try:
            output = ask(
                (program, "-n", name, "--version"),
                env={"LC_ALL": "C"},
                timeout=timeout,
                detached=False,
            )
        except (ProgramTimeout, OSError):
            continue
        if output.exit == 0:
            found.append(name)
    return tuple(found)


def _wants_password(output: Output) -> bool:
    """Return whether sudo, sudo-rs or doas refused only because it could not ask."""
    message = output.stderr.lower()
    refused = (
        "not allowed" in message
        or "not in the sudoers" in message
        or "no new privileges" in message
    )
    wants = re.search(
        "password is required|interactive authentication|authentication required|"
        "authorization required|a terminal is required",
        message,
    )
    return bool(wants) and not refused
