"""The first code that runs in ``cryptography-wizard.pyz``, where it is ``__main__.py``.

Every Python from 2.7 on can read this file, so that one that is too old says so, and what to type
instead. `distribution.pyz` writes what the archive contains into it.
"""

import os
import sys

BUILD = "unknown"
NAME = "cryptography-wizard"


def too_old():
    # type: () -> str
    """Return what to say to somebody who has started this with a Python that is too old."""
    minor_versions = range(30, 8, -1)
    names = ["python3.%d" % minor for minor in minor_versions]
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    paths = [os.path.join(folder, name) for name in names for folder in folders]
    found = [path for path in paths if os.path.isfile(path)]
    lines = [
        "%s: Python 3.9 or newer is needed. This is Python %d.%d: %s"
        % (NAME, sys.version_info[0], sys.version_info[1], sys.executable)
    ]
    if found:
        lines.append("Type: %s %s" % (found[0], sys.argv[0]))
    elif os.name == "nt":
        lines.append("Install one from python.org, then type: py %s" % sys.argv[0])
    else:
        lines.append("Install one from python.org, or with your package manager.")
    return "\n".join(lines) + "\n"


def start():
    # type: () -> int
    """Run the wizard and return its exit code."""
    from importlib.util import find_spec

    if find_spec("shutil") is None:  # as in Debian's python3-minimal
        text = "%s: This Python lacks most of its standard library: %s\n%s\n"
        hint = "On Debian and Ubuntu, type: sudo apt-get install python3"
        sys.stderr.write(text % (NAME, sys.executable, hint))
        return 3
    from cryptography_wizard import one_file

    try:
        one_file.use(sys.path[0], BUILD)
    except one_file.DamagedFileError as error:
        text = "%s: This file is damaged: %s\nIt says: %s\nDownload it again.\n"
        sys.stderr.write(text % (NAME, sys.argv[0], error))
        return 3
    from cryptography_wizard.__main__ import main

    return main()


if __name__ == "__main__":
    if sys.version_info < (3, 9):
        sys.stderr.write(too_old())
        sys.exit(3)
    try:
        sys.exit(start())
    except KeyboardInterrupt:  # the wizard itself says that it was cancelled
        sys.exit(130)
