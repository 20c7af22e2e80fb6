"""The wizard's commands in the command palette: whatever the keys of this page do, by name."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider


class WizardCommands(Provider):
    """The keys that work on the page below the palette, each with its name."""

    def _commands(self) -> list[tuple[str, str, str]]:
        """Name, key and action of every key that has a name and works now."""
        found: dict[str, tuple[str, str, str]] = {}
        for _, binding, enabled, _ in self.screen.active_bindings.values():
            if binding.description and enabled and "command_palette" not in binding.action:
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
