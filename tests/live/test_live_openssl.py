"""An OpenSSL that the wizard builds: linked both ways, and refused if it does not work.

The long ones are done in turn: see `tests.live.matrix`.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import signal
import subprocess
import tarfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.keys import Keyring, keyring
from tests.live import sources
from tests.live.command import Done, Wizard
from tests.live.machine import CHECKOUT
from tests.live.marks import builds, limit
from tests.live.matrix import long
from wizard.knowledge import load
from wizard.openssl_archive import VARIABLE
from wizard.tables import OpenSSLSource

pytestmark = [pytest.mark.live, limit(1800), builds]
BUILD_SECONDS = 1200
ELF = b"\x7fELF\x02\x01" + b"\0" * 12
"""The beginning of a 64-bit file of the kind ELF; its architecture follows."""
USES = """\
import socket, ssl, sys, threading, warnings
warnings.simplefilter("error")
from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
from cryptography.hazmat.primitives.ciphers import Cipher, modes
legacy = Cipher(Blowfish(b"0" * 16), modes.CBC(b"0" * 8)).encryptor()
assert len(legacy.update(b"0" * 8)) == 8
from OpenSSL import SSL, crypto
near, far = socket.socketpair()
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain(sys.argv[1])
def serve():
    with server.wrap_socket(far, server_side=True) as wrapped:
        wrapped.sendall(wrapped.recv(9))
threading.Thread(target=serve, daemon=True).start()
context = SSL.Context(SSL.TLS_CLIENT_METHOD)
near.setblocking(True)
client = SSL.Connection(context, near)
client.set_connect_state()
client.do_handshake()
client.sendall(b"handshake")
assert client.recv(9) == b"handshake"
trusting = SSL.Context(SSL.TLS_CLIENT_METHOD)
trusting.set_default_verify_paths()
with open(sys.argv[2], "rb") as file:
    root = crypto.load_certificate(crypto.FILETYPE_PEM, file.read())
crypto.X509StoreContext(trusting.get_cert_store(), root).verify_certificate()
print(client.get_protocol_version_name())
near.close()
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> tuple[OpenSSLSource, Path]:
    """Return a version of OpenSSL and its archive."""
    return sources.openssl(tmp_path_factory.mktemp("openssl"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wizard's cache of this module."""
    return tmp_path_factory.mktemp("cache")


def build(
    wizard: Wizard,
    cache: Path,
    *arguments: str,
    seconds: float = BUILD_SECONDS,
    more: Mapping[str, str] | None = None,
) -> Done:
    return wizard(
        *("--yes", "--json", "--method", "source", "--venv", str(wizard.folder / "env")),
        *arguments,
        timeout=seconds,
        env={"CRYPTOGRAPHY_WIZARD_CACHE": str(cache), **(more or {})},
    )


def in_use(wizard: Wizard, tmp_path: Path) -> str:
    """The TLS version that pyOpenSSL and a local server agree on, after all else has worked."""
    python = wizard.folder / "env" / "bin" / "python"
    key = tmp_path / "key.pem"
    request = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=near")
    argv = (*request, "-keyout", str(key), "-out", str(tmp_path / "cert.pem"), "-days", "2")
    subprocess.run(argv, check=True, capture_output=True, timeout=60)
    pem = tmp_path / "both.pem"
    pem.write_text(key.read_text() + (tmp_path / "cert.pem").read_text())
    pip = (str(python), "-m", "pip", "install", "--quiet", "--no-deps", "pyopenssl")
    subprocess.run((*pip, "typing-extensions"), check=True, capture_output=True, timeout=120)
    trusted = sorted(Path("/etc/ssl/certs").glob("*.pem"))
    if not trusted:
        pytest.skip("this system has no certificates to be found")
    done = subprocess.run(
        (str(python), "-W", "error", "-c", USES, str(pem), str(trusted[0])),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@long("openssl-static")
def test_static(
    wizard: Wizard, cache: Path, source: tuple[OpenSSLSource, Path], tmp_path: Path
) -> None:
    known, archive = source
    asked = ("--openssl", known.version, "--link", "static", "--openssl-source", str(archive))
    done = build(wizard, cache, *asked)
    assert done.code == 0, done.said
    proof = done.report["report"]
    assert proof["linkage"]["kind"] == "static"
    assert f"OpenSSL {known.version} " in proof["openssl"]
    assert in_use(wizard, tmp_path) == "TLSv1.3"
    (kept,) = (path for path in (cache / "openssl").iterdir() if path.name.startswith("3"))
    assert (kept / "lib" / "libcrypto.a").is_file()
    assert not list((cache / "openssl" / "build").iterdir())
    again = wizard("plan", *done_without(asked), env={"CRYPTOGRAPHY_WIZARD_CACHE": str(cache)})
    assert again.code == 0, again.said
    assert "OPENSSL_STATIC=1" in again.out
    assert "build_libs" not in again.out


def done_without(asked: tuple[str, ...]) -> tuple[str, ...]:
    """The same request, without the archive: it is not needed a second time."""
    return ("--method", "source", *asked[:4])


@long("openssl-system")
def test_static_with_the_systems_libraries(wizard: Wizard, cache: Path, tmp_path: Path) -> None:
    done = build(wizard, cache, "--link", "static")
    assert done.code == 0, done.said
    proof = done.report["report"]
    assert proof["linkage"]["kind"] == "static"
    assert not [c for c in proof["checks"] if c["name"] == "warning"]
    assert in_use(wizard, tmp_path) == "TLSv1.3"


@long("openssl-shared")
def test_shared_with_a_run_path(
    wizard: Wizard, cache: Path, source: tuple[OpenSSLSource, Path], tmp_path: Path
) -> None:
    known, archive = source
    done = build(
        *(wizard, cache, "--openssl", known.version, "--link", "dynamic"),
        *("--openssl-source", str(archive)),
    )
    assert done.code == 0, done.said
    proof = done.report["report"]
    assert f"OpenSSL {known.version} " in proof["openssl"]
    own = str(wizard.folder / "env" / "openssl" / "lib")
    assert {str(Path(library).parent) for library in proof["linkage"]["libraries"]} == {own}
    assert in_use(wizard, tmp_path) == "TLSv1.3"


def bad_archive(kind: str) -> bytes:
    if kind == "outside":
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w:gz") as tar:
            tar.addfile(tarfile.TarInfo("../outside"))
        return made.getvalue()
    return {"empty": b"", "page": b"<html>Sign in to the network</html>"}[kind]


@pytest.mark.parametrize("kind", ["empty", "page", "outside"])
def test_an_archive_that_is_not_the_published_one(
    kind: str, wizard: Wizard, tmp_path: Path
) -> None:
    archive = tmp_path / "openssl.tar.gz"
    archive.write_bytes(bad_archive(kind))
    newest = next(o.version for o in load().openssls if not o.version.startswith("1."))
    cache = tmp_path / "cache"
    done = build(
        *(wizard, cache, "--openssl", newest, "--link", "static"),
        *("--openssl-source", str(archive)),
        seconds=120,
    )
    assert refused(done, cache)["step"] == "openssl-source"


def refused(done: Done, cache: Path) -> dict[str, Any]:
    """The end of the step that failed. It was clear, and nothing is left of the archive."""
    assert done.code == 1, done.said
    failed: dict[str, Any] = next(e for e in done.events if e.get("state") == "failed")
    assert "deleted" in failed["cause"]
    assert failed["excerpt"]
    assert failed["hints"]
    left = {path.name for path in cache.rglob("*") if path.is_file()}
    assert {name for name in left if not name.endswith(".lock")} == set()
    return failed


def fitting(version: str) -> str:
    """The newest release of cryptography that takes this OpenSSL."""
    return next(row.last for row in load().releases if row.supports_openssl(version))


def test_the_real_archive_with_a_wrong_sum_by_the_user(
    wizard: Wizard, tmp_path: Path, source: tuple[OpenSSLSource, Path]
) -> None:
    known, archive = source
    cache = tmp_path / "cache"
    asked = ("--openssl", known.version, "--release", fitting(known.version), "--link", "static")
    own = ("--openssl-source", str(archive), "--openssl-sha256")
    failed = refused(build(wizard, cache, *asked, *own, "0" * 64, seconds=120), cache)
    assert failed["step"] == "openssl-source"
    assert failed["excerpt"] == [f"SHA-256 is {known.sha256}", f"it must be {'0' * 64}"]
    assert archive.is_file(), "what the user gave is left alone"
    wrong = build(wizard, cache, *asked, *own, known.sha256[:-1], seconds=120)
    assert wrong.code == 2, wrong.said
    assert "63 characters" in wrong.report["error"]["why"]


def test_a_real_archive_that_was_cut_off(
    wizard: Wizard, tmp_path: Path, source: tuple[OpenSSLSource, Path]
) -> None:
    known, archive = source
    cache, mirror = tmp_path / "cache", tmp_path / "mirror"
    mirror.mkdir()
    with archive.open("rb") as file:
        (mirror / f"openssl-{known.version}.tar.gz").write_bytes(file.read(1_000_000))
    asked = ("--openssl", known.version, "--release", fitting(known.version), "--link", "static")
    done = build(wizard, cache, *asked, "--openssl-source", str(mirror), seconds=120)
    assert refused(done, cache)["step"] == "openssl-source"


@pytest.fixture(scope="module")
def keys() -> Iterator[Keyring]:
    """Return a keyring with two throw-away keys."""
    with keyring() as made:
        yield made


def signed_by(wizard: Wizard, signer: str, tmp_path: Path) -> Wizard:
    """The same wizard, with a table that says that this key has signed every OpenSSL."""
    own = tmp_path / "own"
    shutil.copytree(CHECKOUT / "assets", own / "assets", ignore=shutil.ignore_patterns("*.svg"))
    table = own / "assets" / "openssl.toml"
    text = table.read_text(encoding="utf-8")
    table.write_text(re.sub(r'"[0-9A-F]{40}"', f'"{signer}"', text), encoding="utf-8")
    start = "from screens.cli import main"
    launcher = wizard.launcher.read_text(encoding="utf-8")
    assert start in launcher
    changed = launcher.replace(start, f"sys.path.insert(0, {str(own)!r})\n{start}")
    wizard.launcher.write_text(changed, encoding="utf-8")
    return wizard


def mirrored(source: tuple[OpenSSLSource, Path], folder: Path) -> Path:
    """The archive with its usual name in a separate mirror."""
    known, archive = source
    folder.mkdir()
    return Path(shutil.copyfile(archive, folder / f"openssl-{known.version}.tar.gz"))


def test_a_real_archive_that_a_stranger_has_signed(
    wizard: Wizard, tmp_path: Path, source: tuple[OpenSSLSource, Path], keys: Keyring
) -> None:
    version, cache = source[0].version, tmp_path / "cache"
    archive = mirrored(source, tmp_path / "mirror")
    keys.sign(archive, keys.stranger)
    signed_by(wizard, keys.signer, tmp_path)
    asked = ("--openssl", version, "--release", fitting(version), "--link", "static")
    variables = {"GNUPGHOME": str(keys.home), VARIABLE: str(archive.parent)}
    done = build(wizard, cache, *asked, seconds=120, more=variables)
    failed = refused(done, cache)
    assert failed["step"] == "openssl-signature"
    assert keys.stranger in failed["cause"]
    assert any("Good signature" in line for line in failed["excerpt"])
    (archive.parent / f"{archive.name}.asc").write_text("<html>Please log in</html>\n")
    failed = refused(build(wizard, cache, *asked, seconds=120, more=variables), cache)
    assert (failed["step"], keys.signer in failed["cause"]) == ("openssl-signature", True)
    (archive.parent / f"{archive.name}.asc").unlink()
    plan = wizard("plan", *asked, env=variables)
    assert plan.code == 0, plan.said
    assert "gpg --batch" not in plan.out
    assert f"{archive.name}.asc is not beside" in " ".join(plan.out.split())


@pytest.mark.usefixtures("ending_signals")
def test_a_real_archive_with_a_good_signature(
    wizard: Wizard, tmp_path: Path, source: tuple[OpenSSLSource, Path], keys: Keyring
) -> None:
    version, cache = source[0].version, tmp_path / "cache"
    archive = mirrored(source, tmp_path / "mirror")
    keys.sign(archive, keys.signer)
    signed_by(wizard, keys.signer, tmp_path)
    before = sorted(path.name for path in keys.home.iterdir() if path.name != "trustdb.gpg")
    events = until(
        *(wizard, cache, "openssl-signature", {"GNUPGHOME": str(keys.home)}),
        *("--openssl", version, "--release", fitting(version), "--link", "static"),
        *("--openssl-source", str(archive)),
    )
    ended = {e["step"]: e for e in events if e["kind"] == "step-ended"}
    assert ended["openssl-signature"]["state"] == "done"
    log = Path(ended["openssl-signature"]["log"]).read_text(encoding="utf-8")
    assert "Good signature" in log
    assert f"VALIDSIG {keys.signer}" in log
    kept = cache / "openssl" / "src" / archive.name
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
    assert kept.read_bytes() == archive.read_bytes()
    assert before == sorted(p.name for p in keys.home.iterdir() if p.name != "trustdb.gpg")


def until(
    wizard: Wizard, cache: Path, step: str, more: dict[str, str], *arguments: str
) -> list[Any]:
    """The events of a run that is cancelled when this step has ended."""
    argv = wizard.argv("--yes", "--json", "--venv", str(wizard.folder / "env"), *arguments)
    events = []
    with subprocess.Popen(
        argv,
        cwd=wizard.folder,
        env=wizard.environment(CRYPTOGRAPHY_WIZARD_CACHE=str(cache), **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as running:
        late = threading.Timer(240, running.kill)
        late.start()
        try:
            assert running.stderr is not None
            for line in running.stderr:
                events.append(json.loads(line))
                if events[-1]["kind"] == "step-ended" and events[-1]["step"] == step:
                    running.send_signal(signal.SIGINT)
            assert running.wait(60) == 130, events[-1]
        finally:
            late.cancel()
    return events


def own_openssl(folder: Path, headers: str, library: str, machine: int = 62) -> Path:
    (folder / "include" / "openssl").mkdir(parents=True)
    text = f'# define OPENSSL_VERSION_STR "{headers}"\n'
    (folder / "include" / "openssl" / "opensslv.h").write_text(text)
    (folder / "lib").mkdir()
    content = ELF + machine.to_bytes(2, "little") + f"\0OpenSSL {library} 9 Jun 2026\0".encode()
    for name in ("libssl.so", "libcrypto.so"):
        (folder / "lib" / name).write_bytes(content)
    return folder


def test_a_folder_that_cannot_serve(wizard: Wizard, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    cases = {
        "does not contain an OpenSSL": tmp_path / "nothing",
        "come from one build": own_openssl(tmp_path / "mixed", "3.5.7", "3.0.22"),
        "is for riscv64": own_openssl(tmp_path / "other", "3.5.7", "3.5.7", machine=243),
        "needs OpenSSL": own_openssl(tmp_path / "old", "1.0.2", "1.0.2"),
        "no static libraries": own_openssl(tmp_path / "shared", "3.5.7", "3.5.7"),
    }
    for says, folder in cases.items():
        asked = ("--openssl", str(folder), "--link", "static", "--release", "50.0.2")
        done = build(wizard, tmp_path / "cache", *asked, seconds=120)
        assert done.code == 3, done.said
        error = done.report["error"]
        assert says in " ".join((error["what"], error["why"], *error["hints"])), done.said
    assert not (tmp_path / "cache").exists()
    absent = build(wizard, tmp_path / "cache", "--openssl", "/no/such/folder", seconds=120)
    assert absent.code == 2, absent.said
