"""The words by which a log shows the system that it is from: distributions and their commands."""

from __future__ import annotations

import re
from collections.abc import Mapping

FAMILIES = {
    "debian": "debian ubuntu raspbian raspberry kali linuxmint pop jetson tegra armbian devuan",
    "fedora": "fedora rhel redhat red centos rocky almalinux amzn amazon ol el7 el8 el9",
    "alpine": "alpine postmarketos",
    "arch": "arch archlinux manjaro endeavouros",
    "suse": "suse opensuse sles tumbleweed",
    "nixos": "nixos nix",
    "synology": "synology dsm",
    "openwrt": "openwrt",
}
_FAMILY_OF = {name: family for family, names in FAMILIES.items() for name in names.split()}
_BY_COMMAND = {
    **dict.fromkeys(("apt", "apt-get", "dpkg"), "debian"),
    **dict.fromkeys(("dnf", "yum"), "fedora"),
    "apk": "alpine",
    "pacman": "arch",
    "zypper": "suse",
}
_IN_ADVICE = re.compile(
    r"(?P<debian>\b(?:debian|ubuntu|apt|apt-get|aptitude)\b)"
    r"|(?P<fedora>\b(?:fedora|red ?hat|rhel|centos|rocky|yum|dnf)\b)"
    r"|(?P<alpine>\b(?:alpine|apk)\b)|(?P<arch>\b(?:arch ?linux|pacman)\b)"
    r"|(?P<suse>\b(?:open)?suse\b|\bzypper\b)|(?P<mac>\b(?:macos|os x|brew|homebrew|macports)\b)"
    r"|(?P<freebsd>\bfreebsd\b|\bpkg (?:install|add)\b)|(?P<nixos>\bnix(?:os)?\b)",
    re.IGNORECASE,
)


def family(facts: Mapping[str, str]) -> str:
    """Return the family of the distribution, from its name or its package manager, or empty."""
    by_name = _FAMILY_OF.get(facts.get("system", ""))
    return by_name or _BY_COMMAND.get(facts.get("manager", ""), "")


def is_advice(text: str) -> bool:
    """Return whether a line names several systems: then it is about none of them."""
    return len({found.lastgroup for found in _IN_ADVICE.finditer(text)}) > 1
