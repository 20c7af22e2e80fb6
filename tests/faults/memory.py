"""Too little memory: the kernel kills a compiler of a build, in a control group with a limit.

The source archive is a small stand-in whose build runs the machine's cargo; its build script asks
for more memory than the group has.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from tests.faults import crates, faulty
from tests.faults.attempts import attempt, need_root, proved, refused
from tests.faults.faulty import Server, serving
from tests.faults.kind import Case, Kind, Setting
from tests.faults.network import install, rustup_home, wheels
from tests.faults.place import PROGRAMS, Place

GREEDY = """\
fn main() {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for part in 0..1024u32 { all.push(vec![part as u8 | 1; 1 << 20]); }
    println!("cargo:rustc-env=PARTS={}", all.len());
}
"""
FILES = {
    "Cargo.toml": '[package]\nname = "standin"\nversion = "0.1.0"\nedition = "2021"\n',
    "build.rs": GREEDY,
    "src/lib.rs": "",
}
GROUPS = Path("/sys/fs/cgroup")
LIMIT = 300 << 20
ENTER = 'echo 0 > "$1/cgroup.procs"; shift; exec "$@"'


@contextlib.contextmanager
def group(name: str) -> Iterator[Path]:
    """A control group whose programs together may use `LIMIT` bytes. Skips if none can be made."""
    first = (GROUPS / "memory" / "memory.limit_in_bytes").exists()  # version 1
    folder = (GROUPS / "memory" if first else GROUPS) / name
    try:
        folder.mkdir()
    except OSError as error:
        pytest.skip(f"no control group can be made here: {error}")
    try:
        limit = folder / ("memory.limit_in_bytes" if first else "memory.max")
        if not limit.exists():
            pytest.skip("control groups do not limit memory here")
        limit.write_text(str(LIMIT), encoding="ascii")
        yield folder
    finally:
        for _ in range(50):  # until the kernel has let go of the killed programs
            with contextlib.suppress(OSError):
                folder.rmdir()
                break
            time.sleep(0.1)


def case(tool: str, files: Mapping[str, bytes], folder: Path) -> None:
    """A compiler is killed; the wheel, which the wizard offers instead, is proved."""
    need_root()
    cargo = shutil.which("cargo") or pytest.skip("this machine has no cargo")
    server = Server(faulty.index(files))
    with serving(server), group(f"cryptography-wizard-{folder.name}") as limited:
        place = Place(
            folder / "place",
            {
                "PATH": f"{folder / 'place' / 'bin'}:{Path(cargo).parent}:{PROGRAMS}",
                "RUSTUP_HOME": rustup_home(),
                "CARGO_HOME": str(folder / "place" / "home" / ".cargo"),
                "PIP_INDEX_URL": f"{server.url}/simple",
            },
        )
        options = ("--yes", *install(tool))
        source = ("--method", "source", "--rust", "system")
        words = ("sh", "-e", "-c", ENTER, "sh", str(limited))
        done = attempt(place, *options, *source, words=words)
        refused(done, 1, "ran out of memory", "--method wheel")
        proved(place.must(*options))


def cases(setting: Setting) -> Iterator[Case]:
    """Yield a case for pip and for uv."""
    files = {
        name: body for name, body in wheels(setting.folder / "wheels").items() if name[-3:] == "whl"
    }
    files |= crates.with_source(files, FILES)
    for tool in ("pip", "uv")[: setting.count]:
        yield Case(tool, partial(case, tool, files))


KINDS = (
    Kind(
        "memory",
        "The kernel kills a compiler, because a limit of memory is reached",
        "the cause is named, and the wheel, which is offered instead, is proved",
        cases,
        count=2,
        short=1,
        seconds=240,
        found=(
            "The limit of the wizard's own control group of version 1 was not read.",
            "An index without cffi, or without setuptools, was not named as the cause.",
        ),
    ),
)
