"""The commands of the palette: the actions of the page's keys, by name."""

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
"""Key actions that make no sense as commands."""


class Command(NamedTuple):
    """One command: its name, its key, and what runs it."""

    name: str
    key: str
    run: Callable[[], Any]


class WizardCommands(Provider):
    """The active keys of the page below the palette, each with its name."""

    def _commands(self) -> list[Command]:
        """Return every active key that has a name."""
        commands: dict[str, Command] = {}
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            is_page_key = isinstance(node, (Page, App)) or binding.action.startswith("screen.")
            if not is_page_key or not enabled:
                continue  # moving in a list is not a command
            if binding.description and binding.action not in NO_COMMANDS:
                run = partial(self.app.run_action, binding.action, default_namespace=node)
                key = self.app.get_key_display(binding)
                commands.setdefault(binding.description, Command(binding.description, key, run))
        return list(commands.values())

    async def discover(self) -> Hits:
        """Yield every command, before anything is typed."""
        for command in self._commands():
            yield DiscoveryHit(command.name, command.run, help=f"Key: {command.key}")

    async def search(self, query: str) -> Hits:
        """Yield the commands whose names match."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = matcher.match(command.name)
            if score > 0:
                name = matcher.highlight(command.name)
                yield Hit(score, name, command.run, help=f"Key: {command.key}")
