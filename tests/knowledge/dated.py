"""The date of the tables, and the file in which they are published.

``python -m tests.knowledge.dated`` (``make tables``) writes today's date into
``assets/tables.toml`` if the tables have changed. With a FOLDER, it writes there the document that
``update-tables`` fetches; ``minisign -S -m`` signs it.
"""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import assets
from wizard import table_source

FOLDER = Path(__file__).parents[2] / "assets"
TEXT = """\
# The date on which the tables in this folder last changed, and the checksum that shows whether they
# have changed since. `make tables` writes this file.

date = "{date}"
sha256 = "{sha256}"
"""


def written(text: Mapping[str, str], header: str, today: str) -> str:
    """Return the header of these tables: the same one, if they are what it says."""
    sha256 = table_source.checksum(text)
    return header if f'"{sha256}"' in header else TEXT.format(date=today, sha256=sha256)


def document(text: Mapping[str, str], date: str) -> bytes:
    """Return the document that contains these tables."""
    tables = {name: text[name] for name in table_source.NAMES}
    found = {"schema": table_source.SCHEMA, "date": date, "tables": tables}
    return (json.dumps(found, indent=1) + "\n").encode()


def main(arguments: list[str]) -> None:
    """Write the header, or the document into a folder."""
    text = table_source.built_in_text()
    if not arguments:
        file = FOLDER / table_source.HEADER
        today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        header = file.read_text(encoding="utf-8") if file.exists() else ""
        file.write_text(written(text, header, today), encoding="utf-8")
        print(file)
        return
    header = assets.text(table_source.HEADER)
    if written(text, header, "") != header:
        sys.exit("The tables have changed since their date was written: make tables")
    file = Path(arguments[0]) / table_source.FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(document(text, table_source.built_in().date))
    print(f"{file}\nSign it: minisign -S -s SECRET-KEY -m {file}")


if __name__ == "__main__":
    main(sys.argv[1:])
