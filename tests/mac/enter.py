"""Enters a tree: mounts what belongs there, and becomes a program inside, as the user 501.

Run by `tests.mac.namespace` in new namespaces, with one argument, a JSON object. One process makes
all the system calls, because a ``mount`` for each would take longer than what is tested.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import warnings  # noqa: F401 - execvp imports it, and there would be no library any more

BIND, RECURSIVE, REMOUNT, READ_ONLY, PRIVATE = 4096, 16384, 32, 1, 1 << 18
NEW_USER = 0x10000000
_libc = ctypes.CDLL(None, use_errno=True)


def mount(what: str, where: str, kind: str = "", flags: int = 0) -> None:
    """Call mount(2). Raises OSError."""
    words = [text.encode() or None for text in (what, where, kind)]
    if _libc.mount(*words, ctypes.c_ulong(flags), None):
        number = ctypes.get_errno()
        raise OSError(number, f"mount {what} on {where}: {os.strerror(number)}")


def become_user(user: int, group: int) -> None:
    """Enter a new user namespace in which the only user has these numbers. Raises OSError."""
    outer_user, outer_group = os.getuid(), os.getgid()
    if _libc.unshare(NEW_USER):
        raise OSError(ctypes.get_errno(), "no user namespace inside another one")
    for name, text in (
        ("uid_map", f"{user} {outer_user} 1"),
        ("setgroups", "deny"),
        ("gid_map", f"{group} {outer_group} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def main() -> None:
    """Mount, change the root, and be the program."""
    told = json.loads(sys.argv[1])
    root = told["root"]
    mount("none", "/", flags=PRIVATE | RECURSIVE)
    for what, where, read_only in told["mounts"]:
        mount(what, root + where, flags=BIND)
        if read_only:
            mount("none", root + where, flags=BIND | REMOUNT | READ_ONLY)
    mount("/dev", f"{root}/dev", flags=BIND | RECURSIVE)
    mount("proc", root + told["proc"], "proc")
    become_user(501, 20)
    os.chroot(root)
    os.chdir(told["folder"])
    os.environ.clear()
    os.environ.update(told["env"])
    try:
        os.execvp(told["command"][0], told["command"])
    except OSError as error:
        print(f"{told['command'][0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main()
