"""What the Macs download besides packages: rustup's installer, and the source of OpenSSL."""

from __future__ import annotations

import functools
import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.mac.inside.tools import rust

OPENSSL = "3.5.9"
ARCHIVE = f"openssl-{OPENSSL}.tar.gz"
TRIPLES = ("aarch64-apple-darwin", "x86_64-apple-darwin")


def write(folder: Path) -> None:
    """Write all files into a folder, which `serving` serves."""
    for triple in TRIPLES:
        place = folder / "rustup" / "dist" / triple
        place.mkdir(parents=True)
        content = rust.launcher("rust").encode("ascii")
        (place / "rustup-init").write_bytes(content)
        (place / "rustup-init.sha256").write_text(
            f"{hashlib.sha256(content).hexdigest()} *./rustup-init\n", encoding="ascii"
        )


@functools.lru_cache
def archive() -> bytes:
    """Return an archive with the layout of OpenSSL's, in which the rig's ``Configure`` is."""
    major, minor, patch = OPENSSL.split(".")
    rows = {
        "VERSION.dat": (f"MAJOR={major}\nMINOR={minor}\nPATCH={patch}\n", 0o644),
        "Configure": (rust.launcher("openssl_configure"), 0o755),
        "config": ("#!/bin/sh\nexit 1\n", 0o755),
        "doc/build.info": ("SUBDIRS = man1\n", 0o644),
        "include/openssl/opensslv.h": (f'# define OPENSSL_VERSION_STR "{OPENSSL}"\n', 0o644),
    }
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as packed:
        for path, (text, mode) in rows.items():
            member = tarfile.TarInfo(f"openssl-{OPENSSL}/{path}")
            member.size, member.mode = len(text), mode
            packed.addfile(member, io.BytesIO(text.encode("ascii")))
    return body.getvalue()


def flags() -> tuple[str, ...]:
    """Return the flags with which the wizard builds that OpenSSL."""
    checksum = hashlib.sha256(archive()).hexdigest()
    place = ("--openssl-source", ARCHIVE, "--openssl-sha256", checksum)
    return ("--openssl", OPENSSL, "--link", "static", *place)


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; yield its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
