"""The kinds of Mac, built from parts. Where each value comes from: ``README.md``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from tests.mac.inside.places import COMMAND_LINE_TOOLS

Tools = Literal["absent", "present", "stale", "licence"]
FRAMEWORK = "Library/Frameworks/Python.framework/Versions"


@dataclass(frozen=True)
class System:
    """A macOS. ``tools`` is the version of its Command Line Tools, ``label`` their name in Software
    Update, ``clang`` the compiler's version."""

    version: str
    kernel: str
    machine: str
    tools: str
    label: str
    clang: str


# actions/runner-images, images/macos: macos-26-arm64, macos-15 (Intel), macos-13, macos-14-arm64.
TAHOE = System("26.4", "25.4.0", "arm64", "26.5.0.0.1777544298", "26.5", "21.0.0")
SEQUOIA = System("15.6", "24.6.0", "arm64", "16.4.0.0.1.1747106510", "16.4", "17.0.0")
INTEL_13 = System("13.7.6", "22.6.0", "x86_64", "14.3.1.0.1.1683849156", "14.3", "14.0.3")


@dataclass(frozen=True)
class Python:
    """An installed Python.

    ``prefix`` is its folder and ``links`` are other names of its program. ``version`` is what it
    claims; empty for that of the Python that runs the tests. ``machines`` are its slices, the
    preferred one first. ``target`` is the oldest macOS that it was built for. ``compat`` is what
    it calls this macOS if it was built with an older SDK. ``managed`` are the words of its owner.
    """

    prefix: str
    links: tuple[str, ...]
    machines: tuple[str, ...] = ("arm64", "x86_64")
    target: str = "10.13"
    version: str = ""
    framework: str = "Python"
    compat: str = ""
    managed: bool = False
    libressl: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of Mac.

    ``tools`` is the state of the Command Line Tools. ``dialog`` is what the user does with the
    window of ``xcode-select --install``; ``arrives`` is how many questions later the tools are
    there. ``brews`` are prefixes. ``shell`` is the architecture of the terminal's shell. ``path``
    is put before the usual PATH. ``sudo`` is what sudo does if there is no terminal.
    """

    name: str
    system: System
    pythons: tuple[Python, ...]
    tools: Tools = "present"
    brews: tuple[str, ...] = ()
    port: bool = False
    installed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rustup: str = ""
    dialog: Literal["agree", "cancel"] = "agree"
    arrives: int = 3
    window: bool = True
    shell: str = ""
    path: tuple[str, ...] = ()
    sudo: Literal["password", "free", "refused"] = "free"
    proxy: str = ""
    offline: bool = False
    variables: dict[str, str] = field(default_factory=dict)

    def but(self, **changes: object) -> Kind:
        """Return this kind with other values."""
        return replace(self, **changes)  # type: ignore[arg-type]


def apples() -> Python:
    """Python 3.9.6 of the Command Line Tools (urllib3/urllib3#3020: it has LibreSSL 2.8.3)."""
    return Python(
        f"{COMMAND_LINE_TOOLS}/Library/Frameworks/Python3.framework/Versions/3.9",
        (f"{COMMAND_LINE_TOOLS}/usr/bin/python3",),
        target="10.9",
        version="3.9.6",
        framework="Python3",
        libressl=True,
    )


def official(minor: str) -> Python:
    """Python of python.org: universal2, for 10.13 since 3.13."""
    prefix = f"/{FRAMEWORK}/{minor}"
    return Python(prefix, ("/usr/local/bin/python3", f"/usr/local/bin/python{minor}"))


def brewed(prefix: str, minor: str, system: System) -> Python:
    """Python of Homebrew: one architecture, and managed by Homebrew."""
    keg = f"{prefix}/Cellar/python@{minor}/{minor}.0"
    machine = "arm64" if prefix == "/opt/homebrew" else "x86_64"
    target = f"{system.version.partition('.')[0]}.0"
    links = (f"{prefix}/bin/python3", f"{prefix}/bin/python{minor}")
    inside = f"{keg}/Frameworks/Python.framework/Versions/{minor}"
    return Python(inside, links, (machine,), target, managed=True)


def ported(minor: str, system: System) -> Python:
    """Python of MacPorts."""
    target = f"{system.version.partition('.')[0]}.0"
    links = (f"/opt/local/bin/python{minor}",)
    return Python(f"/opt/local/{FRAMEWORK}/{minor}", links, (system.machine,), target)


def kinds(minor: str) -> dict[str, Kind]:
    """Return all kinds by name; ``minor`` is the version of the Pythons that people installed."""
    arm, intel = "/opt/homebrew", "/usr/local"
    first = f"{arm}/bin", f"{arm}/sbin"
    framework = (f"/{FRAMEWORK}/{minor}/bin",)
    found = (
        Kind("new-arm64", TAHOE, (official(minor),), tools="absent", path=framework),
        Kind("tools-only", SEQUOIA, ()),
        Kind("python-org", SEQUOIA, (official(minor),), path=framework),
        Kind("brew-arm64", SEQUOIA, (brewed(arm, minor, SEQUOIA),), brews=(arm,), path=first),
        Kind(
            "brew-rosetta",
            SEQUOIA,
            (brewed(intel, minor, SEQUOIA),),
            brews=(intel,),
        ),
        Kind(
            "both-brews",
            SEQUOIA,
            (
                brewed(arm, minor, SEQUOIA),
                brewed(intel, minor, SEQUOIA),
            ),
            brews=(arm, intel),
            path=first,
        ),
        Kind(
            "macports",
            SEQUOIA,
            (ported(minor, SEQUOIA),),
            port=True,
            path=("/opt/local/bin", "/opt/local/sbin"),
        ),
        Kind(
            "company",
            SEQUOIA,
            (official(minor),),
            path=framework,
            sudo="refused",
        ),
        Kind("intel-13", INTEL_13, (brewed(intel, minor, INTEL_13),), brews=(intel,)),
        Kind("tahoe", TAHOE, (replace(official(minor), compat="16.4"),), path=framework),
        Kind("stale-tools", TAHOE, (official(minor),), tools="stale", path=framework),
        Kind("licence", SEQUOIA, (official(minor),), tools="licence", path=framework),
    )
    return {kind.name: kind for kind in found}
