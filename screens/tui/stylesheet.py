"""The styles of the full screen, each of which is parsed once."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.cache import LRUCache
from textual.css.stylesheet import Stylesheet

Parsed = LRUCache[Any, Any]
"""The rules of each source of styles; there are about thirty."""


class ParsedOnce(Stylesheet):
    """Textual's stylesheet, which parses nothing that was parsed before.

    Textual parses everything again when a page with styles of its own opens, and when the user
    changes the theme. What is known is shared by all apps of this process.
    """

    _known: ClassVar[dict[frozenset[tuple[str, str]], Parsed]] = {}
    """For each set of variables: the colours of a theme."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._use_known()

    def set_variables(self, variables: dict[str, str]) -> None:
        """Set the variables of the styles."""
        self._parse_cache = LRUCache(1)  # Textual empties it: what is known stays
        super().set_variables(variables)
        self._use_known()

    def reparse(self) -> None:
        """Parse what is not known."""
        self.parse()

    def _use_known(self) -> None:
        variables = frozenset(self._variables.items())
        self._parse_cache = self._known.setdefault(variables, LRUCache(256))
