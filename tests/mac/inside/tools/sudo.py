"""``sudo``: mitsuhiko/rust-runas#9 (no terminal), sudo 1.9.13 (who may not).

The state says what it does: ``free`` asks for nothing, ``password`` asks on the terminal (the
password is ``secret``), ``refused`` is a user who is no administrator.
"""

from __future__ import annotations

import getpass
import os
import shutil

from tests.mac.inside import places, state
from tests.mac.inside.tools.start import become, say


def main(_program: str, arguments: list[str]) -> int:
    """Run a program as root."""
    quiet = validate = False
    while arguments and arguments[0].startswith("-"):
        option = arguments.pop(0)
        if option not in ("-n", "-v", "-E", "-H", "--", "-k"):
            raise SystemExit(f"the rig has no recording of sudo {option}")
        quiet, validate = quiet or option == "-n", validate or option == "-v"
    code = _permission(quiet)
    if code or (validate and not arguments):
        return code
    while arguments and "=" in arguments[0]:
        name, _, value = arguments.pop(0).partition("=")
        os.environ[name] = value
    path = shutil.which(arguments[0])
    if path is None:
        say(f"sudo: {arguments[0]}: command not found")
        return 1
    kept = ("PATH", "HOME", "TERM", "LANG", "LC_ALL", places.ARCHITECTURE)
    for name in set(os.environ) - set(kept):
        del os.environ[name]
    os.environ.update({places.ROOT_USER: "1", "USER": "root", "LOGNAME": "root"})
    become(path, arguments[1:], arguments[0])


def _permission(quiet: bool) -> int:
    now = state.read()
    if now["sudo"] == "free" or now.get("ticket"):
        return 0
    if quiet:
        say("sudo: a password is required")
        return 1
    if not os.isatty(0) and not os.path.exists("/dev/tty"):
        say("sudo: a terminal is required to read the password; either use the -S option to read")
        return 1
    for _ in range(3):
        given = getpass.getpass("Password:")
        if now["sudo"] == "refused":
            say("ada is not in the sudoers file.")
            return 1
        if given == "secret":
            with state.changing() as changed:
                changed["ticket"] = True
            return 0
        say("Sorry, try again.")
    say("sudo: 3 incorrect password attempts")
    return 1
