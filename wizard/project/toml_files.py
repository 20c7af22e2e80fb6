"""Read TOML files of a project."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from wizard import text_files
from wizard.project.contents import unreadable

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LARGEST = 32 * 1024 * 1024
"""The largest size, in bytes: the lock file of a large project has ten megabytes."""


def load(path: Path) -> tuple[dict[str, Any], str]:
    """Return the contents of a TOML file, and its text. Raises BadRequest."""
    text = text_files.read_regular(path, "a TOML file", limit=LARGEST)
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        at_line = re.search(r"line (\d+)", str(error))
        raise unreadable(
            str(path),
            f"{path.name} is not valid TOML: {error}",
            line=int(at_line[1]) if at_line else 0,
        ) from None
    except ValueError:  # the only other cause: Python refuses to read thousands of digits
        raise unreadable(
            str(path), f"{path.name} contains a number with too many digits."
        ) from None
    except RecursionError:
        raise unreadable(str(path), f"{path.name} contains too many nested lists.") from None
