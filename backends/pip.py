"""pip and venv: environments and installations with what every Python includes."""

from __future__ import annotations

from dataclasses import replace

from backends.action import Command

FIRST_WITH_PYTHON_OPTION = (22, 3)
"""The first pip that can install into another environment (``pip --python``)."""
FIRST_WITH_RESOLVER = (20, 3)
"""The first pip that installs only versions which allow each other."""
FIRST_WITH_DRY_RUN = (22, 2)
"""The first pip that can simulate an installation (``pip install --dry-run``)."""
FIRST_WITH_OTHER_PYTHON = (24, 2)
"""The first pip whose ``install --python-version`` also decides about ``Requires-Python``. Older
ones compare that with their own Python."""
_RESUMES = (25, 1)
"""The first pip that notices that a download broke off, and resumes it."""
_RAW_PROGRESS = (24, 1)
"""The first pip with ``--progress-bar raw``."""
_NO_PROGRESS = (10, 0)
"""The first pip with ``--progress-bar``."""
_NO_COLOR = (10, 0)
INTERRUPTED = (
    r"THESE PACKAGES DO NOT MATCH THE HASHES|^error: incomplete-download|IncompleteRead\(|"
    r"Connection broken:|Response ended prematurely|exceptions\.ReadTimeoutError: |"
    r"Connection aborted|HTTP error 429 |JSONDecodeError: |\(from versions: none\)"
)
"""Output of a pip whose download broke off, or which could not read a page of the index.

Before 25.1, pip takes half of a file for all of it, and then finds another checksum. Since then, it
resumes a download five times by itself. It says of most pages that it cannot read only that there
are no versions; the wizard has found the release there a moment before."""
INSTALL_SECONDS = 900.0
"""The time limit of an installation that compiles nothing."""
RETRIES = 2
"""How often a pip whose download broke off is started again."""
_ENV = (("PIP_DISABLE_PIP_VERSION_CHECK", "1"), ("PIP_NO_INPUT", "1"))


def parse_version(version: str) -> tuple[int, int]:
    """Return the first two numbers of a pip version: ``(22, 3)`` for ``22.3.1``."""
    numbers = [int(part) for part in version.split(".")[:2] if part.isdigit()]
    return (numbers[0] if numbers else 0, numbers[1] if len(numbers) > 1 else 0)


def python(program: str, *words: str) -> tuple[str, ...]:
    """Return the words that start a Python which imports nothing from the current folder.

    ``-m``, ``-c`` and ``-`` otherwise look there first: a ``pip.py`` or ``random.py`` of the user
    would run. ``-I`` exists since Python 3.4 (``-P`` since 3.11), and also ignores the variables of
    Python and the user's own packages.
    """
    return (program, "-I", *words)


def module(program: str) -> tuple[str, ...]:
    """Return the words that start the pip of a Python."""
    return python(program, "-m", "pip")


def make_environment(base: str, folder: str, *, with_pip: bool) -> Command:
    """Create a virtual environment in ``folder`` from the Python ``base``."""
    options = () if with_pip else ("--without-pip",)
    return Command(python(base, "-m", "venv", *options, folder), timeout=300)


def ensure(interpreter: str) -> Command:
    """Install this Python's bundled pip into its environment."""
    return Command(python(interpreter, "-m", "ensurepip", "--upgrade"), timeout=300)


RUNNER = "__pip-runner__.py"
"""The file of pip that ``--python`` gives to the other Python (pip 22.3 and later)."""


def call_from_outside(base: str, runner: str, interpreter: str) -> tuple[str, ...]:
    """Return the words that start the pip of ``base`` for the environment of ``interpreter``.

    ``runner`` is the file of that pip that ``--python`` gives to the other Python. To name it saves
    the start of a pip that would only do that. If it is empty, pip finds it itself.
    """
    return (interpreter, runner) if runner else (*module(base), "--python", interpreter)


def install(
    python: str,
    requirements: tuple[str, ...],
    *,
    version: str,
    call: tuple[str, ...] = (),
    only_binary: bool = False,
    no_binary: bool = False,
    upgrade: bool = False,
    reinstall: bool = False,
    alone: bool = False,
    compiled: bool = True,
    folder: str = "",
    env: tuple[tuple[str, str], ...] = (),
    path: tuple[str, ...] = (),
) -> Command:
    """Install ``requirements`` into the environment of ``python``.

    ``version`` is the version of the pip that runs: older pips lack some options. ``call`` starts
    it, if it is not the environment's own: see `call_from_outside`. ``only_binary`` allows only a
    wheel of cryptography; ``no_binary`` always compiles it, never uses a wheel that pip built
    before (pip's cache ignores link options), and shows the log of the build. ``reinstall``
    replaces the same version, and only that package. ``alone`` installs only what is named, without
    dependencies. Without ``compiled``, no bytecode is compiled
    in advance: Python does it when a module is first imported. ``folder`` is a wheelhouse: then
    everything comes from there, without an index.

    A pip from outside that takes half of a file for all of it begins only: if a download breaks
    off, the environment's own new pip goes on, which resumes downloads.
    """
    version_numbers = parse_version(version)
    begins_again = bool(call) and not folder and version_numbers < _RESUMES
    call = call or module(python)
    options: list[str] = []
    if version_numbers >= _NO_COLOR:
        options.append("--no-color")
    if no_binary:
        options += ["-v", "--no-cache-dir", "--no-binary", "cryptography"]
    if only_binary:
        options += ["--only-binary", "cryptography"]
    if upgrade:
        options.append("--upgrade")
    if not compiled:
        options.append("--no-compile")
    if reinstall:
        options.append("--force-reinstall")
    if reinstall or alone:
        options.append("--no-deps")
    variables: tuple[tuple[str, str], ...] = _ENV
    if folder:
        # Settings in files or variables could name more places to look in, or other rules.
        call = (*call, "--isolated", "--disable-pip-version-check", "--no-input")
        options += ["--no-index", "--find-links", folder]
        variables = (("PIP_CONFIG_FILE", "nul" if "\\" in python else "/dev/null"),)
    return Command(
        (*call, "install", *options, *requirements),
        env=(*variables, *env),
        path=path,
        reporting=_progress_bar(version_numbers) if not no_binary else (),
        timeout=3600 if no_binary else INSTALL_SECONDS,
        progress="cargo" if no_binary else "pip",
        interrupted="" if folder else INTERRUPTED,
        retries=0 if folder else RETRIES,
        again=(_program(python), "install", *options, *requirements) if begins_again else (),
    )


def _program(python: str) -> str:
    """Return the program pip beside this Python of an environment.

    pip makes it when all of its own files are there.
    """
    windows = "\\" in python
    folder, separator, _ = python.rpartition("\\" if windows else "/")
    return f"{folder}{separator}pip{'.exe' if windows else ''}"


def _progress_bar(version: tuple[int, ...]) -> tuple[str, ...]:
    """Return the options for a progress that the wizard reads, or else for none.

    Outside a terminal, a bar appears only when the download is over, and takes pip a moment.
    """
    if version < _NO_PROGRESS:
        return ()
    return ("--progress-bar", "raw" if version >= _RAW_PROGRESS else "off")


def dry_run(python: str, requirement: str) -> Command:
    """Resolve a source build of ``requirement`` and install nothing: pip 22.2 and later.

    maturin gets the package's metadata with ``cargo metadata``, which downloads all crates. They
    stay in cargo's folder, where the build finds them.
    """
    return Command(
        (
            *(*module(python), "install", "--no-color", "--dry-run", "--no-deps"),
            *("--no-binary", "cryptography", requirement),
        ),
        env=_ENV,
        timeout=900,
        progress="pip",
        interrupted=INTERRUPTED,
        retries=RETRIES,
    )


def wheel(
    python: str,
    requirements: tuple[str, ...],
    *,
    folder: str,
    version: str,
    only_binary: tuple[str, ...] = (),
    no_binary: bool = False,
    listed: str = "",
    reuse: bool = False,
) -> Command:
    """Collect wheels of ``requirements`` and of their dependencies in ``folder``.

    ``python`` is the interpreter that the wheels are for, and ``version`` the version of its pip.
    ``only_binary`` are never compiled; ``no_binary`` always compiles cryptography, as `install`
    does. ``listed`` is a file with more requirements. ``reuse`` also uses the wheels in the folder.
    """
    version_numbers = parse_version(version)
    options = ["--no-color"] if version_numbers >= _NO_COLOR else []
    options += ["--wheel-dir", folder]
    if reuse:
        options += ["--find-links", folder]
    if no_binary:
        options += ["-v", "--no-cache-dir", "--no-binary", "cryptography"]
    if only_binary:
        options += ["--only-binary", ",".join(only_binary)]
    if listed:
        options += ["--requirement", listed]
    return Command(
        (*module(python), "wheel", *options, *requirements),
        env=_ENV,
        timeout=3600 if no_binary else INSTALL_SECONDS,
        progress="cargo" if no_binary else "pip",
        interrupted=INTERRUPTED,
        retries=RETRIES,
    )


def uninstall(python: str, packages: tuple[str, ...]) -> Command:
    """Remove packages from the environment of ``python``; those that are missing do not matter."""
    return Command((*module(python), "uninstall", "-y", *packages), env=_ENV, timeout=300)


def uninstalled(command: Command) -> tuple[str, ...]:
    """Return the packages that a command of pip, uv or pipx removes; none if it removes nothing."""
    if "uninstall" not in command.argv:
        return ()
    words = command.argv[command.argv.index("uninstall") + 1 :]
    before = ("", *words)
    return tuple(
        word
        for previous, word in zip(before, words)
        if previous != "--python" and not word.startswith("-")
    )


def adjusted(
    command: Command, *, env: tuple[tuple[str, str], ...] = (), unset: tuple[str, ...] = ()
) -> Command:
    """Return a command of pip that reads its settings differently.

    A command that reads no settings at all (``--isolated``) is returned as it is.
    """
    if "--isolated" in command.argv:
        return command
    return replace(command, env=(*env, *command.env), unset=(*command.unset, *unset))


def is_pip(command: Command) -> bool:
    """Return whether this command runs pip."""
    words = command.argv[1:4]
    return words == module("")[1:] or "".join(words[:1]).endswith(RUNNER)
