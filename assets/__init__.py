"""Data and styles: what each release needs, what packages are called, help texts, the screens."""

from __future__ import annotations

import pkgutil


def text(name: str) -> str:
    """Return the text of one asset, for example ``releases.toml`` or ``help/release.md``.

    Raises FileNotFoundError if there is no such asset.
    """
    # It reads from a zip file as importlib.resources does, which takes longer to import than all
    # of the first page.
    data = pkgutil.get_data(__name__, name)
    if data is None:
        raise FileNotFoundError(f"assets/{name} is not installed")
    return data.decode()
