"""The functions and programs that exported scripts contain, from ``assets/scripts``."""

from __future__ import annotations

import re

import assets
from backends import pip
from backends.action import Prove, RecordPackages

_PLACEHOLDER = re.compile(r"@([A-Z]+)@")
NO_MANIFEST = "Only the wizard also writes the manifest.json that --from-wheelhouse needs."


def script(name: str, **values: str) -> str:
    """Return the text of a script, such as ``fetch.sh``, with values for its placeholders.

    A placeholder is a word such as ``@PASSED@``. Raises KeyError if one has no value.
    """
    return _PLACEHOLDER.sub(lambda match: values[match[1]], assets.text(f"scripts/{name}"))


def proof() -> str:
    """Return a small proof for scripts: ASCII, and the same for every Python and every shell."""
    return script("proof.py")


def packages() -> str:
    """Return a small program that records and compares which packages work, in the same form."""
    return script("packages.py")


def record_words(action: RecordPackages) -> tuple[str, ...]:
    """Return the arguments of that program that record."""
    pairs = (f"{package}={module}" for package, module in action.modules)
    return pip.python(action.python, "-", "record", action.file, *pairs)


def compare_words(action: Prove) -> tuple[str, ...]:
    """Return the arguments of that program that compare."""
    return pip.python(action.python, "-", "compare", action.packages, *action.accepted)


def import_words(action: RecordPackages) -> tuple[str, ...]:
    """Return a command to type that shows whether the packages work."""
    names = ", ".join(dict.fromkeys(module for _package, module in action.modules))
    code = ("-c", f"import {names}") if names else ("-m", "pip", "check")
    return pip.python(action.python, *code)
