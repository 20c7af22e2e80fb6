"""Records the machines that can be made as temporary Debian systems: one file each.

    python -m tests.machines.record debian-11 debian-13 …

Each is made from nothing by mmdebstrap, with a user named Ada who may use sudo with her password;
it is she who runs ``cryptography-wizard doctor --json``. Linux, root, a network and mmdebstrap.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.live import machine, roots
from tests.machines.recorded import tidied, write
from wizard.codec import from_json
from wizard.facts import SCHEMA, Facts

HOME = "/home/ada"
WITHOUT_SECURITY = 'sed --in-place /-security/d "$1"/etc/apt/sources.list'


@dataclass(frozen=True)
class Recipe:
    """A Debian system: its suite, its Python's version, and what is in it besides Python.

    ``lists``: whether ``apt-get update`` was run there. ``security``: whether the lists have
    Debian's security updates too; mirrors of the rarer machines are not always in step.
    """

    suite: str
    python: str
    packages: tuple[str, ...] = ()
    architecture: str = "amd64"
    lists: bool = True
    security: bool = True


RECIPES = {
    "debian-11": Recipe("bullseye", "3.9", ("python3-pip", "python3-venv")),
    "debian-12": Recipe("bookworm", "3.11", ("python3-pip",)),
    "debian-13": Recipe("trixie", "3.13", ("python3-pip", "python3-venv")),
    "debian-13-bare": Recipe("trixie", "3.13", lists=False),
    "i686": Recipe("bookworm", "3.11", ("python3-pip", "python3-venv"), "i386", security=False),
    "pep668": Recipe("trixie", "3.13", ("python3-pip",)),
    "pypy": Recipe("trixie", "3.13", ("pypy3", "pypy3-venv", "python3-pip")),
}


def record(name: str, recipe: Recipe, work: Path) -> Facts:
    """Make the system below ``work`` and ask it what it is."""
    folder = work / name
    included = ",".join(("ca-certificates", "passwd", "python3", "sudo", *recipe.packages))
    subprocess.run(
        (
            *("mmdebstrap", "--quiet", "--variant=apt", f"--include={included}"),
            f"--architectures={recipe.architecture}",
            *(() if recipe.security else (f"--setup-hook={WITHOUT_SECURITY}",)),
            *(recipe.suite, str(folder)),
        ),
        stdin=subprocess.DEVNULL,
        timeout=600,
        check=True,
    )
    root = roots.Root(folder, recipe.python)
    for file in ("/etc/resolv.conf", "/etc/hosts"):
        shutil.copyfile(file, root.path(file))
    shutil.copyfile(root.path("/etc/ssl/certs/ca-certificates.crt"), root.path(roots.CERTIFICATES))
    # A pip of the same Python: which libraries are needed depends on it.
    pip = (machine.need(recipe.python), "-m", "pip", "--disable-pip-version-check", "--no-input")
    roots.install_wizard(root, pip, roots.build_wheel(pip, work))
    _run(root, "useradd", "--create-home", "--groups", "sudo", "ada")
    _run(root, "install", "--directory", "--owner=ada", f"{HOME}/project")
    if recipe.lists:
        _run(root, "apt-get", "update")
    else:
        for each in root.path("/var/lib/apt/lists").glob("*_*"):
            each.unlink()
    forgotten = ("CRYPTOGRAPHY_WIZARD_STATE", *roots.TRUST)
    said = _run(
        root,
        *("runuser", "--user", "ada", "--", "env", f"--chdir={HOME}/project"),
        *(f"--unset={variable}" for variable in forgotten),
        f"HOME={HOME}",
        # A 32-bit system on a 64-bit kernel sees the kernel's machine, unless it is hidden.
        *(("setarch", "i686") if recipe.architecture == "i386" else ()),
        *("cryptography-wizard", "doctor", "--json"),
    )
    return from_json(Facts, said, source=f"the doctor in {name}", schema=SCHEMA)


def _run(root: roots.Root, *argv: str) -> str:
    done = root.run(*argv, timeout=240)
    if done.code:
        raise SystemExit(
            f"{argv[0]} ended with exit code {done.code} in {root.folder}:\n{done.said}"
        )
    return done.out


def main(names: list[str]) -> None:
    """Record these machines, or all."""
    for name in names or list(RECIPES):
        work = Path(tempfile.mkdtemp(prefix="machines-"))
        try:
            write(name, tidied(record(name, RECIPES[name], work)))
        finally:
            shutil.rmtree(work)


if __name__ == "__main__":
    main(sys.argv[1:])
