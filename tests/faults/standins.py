"""Small stand-ins for what a source build takes minutes for, on a server of this machine.

What is installed in the end is the real cryptography: its source archive contains the real wheel,
and gives it out after a build with a compiler, but only if the OpenSSL and the Rust that it finds
are whole. rustup is the real one; what it installs is small.
"""

from __future__ import annotations

import functools
import hashlib
import html
import io
import re
import subprocess
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.live import machine, rustserver
from wizard.knowledge import load

PIECE = 64 * 1024
"""Bytes that the server sends at once; after each is a pause, so that moments fall there."""
PAUSE_SECONDS = 0.004
PARTS = 12
"""Files of the stand-in for OpenSSL, of each kind: sources and headers."""
RUST = "1.95.0"
TRIPLE = "x86_64-unknown-linux-gnu"
WHOLE = "the last line of a whole file"

HOOKS = """\
import os, pathlib, shutil, subprocess, sys, zipfile
HERE = pathlib.Path(__file__).parent
(NAME,) = (path.name for path in HERE.glob("*.whl"))
def get_requires_for_build_wheel(settings=None):
    return []
def prepare_metadata_for_build_wheel(folder, settings=None):
    with zipfile.ZipFile(HERE / NAME) as wheel:
        names = [n for n in wheel.namelist() if ".dist-info/" in n and "RECORD" not in n]
        wheel.extractall(folder, names)
    return names[0].partition("/")[0]
"""
"""The beginning of a build backend that gives out the wheel beside it."""
BACKEND = """\
def build_wheel(folder, settings=None, metadata=None):
    openssl = pathlib.Path(os.environ["OPENSSL_DIR"])
    headers = sorted((openssl / "include" / "openssl").glob("*.h"))
    if len(headers) != {parts} or any("{whole}" not in h.read_text() for h in headers):
        raise SystemExit("HALF: the headers of OpenSSL")
    for name in ("libcrypto.a", "libssl.a"):
        listed = subprocess.check_output(["ar", "t", str(openssl / "lib" / name)], text=True)
        if len(listed.split()) != {parts}:
            raise SystemExit("HALF: " + name)
    for program in ("cargo", "rustc"):
        if "whole {rust}" not in subprocess.check_output([program, "--version"], text=True):
            raise SystemExit("HALF: " + program)
    subprocess.check_call(["make", "-s", "-j2", "-C", str(HERE / "code")])
    shutil.copy(HERE / NAME, pathlib.Path(folder) / NAME)
    return NAME
"""
CONFIG = """\
#!/bin/sh
for word; do case $word in --prefix=*) prefix=${word#--prefix=};; esac; done
cc -E include/openssl/opensslv.h > /dev/null || exit 1
sleep 0.2
sed "s|@PREFIX@|$prefix|g" Makefile.in > Makefile
"""
MAKEFILE = """\
OBJECTS = $(patsubst %.c,%.o,$(wildcard crypto/*.c))
%.o: %.c
\tcc -O2 -c -o $@ $<
libcrypto.a libssl.a: $(OBJECTS)
\tar rc $@ $(OBJECTS)
build_libs: libcrypto.a libssl.a
install_dev: build_libs
\tmkdir -p @PREFIX@/include/openssl @PREFIX@/lib
\tfor each in include/openssl/*.h; do cp $$each @PREFIX@/include/openssl; sleep 0.01; done
\tcp libcrypto.a @PREFIX@/lib
\tsleep 0.1
\tcp libssl.a @PREFIX@/lib
"""
EXTENSION = """\
OBJECTS = $(patsubst %.c,%.so,$(wildcard *.c))
all: $(OBJECTS)
%.so: %.c
\tcc -O2 -shared -fPIC -o $@ $<
"""


@dataclass(frozen=True)
class StandIns:
    """What is being served: the addresses, and the variables of a user who uses them."""

    url: str
    release: str
    openssl: str
    openssl_sha256: str
    rust: rustserver.RustServer | None = None

    @property
    def variables(self) -> dict[str, str]:
        """What tells pip, uv, rustup and the wizard of this server."""
        found = {"PIP_INDEX_URL": f"{self.url}/simple/", "NO_PROXY": "127.0.0.1"}
        return {**found, **(self.rust.variables if self.rust else {})}

    @property
    def source_arguments(self) -> tuple[str, ...]:
        """The flags of a source build with nothing but stand-ins."""
        return (
            *("--method", "source", "--release", self.release, "--rust", "rustup"),
            *("--openssl", self.openssl, "--link", "static"),
            *("--openssl-source", f"{self.url}/openssl/openssl-{self.openssl}.tar.gz"),
            *("--openssl-sha256", self.openssl_sha256),
        )


def pip() -> tuple[str, ...]:
    """The command of a pip that reaches the index of this machine."""
    return (machine.newest(), "-m", "pip", "--disable-pip-version-check", "--no-input")


def real_wheels(folder: Path) -> Path:
    """Download cryptography, what it needs, and pip; return the folder. Skips without an index."""
    argv = (*pip(), "download", "--quiet", "--only-binary", ":all:", "--dest", str(folder))
    try:
        done = subprocess.run(
            (*argv, "cryptography", "pip"), capture_output=True, text=True, timeout=120, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip("the package index does not answer within two minutes")
    if done.returncode:
        pytest.skip(f"pip cannot reach the package index: {done.stderr.strip()[-200:]}")
    return folder


@contextmanager
def serving(folder: Path, *, source: bool) -> Iterator[StandIns]:
    """Serve real wheels, and with ``source`` the stand-ins for a source build, from ``folder``."""
    files = folder / "files"
    files.mkdir(parents=True)
    real_wheels(files)
    (wheel,) = files.glob("cryptography-*.whl")
    release = wheel.name.split("-")[1]
    version, archive, summed = "", b"", ""
    with ExitStack() as stack:
        rust = None
        if source:
            version = bundled_openssl(wheel)
            archive = openssl_archive(version)
            summed = hashlib.sha256(archive).hexdigest()
            source_archive = files / f"cryptography-{release}.tar.gz"
            source_archive.write_bytes(cryptography_archive(wheel, release))
            made = (RUST, TRIPLE, toolchain(folder / "sysroot"))
            rust = stack.enter_context(rustserver.serving(pip(), made))
        url = stack.enter_context(_server(files, {f"openssl-{version}.tar.gz": archive}))
        yield StandIns(url, release, version, summed, rust)


def bundled_openssl(wheel: Path) -> str:
    """The version of the OpenSSL in a wheel; skips if the wizard's table does not have it."""
    with zipfile.ZipFile(wheel) as opened:
        (name,) = (n for n in opened.namelist() if "/_rust." in n)
        found = re.search(rb"OpenSSL (\d+\.\d+\.\d+) \d", opened.read(name))
    version = found[1].decode() if found else ""
    if version not in {known.version for known in load().openssls}:
        pytest.skip(f"the wizard's table has no OpenSSL {version}, which is in {wheel.name}")
    return version


def code(number: int) -> str:
    """A small program in C that needs a moment to be compiled."""
    lines = [f"int f{number}_{i}(int x) {{ return x * {i} + {number}; }}" for i in range(30)]
    return "\n".join((*lines, f"/* {WHOLE} */", ""))


def openssl_archive(version: str) -> bytes:
    """The archive of an OpenSSL that only has the form of one."""
    top = f"openssl-{version}"
    files = {
        "config": CONFIG,
        "Configure": CONFIG,
        "Makefile.in": MAKEFILE,
        "include/openssl/opensslv.h": f'#define OPENSSL_VERSION_STR "{version}"\n/* {WHOLE} */\n',
    }
    for number in range(PARTS):
        files[f"crypto/part{number}.c"] = code(number)
        if number:
            files[f"include/openssl/part{number}.h"] = f"/* {number} */\n/* {WHOLE} */\n"
    return archive(top, files)


def cryptography_archive(wheel: Path, release: str) -> bytes:
    """The source archive of a cryptography that gives out this wheel after its build."""
    backend = BACKEND
    for name, value in {"parts": str(PARTS), "whole": WHOLE, "rust": RUST}.items():
        backend = backend.replace(f"{{{name}}}", value)
    code_files = {f"code/part{number}.c": code(number) for number in range(6)}
    files = {"code/Makefile": EXTENSION, **code_files}
    return source_archive(f"cryptography-{release}", wheel.name, wheel.read_bytes(), backend, files)


def source_archive(
    top: str, name: str, wheel: bytes, backend: str, files: Mapping[str, str]
) -> bytes:
    """The source archive ``top`` of a project that gives out a wheel after its build.

    ``backend`` is the code of ``build_wheel``, ``files`` are what it compiles.
    """
    with zipfile.ZipFile(io.BytesIO(wheel)) as opened:
        (member,) = (n for n in opened.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = opened.read(member).decode()
    project = '[build-system]\nrequires = []\nbuild-backend = "standin"\nbackend-path = ["."]\n'
    own = {"pyproject.toml": project, "PKG-INFO": metadata, "standin.py": HOOKS + backend}
    return archive(top, {**own, **files}, {name: wheel})


def archive(top: str, files: dict[str, str], more: dict[str, bytes] | None = None) -> bytes:
    """The source archive of these files below ``top``."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz", compresslevel=1) as opened:
        contents = {name: text.encode() for name, text in files.items()}
        for name, body in {**contents, **(more or {})}.items():
            entry = tarfile.TarInfo(f"{top}/{name}")
            entry.size, entry.mtime = len(body), int(time.time())
            entry.mode = 0o755 if body.startswith(b"#!") else 0o644
            opened.addfile(entry, io.BytesIO(body))
    return written.getvalue()


def toolchain(folder: Path) -> Path:
    """A Rust of a few scripts, in the layout of a real one; return its folder."""
    script = f"#!/bin/sh\ncat <<'END'\n%s {RUST} (whole {RUST})\n%sEND\n# {WHOLE}\n"
    told = f"binary: rustc\nhost: {TRIPLE}\nrelease: {RUST}\nLLVM version: 21.1\n"
    files = {
        "rustc": {"bin/rustc": script % ("rustc", told)},
        "cargo": {"bin/cargo": script % ("cargo", "")},
        "rust-std": {
            f"lib/rustlib/{TRIPLE}/lib/libstd{number}.rlib": f"{number}\n" * 20000
            for number in range(16)
        },
    }
    for component, contents in files.items():
        listed = folder / "lib" / "rustlib" / f"manifest-{component}-{TRIPLE}"
        for name, text in contents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="ascii")
            path.chmod(0o755 if name.startswith("bin/") else 0o644)
        listed.parent.mkdir(parents=True, exist_ok=True)
        listed.write_text("".join(f"file:{name}\n" for name in contents), encoding="ascii")
    return folder


class _Handler(BaseHTTPRequestHandler):
    """An index of a folder, and single files, sent slowly; a download can be resumed."""

    protocol_version = "HTTP/1.1"

    def __init__(self, files: Path, others: dict[str, bytes], *arguments: object) -> None:
        self._files, self._others = files, others
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        parts = self.path.strip("/").split("/")
        if parts[0] == "simple" and len(parts) == 2:
            self._send(self._page(parts[1]), "text/html")
        elif parts[0] == "files" and (self._files / parts[-1]).is_file():
            self._send((self._files / parts[-1]).read_bytes())
        elif parts[0] == "openssl" and parts[-1] in self._others:
            self._send(self._others[parts[-1]])
        else:
            self.send_error(404)

    def _page(self, project: str) -> bytes:
        lines = ["<!DOCTYPE html><title>Links</title>"]
        for path in sorted(self._files.iterdir()):
            if path.name.partition("-")[0].replace("_", "-").lower() == project:
                summed = _sum(path)
                needs = html.escape(">=3.9" if project == "cryptography" else "")
                lines.append(
                    f'<a href="/files/{path.name}#sha256={summed}" data-requires-python="{needs}">'
                    f"{path.name}</a><br>"
                )
        return "\n".join(lines).encode()

    def _send(self, body: bytes, kind: str = "application/octet-stream") -> None:
        asked = re.match(r"bytes=(\d+)-(\d*)$", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        last = int(asked[2]) + 1 if asked and asked[2] else len(body)
        part = body[first:last]
        self.send_response(206 if asked else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(part)))
        self.send_header("Accept-Ranges", "bytes")
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{first + len(part) - 1}/{len(body)}")
        self.end_headers()
        if self.command == "HEAD":
            return
        for begin in range(0, len(part), PIECE):
            self.wfile.write(part[begin : begin + PIECE])
            time.sleep(PAUSE_SECONDS)

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:  # the client was killed
            self.close_connection = True

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@functools.lru_cache
def _sum(path: Path) -> str:
    return rustserver.sha256(path)


@contextmanager
def _server(files: Path, others: dict[str, bytes]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, files, others))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
