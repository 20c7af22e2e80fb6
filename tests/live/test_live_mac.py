"""Real wheels for macOS, of the real index: installed on pretended Macs, and read there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import machine
from tests.live.marks import limit
from tests.live.mirror import Mirror, serving
from tests.mac import index, mac, namespace, tree
from tests.mac.index import INTEL_RELEASE
from tests.mac.kinds import kinds
from wizard.versions import key

pytestmark = [pytest.mark.live, limit(600)]
PYTHON = "/Users/ada/environment/bin/python"
RUST = "cryptography/hazmat/bindings/_rust.abi3.so"
READ = (
    "import json, sys; from wizard.proof import extension; "
    "read = extension.read_extension(sys.argv[1]); "
    "print(json.dumps([read.linkage.kind, read.openssl]))"
)


@pytest.fixture(scope="module")
def mirror(host_pip: tuple[str, ...]) -> Iterator[Mirror]:
    """Return a mirror of the real index."""
    namespace.possible()
    with serving(Mirror(machine.index())) as served:
        yield served


@pytest.fixture(scope="module")
def pip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an unpacked pip."""
    return index.unpack_pip(tmp_path_factory.mktemp("pip"))


@pytest.mark.parametrize(
    ("name", "machine_name"), [("python-org", "arm64"), ("intel-13", "x86_64")]
)
def test_real_wheels(
    mirror: Mirror, pip: Path, tmp_path: Path, name: str, machine_name: str
) -> None:
    here = mac.make(tmp_path / "mac", kinds(tree.MINOR)[name], pip, f"{mirror.url}/simple/")
    release = INTEL_RELEASE if machine_name == "x86_64" else index.installed("cryptography")
    done = here.wizard(
        "--yes", "--method", "wheel", "--venv", "./environment", "--release", release
    )
    names = [seen for seen, _ in mirror.seen if seen.startswith(f"cryptography-{release}")]
    assert any(name.endswith((f"_{machine_name}.whl", "_universal2.whl")) for name in names)
    (file,) = here.path("/Users/ada/environment/lib").glob(f"python*/site-packages/{RUST}")
    inside = "/" + str(file.relative_to(here.tree.folder))
    kind, openssl = json.loads(here.must("/Users/ada/wizard/bin/python", "-c", READ, inside))
    assert kind == "static"
    assert key(openssl.split()[-1]) >= key("3.5")
    if release == index.installed("cryptography"):  # its twin is here
        assert done.code == 0, done.said
        assert here.wizard("verify", PYTHON, "--json").report["ok"]


def test_the_names_of_the_stand_ins_are_those_of_the_index(mirror: Mirror) -> None:
    real = {
        row["filename"] for name in ("cryptography", "cffi") for row in mirror.page(name)["files"]
    }
    stand_ins = {name for name, _ in index.all_files() if name.startswith(("cryptography", "cffi"))}
    assert stand_ins <= real
