"""Rust by rustup, from a server on loopback: fetched, used, kept, removed; refused when wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.live import machine, matrix
from tests.live.command import Done, Wizard
from tests.live.marks import builds, limit
from tests.live.rustserver import RustServer, serving

pytestmark = [
    pytest.mark.live,
    limit(900),
    builds,
    pytest.mark.skipif(sys.platform != "linux", reason="source builds are made on Linux so far"),
]

BUILD_SECONDS = 420
"""The longest that a build may take: about 70 s on two cores, and the packages before it."""
PROFILES = (".profile", ".bashrc", ".zshenv")
"""What rustup changes in a home when it may."""
TOLERATED = {".cache", ".rpmdb"}
"""What others leave in a home: pip, and Debian's rpm wherever it is asked something."""


@dataclass(frozen=True)
class Bare:
    """A user without Rust: a home with profiles, and a wizard that knows of the server."""

    wizard: Wizard
    home: Path
    cache: Path
    server: RustServer
    path: str

    def __call__(self, *arguments: str, env: Mapping[str, str] | None = None) -> Done:
        """Run the wizard for a source build with rustup's Rust."""
        variables = {**self.variables, **(env or {})}
        asked = (*arguments, "--method", "source", "--rust", "rustup")
        return self.wizard(*asked, env=variables, timeout=BUILD_SECONDS)

    @property
    def variables(self) -> dict[str, str]:
        """The variables of this user."""
        return {
            "PATH": self.path,
            "HOME": str(self.home),
            "CARGO_HOME": str(self.home / ".cargo"),
            "RUSTUP_HOME": str(self.home / ".rustup"),
            "CRYPTOGRAPHY_WIZARD_CACHE": str(self.cache),
            **self.server.variables,
        }

    @property
    def toolchain(self) -> Path:
        """Where a Rust that the wizard fetched is."""
        return self.cache / "rust"

    def assert_home_is_as_it_was(self) -> None:
        """Neither rustup nor cargo has left anything, and nobody's PATH is another one."""
        assert {entry.name for entry in self.home.iterdir()} - TOLERATED == set(PROFILES)
        assert {(self.home / name).read_text() for name in PROFILES} == {"# mine\n"}


@pytest.fixture(scope="module")
def server(host_pip: tuple[str, ...]) -> Iterator[RustServer]:
    """Return a server of this machine's Rust."""
    with serving(host_pip) as one:
        yield one


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return PATH without any Rust."""
    folder = tmp_path_factory.mktemp("path")
    with pytest.MonkeyPatch.context() as patch:
        for program in ("cargo", "rustc", "rustup"):
            patch.setenv("PATH", machine.path_without(program, folder))
            assert shutil.which(program) is None
        return os.environ["PATH"]


@pytest.fixture
def bare(wizard: Wizard, tmp_path: Path, server: RustServer, path: str) -> Iterator[Bare]:
    """Yield a user without Rust; skips where the rest of what a build needs is not here."""
    for program in ("cc", "pkg-config"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not on this machine, and is not installed for this test")
    user = Bare(wizard, tmp_path / "home", tmp_path / "cache", server, path)
    user.home.mkdir()
    for name in PROFILES:
        (user.home / name).write_text("# mine\n")
    server.asked.clear()
    server.instead.clear()
    yield user
    for folder in (user.home, user.cache):  # a Rust takes half a gigabyte
        shutil.rmtree(folder, ignore_errors=True)


def states(done: Done) -> dict[str, str]:
    """How each step of a run ended."""
    return {step["id"]: step["state"] for step in done.report["steps"]}


def steps(plan: Done) -> dict[str, Any]:
    """The steps of a plan."""
    assert plan.code == 0, plan.said
    return {step["id"]: step for step in plan.report["steps"]}


def told(plan: Done) -> str:
    """What a plan says of the build."""
    why = steps(plan)["install"]["why"]
    assert isinstance(why, str)
    return why


def test_the_server_is_what_rustup_expects(bare: Bare, tmp_path: Path) -> None:
    program = tmp_path / "rustup-init"
    shutil.copyfile(bare.server.folder / bare.server.installer.lstrip("/"), program)
    program.chmod(0o755)
    env = {**os.environ, **bare.variables}
    argv = ("-y", "--no-modify-path", "--profile", "minimal", "--default-toolchain", "stable")
    done = subprocess.run(
        (str(program), *argv), env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "unexpected" not in done.stderr
    bin_folder = bare.home / ".cargo" / "bin"
    env["PATH"] = os.pathsep.join((str(bin_folder), bare.path))
    (tmp_path / "new").mkdir()
    for words in (("init", "--name", "hello", "--vcs", "none"), ("run", "--quiet", "--offline")):
        done = subprocess.run(
            (str(bin_folder / "cargo"), *words),
            cwd=tmp_path / "new",
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout == "Hello, world!\n"


def test_rust_is_fetched_for_a_build_and_gone_afterwards(bare: Bare) -> None:
    done = bare("--yes", "--json", "--verbose")
    assert done.code == 0, done.said
    assert set(states(done).values()) == {"done"}
    order = list(states(done))
    assert order.index("rustup") < order.index("rust") < order.index("install")
    assert order.index("install") < order.index("rust-remove")
    report = done.report["report"]
    assert report["ok"] is True
    assert report["version"] == done.report["plan"]["release"]
    assert report["linkage"]["kind"] == "dynamic"
    assert bare.server.asked[0] == f"{bare.server.installer}.sha256"
    assert {bare.server.installer, "/dist/channel-rust-stable.toml"} < set(bare.server.asked)
    assert not bare.toolchain.exists()
    bare.assert_home_is_as_it_was()


def test_a_rust_that_is_kept_serves_the_next_build(bare: Bare) -> None:
    # The crates are not available, so this build ends before it compiles anything.
    done = bare("--yes", "--json", "--toolchain", "keep", env={"CARGO_NET_OFFLINE": "true"})
    assert done.code == 1, done.said
    assert (states(done)["rust"], states(done)["install"]) == ("done", "failed")
    assert "rust-remove" not in states(done)
    assert_the_next_plan_fetches_nothing(bare)
    bare.assert_home_is_as_it_was()


@matrix.long("rust-kept")
def test_a_rust_that_is_kept_after_a_build(bare: Bare) -> None:
    done = bare("--yes", "--json", "--toolchain", "keep")
    assert done.code == 0, done.said
    assert set(states(done).values()) == {"done"}
    assert done.report["report"]["ok"] is True
    assert_the_next_plan_fetches_nothing(bare)
    bare.assert_home_is_as_it_was()


def assert_the_next_plan_fetches_nothing(bare: Bare) -> None:
    """The Rust in the wizard's cache is there, and a plan made now uses it."""
    compiler = next(bare.toolchain.glob("rustup/toolchains/*/bin/rustc"))
    bare.server.asked.clear()
    asked = ("--method", "source", "--reinstall")  # it may be there already
    plan = bare.wizard("plan", "--json", *asked, env=bare.variables)
    assert f"Rust {bare.server.release} (kept" in told(plan)
    assert not {"rustup", "rust"} & set(steps(plan))
    assert str(compiler.parent) in steps(plan)["install"]["action"]["path"]
    assert bare.server.asked == []


@pytest.mark.parametrize("body", [b"0" * 64 + b" *./rustup-init\n", b"<html>Please log in</html>"])
def test_a_wrong_checksum_ends_it_before_anything_is_run(bare: Bare, body: bytes) -> None:
    bare.server.instead[f"{bare.server.installer}.sha256"] = body
    done = bare("--yes", "--json")
    assert done.code == 1, done.said
    assert states(done)["rustup"] == "failed"
    # The environment is made meanwhile; nothing that needs Rust has begun.
    assert {states(done)[step] for step in ("rust", "install", "proof")} == {"skipped"}
    failed = next(event for event in done.events if event.get("state") == "failed")
    assert "checksum" in failed["cause"] or "deleted" in failed["cause"]
    assert failed["excerpt"]
    assert failed["hints"]
    left = {entry.name for entry in bare.cache.rglob("*") if not entry.is_dir()}
    assert {name for name in left if not name.endswith(".lock")} == set()
    bare.assert_home_is_as_it_was()


def test_a_rust_that_was_changed_on_its_way_is_not_installed(bare: Bare) -> None:
    name = f"rustc-{bare.server.release}-{bare.server.triple}.tar.gz"
    bare.server.instead[f"/dist/{name}"] = b"this is no compiler"
    done = bare("--yes", "--json")
    assert done.code == 1, done.said
    assert (states(done)["rustup"], states(done)["rust"]) == ("done", "failed")
    assert states(done)["install"] == "skipped"
    assert list(bare.toolchain.glob("rustup/toolchains/*/bin/rustc")) == []
    bare.assert_home_is_as_it_was()
