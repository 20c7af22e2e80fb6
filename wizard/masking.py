"""Mask secrets in text that leaves this machine: known ones, and what looks like one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from unicodedata import normalize
from urllib.parse import quote, unquote

from wizard.addresses import MASK, SHORTEST, masked, secrets_of_address

__all__ = ["MASK", "SHORTEST", "Masker", "secrets_of_address"]

_NAME = (
    r"[\w.-]*(?:passw(?:or)?d|passphrase|pwd|cookie|secret|token|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|credentials?|client[_-]?id)[\w.-]*"
)
_PATTERNS = (
    # A value with a telling name: NAME=value, "name": "value", name = value, --name value
    re.compile(
        rf"""(?P<keep>(?<![\w-])["']?(?:--)?{_NAME}["']?\s*(?:[=:]\s*|\s+(?=\S+$)))"""
        r"""["']?(?!(?:true|false|null|None|\d+)\b(?=[\s,}]|$))(?P<secret>[^\s"',;&}\[{`]+)""",
        re.IGNORECASE | re.MULTILINE,
    ),
    # netrc: login ada password x; also on separate lines
    re.compile(r"(?P<keep>\b(?:login|password|account)\s+)(?P<secret>\S+)(?=\s|$)"),
    re.compile(
        r"(?P<keep>\b(?:proxy-)?authorization\s*[:=]\s*[\"']?(?:\w+\s+)?)(?P<secret>[^\s\"',]+)",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<keep>\b(?:Bearer|Basic)\s+)(?P<secret>[\w.~+/=-]{8,})"),
    re.compile(
        r"(?P<keep>[?&](?:sig|signature|auth|key|code|x-amz-[\w-]+)=)(?P<secret>[^&\s\"'#]+)",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?P<keep>-----BEGIN [A-Z ]*PRIVATE KEY-----)(?P<secret>.*?)"
        r"(?=-----END [A-Z ]*PRIVATE KEY-----|\Z)",
        re.DOTALL,
    ),
    # Tokens that can be recognized: of package indexes, GitHub, GitLab and AWS, and JWT
    re.compile(
        r"(?P<keep>)(?P<secret>\bpypi-[\w-]{16,}|\bgh[oprsu]_\w{16,}|\bgithub_pat_\w{16,}"
        r"|\bglpat-[\w-]{16,}|\bnpm_\w{16,}|\bhf_\w{16,}|\bsk-[\w-]{16,}|\bxox[a-z]-[\w-]{10,}|\bAKIA[A-Z0-9]{16}\b|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"
    ),
)


class Masker:
    """Masks text: each of the ``secrets``, addresses' passwords, and what looks like a secret.

    ``replaced`` are other texts with what is written instead, such as the home folder. They are
    replaced as whole words: the user "ada" has nothing to do with an adapter.
    """

    def __init__(
        self, secrets: Iterable[str] = (), replaced: Iterable[tuple[str, str]] = ()
    ) -> None:
        known = {secret for secret in secrets if len(secret) >= SHORTEST and secret != MASK}
        forms = {
            form
            for secret in known
            for form in (*_forms(secret), quote(secret, ""), unquote(secret))
        }
        # The longest first: one secret may be a part of another one.
        words = sorted(forms, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, words))) if words else None
        pairs = [(form, new) for old, new in replaced for form in _forms(old)]
        self._replaced = [
            (re.compile(rf"(?<![^\W_]){re.escape(form)}(?![^\W_])", re.IGNORECASE), new)
            for form, new in sorted(pairs, key=lambda pair: len(pair[0]), reverse=True)
        ]

    def __call__(self, text: str) -> str:
        """Return the text without secrets."""
        if self._known:
            text = self._known.sub(MASK, text)
        text = masked(text)
        for pattern in _PATTERNS:
            text = pattern.sub(_mask_match, text)
        for word, new in self._replaced:
            text = word.sub(new, text)
        return text


def _forms(text: str) -> set[str]:
    """Return the forms in which a text may be written: in JSON, in an address, decomposed."""
    composed = {normalize(form, text) for form in ("NFC", "NFD")} | {text}
    return {
        form
        for each in composed
        for form in (each, json.dumps(each)[1:-1], each.replace("\\", "\\\\"), _in_address(each))
    }


def _in_address(text: str) -> str:
    return quote(text.encode("utf-8", "surrogateescape"))


def _mask_match(match: re.Match[str]) -> str:
    start = match.start("secret") - match.start()
    return match[0][:start] + MASK
