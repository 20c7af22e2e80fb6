"""Writes the files of the pretended machines: ``python -m tests.machines.make``.

Nobody edits them by hand. The recorded ones (``record.py``) are only tidied again, so that no
package stands in them that the tables no longer ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.machines import apple, linux, windows
from tests.machines.recorded import RECORDED, read, tidied, write
from wizard.facts import Facts

DESCRIBED: Mapping[str, Callable[[], Facts]] = {
    **apple.MACHINES,
    **windows.MACHINES,
    **linux.MACHINES,
}


def every() -> dict[str, Facts]:
    """Every machine by name, as its file has to be."""
    found = {name: tidied(read(name)) for name in RECORDED}
    found.update({name: describe() for name, describe in DESCRIBED.items()})
    return found


def main() -> None:
    """Write every file."""
    for name, facts in every().items():
        write(name, facts)


if __name__ == "__main__":
    main()
