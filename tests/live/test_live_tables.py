"""``update-tables`` as a user starts it, with tables that the real minisign has signed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.knowledge import dated
from tests.live.machine import CHECKOUT
from tests.live.marks import limit
from wizard import table_source

pytestmark = [pytest.mark.live, limit(120)]
MINISIGN = shutil.which("minisign")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Newer tables with their signature; the public key is beside them."""
    if MINISIGN is None:
        pytest.skip("signatures are made with the real minisign, which is not on PATH")
    made = tmp_path / "published"
    made.mkdir()
    text = table_source.built_in_text()
    text["releases.toml"] += "\n"
    (made / table_source.FILE).write_bytes(dated.document(text, "2999-01-01"))
    for argv in (
        (MINISIGN, "-G", "-W", "-p", "key.pub", "-s", "key"),
        (MINISIGN, "-S", "-s", "key", "-m", table_source.FILE),
    ):
        subprocess.run(
            argv, cwd=made, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=30
        )
    return made


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    """The address of a server for that folder."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def run(tmp_path: Path, *words: str, key: str = "") -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "CRYPTOGRAPHY_WIZARD_STATE": str(tmp_path / "state")}
    variables.pop(table_source.KEY_VARIABLE, None)
    return subprocess.run(
        [sys.executable, "-m", "cryptography_wizard", *words],
        env={**variables, **({table_source.KEY_VARIABLE: key} if key else {})},
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_signed_tables_from_a_server(tmp_path: Path, folder: Path, address: str) -> None:
    key = (folder / "key.pub").read_text(encoding="utf-8").splitlines()[1]
    refused = run(tmp_path, "update-tables", "--from", address)
    assert refused.returncode == 1
    assert "is signed by the key" in refused.stderr
    done = run(tmp_path, "update-tables", "--from", address, "--json", key=key)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["changed"] == ["releases.toml"]
    assert "Tables of 2999-01-01 (fetched, new)" in run(tmp_path, "--version", key=key).stdout
    without = run(tmp_path, "--version")
    assert "(built-in, " in without.stdout
    assert without.stderr.startswith("cryptography-wizard: The fetched tables are not used")
    assert run(tmp_path, "update-tables", "--reset", key=key).returncode == 0
    assert run(tmp_path, "--version").stderr == ""
