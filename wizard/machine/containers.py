"""What surrounds this Linux: a container, the Windows Subsystem for Linux, or a sandbox."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

PLACES = (
    "/run/systemd/container",
    "/run/host/container-manager",
    "/run/.containerenv",
    "/.dockerenv",
    "/run/secrets/kubernetes.io",
    "/var/run/secrets/kubernetes.io",
)
"""The files and folders by which container managers make themselves known."""
FLATPAK = "/.flatpak-info"
LABELS = ("/proc/self/attr/apparmor/current", "/proc/self/attr/current")
"""Where Linux tells a process its own AppArmor label; the first exists since Linux 5.8."""


def read_container(variables: Mapping[str, str]) -> str:
    """Return the kind of container that this process is in, or empty."""
    present = {place: _text(place) for place in PLACES if Path(place).exists()}
    return container(present, variables)


def container(present: Mapping[str, str], variables: Mapping[str, str]) -> str:
    """Return the kind of container: ``docker``, ``podman``, ``lxc`` …; empty outside of one.

    ``present`` are the existing ones of `PLACES`, with their text (empty for a folder).
    """
    if "KUBERNETES_SERVICE_HOST" in variables or any("kubernetes" in place for place in present):
        return "kubernetes"
    for place in ("/run/systemd/container", "/run/host/container-manager"):
        named = present.get(place, "").strip()
        if named and named != "wsl":  # systemd counts WSL as a container
            return named
    if "/run/.containerenv" in present:
        return "podman"
    if "/.dockerenv" in present:
        return "docker"
    return variables.get("container", "")  # set by lxc, podman and systemd-nspawn


def wsl(release: str) -> int:
    """Return the version of the Windows Subsystem for Linux with this kernel; 0: another kernel.

    Microsoft builds both: ``4.4.0-19041-Microsoft`` is version 1, which has no Linux kernel;
    ``5.15.90.1-microsoft-standard-WSL2`` is version 2.
    """
    if re.search(r"-microsoft-standard|WSL2", release):
        return 2
    return 1 if release.endswith("-Microsoft") else 0


def read_sandbox() -> Literal["flatpak", "snap", ""]:
    """Return the sandbox that this process is in: one that hides the rest of the system."""
    if Path(FLATPAK).exists():
        return "flatpak"
    label = next(filter(None, map(_text, LABELS)), "")
    return "snap" if is_confined_snap(label) else ""


def is_confined_snap(label: str) -> bool:
    """Return whether this AppArmor label is that of a confined snap.

    Snaps with classic confinement, such as editors, see the whole system; their label is in
    complain mode.
    """
    return bool(re.fullmatch(r"snap\.\S+ \(enforce\)", label.strip("\0\n ")))


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return ""  # a folder, or a file for root only: its existence is enough
