"""A server on loopback that offers this machine's Rust as the Rust project does.

The layout is rustup's: ``dist`` with a channel and its archives (in the layout of rust-installer,
version 3), ``rustup`` with rustup-init itself. rustup-init comes from the package ``rustup`` of the
Python index: its one program is rustup, which is rustup-init when it is called by that name.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.request import getproxies

import pytest

COMPONENTS = ("rustc", "cargo", "rust-std")
"""rustup's profile ``minimal``."""
LEFT_OUT = ("share/", "etc/", "libexec/", "bin/rustdoc", "bin/rust-gdb", "bin/rust-lldb")
"""What no build needs: manuals, completions, the documentation's compiler, debuggers' helpers."""
DATE = "2026-01-01"


@dataclass(frozen=True)
class RustServer:
    """A distribution that is being served. ``asked`` are the paths that clients asked for.

    ``instead`` says what to send for a path instead of the file that is there.
    """

    folder: Path
    url: str
    triple: str
    release: str
    asked: list[str] = field(default_factory=list)
    instead: dict[str, bytes] = field(default_factory=dict)

    @property
    def installer(self) -> str:
        """The path of rustup-init on the server."""
        return f"/rustup/dist/{self.triple}/rustup-init"

    @property
    def variables(self) -> dict[str, str]:
        """What tells rustup, and the wizard, of this server; nothing stands between."""
        direct = ",".join(filter(None, ("127.0.0.1", getproxies().get("no", ""))))
        return {
            "RUSTUP_DIST_SERVER": self.url,
            "RUSTUP_UPDATE_ROOT": f"{self.url}/rustup",
            **dict.fromkeys(("NO_PROXY", "no_proxy"), direct),
        }


@contextlib.contextmanager
def serving(
    pip: tuple[str, ...], made: tuple[str, str, Path] | None = None
) -> Iterator[RustServer]:
    """Make a distribution and serve it; ``pip`` is the command of a pip that reaches the index.

    ``made`` is a Rust to offer instead of this machine's: see `toolchain`. Skips the test where
    this machine has no Rust, or none that says what it consists of.
    """
    release, triple, sysroot = made or toolchain()
    with tempfile.TemporaryDirectory(prefix="rust-server-") as name, _server(Path(name)) as http:
        folder, url = Path(name), f"http://127.0.0.1:{http.server_address[1]}"
        server = RustServer(folder, url, triple, release, http.asked, http.instead)
        (folder / "dist").mkdir()
        for component in COMPONENTS:
            pack(component, server, sysroot)
        channel = folder / "dist" / "channel-rust-stable.toml"
        channel.write_text(manifest(server), encoding="ascii")
        program = folder / server.installer.lstrip("/")
        program.parent.mkdir(parents=True)
        program.write_bytes(rustup_init(pip, folder / "wheel"))
        version = "schema-version = '1'\nversion = '1.0.0'\n"
        (folder / "rustup" / "release-stable.toml").write_text(version, encoding="ascii")
        for file in (channel, program):
            line = f"{sha256(file)} *./{file.name}\n"
            file.with_name(f"{file.name}.sha256").write_text(line, encoding="ascii")
        yield server


def toolchain() -> tuple[str, str, Path]:
    """The release, the triple and the folder of this machine's Rust."""
    if shutil.which("rustc") is None:
        pytest.skip("there is no Rust on this machine that could be handed out")
    lines = dict(line.split(": ", 1) for line in rustc("-vV").splitlines() if ": " in line)
    sysroot = Path(rustc("--print", "sysroot").strip())
    for component in COMPONENTS:
        if not (sysroot / f"lib/rustlib/manifest-{component}-{lines['host']}").is_file():
            pytest.skip(f"the Rust of this machine does not say what its {component} consists of")
    return lines["release"], lines["host"], sysroot


def rustc(*arguments: str) -> str:
    """What this machine's rustc answers."""
    argv = ("rustc", *arguments)
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout


def pack(component: str, server: RustServer, sysroot: Path) -> None:
    """Write the archive of a component. It is hardly compressed: it goes no further than here."""
    listed = sysroot / f"lib/rustlib/manifest-{component}-{server.triple}"
    entries = [
        line
        for line in listed.read_text(encoding="utf-8").splitlines()
        if not line.partition(":")[2].startswith(LEFT_OUT)
    ]
    name = component if component != "rust-std" else f"rust-std-{server.triple}"
    top = PurePosixPath(archive(component, server).name[: -len(".tar.gz")])
    with tarfile.open(archive(component, server), "w:gz", compresslevel=1) as tar:
        add_text(tar, f"{top}/rust-installer-version", "3\n")
        add_text(tar, f"{top}/components", f"{name}\n")
        paths = [PurePosixPath(line.partition(":")[2]) for line in entries]
        for folder in sorted({folder for path in paths for folder in path.parents}):
            add_folder(tar, str(top / name / folder))
        add_text(tar, f"{top}/{name}/manifest.in", "".join(f"{line}\n" for line in entries))
        for path in paths:
            tar.add(sysroot / path, str(top / name / path))


def archive(component: str, server: RustServer) -> Path:
    """Where the archive of a component is."""
    return server.folder / "dist" / f"{component}-{server.release}-{server.triple}.tar.gz"


def add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    """Add a file with this text."""
    entry = tarfile.TarInfo(name)
    entry.size = len(text.encode())
    tar.addfile(entry, io.BytesIO(text.encode()))


def add_folder(tar: tarfile.TarFile, name: str) -> None:
    """Add a folder: rustup warns of each that an archive goes into and does not name."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, 0o755
    tar.addfile(entry)


def manifest(server: RustServer) -> str:
    """The channel: which packages there are, where, and what they must be."""
    target, release = f"target.{server.triple}", json.dumps(server.release)
    parts = [f'manifest-version = "2"\ndate = "{DATE}"\n']
    for component in COMPONENTS:
        file = archive(component, server)
        parts.append(
            f"[pkg.{component}]\nversion = {release}\n\n[pkg.{component}.{target}]\n"
            f'available = true\nurl = "{server.url}/dist/{file.name}"\nhash = "{sha256(file)}"\n'
        )
    # `rust` is all of them together. rustup asks for its parts and never for its archive.
    parts.append(
        f"[pkg.rust]\nversion = {release}\n\n[pkg.rust.{target}]\navailable = true\n"
        f'url = "{server.url}/dist/rust.tar.gz"\nhash = "{"0" * 64}"\n'
    )
    parts += [
        f'[[pkg.rust.{target}.components]]\npkg = "{component}"\ntarget = "{server.triple}"\n'
        for component in COMPONENTS
    ]
    parts.append(f"[renames]\n\n[profiles]\nminimal = {json.dumps(COMPONENTS)}\n")
    return "\n".join(parts)


def rustup_init(pip: tuple[str, ...], folder: Path) -> bytes:
    """The program, from the package ``rustup`` of the index; skips if there is none."""
    argv = (*pip, "download", "--quiet", "--no-deps", "--only-binary", ":all:")
    done = subprocess.run(
        (*argv, "--dest", str(folder), "rustup"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        pytest.skip(f"the index has no rustup for this machine: {done.stderr.strip()[-200:]}")
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as opened:
        (name,) = (n for n in opened.namelist() if n.endswith(".data/scripts/rustup"))
        return opened.read(name)


def sha256(file: Path) -> str:
    """The sum of a file, in hexadecimal digits."""
    whole = hashlib.sha256()
    with file.open("rb") as opened:
        while piece := opened.read(1 << 20):
            whole.update(piece)
    return whole.hexdigest()


class _Handler(SimpleHTTPRequestHandler):
    timeout = 60
    server: _Http

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body = self.server.instead.get(self.path)
        if body is None:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:  # the client was killed
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self.instead: dict[str, bytes] = {}
        super().__init__(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[_Http]:
    with _Http(folder) as http:
        threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield http
        finally:
            http.shutdown()
