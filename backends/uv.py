"""uv: the same environments and installations, but faster, if uv is installed."""

from __future__ import annotations

from dataclasses import replace

from backends.action import Command

INTERRUPTED = (
    r"error decoding response body|body from connection|Hash mismatch for|"
    r"Failed to read from zip file|Bad uncompressed size|connection (?:closed|reset)"
)
"""Output of a uv whose download broke off, which uv has tried again three times by itself."""
INSTALL_SECONDS = 900.0
"""The time limit of an installation that compiles nothing."""
RETRIES = 2
"""How often such a uv is started again."""
ALLOW_EXISTING = "--allow-existing"
"""Without it, uv refuses a folder that is not empty."""
OLDEST_PYTHON = (3, 8)
"""The oldest Python for which uv makes environments."""


def settings(
    *, url: str, extra: tuple[str, ...] = (), find_links: tuple[str, ...] = ()
) -> tuple[tuple[str, str], ...]:
    """Make uv look where pip looks: uv does not read pip's configuration.

    ``url`` is the index that pip is configured for, or empty for the default one.
    """
    env = [("UV_DEFAULT_INDEX", url)] if url else []
    if extra:
        env.append(("UV_INDEX", " ".join(extra)))
        # pip compares the files of all indexes; uv would stop at the first that has the package.
        env.append(("UV_INDEX_STRATEGY", "unsafe-best-match"))
    if find_links:
        env.append(("UV_FIND_LINKS", ",".join(find_links)))
    return tuple(env)


def make_environment(
    uv: str, base: str, folder: str, *, seed: bool = True, env: tuple[tuple[str, str], ...] = ()
) -> Command:
    """Create a virtual environment in ``folder`` from the Python ``base``.

    With ``seed`` it gets pip, which is downloaded from the index. The folder may exist already, as
    it does when the wizard itself runs this: it first marks the folder as unfinished.
    """
    seeded = ("--seed",) if seed else ()
    return Command(
        (uv, "venv", "--no-progress", *seeded, "--python", base, folder),
        reporting=(ALLOW_EXISTING,),  # since uv 0.1.23
        env=env,
        timeout=300,
    )


def install(
    uv: str,
    python: str,
    requirements: tuple[str, ...],
    *,
    only_binary: bool = False,
    no_binary: bool = False,
    upgrade: bool = False,
    reinstall: bool = False,
    alone: bool = False,
    folder: str = "",
    env: tuple[tuple[str, str], ...] = (),
    path: tuple[str, ...] = (),
) -> Command:
    """Install ``requirements`` into the environment of ``python``. See `backends.pip.install`."""
    options: list[str] = ["--no-progress", "--color", "never"]
    if folder:
        options += ["--offline", "--no-config", "--no-index", "--find-links", folder]
    if only_binary:
        options += ["--only-binary", "cryptography"]
    if no_binary:
        options += ["-v", "--no-cache", "--no-binary", "cryptography"]
    if upgrade:
        options.append("--upgrade")
    if reinstall:
        options.append("--reinstall")
    if reinstall or alone:
        options.append("--no-deps")
    return Command(
        (uv, "pip", "install", "--python", python, *options, *requirements),
        env=env,
        path=path,
        timeout=3600 if no_binary else INSTALL_SECONDS,
        progress="cargo" if no_binary else "",
        interrupted="" if folder else INTERRUPTED,
        retries=0 if folder else RETRIES,
    )


def sync(uv: str, project: str, environment: str) -> Command:
    """Install the packages of ``uv.lock`` in the folder ``project`` into ``environment``.

    cryptography is never compiled, other packages stay, and the project itself is not installed.
    """
    return Command(
        (
            *(uv, "sync", "--project", project, "--frozen", "--inexact", "--no-install-project"),
            *("--no-build-package", "cryptography", "--no-progress", "--color", "never"),
        ),
        env=(("UV_PROJECT_ENVIRONMENT", environment),),
        unset=("VIRTUAL_ENV",),
        timeout=3600,
    )


def uninstall(uv: str, python: str, packages: tuple[str, ...]) -> Command:
    """Remove packages from the environment of ``python``; those that are missing do not matter."""
    return Command((uv, "pip", "uninstall", "--python", python, *packages), timeout=300)


def adjusted(
    command: Command,
    *,
    env: tuple[tuple[str, str], ...] = (),
    unset: tuple[str, ...] = (),
    no_config: bool = False,
    options: tuple[str, ...] = (),
) -> Command:
    """Return a command of uv that reads its settings differently.

    ``no_config``: uv reads none of its files. ``options`` are for ``uv pip install`` alone. A
    command that reads no settings at all is returned as it is.
    """
    if "--no-config" in command.argv:
        return command
    words = 3 if command.argv[1] == "pip" else 2
    more: tuple[str, ...] = ("--no-config",) if no_config else ()
    if command.argv[1:3] == ("pip", "install"):
        more += options
    return replace(
        command,
        argv=(*command.argv[:words], *more, *command.argv[words:]),
        env=(*env, *command.env),
        unset=(*command.unset, *unset),
    )


def is_uv(command: Command, uv: str) -> bool:
    """Return whether this command runs uv, whose path is ``uv``."""
    return bool(uv) and command.argv[0] == uv and command.argv[1:2] in (("pip",), ("venv",))
