"""The input for everything about a source build: one Python, one release, some choices."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.choices import Choices
from wizard.facts import Facts, Python
from wizard.knowledge import Knowledge
from wizard.tables import Release


@dataclass(frozen=True)
class BuildRequest:
    """A source build, with ``python``, of a release that ``release_row`` describes.

    Only the choices in `CHOICES` matter; an open one means the recommended answer. ``folder`` is
    the folder of the environment.
    """

    facts: Facts
    knowledge: Knowledge
    python: Python
    release_row: Release
    choices: Choices = Choices()  # noqa: RUF009 - frozen
    folder: str = ""

    @property
    def link(self) -> str:
        """How OpenSSL is linked; ``dynamic`` if the user has not chosen."""
        return self.choices.link or "dynamic"


CHOICES = ("manager", "link", "rust", "openssl", "openssl_source", "openssl_sha256", "jobs")
"""The choices that a source build depends on."""
