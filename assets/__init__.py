"""Data and looks: what each release needs, what packages are called, help texts and styles."""

from __future__ import annotations

from importlib import resources


def text(name: str) -> str:
    """Return the text of one asset, for example ``releases.toml`` or ``help/release.md``.

    Raises FileNotFoundError where there is no such asset.
    """
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
