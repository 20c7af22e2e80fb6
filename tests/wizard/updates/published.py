"""A folder with tables, as its publisher fills it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.knowledge import dated
from tests.minisigned import OURS, Signer
from wizard import table_source

NEWER = "2999-01-01"
"""A date after that of the built-in tables."""


@dataclass(frozen=True)
class Published:
    """Where tables are published, and by whom."""

    folder: Path
    signer: Signer = OURS
    built_in: Mapping[str, str] = field(default_factory=table_source.built_in_text)

    def put(self, date: str = NEWER, signer: Signer | None = None, **changes: str) -> Path:
        """Publish the built-in tables with changes, by the names of the tables without ``.toml``.

        A changed text that begins with ``+`` is added to the table.
        """
        text = dict(self.built_in)
        for name, change in changes.items():
            table = f"{name}.toml"
            text[table] = text[table] + change[1:] if change[:1] == "+" else change
        return self.put_document(dated.document(text, date), signer)

    def put_document(self, document: bytes, signer: Signer | None = None) -> Path:
        """Publish any document, signed; return the folder."""
        self.folder.mkdir(exist_ok=True)
        (self.folder / table_source.FILE).write_bytes(document)
        signature = (signer or self.signer).sign(document)
        (self.folder / table_source.SIGNATURE).write_text(signature, encoding="utf-8")
        return self.folder
