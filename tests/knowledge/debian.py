"""OpenSSL's versions and checksums, and the names of packages, compared with Debian's archive.

apt verifies the signatures of the lists. It gets separate folders, so nothing changes on this
machine.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.knowledge.finding import Finding
from wizard.errors import BadRequest
from wizard.knowledge import Knowledge
from wizard.tables import Packages
from wizard.versions import openssl_order

OPENSSL, PACKAGES = "openssl.toml", "packages.toml"
SUITES = ("bookworm", "trixie", "sid", "experimental")
"""The suites of the main archive. A name must be in one of those of binary packages."""
SECURITY = ("bookworm-security", "trixie-security")
BINARY = ("bookworm", "trixie", "sid")
PATIENCE = 300.0
"""Seconds for one call of apt; the lists have about 80 MB."""
UBUNTU = re.compile(r"(cargo|rustc)-1\.\d+")
"""Packages that only Ubuntu has."""


def findings(knowledge: Knowledge, folder: Path) -> Iterator[Finding]:
    """Compare the tables with Debian's lists, which apt downloads into ``folder``."""
    if shutil.which("apt-get") is None:
        yield Finding("unknown", OPENSSL, "there is no apt-get here.")
        return
    lines = _source_lines()
    if not lines:
        yield Finding("unknown", OPENSSL, "apt has no address of Debian's archive.")
        return
    (folder / "lists" / "partial").mkdir(parents=True)
    (folder / "cache" / "archives" / "partial").mkdir(parents=True)
    (folder / "sources.list").write_text("\n".join(lines) + "\n", encoding="utf-8")
    problem = _apt("apt-get", folder, "update")[1]
    if problem:
        yield Finding("unknown", OPENSSL, f"Debian's lists cannot be downloaded: {problem}")
        return
    sources, problem = _apt("apt-cache", folder, "showsrc", "openssl")
    if problem:
        yield Finding("unknown", OPENSSL, problem)
    else:
        yield from compare_openssl(knowledge, sources)
    names, problem = _apt("apt-cache", folder, "pkgnames")
    apt = next(row for row in knowledge.packages if row.manager == "apt")
    if problem:
        yield Finding("unknown", PACKAGES, problem)
    else:
        yield from compare_names(apt, set(names.split()))


def _source_lines() -> list[str]:
    """Return the lines for apt, with the archive that this machine uses."""
    argv = ("apt-get", "indextargets", "--format", "$(REPO_URI)", "Identifier: Packages")
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    used = {uri.rstrip("/") for uri in done.stdout.split()}
    main = next((uri for uri in sorted(used) if uri.endswith("/debian")), "")
    security = next((uri for uri in sorted(used) if uri.endswith("/debian-security")), "")
    lines = [f"deb-src {main} {suite} main" for suite in SUITES if main]
    lines += [f"deb {main} {suite} main" for suite in BINARY if main]
    return lines + [f"deb-src {security} {suite} main" for suite in SECURITY if security]


def _apt(program: str, folder: Path, *arguments: str) -> tuple[str, str]:
    """Return apt's output, and why there is none."""
    options = (
        *("-o", f"Dir::Etc::sourcelist={folder / 'sources.list'}", "-o", "Dir::Etc::sourceparts=-"),
        *("-o", f"Dir::State::lists={folder / 'lists'}", "-o", f"Dir::Cache={folder / 'cache'}"),
        *("-o", "APT::Sandbox::User=root", "-o", "Dir::State::status=/dev/null"),
    )
    argv = (program, "--quiet", "--quiet", *options, *arguments)
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return "", f"{program} {arguments[0]} took longer than {PATIENCE:g} seconds."
    errors = [line for line in done.stderr.splitlines() if line.startswith("E:")]
    if done.returncode or errors:
        return "", (errors or [f"{program} ended with exit code {done.returncode}"])[-1]
    return done.stdout, ""


def compare_openssl(knowledge: Knowledge, sources: str) -> Iterator[Finding]:
    """Compare the versions with what ``apt-cache showsrc openssl`` prints."""
    sums = upstream_sums(sources)
    for source in knowledge.openssls:
        found = sums.get(source.version, source.sha256)
        if found != source.sha256:
            yield Finding("wrong", OPENSSL, f"{source.version} has the SHA-256 {found} in Debian.")
    newest = openssl_order(knowledge.series[0].last)
    for version in sorted(sums, key=openssl_order):
        series = knowledge.openssl_series(version)
        if series is None and openssl_order(version) > newest:
            yield Finding("new", OPENSSL, f"{version} was published: a new series.")
        elif series is not None and openssl_order(version) > openssl_order(series.last):
            yield Finding("new", OPENSSL, f"{version} was published; {series.last} is known.")


def upstream_sums(sources: str) -> Mapping[str, str]:
    """Return the SHA-256 of each upstream archive in the output of ``apt-cache showsrc``."""
    pattern = r"^ ([0-9a-f]{64}) \d+ openssl_([^_\s]+)\.orig\.tar\.gz$"
    sums = {}
    for digest, version in re.findall(pattern, sources, re.MULTILINE):
        try:
            openssl_order(version)
        except BadRequest:
            continue  # a pre-release has another name
        sums[version] = digest
    return sums


def compare_names(table: Packages, names: set[str]) -> Iterator[Finding]:
    """Compare the names of packages with those that the archive has."""
    minors = sorted(
        (match[1] for name in names if (match := re.fullmatch(r"python(3\.\d+)-dev", name))),
        key=lambda minor: int(minor.partition(".")[2]),
    )
    wanted = [
        *table.build,
        table.libffi,
        *table.cryptography[:1],
        table.venv,
        *table.python_headers,
    ]
    wanted += table.openssl_build
    for openssl in table.openssl:
        wanted += [openssl.package, openssl.static, openssl.engine]
    wanted += [name for rust in table.rust for name in rust.packages if not UBUNTU.fullmatch(name)]
    for name in dict.fromkeys(filter(None, wanted)):
        filled = [name.format(minor=m, digits=m.replace(".", "")) for m in minors or ["3"]]
        if not names.intersection(filled):
            yield Finding("wrong", PACKAGES, f"no package of Debian is called {name}.")
