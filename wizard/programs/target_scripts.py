"""The scripts of ``wizard/target/`` as files that another Python can run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

# This is found here, before the threads that inspect Pythons start: modules of importlib.resources
# import each other, and two threads that import them at the same time can block each other.
_FOLDER = resources.files("wizard.target")


@contextmanager
def resource(package: str, name: str) -> Iterator[Path]:
    """Yield the path of a file of another package; otherwise the same as `target_script`."""
    with resources.as_file(resources.files(package).joinpath(name)) as file:
        yield file


@contextmanager
def target_script(name: str) -> Iterator[Path]:
    """Yield the path of a script, such as ``describe.py``.

    If the wizard runs from a zip file, the script is written to a temporary file, which is removed
    afterwards. Raises OSError if that cannot be written.
    """
    with resources.as_file(_FOLDER.joinpath(name)) as file:
        yield file
