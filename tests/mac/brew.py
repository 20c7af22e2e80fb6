"""Lays out Homebrew and MacPorts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mac.inside import places

if TYPE_CHECKING:
    from tests.mac.tree import Tree


def lay_out(tree: Tree, prefix: str) -> None:
    """Put Homebrew into this prefix."""
    from tests.mac.tree import program

    for name in ("Cellar", "opt", "lib", "include", "etc"):
        tree.path(f"{prefix}/{name}").mkdir(parents=True, exist_ok=True)
    program(tree, f"{prefix}/bin/brew", "brew")


def lay_out_port(tree: Tree) -> None:
    """Put MacPorts into its prefix."""
    from tests.mac.tree import program

    for name in ("lib", "include", "libexec", "var/macports/registry"):
        tree.path(f"/opt/local/{name}").mkdir(parents=True, exist_ok=True)
    program(tree, "/opt/local/bin/port", "port")


_ = places
