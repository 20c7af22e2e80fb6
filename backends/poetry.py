"""Poetry: installs what its lock file lists."""

from __future__ import annotations

from backends.action import Command


def install(poetry: str, project: str, environment: str) -> Command:
    """Install the packages of the lock file in the folder ``project`` into ``environment``.

    Poetry uses the environment that is active, so it is made active. cryptography is never
    compiled, and the project itself is not installed.
    """
    return Command(
        (poetry, "install", "--no-root", "--no-interaction", "--no-ansi", "--directory", project),
        env=(("VIRTUAL_ENV", environment), ("POETRY_INSTALLER_ONLY_BINARY", "cryptography")),
        timeout=3600,
    )
