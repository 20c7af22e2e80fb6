"""Lays out Homebrew and MacPorts, with what they have installed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.mac.inside.tools import brew, port, rust

if TYPE_CHECKING:
    from tests.mac.tree import Tree


def lay_out(tree: Tree, prefix: str, installed: Sequence[str]) -> None:
    """Put Homebrew into this prefix; these formulae are installed, in this order."""
    for name in ("Cellar", "opt", "lib", "include", "etc", "bin"):
        tree.path(f"{prefix}/{name}").mkdir(parents=True, exist_ok=True)
    rust.put(str(tree.path(f"{prefix}/bin/brew")), "brew")
    for name in installed:
        brew.pour(prefix, name, str(tree.folder))


def lay_out_port(tree: Tree, installed: Sequence[str]) -> None:
    """Put MacPorts into its prefix; these ports are installed, in this order."""
    for name in ("lib", "include", "libexec", "var/macports/registry", "bin"):
        tree.path(f"/opt/local/{name}").mkdir(parents=True, exist_ok=True)
    rust.put(str(tree.path("/opt/local/bin/port")), "port")
    for name in installed:
        port.activate(name, str(tree.folder), tree.kind.system.machine)
