"""Validation by a JSON schema.

`jsonschema` can also check addresses with characters of all languages (IRIs), if it finds a package
for them; that one makes 38 grammars when it is imported, for two seconds in each process of the
tests. No schema of the wizard has such an address, so the package is hidden.
"""

from __future__ import annotations

import sys

import pytest

with pytest.MonkeyPatch.context() as _patch:
    _patch.setitem(sys.modules, "rfc3987_syntax", None)
    from jsonschema import Draft202012Validator, ValidationError

__all__ = ["Draft202012Validator", "ValidationError"]
