"""What an answer that is a folder changes of the facts: the rest of the machine is not asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Optional

from wizard.choices import ALONE, Choices
from wizard.facts import Facts, Python
from wizard.machine import headers, pythons, storage
from wizard.openssl_choice import OpenSSLFolder
from wizard.target_environment import environment_in, usable

if TYPE_CHECKING:
    from wizard.machine.uv_settings import UvSettings


def look(known: Facts, choices: Choices, of_uv: Optional[UvSettings]) -> Optional[Facts]:
    """Return ``known``, which is all of this machine, as it is for the folders of these choices.

    Those are the folders of the environment and of an OpenSSL. None if more depends on the
    environment: its pip uses another index, no other Python has its version, or a project is
    resolved for it. So it is if that is true of the environment that was named before.
    """
    if needs_look(known, choices.venv):
        return None
    former = _named_before(known, choices.venv)
    known = replace(known, pythons=tuple(p for p in known.pythons if p is not former))
    openssl = choices.custom_openssl
    if isinstance(openssl, OpenSSLFolder):
        known = replace(known, openssl=headers.read(openssl.path))
    if not choices.venv:
        return known
    if choices.project not in ("", ALONE):
        return None
    facts = replace(known, spaces=storage.read(storage.filled(choices, known.folder)))
    found = pythons.in_environment(choices.venv)
    if found is None:
        return facts
    asked = of_uv.with_index(found) if of_uv else found
    if usable(asked):
        if not _is_like_another(asked, known.pythons):
            return None
        if of_uv is not None:
            facts = replace(facts, settings=of_uv.facts(asked))
    same = environment_in(known, choices.venv)
    return replace(facts, pythons=(asked, *(p for p in known.pythons if p is not same)))


def needs_look(known: Facts, venv: str) -> bool:
    """Return whether the facts, which were read for another environment, are not true here."""
    former = _named_before(known, venv)
    return former is not None and not _is_like_another(
        former, tuple(python for python in known.pythons if python is not former)
    )


def _named_before(known: Facts, venv: str) -> Optional[Python]:
    """Return the environment that had been named when the facts were read, if it is not in this
    folder: their listing is that of its index."""
    here = environment_in(known, venv) if venv else None
    asked = (p for p in known.pythons if p.origin == "asked" and p.environment and p is not here)
    return next(asked, None)


def _is_like_another(asked: Python, pythons_known: tuple[Python, ...]) -> bool:
    """Return whether the listing, and what is known of the system's packages, fit this Python."""
    working = [python for python in pythons_known if usable(python)]
    if all(python.minor != asked.minor for python in working):
        return False
    with_pip = next((python.pip for python in working if python.pip), None)
    return asked.pip is None or (with_pip is not None and with_pip.index == asked.pip.index)
