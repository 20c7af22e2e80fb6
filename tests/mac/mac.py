"""One Mac: run its programs, run the wizard on it, look at its state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.live.command import Done, Inside
from tests.mac import namespace, tree
from tests.mac.inside import places
from tests.mac.kinds import Kind
from tests.mac.tree import HOME, Tree

PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"


@dataclass(frozen=True)
class Mac(Inside):
    """A Mac in a folder. ``index`` is the address of its package index."""

    tree: Tree
    index: str

    @property
    def kind(self) -> Kind:
        """What kind of Mac it is."""
        return self.tree.kind

    def environment(self, **more: str) -> dict[str, str]:
        """Return the variables of a shell in Terminal."""
        kind = self.kind
        shell = {places.ARCHITECTURE: kind.shell} if kind.shell else {}
        return {
            "HOME": HOME,
            "USER": "ada",
            "LOGNAME": "ada",
            "SHELL": "/bin/zsh",
            "PATH": ":".join((*kind.path, PATH)),
            "TMPDIR": "/var/folders/zz/ada/T/",
            "TERM": "xterm-256color",
            "TERM_PROGRAM": "Apple_Terminal",
            "LANG": "en_US.UTF-8",
            "PIP_INDEX_URL": self.index,
            "PIP_RETRIES": "0",
            "PIP_COMPILE": "0",  # the wheels of the index contain their bytecode
            **shell,
            **kind.variables,
            **more,
        }

    def argv(self, *command: str, env: Mapping[str, str] | None = None) -> list[str]:
        """Return the command that runs ``command`` on this Mac."""
        return namespace.argv(self.tree, command, self.environment(**(env or {})))

    def wizard_argv(self, *arguments: str) -> tuple[str, ...]:
        """Return the words that start the wizard inside."""
        return (f"{HOME}/wizard/bin/python", "-m", "cryptography_wizard", *arguments)

    def wizard(
        self, *arguments: str, timeout: float = 120, env: Mapping[str, str] | None = None
    ) -> Done:
        """Run the wizard to its end, without a terminal."""
        return self.run(*self.wizard_argv(*arguments), timeout=timeout, env=env)

    def state(self) -> dict[str, Any]:
        """Return the state of the Mac."""
        found: dict[str, Any] = json.loads(self.path(places.STATE).read_text(encoding="utf-8"))
        return found

    def change(self, **values: Any) -> None:
        """Change the state between two runs."""
        text = json.dumps({**self.state(), **values})
        self.path(places.STATE).write_text(text, encoding="utf-8")

    def calls(self, program: str) -> list[dict[str, Any]]:
        """Return how an imitated program was started, in order: its arguments and more."""
        try:
            lines = self.path(places.CALLS).read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        rows = [json.loads(line) for line in lines]
        return [row for row in rows if Path(row["program"]).name == program]

    def path(self, inside: str) -> Path:
        """Return where a path of the Mac is, seen from the host."""
        return self.tree.path(inside)


def make(folder: Path, kind: Kind, pip: Path, index: str) -> Mac:
    """Make a Mac of this kind."""
    return Mac(tree.make(folder, kind, pip), index)
