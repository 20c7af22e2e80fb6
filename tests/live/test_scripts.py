"""Scripts that live tests run elsewhere: a type checker does not see the names in them."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PACKAGES = ("assets", "backends", "screens", "wizard")


def scripts() -> Iterator[tuple[str, ast.Module]]:
    """Find each text in the tests of this folder that is Python and imports code of the wizard."""
    for path in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(f"{__package__}.{path.stem}")
        for name, value in vars(module).items():
            if not isinstance(value, str) or "import" not in value:
                continue
            try:
                tree = ast.parse(value)
            except SyntaxError:
                continue
            if imported(tree):
                yield f"{path.stem}.{name}", tree


def imported(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """Return the names that a script imports from the wizard: local name to module and name."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        if node.module.partition(".")[0] in PACKAGES
        for alias in node.names
    }


def there(module: str, name: str) -> object:
    """Return what ``from module import name`` gives, or None if there is no such name."""
    found = getattr(importlib.import_module(module), name, None)
    if found is None and importlib.util.find_spec(f"{module}.{name}"):
        found = importlib.import_module(f"{module}.{name}")
    return found


SCRIPTS = dict(scripts())


def test_there_are_scripts() -> None:
    assert "test_live_dnf.DRIVE" in SCRIPTS


@pytest.mark.parametrize("script", sorted(SCRIPTS))
def test_all_that_a_script_uses_is_there(script: str) -> None:
    tree = SCRIPTS[script]
    names = imported(tree)
    missing = [f"{module}.{name}" for module, name in names.values() if not there(module, name)]
    assert missing == []
    used = {
        (node.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if node.value.id in names
    }
    unknown = [f"{name}.{part}" for name, part in used if not hasattr(there(*names[name]), part)]
    assert unknown == []
