"""The names of packages, compared with the repositories that dnf knows here."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator

from tests.knowledge.finding import Finding
from wizard.knowledge import Knowledge
from wizard.tables import Packages

TABLE = "packages.toml"
PATIENCE = 300.0
"""Seconds for one call of dnf, which may download its lists."""


def findings(knowledge: Knowledge) -> Iterator[Finding]:
    """Compare the table of dnf, if there is a dnf with repositories."""
    if shutil.which("dnf") is None:
        yield Finding("unknown", TABLE, "there is no dnf here, so Fedora's names are not compared.")
        return
    table = next(row for row in knowledge.packages if row.manager == "dnf")
    argv = ("dnf", "--quiet", "repoquery", "--qf", "%{name}\n", *(f"{n}*" for n in fixed(table)))
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        yield Finding("unknown", TABLE, f"dnf took longer than {PATIENCE:g} seconds.")
        return
    names = set(done.stdout.split())
    if done.returncode or not names:
        last = (done.stderr.strip().splitlines() or ["it has no repositories"])[-1]
        yield Finding("unknown", TABLE, f"dnf cannot be asked: {last}")
        return
    yield from compare(table, names)


def fixed(table: Packages) -> tuple[str, ...]:
    """Return the names without a version that every Fedora and RHEL has."""
    names = [*table.build, table.libffi, *table.cryptography[:1], *table.openssl_build]
    names += [table.openssl[0].package, *(n for rust in table.rust[:1] for n in rust.packages)]
    names += [name for name in table.python_headers if not re.search(r"\{", name)]
    return tuple(dict.fromkeys(filter(None, names)))


def compare(table: Packages, names: set[str]) -> Iterator[Finding]:
    """Compare the names with those that dnf lists."""
    for name in fixed(table):
        if name not in names:
            yield Finding("wrong", TABLE, f"no package of dnf is called {name}.")
