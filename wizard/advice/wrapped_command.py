"""What a command of pip, uv, poetry, pipx or conda does, and whether cryptography made it fail."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

_BLAMES = re.compile(
    r"(?i)"
    r"failed (?:to (?:build|download|fetch|install|prepare)|building).{0,80}\bcryptography\b"
    r"|could not build wheels? for.{0,80}\bcryptography\b"
    r"|failed to build .{0,60}projects? \(.{0,200}\bcryptography\b"
    r"|unable to install .{0,20}\bcryptography\b"
    r"|(?:no matching distribution found|could not find a version).{0,40}\bcryptography\b"
    r"|\bcryptography\b.{0,60}(?:has no (?:wheels|usable wheels|matching)|not supporting pep 517)"
    r"|╰─> cryptography$"
    r"|no module named '?_cffi_backend|\bcryptography[/\\.]hazmat\b"
)
"""Lines in which an installer or Python says that cryptography is what failed."""
_INSTALLERS = re.compile(
    r"(?P<name>pip|uv|poetry|pipx|conda|mamba|micromamba)[\d.]*(?:\.exe)?", re.I
)
_WITH_VALUE = re.compile(
    r"-[cCfiptP]|--(?:abi|cache-dir|(?:client-)?cert|config-settings|constraints?|exclude-newer"
    r"|(?:default-|extra-)?index(?:-url|-strategy)?|extra|find-links|global-option|group"
    r"|implementation|keyring-provider|log|no-binary|no-build-package|only-binary|pip-args|platform"
    r"|prefix|progress-bar|proxy|python(?:-version)?|(?:refresh|upgrade)-package|report|resolution"
    r"|retries|root|src|target|timeout|trusted-host|upgrade-strategy)"
)
"""The options of pip, uv and pipx that are followed by a value (``pip install --help``)."""


def blames_cryptography(lines: Iterable[str]) -> bool:
    """Return whether the output of a failed command says that cryptography is the reason."""
    return any(_BLAMES.search(line.rstrip()) for line in lines)


def installer(words: Sequence[str]) -> str:
    """Return the installer that a command runs: ``pip`` for ``python -m pip``; empty if none."""
    program = PurePath(words[0].replace("\\", "/")).name
    match = _INSTALLERS.fullmatch(program)
    if match:
        return match["name"].lower()
    if "-m" in words[:-1]:
        module = words[words.index("-m") + 1]
        return module if _INSTALLERS.fullmatch(module) else ""
    return ""


def question(words: Sequence[str]) -> tuple[str, ...]:
    """Return the command that prints which Python the given command installs into.

    The answer is an absolute path somewhere in its output (see `interpreter`). Empty if the
    command makes a separate environment (pipx), or is no installer.
    """
    name, program = installer(words), words[0]
    chosen = _option(words, "--python", "-p")
    if name == "pip":
        front = words[: words.index("-m") + 2] if "-m" in words else words[:1]
        outside = ("--python", chosen) if chosen else ()
        return (*front, *outside, "debug")
    if name == "uv" and "tool" not in words[1:2]:
        return (program, "python", "find", *((chosen,) if chosen else ()))
    if name == "poetry":
        return (program, "env", "info", "--executable")
    return ()


def interpreter(output: str) -> str:
    """Return the path of the interpreter in the answer to `question`; empty if there is none."""
    match = re.search(r"^sys\.executable: (.+)$", output, re.M) or re.search(
        r"^((?:/|[A-Za-z]:\\).+)$", output, re.M
    )
    return match[1].strip() if match else ""


_FILES = {
    **dict.fromkeys(("-r", "--requirement", "--requirements"), "-r"),
    **dict.fromkeys(("-c", "--constraint", "--constraints"), "-c"),
    **dict.fromkeys(("-e", "--editable"), "-e"),
}
"""The options of pip and uv that name a file or folder, and what a requirements file calls them."""
_REQUIREMENTS_FILES = ("", ".txt", ".in", ".pip")


def project(words: Sequence[str], folder: str) -> tuple[str, ...]:
    """Return what the command installs, if it runs in ``folder``.

    A single file or folder is returned as it was typed, for ``--for``. Otherwise, these are the
    lines of a requirements file, with absolute paths. Empty if that is not clear.
    """
    name = installer(words)
    if name == "poetry" or (
        name == "uv" and len(words) > 1 and words[1] in ("sync", "lock", "run")
    ):
        return (".",)
    if "install" not in words:
        return ()
    named = tuple(_named(words[words.index("install") + 1 :]))
    if len(named) == 1:
        return tuple(value for option, value in named if option != "-c")
    if any(o in ("-r", "-c") and not _is_requirements_file(value) for o, value in named):
        return ()  # uv also accepts other files, but a requirements file cannot name them
    return tuple(_line(option, value, folder) for option, value in named)


def _named(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what the arguments of an installer name: the option, or nothing, and the value."""
    rest = iter(words)
    for word in rest:
        option, equals, value = word.partition("=")
        if word in _FILES:
            yield _FILES[word], next(rest, "")
        elif equals and option in _FILES:
            yield _FILES[option], value
        elif word[:2] in _FILES and not word.startswith("--"):
            yield _FILES[word[:2]], word[2:]
        elif _WITH_VALUE.fullmatch(word):
            next(rest, "")
        elif not word.startswith("-"):
            yield "", word


def _is_requirements_file(name: str) -> bool:
    return PurePath(name).suffix in _REQUIREMENTS_FILES


def _line(option: str, value: str, folder: str) -> str:
    """Return a line of a requirements file."""
    is_path = bool(option) or value.startswith(".") or re.search(r"[/\\]", value)
    if is_path and "://" not in value:
        value = str(PurePath(folder, value))
    if option in ("-r", "-c"):
        value = shlex.quote(value)
    return f"{option} {value}".strip()


NO_BUILD = {
    "PIP_ONLY_BINARY": "cryptography",
    "UV_NO_BUILD_PACKAGE": "cryptography",
    "POETRY_INSTALLER_ONLY_BINARY": "cryptography",
}
"""The variables with which none of the installers compiles cryptography."""


def keeping(constraint_file: str) -> dict[str, str]:
    """Return the variables with which any of the installers keeps the installed cryptography.

    They forbid a build of cryptography, and limit it to the release in ``constraint_file``.
    """
    return {**NO_BUILD, "PIP_CONSTRAINT": constraint_file, "UV_CONSTRAINT": constraint_file}


def _option(words: Sequence[str], *names: str) -> str:
    """Return the value of an option, given as ``--name value`` or ``--name=value``."""
    for index, word in enumerate(words):
        if word in names and index + 1 < len(words):
            return words[index + 1]
        name, found, value = word.partition("=")
        if found and name in names:
            return value
    return ""
