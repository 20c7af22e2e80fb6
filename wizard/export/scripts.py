"""The functions and programs that exported scripts contain, from ``assets/scripts``."""

from __future__ import annotations

import re

import assets

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
