"""What a requirement was meant to be that pip cannot read: ``flask=1.0`` is ``flask==1.0``."""

from __future__ import annotations

import re

_OPERATORS = {
    **dict.fromkeys(("", "=", ":", "@", "-"), "=="),
    "=>": ">=",
    "=<": "<=",
    "=!": "!=",
    "<>": "!=",
    "!": "!=",
    "~": "~=",
    "=~": "~=",
}
"""What is written instead of an operator of PEP 440."""
_NAMED = re.compile(
    r"(?P<name>[A-Za-z][\w.-]*?)(?P<extras>\s*\[[\w,.\s-]*\])?\s*(?P<versions>(?:-\d|[\s<>=!~:@]).*)?"
)
_VERSION = re.compile(r"\s*(?P<operator>[<>=!~:@-]*)\s*v?(?P<version>\d[\w.*+!]*)\s*")


def meant(text: str) -> str:
    """Return the requirement that this text was probably meant to be; empty if that is not clear.

    It is always one that can be read, and another text.
    """
    stated, semicolon, marker = text.strip().rstrip(",; ").partition(";")
    named = _NAMED.fullmatch(stated.rstrip(", "))
    if named is None:
        return ""
    limits = []
    for part in _parts(named["versions"] or ""):
        match = _VERSION.fullmatch(part)
        if match is None:
            return ""
        operator = _OPERATORS.get(match["operator"], match["operator"])
        limits.append(operator + re.sub(r"(?<=\.)[xX]$", "*", match["version"]))
    parts = (named["name"], (named["extras"] or "").strip(), ",".join(limits), semicolon, marker)
    found = "".join(parts)
    return found if found != text and _is_requirement(found) else ""


def hints(text: str) -> tuple[str, ...]:
    """Return what to write instead of a text that is not a requirement, as far as that is clear."""
    found = meant(re.sub(r"(^|\s)#.*", "", text))
    if found:
        return (f"Write: {found}",)
    several = [part for part in re.split(r"[,;\s]+", text) if part]
    if len(several) > 1 and all(part[0].isalpha() and _is_requirement(part) for part in several):
        return ("Write one package on each line of a requirements file.",)
    return ()


def _is_requirement(text: str) -> bool:
    from packaging.requirements import InvalidRequirement, Requirement  # slow to import

    try:
        Requirement(text)
    except InvalidRequirement:
        return False
    return True


def _parts(versions: str) -> list[str]:
    """Return each limit: they are separated by commas, or only by the next operator."""
    text = re.sub(r"(?<=[\w*])\s*(?=[<>!~])", ",", versions)
    return [part for part in text.split(",") if part.strip()]
