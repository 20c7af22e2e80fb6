"""The small programs of a shell, as macOS has them: FreeBSD's, which refuse GNU's options.

Each row is the program's ``getopt`` string in FreeBSD's source (``bin/`` and ``usr.bin/``, which
macOS follows), or a mark for what the rig does itself. What both kinds do alike is left to the
host's program.
"""

from __future__ import annotations

import getopt
import hashlib
import os
import sys
import tarfile

from tests.mac.inside import places
from tests.mac.inside.tools.start import become, say

_OPTIONS = {
    "cat": "belnstuv",
    "chmod": "fhvRHLP",
    "cp": "acfHilLNnPpRrsvXx",
    "ln": "fFhinsPLvw",
    "ls": "1ABCFGHILOPRSTUWabcdefghiklmnopqrstuvwx@%D:,",
    "mkdir": "m:pv",
    "mv": "fhinv",
    "rm": "dfiIPRrvWx",
    "rmdir": "pv",
    "sleep": "",
    "tail": "Fb:c:fn:qr",
    "head": "n:c:",
    "basename": "as:",
    "dirname": "",
    "cut": "b:c:d:f:nsw",
    "tr": "Ccdsu",
    "wc": "clmwL",
    "mktemp": "dp:qt:u",
    "readlink": "fn",
    "touch": "Aacd:fhmr:t:",
    "tee": "ai",
    "uniq": "cdDf:is:u",
    "grep": "0123456789A:B:C:D:EFGHILOPSRUVabcd:e:f:hilm:nopqrsuvwxyz",
    "which": "as",
    "id": "AFGMPagnpru",
    "sed": "EI:ae:f:i:lnru",
    "date": "f:I:jnRr:uv:z:",
    "sort": "bcCdfghik:Mmno:RrS:st:T:uVz",
    "curl": "#0123468aAb:c:C:d:D:e:fF:gGhiIjkK:lLm:MnNo:OpP:qQ:rR:sSt:T:u:U:vVw:x:X:yYz:",
}
_LONG = {"grep": ["quiet"], "curl": ["create-dirs", "proto=", "tlsv1.2", "retry="]}
_PLAIN = (
    "echo",
    "expr",
    "kill",
    "test",
    "stty",
    "env",
    "false",
    "true",
    "printf",
    "xargs",
    "find",
    "awk",
)
"""Their common uses are the same."""


def main(program: str, arguments: list[str]) -> int:
    """Do what BSD's program does, or refuse what it does not know."""
    name = os.path.basename(program)
    if name == "shasum":
        return _shasum(arguments)
    if name == "tar":
        return _tar(arguments)
    if name not in _PLAIN:
        if name not in _OPTIONS:
            raise SystemExit(f"the rig has no stand-in for {name}")
        if name in ("head", "tail") and arguments and arguments[0][1:].isdigit():
            arguments = ["-n", arguments[0][1:], *arguments[1:]]  # FreeBSD keeps this old form
        try:
            getopt.getopt(arguments, _OPTIONS[name], _LONG.get(name, []))
        except getopt.GetoptError as error:
            say(
                f"{name}: illegal option -- {error.opt[:1]}"
                if len(error.opt) == 1
                else f"{name}: unrecognized option `--{error.opt}'"
            )
            return 64 if name == "cp" else 1
        if name == "sed" and any(word.startswith("-i") for word in arguments):
            raise SystemExit(
                "sed -i means different things on BSD and GNU: a script must not use it"
            )
    host = next(
        p
        for p in (f"{places.HOST}/usr/bin/{name}", f"{places.HOST}/bin/{name}")
        if os.path.exists(p)
    )
    become(host, arguments, name)


def _shasum(arguments: list[str]) -> int:
    if arguments[:2] != ["-a", "256"]:
        raise SystemExit(f"the rig has no stand-in for shasum {arguments}")
    for name in arguments[2:] or ["-"]:
        if name == "-":
            content = sys.stdin.buffer.read()
        else:
            with open(name, "rb") as file:
                content = file.read()
        print(f"{hashlib.sha256(content).hexdigest()}  {name}")
    return 0


def _tar(arguments: list[str]) -> int:
    """bsdtar: ``-xf ARCHIVE -C FOLDER --strip-components=N``, of any compression."""
    options, rest = getopt.gnu_getopt(arguments, "xf:C:", ["strip-components="])
    told = dict(options)
    if rest or "-x" not in told:
        raise SystemExit(f"the rig has no stand-in for tar {arguments}")
    strip = int(told.get("--strip-components", "0"))
    with tarfile.open(told["-f"]) as archive:
        for member in archive:
            parts = member.name.split("/")[strip:]
            if parts:
                member.name = "/".join(parts)
                archive.extract(member, told.get("-C", "."))
    return 0
