"""What ``make`` does in the folder of an OpenSSL that was configured by the rig's ``Configure``."""

from __future__ import annotations

import json
import os
import shutil

from tests.mac.inside import macho, places
from tests.mac.inside.tools.start import say

_NO_MAKEFILE = "make: *** No targets specified and no makefile found.  Stop."


def main(arguments: list[str]) -> int:
    """Make or install the libraries."""
    if not os.path.exists("Makefile"):
        say(_NO_MAKEFILE)
        return 2
    with open("Makefile", encoding="utf-8") as file:
        told = json.loads(file.read().removeprefix("# "))
    values = dict(word.split("=", 1) for word in arguments if "=" in word)
    names = values.get("LIBS", "libcrypto.a libssl.a").split()
    if "build_libs" in arguments:
        for name in names:
            stem = name.partition(".")[0]
            with open(f"{places.MACHOS}/{stem}-{told['machine']}.a", "rb") as source:
                content = source.read()
            with open(name, "wb") as made:
                made.write(macho.with_openssl(content, f"OpenSSL {told['version']} 7 Apr 2026"))
            print(f"ar qc {name} crypto/{stem}-lib.o")
        return 0
    if "install_dev" in arguments:
        headers = f"{told['prefix']}/include/openssl"
        os.makedirs(headers, exist_ok=True)
        os.makedirs(f"{told['prefix']}/lib", exist_ok=True)
        shutil.copy("include/openssl/opensslv.h", headers)
        for name in names:
            shutil.copy(name, f"{told['prefix']}/lib/{name}")
            print(f"install {name} -> {told['prefix']}/lib/{name}")
        return 0
    raise SystemExit(f"the rig has no recording of make {arguments}")
