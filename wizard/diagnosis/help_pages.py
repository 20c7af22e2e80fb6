"""The help page of a cause: what it means, and what helps on each platform."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from wizard.diagnosis import remedies
from wizard.diagnosis.conditions import holds
from wizard.diagnosis.table import Cause

PLACES: Mapping[str, Mapping[str, str]] = {
    "Linux (Debian, Ubuntu)": {
        "os": "linux",
        "family": "debian",
        "machine": "x86_64",
        "libc": "glibc",
    },
    "Fedora, RHEL": {"os": "linux", "family": "fedora", "machine": "x86_64", "libc": "glibc"},
    "Linux on ARM": {"os": "linux", "family": "debian", "machine": "aarch64", "libc": "glibc"},
    "POWER (ppc64le)": {"os": "linux", "family": "fedora", "machine": "ppc64le", "libc": "glibc"},
    "Alpine": {"os": "linux", "family": "alpine", "machine": "x86_64", "libc": "musl"},
    "Arch Linux": {"os": "linux", "family": "arch", "machine": "x86_64", "libc": "glibc"},
    "openSUSE": {"os": "linux", "family": "suse", "machine": "x86_64", "libc": "glibc"},
    "NixOS": {"os": "linux", "family": "nixos", "machine": "x86_64", "libc": "glibc"},
    "Synology": {"os": "linux", "place": "synology", "machine": "x86_64", "libc": "glibc"},
    "Docker": {
        "os": "linux",
        "place": "docker",
        "family": "debian",
        "machine": "x86_64",
        "libc": "glibc",
    },
    "AWS Lambda": {"os": "linux", "place": "lambda", "machine": "x86_64", "libc": "glibc"},
    "macOS on Apple silicon": {"os": "macos", "machine": "aarch64"},
    "macOS on Intel": {"os": "macos", "machine": "x86_64"},
    "Windows": {"os": "windows", "machine": "x86_64"},
    "32-bit Windows": {"os": "windows", "machine": "i686"},
    "Windows on ARM": {"os": "windows", "machine": "aarch64"},
    "Termux": {"os": "android", "place": "termux", "machine": "aarch64"},
    "FreeBSD": {"os": "freebsd", "machine": "x86_64"},
    "iOS": {"os": "ios", "machine": "aarch64"},
    "conda": {
        "os": "linux",
        "place": "conda",
        "tool": "conda",
        "machine": "x86_64",
        "libc": "glibc",
    },
    "uv": {"os": "linux", "tool": "uv", "machine": "x86_64", "libc": "glibc"},
    "Poetry": {"os": "linux", "tool": "poetry", "machine": "x86_64", "libc": "glibc"},
    "pipx": {"os": "linux", "tool": "pipx", "machine": "x86_64", "libc": "glibc"},
    "Pipenv": {"os": "linux", "tool": "pipenv", "machine": "x86_64", "libc": "glibc"},
}
"""Where failures happen, as their users call it, with the facts of that place."""


def places(cause: Cause) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the places where this cause occurs, with their facts."""
    from wizard.diagnosis.platforms import complete

    needed = [need for need in cause.needs if not need.startswith("sign:")]
    for title, facts in PLACES.items():
        known = {**complete(facts, {}), "package": "cryptography"}
        if holds(cause.occurs, known) and all(_may_hold(need, known) for need in needed):
            yield title, known


def page(cause: Cause) -> str:
    """Return the page as text: what it means, then what to do on each platform."""
    unknown = blanks(cause)
    lines = [
        cause.id,
        "",
        *textwrap.wrap(remedies.fill(cause.cause, unknown, {"package": "cryptography"}), 78),
    ]
    if cause.means:
        lines += ["", *textwrap.wrap(cause.means, 78)]
    shown: dict[tuple[str, ...], list[str]] = {}
    for title, facts in places(cause):
        found = tuple(one.text for one in remedies.remedies(cause, unknown, facts))
        shown.setdefault(found, []).append(title)
    for texts, titles in shown.items():
        heading = "What to do" if len(shown) == 1 else ", ".join(titles)
        lines += ["", f"{heading}:"]
        # A command stays in one line, so that it can be copied.
        lines += [f"- {text}" for text in texts]
    return "\n".join(lines) + "\n"


def _may_hold(need: str, facts: Mapping[str, str]) -> bool:
    known = {name for name in facts if facts[name]}
    parts = [
        part for part in need.split(",") if part.strip().partition("=")[0].rstrip("!") in known
    ]
    return holds(",".join(parts), facts)


def blanks(cause: Cause) -> dict[str, str]:
    """Return a word in brackets for each thing that only a log says: ``(version)``."""
    names = {name for sign in cause.signs for name in sign.pattern.groupindex}
    names |= {*cause.where, "library", "symbol", "version", "header", "tool", "module", "status"}
    return {name: f"({name})" for name in sorted(names | {"name"})}
