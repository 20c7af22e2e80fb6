"""A CPython that is linked to musl, compiled on a Debian.

Debian has musl, but nothing besides that is linked to it. So zlib, libffi and OpenSSL are compiled
too, as static libraries, all from Debian's own sources. It is done on Debian 12, whose musl is
1.2.3: what is compiled there runs with that one and with every later one.

Two things are as they are on Alpine and not as they are with Debian's musl-gcc: the name of the
platform, ``x86_64-linux-musl``, which is part of the names of extension files; and the kernel's
header files, which a system with musl has beside musl's own.
"""

from __future__ import annotations

from pathlib import Path

from tests.live import sources
from tests.live.roots import Root

SUITE, VERSION = "bookworm", "3.11"
PREFIX = "/opt/musl"
PYTHON = f"{PREFIX}/bin/python{VERSION}"
PACKAGES = (
    *("musl-dev", "musl-tools", "gcc", "libc6-dev", "linux-libc-dev", "make", "perl"),
    *("autoconf", "automake", "libtool", "libltdl-dev", "pkg-config", "xz-utils", "bzip2"),
)
WORK = "/srv"
CC = f"{WORK}/cc"
PLATFORM = "x86_64-linux-musl"
COMPILER = f"""\
#!/bin/sh
case $1 in --print-multiarch | -print-multiarch) echo {PLATFORM}; exit ;; esac
exec musl-gcc -idirafter {WORK}/kernel "$@"
"""
"""gcc would name the folders of glibc's header files, which CPython's setup.py then puts first."""
RECIPE = (Path(__file__), Path(sources.__file__))

ZLIB = (("./configure", "--static", f"--prefix={PREFIX}"), ("make", "-j2"), ("make", "install"))
LIBFFI = (
    ("autoreconf", "--force", "--install"),
    (
        *("./configure", f"--host={PLATFORM}", f"--prefix={PREFIX}", "--with-pic"),
        *("--disable-shared", "--enable-static", "--disable-docs"),
    ),
    ("make", "-j2"),
    ("make", "install"),
)
OPENSSL = (
    (
        *("./Configure", "linux-x86_64", "no-shared", "no-tests", "no-afalgeng", "no-module"),
        *(f"--prefix={PREFIX}", "--libdir=lib", "--openssldir=/etc/ssl", "-fPIC", "-O1"),
    ),
    ("make", "-j2", "build_libs"),
    ("make", "install_dev"),
)
CPYTHON = (
    (
        *("./configure", f"--prefix={PREFIX}", f"--with-openssl={PREFIX}"),
        *("--build=x86_64-pc-linux-musl", "--disable-test-modules", "--without-static-libpython"),
        *("--with-ensurepip=no", "ac_cv_buggy_getaddrinfo=no"),
    ),
    ("make", "-j2"),
    # Modules are compiled when they are imported: with -l, only those of the uppermost folder now.
    ("make", "install", "COMPILEALL_OPTS=-l"),
)
PARTS = (("zlib", ZLIB), ("libffi", LIBFFI), ("openssl", OPENSSL), (f"python{VERSION}", CPYTHON))
VARIABLES = {
    "CC": CC,
    "CFLAGS": "-O1 -fPIC",
    "CPPFLAGS": f"-I{PREFIX}/include",
    "LDFLAGS": f"-L{PREFIX}/lib",
    "PKG_CONFIG_LIBDIR": f"{PREFIX}/lib/pkgconfig",
}


def build(builder: Root) -> None:
    """Compile everything in ``builder``, a Debian 12 with `PACKAGES`; it is then in `PREFIX`.

    Skips the test if Debian's sources cannot be downloaded.
    """
    kernel = builder.path(f"{WORK}/kernel")
    kernel.mkdir()
    for name, place in (("linux", ""), ("asm-generic", ""), ("asm", "x86_64-linux-gnu/")):
        (kernel / name).symlink_to(f"/usr/include/{place}{name}")
    builder.path(CC).write_text(COMPILER, encoding="ascii")
    builder.path(CC).chmod(0o755)
    for package, commands in PARTS:
        archive = sources.in_root(builder, WORK, package)
        folder = f"{WORK}/{package}"
        builder.path(folder).mkdir()
        unpack = ("tar", "--extract", "--file", archive, "--strip-components=1")
        builder.must(*unpack, "--directory", folder, timeout=120)
        for command in commands:
            there = ("env", "-C", folder, "nice", "-n", "10")
            builder.must(*there, *command, timeout=1200, env=VARIABLES)
    builder.must(PYTHON, "-m", "ensurepip", timeout=120)
