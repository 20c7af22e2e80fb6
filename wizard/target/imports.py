"""Import some modules, to see whether they work. Runs inside the target, 3.6 and later.

Usage: ``python imports.py SECONDS MODULE…``. It ends with 0 if all of them can be imported;
otherwise the last line of standard error says which one cannot, and why. After SECONDS the process
ends itself.
"""

import os
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
# The target must not import anything from this script's folder.
sys.path[:] = [path for path in sys.path if os.path.realpath(path) != HERE]

import faulthandler  # noqa: E402 - only after sys.path is right
import importlib  # noqa: E402


def main() -> None:
    """Import the modules; end with 1 at the first that fails."""
    faulthandler.dump_traceback_later(float(sys.argv[1]), exit=True)
    for name in sys.argv[2:]:
        try:
            importlib.import_module(name)
        except BaseException as error:  # a panic in Rust is not an Exception
            text = "%s: %s" % (type(error).__name__, error)
            sys.stderr.write("\nimport %s: %s\n" % (name, " ".join(text.split())))
            sys.stderr.flush()
            os._exit(1)
    os._exit(0)  # what a module started must not delay the end


if __name__ == "__main__":
    main()
