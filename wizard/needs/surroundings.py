"""What surrounds the system: a container, a sandbox, Windows, Android."""

from __future__ import annotations

from wizard import invocation
from wizard.facts import Facts
from wizard.needs import storage
from wizard.needs.condition import Condition, Subject
from wizard.refused import Refused
from wizard.wording import joined, quoted_command

CERTIFICATES = "Certificates"
_CERTIFICATE_PLACES = {
    "SSL_CERT_DIR": "the folder",
    **dict.fromkeys(("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), "the file or folder"),
}
"""What the variables name that may name a folder."""
"""The title of the condition about certificate authorities."""
ANDROID = ("termux", "android")
WINDOWS_FILESYSTEMS = ("9p", "drvfs", "v9fs")
"""The file systems by which WSL shows the disks of Windows: 9p in version 2, drvfs in version 1."""
CONTAINERS = {
    "docker": "Docker",
    "podman": "Podman",
    "lxc": "LXC",
    "kubernetes": "Kubernetes",
}
_SANDBOXES = {
    "flatpak": ("a Flatpak", "run: flatpak-spawn --host {wizard}"),
    "snap": ("a snap", "start the wizard in another terminal."),
}
_KEPT = ("lxc", "systemd-nspawn")
"""Containers that are used like machines, and keep what is installed in them."""


def android(subject: Subject) -> Condition | None:
    """Return what Android decides: the index has no wheels for it, and a build cannot be imported.

    An extension built by pip is not linked to libpython there, whose symbols it then does not find
    (termux/termux-packages, issues 30705 and 30187).
    """
    system = subject.facts.system
    if system.distribution not in ANDROID:
        return None
    hints = (
        "Install Termux's own package: pkg install python-cryptography",
        "Then make an environment that sees it: python -m venv --system-site-packages env",
    )
    refused = Refused(
        "On Android, a compiled cryptography does not find the symbols of Python itself.", hints
    )
    return Condition(
        "Android",
        f"{refused.reason} Releases have no wheels for Android.",
        "\n".join(hints),
        compiled=refused,
    )


def sandbox(subject: Subject) -> Condition | None:
    """Return what a sandbox decides: only programs inside it see the environment's Python."""
    kind = subject.facts.system.sandbox
    if not kind:
        return None
    name, how = _SANDBOXES[kind]
    start = how.format(wizard=invocation.command())
    note = (
        f"This terminal is inside {name}: the environment uses its Python, and works only there. "
        f"For the system itself, {start}"
    )
    return Condition("Sandbox", note, bundled=note, compiled=note)


def wsl(subject: Subject) -> Condition | None:
    """Return what the Windows Subsystem for Linux decides."""
    facts, version = subject.facts, subject.facts.system.wsl
    if not version:
        return None
    detail = f"The Windows Subsystem for Linux, version {version}."
    disk = storage.space(facts, subject.folder)
    if disk is None or disk.filesystem not in WINDOWS_FILESYSTEMS:
        return Condition("Windows", detail)
    note = (
        f"{subject.folder} is on a disk of Windows, which is slow for Linux programs. A folder in "
        "your home folder of Linux is many times faster."
    )
    return Condition("Windows", f"{detail} {note}", bundled=note, compiled=note)


def container(subject: Subject) -> Condition | None:
    """Return that this is a container. It decides nothing, so a plan does not mention it."""
    kind = subject.facts.system.container
    if not kind:
        return None
    detail = f"This is a container ({CONTAINERS.get(kind, kind)})."
    if kind not in _KEPT:
        detail += (
            " What is installed is lost with it; to keep it, put it into the image: "
            + invocation.command("plan", "--format", "dockerfile")
        )
    return Condition("Container", detail)


def lost_authorities(subject: Subject) -> Condition | None:
    """Return that variables name certificate authorities which are not there.

    Some programs then trust nobody, and others ignore the variable.
    """
    facts = subject.facts
    if not facts.lost_authorities:
        return None
    named = joined(
        f"{name} ({_CERTIFICATE_PLACES.get(name, 'the file')} {value})"
        for name, value in facts.lost_authorities
    )
    several = len(facts.lost_authorities) > 1
    detail = (
        f"{named} {'name' if several else 'names'} no certificates: what is named does not exist, "
        "or OpenSSL finds none in it. Downloads may fail."
    )
    return Condition(CERTIFICATES, detail, "\n".join(authority_hints(facts)), detail, detail)


def authority_hints(facts: Facts) -> tuple[str, ...]:
    """Return what to do about variables that name no certificates; empty without any."""
    if not facts.lost_authorities:
        return ()
    names = [name for name, _ in facts.lost_authorities]
    windows = facts.system.name == "windows"
    command = (
        " & ".join(f"set {name}=" for name in names) if windows else f"unset {' '.join(names)}"
    )
    hints = [f"Correct the path, or remove the variable: {command}"]
    folders = [value for name, value in facts.lost_authorities if name == "SSL_CERT_DIR"]
    if folders and not windows:  # there, OpenSSL has no such command
        folder = quoted_command((folders[0].split(":")[0],), facts.system.name)
        hints.append(
            "If certificates are in that folder, OpenSSL finds them only after: openssl rehash "
            f"{folder}"
        )
    return tuple(hints)
