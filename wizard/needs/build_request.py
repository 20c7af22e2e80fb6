"""What is asked of everything that a source build needs: one Python, one release, some choices."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.choices import Choices
from wizard.facts import Facts, Python
from wizard.knowledge import Knowledge, Release


@dataclass(frozen=True)
class BuildRequest:
    """A source build of a release under the rules of ``row``, with ``python``.

    The choices in `CHOICES` matter; for open ones, the answer contains a recommendation. ``folder``
    is the folder of the environment.
    """

    facts: Facts
    knowledge: Knowledge
    python: Python
    row: Release
    choices: Choices = Choices()  # noqa: RUF009 - frozen
    folder: str = ""

    @property
    def link(self) -> str:
        """How OpenSSL is linked; ``dynamic`` where nobody has chosen."""
        return self.choices.link or "dynamic"


CHOICES = ("manager", "link", "rust", "openssl", "openssl_source", "openssl_sha256")
"""The choices that a source build depends on."""
