"""Described machines with Linux. Where the values come from: ``README.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from packaging.version import Version

from tests.machines.parts import GIB, TAKEN, manager, pip
from tests.machines.recorded import INDEX, SUDO, WINDOW, debian_message
from tests.machines.versions import (
    ALPINE_12,
    ALPINE_16,
    ALPINE_19,
    ALPINE_22,
    CENTOS_7,
    FEDORA,
    FOCAL,
    JAMMY,
    NOBLE,
    RASPBERRY,
    RHEL_7,
    RHEL_8,
    RHEL_9,
    RISCV64,
)
from wizard.facts import Facts, Headers, Manager, PipIndex, Privilege, Python, System, Tool

HOME = "/home/ada"
ALPINE_MESSAGE = """\
The system-wide python installation should be maintained using the system
package manager (apk) only.

If the package in question is not packaged already (and hence installable via
"apk add py3-somepackage"), please consider installing it inside a virtual
environment, e.g.:

python3 -m venv /path/to/venv
. /path/to/venv/bin/activate
pip install mypackage

To exit the virtual environment, run:

deactivate

The virtual environment is not deleted, and can be re-entered by re-sourcing
the activate file.

To automatically manage virtual environments, consider using pipx (from the
pipx package)."""


def ubuntu(
    version: str,
    name: str,
    kernel: str,
    libc: str,
    python: tuple[str, str, bool],
    candidates: Mapping[str, str],
    pkg_config: str,
    perl: str,
) -> Facts:
    """An Ubuntu laptop: its Python is (version, pip's version, whether it makes environments)."""
    number, its_pip, makes = python
    minor = number.rpartition(".")[0]
    managed = debian_message(minor) if version >= "23.04" else ""
    own = _python("/usr/bin/python3", number, libc=("glibc", libc), managed=managed)
    own = replace(own, ensurepip=its_pip if makes else "", pip=pip(own, its_pip))
    here = {"pkg-config": candidates["pkg-config"]}
    if makes:
        here[f"python{minor}-venv"] = candidates[f"python{minor}-venv"]
    return _facts(
        _system("ubuntu", name, version, kernel, ("glibc", libc), like=("debian",)),
        (own,),
        manager("apt", "/usr/bin/apt-get", (own,), candidates, here),
        (_tool("pkg-config", pkg_config), _tool("perl", perl)),
    )


def red_hat(
    identity: tuple[str, str, str, tuple[str, ...]],
    kernel: str,
    libc: str,
    pythons: Sequence[tuple[str, str, str, str]],
    program: str,
    candidates: Mapping[str, str],
    perl: str = "",
) -> Facts:
    """A system with yum or dnf. A Python is (path, version, its pip's version, ensurepip's)."""
    found = []
    for path, number, its_pip, bundled in pythons:
        python = _python(path, number, libc=("glibc", libc))
        own = pip(python, its_pip) if its_pip else None
        found.append(replace(python, ensurepip=bundled, pip=own))
    name = program.rpartition("/")[2]
    distribution, full, version, like = identity
    return _facts(
        _system(distribution, full, version, kernel, ("glibc", libc), like=like),
        tuple(found),
        manager(name, program, found, candidates),
        (_tool("perl", perl),) if perl else (),
    )


def alpine(
    version: str,
    kernel: str,
    libc: str,
    python: tuple[str, str, str],
    candidates: Mapping[str, str],
) -> Facts:
    """An Alpine: its Python is (version, pip's version, ensurepip's version)."""
    number, its_pip, bundled = python
    managed = ALPINE_MESSAGE if version >= "3.19" else ""
    own = _python("/usr/bin/python3", number, libc=("musl", libc), managed=managed)
    own = replace(own, ensurepip=bundled, pip=pip(own, its_pip))
    if Version(libc) < Version("1.2.4"):  # aports: main/musl has relr-1.patch since 1.2.3-r2
        own = replace(own, relr="yes" if Version(version) >= Version("3.17") else "no")
    short = version.rpartition(".")[0]
    facts = _facts(
        _system("alpine", f"Alpine Linux v{short}", version, kernel, ("musl", libc)),
        (own,),
        manager("apk", "/sbin/apk", (own,), candidates),
        (),
    )
    return replace(facts, privilege=Privilege("doas", "/usr/bin/doas", password=True))


def debian_like(
    machine: str,
    kernel: str,
    python: tuple[str, str, str],
    names: tuple[str, str, str],
    candidates: Mapping[str, str],
    perl: str,
    memory: int = 8,
) -> Facts:
    """A Debian, or a child of it, on another processor.

    ``python`` is (version, pip's version, the C library's), ``names`` (ID, for people, version).
    """
    number, its_pip, libc = python
    minor = number.rpartition(".")[0]
    bits = 32 if machine.startswith("armv") else 64
    own = _python(
        "/usr/bin/python3",
        number,
        machine=machine,
        bits=bits,
        libc=("glibc", libc),
        managed=debian_message(minor),
    )
    own = replace(own, ensurepip=its_pip, pip=pip(own, its_pip))
    here = {f"python{minor}-venv": candidates[f"python{minor}-venv"]}
    distribution, full, version = names
    like = ("debian",) if distribution != "debian" else ()
    system = _system(distribution, full, version, kernel, ("glibc", libc), machine, like, memory)
    apt = manager("apt", "/usr/bin/apt-get", (own,), candidates, here)
    return _facts(system, (own,), apt, (_tool("perl", perl),))


def raspberry(machine: str, kernel: str, memory: int) -> Facts:
    """A Raspberry Pi with its own system, which has an extra index of wheels set."""
    facts = debian_like(
        machine,
        kernel,
        ("3.11.2", "23.0.1", "2.36"),
        ("raspbian", "Raspbian GNU/Linux 12 (bookworm)", "12"),
        RASPBERRY,
        "5.36.0",
        memory,
    )
    own = facts.pythons[0]
    wheels = "https://wheels.example/simple"
    index = PipIndex(
        INDEX, extra=(wheels,), changed=(f"extra-index-url = {wheels} (/etc/pip.conf)",)
    )
    return replace(facts, pythons=(replace(own, pip=pip(own, "23.0.1", index)),))


def free_threaded() -> Facts:
    """The Ubuntu of today, with a free-threaded Python that pyenv built."""
    facts = UBUNTU_24_04
    prefix = f"{HOME}/.pyenv/versions/3.14.0t"
    path = f"{prefix}/bin/python3"
    own = _python(path, "3.14.0", libc=("glibc", "2.39"), prefix=prefix, origin="path")
    own = replace(own, free_threaded=True, writable=True, headers=True, ensurepip="25.2")
    own = replace(own, pip=pip(own, "25.2"))
    pythons = (own, *facts.pythons)
    here = {name: NOBLE[name] for name in ("build-essential", "libssl-dev", "libffi-dev")}
    apt = manager("apt", "/usr/bin/apt-get", pythons, NOBLE, {**here, **_PKG_CONFIG})
    tools = (
        _tool("cc", "13.3.0"),
        _tool("gcc", "13.3.0"),
        _tool("pkg-config", "1.8.1"),
        _tool("make", "4.3"),
        _tool("perl", "5.38.2"),
    )
    libraries = "/usr/lib/x86_64-linux-gnu"
    headers = Headers("/usr/include", "3.0.13", libraries, static=True, shared=True)
    return replace(facts, pythons=pythons, managers=(apt,), tools=tools, openssl=(headers,))


def behind_proxy() -> Facts:
    """Ubuntu 24.04 in a company: its own index, its proxy, its certificates, secrets masked."""
    facts = UBUNTU_24_04
    python = facts.pythons[0]
    index = PipIndex(
        "https://****@packages.company.example/python/simple",
        default=False,
        extra=("https://packages.company.example/python-extra/simple",),
        secret=True,
        changed=(
            "cert = /usr/local/share/ca-certificates/company.crt (/etc/pip.conf)",
            "extra-index-url = https://packages.company.example/python-extra/simple "
            "(/etc/pip.conf)",
            "index-url = https://****@packages.company.example/python/simple "
            f"({HOME}/.config/pip/pip.conf)",
            "proxy = http://****@proxy.company.example:3128 (PIP_PROXY)",
            "timeout = 60 (/etc/pip.conf)",
        ),
    )
    python = replace(python, pip=pip(python, "24.0", index), ensurepip="24.0")
    apt = manager("apt", "/usr/bin/apt-get", (python,), NOBLE, {**_PKG_CONFIG, **_VENV})
    return replace(
        facts,
        pythons=(python,),
        managers=(apt,),
        variables=(
            ("RUSTUP_DIST_SERVER", "https://rust.company.example"),
            ("RUSTUP_UPDATE_ROOT", "https://rust.company.example/rustup"),
        ),
        cargo_config=f"{HOME}/.cargo/config.toml",
    )


def _python(
    path: str,
    version: str,
    *,
    libc: tuple[str, str],
    machine: str = "x86_64",
    bits: int = 64,
    prefix: str = "/usr",
    origin: str = "path",
    managed: str = "",
) -> Python:
    kind, number = libc
    return Python(
        path,
        origin,
        version=version,
        machine=machine,
        platform=f"linux-{machine}",
        bits=bits,
        prefix=prefix,
        base=path,
        libc="musl" if kind == "musl" else "glibc",
        libc_version=number,
        externally_managed=managed,
        writable=False,
    )


def _system(
    distribution: str,
    full: str,
    version: str,
    kernel: str,
    libc: tuple[str, str],
    machine: str = "x86_64",
    like: tuple[str, ...] = (),
    memory: int = 8,
) -> System:
    return System(
        "linux",
        machine,
        kernel,
        distribution,
        full,
        version,
        like,
        libc="musl" if libc[0] == "musl" else "glibc",
        libc_version=libc[1],
        memory=memory * GIB,
        cores=4,
        temporary="/tmp",
        temporary_free=20 * GIB,
    )


def _tool(name: str, version: str) -> Tool:
    return Tool(name, f"/usr/bin/{name}", version, "system")


def _facts(
    system: System, pythons: tuple[Python, ...], own: Manager, tools: tuple[Tool, ...]
) -> Facts:
    return Facts(
        system,
        pythons,
        managers=(own,),
        tools=tools,
        privilege=SUDO,
        terminal=WINDOW,
        folder=f"{HOME}/project",
        cache=f"{HOME}/.cache/cryptography-wizard",
        taken=TAKEN,
    )


_PKG_CONFIG = {"pkg-config": NOBLE["pkg-config"]}
_VENV = {"python3.12-venv": NOBLE["python3.12-venv"]}
UBUNTU_24_04 = ubuntu(
    "24.04",
    "Ubuntu 24.04.3 LTS",
    "6.8.0",
    "2.39",
    ("3.12.3", "24.0", False),
    NOBLE,
    "1.8.1",
    "5.38.2",
)
MACHINES: Mapping[str, Callable[[], Facts]] = {
    "ubuntu-20.04": lambda: ubuntu(
        "20.04",
        "Ubuntu 20.04.6 LTS",
        "5.4.0",
        "2.31",
        ("3.8.10", "20.0.2", True),
        FOCAL,
        "0.29.1",
        "5.30.0",
    ),
    "ubuntu-22.04": lambda: ubuntu(
        "22.04",
        "Ubuntu 22.04.5 LTS",
        "5.15.0",
        "2.35",
        ("3.10.12", "22.0.2", True),
        JAMMY,
        "0.29.2",
        "5.34.0",
    ),
    "ubuntu-24.04": lambda: UBUNTU_24_04,
    "fedora": lambda: red_hat(
        ("fedora", "Fedora Linux 44 (Workstation Edition)", "44", ()),
        "6.19.10",
        "2.43",
        (("/usr/bin/python3", "3.14.7", "26.0.1", "26.0.1"),),
        "/usr/bin/dnf",
        FEDORA,
        perl="5.42.3",
    ),
    "rhel-9": lambda: red_hat(
        ("rhel", "Red Hat Enterprise Linux 9.6 (Plow)", "9.6", ("fedora",)),
        "5.14.0",
        "2.34",
        (("/usr/bin/python3", "3.9.21", "21.3.1", "21.3.1"),),
        "/usr/bin/dnf",
        RHEL_9,
    ),
    "rhel-8": lambda: red_hat(
        ("rhel", "Red Hat Enterprise Linux 8.6 (Ootpa)", "8.6", ("fedora",)),
        "4.18.0",
        "2.28",
        (
            ("/usr/bin/python3.9", "3.9.7", "20.2.4", "20.2.4"),
            ("/usr/bin/python3", "3.6.8", "9.0.3", "9.0.3"),
        ),
        "/usr/bin/dnf",
        RHEL_8,
    ),
    "rhel-7": lambda: red_hat(
        ("rhel", "Red Hat Enterprise Linux Server 7.9 (Maipo)", "7.9", ("fedora",)),
        "3.10.0",
        "2.17",
        (("/usr/bin/python3", "3.6.8", "9.0.3", "9.0.3"),),
        "/usr/bin/yum",
        RHEL_7,
        perl="5.16.3",
    ),
    "centos-7": lambda: red_hat(
        ("centos", "CentOS Linux 7 (Core)", "7", ("rhel", "fedora")),
        "3.10.0",
        "2.17",
        (("/usr/bin/python3", "3.6.8", "9.0.3", "9.0.3"),),
        "/usr/bin/yum",
        CENTOS_7,
        perl="5.16.3",
    ),
    "alpine-3.12": lambda: alpine(
        "3.12.4", "5.4.0", "1.1.24", ("3.8.5", "20.1.1", "20.1.1"), ALPINE_12
    ),
    "alpine-3.16": lambda: alpine(
        "3.16.1", "5.15.0", "1.2.3", ("3.10.5", "22.1.1", "22.0.4"), ALPINE_16
    ),
    "alpine-3.19": lambda: alpine(
        "3.19.2", "6.6.0", "1.2.4", ("3.11.9", "23.3.1", "24.0"), ALPINE_19
    ),
    "alpine-3.22": lambda: alpine(
        "3.22.6", "6.12.0", "1.2.5", ("3.12.13", "25.1.1", "25.0.1"), ALPINE_22
    ),
    "raspberry-armv6": lambda: raspberry("armv6l", "6.12.25+rpt-rpi-v6", 1),
    "raspberry-armv7": lambda: raspberry("armv7l", "6.12.25+rpt-rpi-v7", 1),
    "riscv64": lambda: debian_like(
        "riscv64",
        "6.12.0",
        ("3.13.5", "25.1.1", "2.41"),
        ("debian", "Debian GNU/Linux 13 (trixie)", "13"),
        RISCV64,
        "5.40.1",
    ),
    "free-threaded": free_threaded,
    "proxy": behind_proxy,
}
