"""A property of a machine or a Python that decides something about an installation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Union

from wizard.choices import Choices
from wizard.facts import Facts, Python
from wizard.refused import Refused

Way = Literal["bundled", "compiled"]
"""How cryptography is made: elsewhere, with an OpenSSL in it, or here."""
WAYS: tuple[Way, ...] = ("bundled", "compiled")
Effect = Union[Refused, str]
"""What a condition means for a way: why it is not possible, a sentence for the plan, or empty."""


@dataclass(frozen=True)
class Condition:
    """One such property.

    ``title`` and ``detail`` are what the doctor shows; if something should be done about it,
    ``action`` says what. ``bundled`` and ``compiled`` are what it means for each way. ``because``
    is the reason for which a build is recommended where it is possible; empty if a build is not
    recommended because of this.
    """

    title: str
    detail: str
    action: str = ""
    bundled: Effect = ""
    compiled: Effect = ""
    because: str = ""

    def effect(self, way: Way) -> Effect:
        """Return what it means for this way."""
        return self.bundled if way == "bundled" else self.compiled


@dataclass(frozen=True)
class Subject:
    """What a condition is about: a machine, one of its Pythons, and the choices so far.

    ``folder`` is the folder of the environment; empty: it does not matter yet.
    """

    facts: Facts
    python: Python
    choices: Choices = Choices()  # noqa: RUF009 - frozen
    folder: str = ""
