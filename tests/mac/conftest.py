"""The index and pip of the pretended Macs, made once for each worker."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.live.mirror import Mirror, serving
from tests.mac import index, mac, namespace, tree
from tests.mac.kinds import Kind, kinds
from tests.mac.mac import Mac

Make = Callable[..., Mac]


@pytest.fixture(scope="session")
def mirror() -> Iterator[Mirror]:
    """The index, served on this machine."""
    namespace.possible()
    with serving(index.mirror()) as served:
        for page in served.pages.values():
            for row in page["files"]:
                row["url"] = f"{served.url}/files/{row['filename']}"
        yield served


@pytest.fixture(scope="session")
def pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an unpacked pip."""
    folder = tmp_path_factory.mktemp("pip")
    with zipfile.ZipFile(index.bundled_pip()) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def make(mirror: Mirror, pip: Path, tmp_path: Path) -> Make:
    """Makes a Mac: of a kind by name, perhaps with other values."""

    def made(name: str, **changes: object) -> Mac:
        kind: Kind = kinds(tree.MINOR)[name].but(**changes)
        return mac.make(tmp_path / "mac", kind, pip, f"{mirror.url}/simple/")

    return made
