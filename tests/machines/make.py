"""Writes the files of the pretended machines: ``python -m tests.machines.make``.

Nobody edits them by hand. The recorded ones (``record.py``) are only tidied again, so that no
package is in them that the tables no longer name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from tests.machines import apple, linux, windows
from tests.machines.recorded import RECORDED, read, tidied, write
from wizard.facts import Facts

DESCRIBED: Mapping[str, Callable[[], Facts]] = {
    **apple.MACHINES,
    **windows.MACHINES,
    **linux.MACHINES,
}


def every() -> dict[str, Facts]:
    """Every machine by name, as its file has to be."""
    return {name: made(name) for name in (*RECORDED, *DESCRIBED)}


def made(name: str) -> Facts:
    """One machine."""
    facts = DESCRIBED[name]() if name in DESCRIBED else tidied(read(name))
    return _with_folders(facts)


def _with_folders(facts: Facts) -> Facts:
    """The folders that these systems have from the start: of certificates, and of libraries."""
    if facts.system.name == "linux":
        table = _FOLDERS.get(next((m.name for m in facts.managers), ""), "/etc/ssl")
        facts = replace(facts, certificates=table)
    elif facts.system.name == "macos":
        facts = replace(facts, certificates="/etc/ssl")
    if facts.manager("apt"):
        facts = replace(facts, multiarch=_MULTIARCH[facts.pythons[0].machine])
    return facts


_FOLDERS = {"apt": "/usr/lib/ssl", "dnf": "/etc/pki/tls", "yum": "/etc/pki/tls"}
"""Where ``openssl version -d`` points to on the systems made with these."""
_MULTIARCH = {
    "x86_64": "x86_64-linux-gnu",
    "i686": "i386-linux-gnu",
    "aarch64": "aarch64-linux-gnu",
    "armv6l": "arm-linux-gnueabihf",
    "armv7l": "arm-linux-gnueabihf",
    "riscv64": "riscv64-linux-gnu",
}
"""Debian's names (its wiki, ``Multiarch/Tuples``)."""


def main() -> None:
    """Write every file."""
    for name, facts in every().items():
        write(name, facts)


if __name__ == "__main__":
    main()
