"""An old cryptography with an old OpenSSL inside, both compiled on Debian 11 from nothing.

It is done in its turn: see `tests.live.matrix`.
"""

from __future__ import annotations

from typing import Callable

import pytest

from tests.live import roots, sources
from tests.live.marks import limit
from tests.live.matrix import long
from tests.live.roots import Root

pytestmark = [pytest.mark.live, limit(1800)]

RELEASE, OPENSSL = "3.4.8", "1.1.1w"
ENVIRONMENT = f"{roots.STUDENTS_HOME}/cryptography-env"
BUILD_SECONDS = 1200
EXTENSIONS = f"{ENVIRONMENT}/lib/python3.9/site-packages/cryptography/hazmat/bindings"
BLOWFISH = """\
import warnings
warnings.simplefilter("error")
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
legacy = Cipher(algorithms.Blowfish(b"0" * 16), modes.CBC(b"0" * 8)).encryptor()
assert len(legacy.update(b"0" * 8)) == 8
"""


@long("openssl-1.1.1")
def test_3_4_8_with_a_static_openssl_1_1_1(fresh: Callable[[str], Root]) -> None:
    root = fresh("bullseye")
    root.add_student()
    archive = sources.in_root(root, "/srv", "openssl", OPENSSL)
    asked = ("--method", "source", "--release", RELEASE, "--openssl", OPENSSL, "--link", "static")
    done = root.as_student(
        *("cryptography-wizard", "--yes", "--json", *asked, "--openssl-source", archive),
        timeout=BUILD_SECONDS,
    )
    assert done.code == 0, done.said
    plan, report = done.report["plan"], done.report["report"]
    notes = " ".join(plan["notes"])
    assert f"OpenSSL {OPENSSL} is no longer supported: fixes ended on 2023-09-11" in notes
    assert "The signature will not: " in notes
    assert "gpg 2.2 or newer" in notes, "such a system has none"
    assert (report["ok"], report["version"]) == (True, RELEASE)
    assert report["openssl"].startswith(f"OpenSSL {OPENSSL} ")
    assert report["linkage"]["kind"] == "static"
    assert report["linkage"]["libraries"] == []
    assert "libssl-dev" not in roots.packages(root), "the system's own was not needed"
    (extension,) = root.path(EXTENSIONS).glob("_openssl*.so")
    inside = f"{EXTENSIONS}/{extension.name}"
    dynamic = root.as_student("readelf", "--dynamic", inside)  # of binutils, which came with gcc
    assert dynamic.code == 0, dynamic.said
    needed = [line for line in dynamic.out.splitlines() if "(NEEDED)" in line]
    assert needed
    assert not [line for line in needed if "libssl" in line or "libcrypto" in line], dynamic.out
    tried = root.as_student(f"{ENVIRONMENT}/bin/python", "-c", BLOWFISH)
    assert tried.code == 0, tried.said
