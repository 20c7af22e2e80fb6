"""The scripts of ``wizard/target/`` as files that another Python can run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def target_script(name: str) -> Iterator[Path]:
    """Yield the path of a script, such as ``describe.py``.

    If the wizard runs from a zip file, the script is written to a temporary file, which is removed
    afterwards. Raises OSError if that cannot be written.
    """
    from importlib import resources  # slow to import

    with resources.as_file(resources.files("wizard.target").joinpath(name)) as file:
        yield file
