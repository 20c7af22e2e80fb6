"""The wizard's commands in the command palette: whatever the keys of this page do, by name."""

from __future__ import annotations

from functools import partial
from typing import Any, Callable, NamedTuple

from textual.app import App
from textual.command import DiscoveryHit, Hit, Hits, Provider

from screens.tui.page import Page

NO_COMMANDS = (
    "command_palette",
    "app.focus_next",
    "app.focus_previous",
    "screen.copy_text",
    "interrupt",
)
"""What keys do that makes no sense as a command."""


class Command(NamedTuple):
    """One command: its name, its key, and what runs it."""

    name: str
    key: str
    run: Callable[[], Any]


class WizardCommands(Provider):
    """The keys that work on the page below the palette, each with its name."""

    def _commands(self) -> list[Command]:
        """Every key that has a name and works now."""
        found: dict[str, Command] = {}
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            of_page = isinstance(node, (Page, App)) or binding.action.startswith("screen.")
            if not of_page or not enabled:
                continue  # moving about in a list is no command
            if binding.description and binding.action not in NO_COMMANDS:
                run = partial(self.app.run_action, binding.action, default_namespace=node)
                key = self.app.get_key_display(binding)
                found.setdefault(binding.description, Command(binding.description, key, run))
        return list(found.values())

    async def discover(self) -> Hits:
        """Every command, before anything is typed."""
        for command in self._commands():
            yield DiscoveryHit(command.name, command.run, help=f"Key: {command.key}")

    async def search(self, query: str) -> Hits:
        """The commands whose name fits."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = matcher.match(command.name)
            if score > 0:
                name = matcher.highlight(command.name)
                yield Hit(score, name, command.run, help=f"Key: {command.key}")
