"""Answers in a file: choices that are read before a run and saved after it (TOML)."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from wizard import invocation, locations, openssl_choice, text_files
from wizard.choices import Choices, described
from wizard.errors import BadRequest
from wizard.wording import MAX_DIGITS, amount, did_you_mean, has_long_number

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LARGEST = 64 * 1024
"""The largest size of an answers file, in bytes."""


def load(path: str) -> Choices:
    """Read choices from a TOML file.

    Raises BadRequest if it cannot be read, is not TOML, or has an unknown key or value; the message
    names the line and the nearest valid word.
    """
    text = text_files.read(
        path,
        "an answers file",
        limit=LARGEST,
        why=f"An answers file has a few lines. The wizard reads at most {amount(LARGEST)}.",
    )
    if "\0" in text:
        raise BadRequest(f"{path} is a binary file, not an answers file.")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadRequest(
            f"{path} is not valid TOML.",
            shown=str(error),
            hints=('Each line is a choice, for example: method = "wheel"',),
        ) from None
    except ValueError:  # the only other cause: Python refuses to read thousands of digits
        raise BadRequest(f"{path} contains a number with too many digits.") from None
    except RecursionError:
        raise BadRequest(f"{path} contains too many nested lists.") from None
    return from_data(data, path, text)


def from_data(data: dict[str, Any], path: str = "", text: str = "") -> Choices:
    """Make choices from plain data, checking every key and value. ``text`` is used for line
    numbers."""
    allowed = tuple(described())
    values: dict[str, Any] = {}
    for name, value in data.items():
        location = _find_line(path, text, name)
        if name not in allowed:
            raise BadRequest(
                f"Unknown choice {name!r}{did_you_mean(name, allowed, quoted=True)}.",
                shown=location,
                hints=("The choices are " + ", ".join(allowed) + ".",),
            )
        if not isinstance(value, str):
            raise BadRequest(
                f"The value of {name!r} must be text in quotes.",
                shown=location,
                hints=(f'For example: {name} = "{_as_text(value)}"',),
            )
        values[name] = canonical_value(name, value, location=location)
    return Choices(**values)


def _as_text(value: object) -> str:
    """Return what was probably meant by a value that is not text, such as a list of versions."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def canonical_value(name: str, value: str, *, location: str = "") -> str:
    """Return the value that ``value`` means for the choice ``name``: nearly always itself.

    A package manager can also be given by the name of its program. Spaces around a version or a
    checksum are not part of it. Raises BadRequest if ``value`` is not allowed.
    """
    if name == "openssl_sha256" or (name == "openssl" and not openssl_choice.names_folder(value)):
        value = value.strip()
    values = described()[name].values
    if values and value not in values:
        raise BadRequest(
            f"{value!r} is not a possible value of "
            f"{name!r}{did_you_mean(value, values, quoted=True)}.",
            shown=location,
            hints=(f"Allowed for {name}: " + ", ".join(values) + ".",),
        )
    if "\0" in value or "\n" in value:
        raise BadRequest(f"The value of {name!r} must be a single line.", shown=location)
    if has_long_number(value):
        raise BadRequest(
            f"The value of {name!r} has a number of more than {MAX_DIGITS} digits.",
            shown=location[:200],
        )
    if name == "openssl_sha256":
        from wizard import openssl_archive  # rarely needed

        openssl_archive.check_sha256(value, location=location)
    if name == "jobs" and not re.fullmatch(r"[1-9]\d{0,3}", value, re.ASCII):
        raise BadRequest(
            f"{value[:20]!r} is not a number of compilers.",
            shown=location,
            hints=("Allowed for jobs: a number from 1 to 9999.",),
        )
    if name == "manager":
        from wizard.questions import manager_names  # imports all backends

        return manager_names.canonical_name(value, location=location)
    return value


def save(path: Path, choices: Choices) -> None:
    """Write choices so that `load` reads the same choices again."""
    import tomli_w

    locations.write_private(
        path,
        f"# Repeat this run with: {invocation.command('--yes', '--answers', 'FILE')}\n"
        + tomli_w.dumps(choices.answered()),
    )


def merge(flags: Choices, file: Choices) -> Choices:
    """Return the choices from flags, and those from the file that no flag overrides."""
    chosen: dict[str, Any] = {**file.answered(), **flags.answered()}
    return Choices(**chosen)


def _find_line(path: str, text: str, name: str) -> str:
    for number, line in enumerate(text.splitlines(), 1):
        if line.split("=")[0].strip().strip("\"'[]") == name:
            return f"{path}:{number}: {line.strip()}"
    return path
