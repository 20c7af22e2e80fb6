"""The report of a bug: a file for the developers, and an error that names it."""

from __future__ import annotations

import os
import platform
import traceback
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from wizard import __version__, locations
from wizard.errors import WizardError


def write(error: Exception, arguments: Sequence[str]) -> WizardError:
    """Write the traceback of ``error`` into a file, and return an error that names the file.

    ``arguments`` are those of the command line. If the file cannot be written, the error says so.
    """
    time = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    file = locations.state() / "bugs" / f"{time}-{os.getpid()}.txt"
    report = (
        f"cryptography-wizard {__version__}, Python {platform.python_version()}, "
        f"{platform.platform()}\narguments: {list(arguments)}\n\n"
        + "".join(traceback.format_exception(type(error), error, error.__traceback__))
    )
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        locations.write_private(file, report)
        hint = f"Please report it and attach this file: {file}"
    except OSError as problem:
        hint = f"Please report it. (The report could not be saved: {problem}.)"
    last = traceback.extract_tb(error.__traceback__)[-1]
    return WizardError(
        "This is a bug in cryptography-wizard, not your mistake.",
        shown=f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})",
        hints=(hint,),
    )
