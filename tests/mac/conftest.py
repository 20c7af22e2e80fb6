"""The index and pip of the pretended Macs, made once for all tests."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import shared
from tests.live.mirror import Mirror, serving
from tests.live.terminal import PROMPT, Terminal
from tests.mac import downloads, index, mac, namespace, tree
from tests.mac.kinds import Kind, kinds
from tests.mac.mac import Mac

Make = Callable[..., Mac]


@pytest.fixture(scope="session")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    """The index, served on this machine."""
    namespace.possible()
    file = shared.folder(tmp_path_factory, "mac") / "index.pickle"
    shared.make_once(file, lambda own: own.write_bytes(pickle.dumps(index.all_files())))
    files = pickle.loads(file.read_bytes())  # noqa: S301 - written by these tests
    with serving(index.mirror(files)) as served:
        for page in served.pages.values():
            for row in page["files"]:
                row["url"] = f"{served.url}/files/{row['filename']}"
        yield served


@pytest.fixture(scope="session")
def pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an unpacked pip."""
    folder = shared.folder(tmp_path_factory, "mac") / "pip"
    shared.make_once(folder, index.unpack_pip)
    return folder


@pytest.fixture(scope="session")
def rustup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of rustup's downloads."""
    folder = tmp_path_factory.mktemp("downloads")
    downloads.write(folder)
    with downloads.serving(folder) as address:
        yield f"{address}/rustup"


@pytest.fixture
def make(mirror: Mirror, rustup: str, pip: Path, tmp_path: Path) -> Make:
    """Makes a Mac: of a kind by name, perhaps with other values.

    The source of OpenSSL is in the user's folder, as if it had been downloaded there.
    """

    def made(name: str, **changes: object) -> Mac:
        kind: Kind = kinds(tree.MINOR)[name].but(**changes)
        kind = kind.but(variables={"RUSTUP_UPDATE_ROOT": rustup, **kind.variables})
        result = mac.make(tmp_path / "mac", kind, pip, f"{mirror.url}/simple/")
        result.path(f"{tree.HOME}/{downloads.ARCHIVE}").write_bytes(downloads.archive())
        return result

    return made


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A terminal of the host, in which a Mac's program can be started."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not on this machine")
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color"}
    opened = Terminal(tmp_path, env)
    try:
        opened.wait(PROMPT.strip())
        yield opened
    finally:
        opened.close()
