"""``make dist``: make all files of a release in a folder, and say how large they are."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from distribution import made
from distribution.pyz import CHECKOUT, NotPureError


def main() -> int:
    """Replace the folder and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m distribution", description=__doc__)
    help_ = "where; what is in it is replaced (dist)"
    parser.add_argument("folder", nargs="?", type=Path, default=CHECKOUT / "dist", help=help_)
    folder: Path = parser.parse_args().folder.absolute()
    if folder.exists() and any(folder.iterdir()) and not (folder / made.SUMS).is_file():
        parser.error(f"{folder} was not made by this command. Choose an empty folder.")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    try:
        made.everything(folder)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except NotPureError as error:
        sys.stderr.write(f"{error} is compiled: it would start on one kind of machine only.\n")
        return 1
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            size = path.stat().st_size
            print(f"{size:>10,}  {path.relative_to(folder).as_posix()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
