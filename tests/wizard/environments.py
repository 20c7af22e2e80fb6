"""Pretended environments: a recorded machine with an environment that holds other packages."""

from __future__ import annotations

from dataclasses import replace

from tests.machines import machine
from wizard.facts import Facts, Installed, Python
from wizard.target_environment import path_rules

OWN = ("cffi>=1.12",)
PYOPENSSL = Installed("pyOpenSSL", "24.2.1", ("cryptography<44,>=41.0.5",), ("OpenSSL",))
OLD_PYOPENSSL = Installed("pyOpenSSL", "22.0.0", ("cryptography>=35.0",), ("OpenSSL",))
PARAMIKO = Installed("paramiko", "5.1.0", ("cryptography>=3.3",), ("paramiko",))
SNOWFLAKE = Installed(
    "snowflake-connector-python", "3.15.0", ("cffi<2.0.0,>=1.9", "cryptography>=3.1.0")
)
PINNED = Installed("pinned", "1.0", ("cryptography==42.0.8",), ("pinned",))
NEEDS_NEW = Installed("needs-new", "2.0", ("cryptography>=46",), ("needs_new",))
CLICK = Installed("click", "8.1.7")


def environment(facts: Facts) -> str:
    """The folder of the environment on this machine."""
    return str(path_rules(facts).join(facts.folder, "env"))


def holding(
    name: str, *packages: Installed, cryptography: str = "43.0.1", cffi: str = "1.17.1"
) -> Facts:
    """A machine whose user asked for an environment with these packages, as well as cryptography
    (empty: it is missing) and what that needs."""
    facts = machine(name)
    base = facts.pythons[0]
    own = (
        Installed("cryptography", cryptography, OWN),
        Installed("cffi", cffi, ("pycparser",)),
        Installed("pycparser", "2.22"),
    )
    folder = environment(facts)
    inside = ("Scripts", "python.exe") if facts.system.name == "windows" else ("bin", "python")
    python: Python = replace(
        base,
        path=str(path_rules(facts).join(folder, *inside)),
        origin="asked",
        environment=folder,
        base=base.path,
        externally_managed="",
        cryptography=cryptography,
        packages=(*packages, *(own if cryptography else ())),
    )
    return replace(facts, pythons=(python, *facts.pythons))
