"""A pretended Debian for the line-by-line faces: real questions and plans, a simulated run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Union

from tests.simulate import Scene, Script, simulated
from wizard.choices import Choices
from wizard.codec import from_json
from wizard.engine import Engine, Run
from wizard.facts import Facts, Listing, Manager, Package, Pip, PipIndex, Privilege, Python, System
from wizard.needs import tags

MACHINES = Path(__file__).parents[1] / "machines"
LISTING = from_json(
    Listing, (MACHINES / "listing.json").read_text(encoding="utf-8"), source="listing.json"
)
PYTHON = Python(
    "/usr/bin/python3",
    "path",
    version="3.11.2",
    machine="x86_64",
    platform="linux-x86_64",
    prefix="/usr",
    base="/usr",
    libc="glibc",
    libc_version="2.36",
    externally_managed="This environment is externally managed",
    ensurepip="23.0.1",
)
DEBIAN = Facts(
    system=System(
        "linux",
        "x86_64",
        distribution="debian",
        distribution_name="Debian GNU/Linux 12 (bookworm)",
        distribution_version="12",
        libc="glibc",
        libc_version="2.36",
    ),
    pythons=(
        replace(
            PYTHON,
            pip=Pip(
                "23.0.1", tags.current_pip_tags(PYTHON), PipIndex("https://index.example/simple")
            ),
        ),
    ),
    listing=LISTING,
    managers=(
        Manager(
            "apt",
            "/usr/bin/apt-get",
            (
                Package("build-essential", candidate="12.9"),
                Package("libffi-dev", candidate="3.4.4-1"),
                Package("pkg-config", candidate="1.8.1-1"),
                Package("libssl-dev", candidate="3.0.17-1~deb12u2"),
                Package("python3-dev", candidate="3.11.2-1+b1"),
                Package("python3.11-dev", candidate="3.11.2-6"),
                Package("python3-venv", candidate="3.11.2-1+b1"),
                Package("python3.11-venv", candidate="3.11.2-6"),
                Package("rustc", candidate="1.63.0+dfsg1-2"),
                Package("cargo", candidate="0.66.0+ds1-1"),
                Package("rustc-web", candidate="1.85.0+dfsg3-1~deb12u1"),
                Package("cargo-web", candidate="1.85.0+dfsg3-1~deb12u1"),
            ),
        ),
    ),
    multiarch="x86_64-linux-gnu",
    privilege=Privilege("root"),
    folder="/home/ada/project",
)
OWN_PYTHON = replace(
    DEBIAN,
    pythons=(
        replace(
            DEBIAN.pythons[0], path="/opt/python/bin/python3", prefix="/opt/python", headers=True
        ),
    ),
)
"""With a Python that is not the system's: its environment need not wait for packages."""
WITH_SUDO = replace(DEBIAN, privilege=Privilege("sudo", "/usr/bin/sudo", password=True))

BROKEN = Scene(
    lines=("Collecting cryptography", "error: the true cause", "boilerplate"),
    exit=1,
    cause="The network could not be reached.",
    excerpt=("error: the true cause",),
    hints=("Connect to the network and try again.",),
    seconds=12.0,
)


@dataclass
class Pretended:
    """A machine that records what is asked of it."""

    facts: Facts = DEBIAN
    script: Script = field(default_factory=dict)
    password: bool = True
    probes: list[bool] = field(default_factory=list)
    unlocked: int = 0

    def probe(self, _choices: Choices, *, everything: bool = False, **_more: object) -> Facts:
        """The facts, at once."""
        self.probes.append(everything)
        return self.facts

    def unlock(self, _facts: Facts) -> bool:
        """Whether the right password was typed."""
        self.unlocked += 1
        return self.password

    def engine(self, run: Union[Run, None] = None) -> Engine:
        """The engine of this machine."""
        return Engine(self.probe, run or simulated(self.script), self.unlock)


NO_MEMORY = Scene(
    exit=1,
    cause="A program was killed.",
    hints=("Close other programs.",),
    failure="oom-killed",
    remedies=("fewer-jobs", "wheel"),
)
"""A failure for which the wizard itself can do something."""
