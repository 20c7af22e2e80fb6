"""The Dockerfiles that the wizard writes, carried out: two stages in throw-away Debians.

No Docker is needed: each instruction is done as BuildKit documents it (`tests.live.images`). The
one that compiles is done in its turn: see `tests.live.matrix`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import roots
from tests.live.images import Builder, Built, base
from tests.live.marks import limit
from tests.live.matrix import long
from tests.live.roots import Root
from tests.machines import machine
from tests.wizard.planned import dockerfile
from wizard.choices import Choices
from wizard.proof import linkage

pytestmark = [pytest.mark.live, limit(1500)]

TRY = (
    "import cryptography, os; from cryptography.fernet import Fernet; "
    "k = Fernet.generate_key(); assert Fernet(k).decrypt(Fernet(k).encrypt(b'x')) == b'x'; "
    "print(cryptography.__version__, os.getuid())"
)
TOOLS = ("cc", "gcc", "make", "cargo", "rustc", "pkg-config")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Root]:
    """Make Debian 13 as the image, once for all tests here."""
    roots.possible()
    root = base("trixie", "3.13", tmp_path_factory.mktemp("image") / "trixie")
    yield root
    shutil.rmtree(root.folder)


@pytest.fixture
def builder(image: Root, tmp_path: Path) -> Iterator[Builder]:
    """Return a builder that copies the image for each stage."""
    yield Builder(image, tmp_path, timeout=600)
    for folder in tmp_path.glob("stage-*"):
        shutil.rmtree(folder)


def extension(built: Built) -> Path:
    """The extension file of cryptography in it, seen from the host."""
    packages = built.root.path("/opt/cryptography/lib/python3.13/site-packages")
    (found,) = packages.glob("cryptography/hazmat/bindings/_rust*.so")
    return found


def assert_minimal(built: Built) -> None:
    """It works, as a user without rights, and has nothing that builds or was downloaded."""
    assert built.command == ("python",)
    tried = built.run(*built.command, "-c", TRY)
    assert tried.code == 0, tried.said
    assert tried.out.split() == ["50.0.2", "10001"]
    assert built.run("touch", "/opt/cryptography/x").code != 0
    for tool in TOOLS:
        assert built.run("sh", "-c", f"command -v {tool}").code != 0
    assert not [name for name in roots.packages(built.root) if name.endswith("-dev")]
    for kept in ("/root/.cache", "/root/.cargo", "/var/cache/wizard"):
        assert not built.root.path(kept).exists()
    assert list(built.root.path("/var/lib/apt/lists").glob("*Packages*")) == []
    assert list(built.root.path("/var/cache/apt").glob("**/*.deb")) == []


@pytest.mark.usefixtures("host_pip")
def test_the_one_for_a_wheel(builder: Builder) -> None:
    built = builder.build(
        dockerfile(machine("debian-13"), Choices(method="wheel", release="50.0.2"))
    )
    assert_minimal(built)
    assert linkage.read(str(extension(built))).kind == "static"
    assert "python3.13-venv" not in roots.packages(built.root)


@pytest.mark.usefixtures("host_pip")
@long("dockerfile-source")
def test_the_one_that_compiles(builder: Builder) -> None:
    built = builder.build(
        dockerfile(machine("debian-13"), Choices(method="source", release="50.0.2"))
    )
    assert_minimal(built)
    assert linkage.read(str(extension(built))).kind == "dynamic"
    assert "libssl3t64" in roots.packages(built.root)
    assert "rustc" in roots.packages(builder.done["builder"].root)
