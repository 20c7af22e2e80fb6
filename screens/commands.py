"""The wizard's commands in the command palette: whatever the keys of this page do, by name."""

from __future__ import annotations

from functools import partial

from textual.app import App
from textual.command import DiscoveryHit, Hit, Hits, Provider

from screens.frame import Page

NO_COMMANDS = (
    "command_palette",
    "app.focus_next",
    "app.focus_previous",
    "screen.copy_text",
    "interrupt",
)
"""What keys do that makes no sense as a command."""


class WizardCommands(Provider):
    """The keys that work on the page below the palette, each with its name."""

    def _commands(self) -> list[tuple[str, str, str]]:
        """Name, key and action of every key that has a name and works now."""
        found: dict[str, tuple[str, str, str]] = {}
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            of_page = isinstance(node, (Page, App)) or binding.action.startswith("screen.")
            if not of_page or not enabled:
                continue  # moving about in a list is no command
            if binding.description and binding.action not in NO_COMMANDS:
                key = self.app.get_key_display(binding)
                found.setdefault(binding.description, (binding.description, key, binding.action))
        return list(found.values())

    async def _run(self, action: str) -> None:
        await self.app.run_action(action, default_namespace=self.screen)

    async def discover(self) -> Hits:
        """Every command, before anything is typed."""
        for name, key, action in self._commands():
            yield DiscoveryHit(name, partial(self._run, action), help=f"Key: {key}")

    async def search(self, query: str) -> Hits:
        """The commands whose name fits."""
        matcher = self.matcher(query)
        for name, key, action in self._commands():
            score = matcher.match(name)
            if score > 0:
                yield Hit(
                    score, matcher.highlight(name), partial(self._run, action), help=f"Key: {key}"
                )
