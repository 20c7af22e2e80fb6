"""Releases old and new, compiled on Debian 11, 12 and 13 from nothing, as a new user would.

An ordinary run has one case, each time another, and the refusal; `make live-matrix` has them all.
"""

from __future__ import annotations

import contextlib
import shlex
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

from tests.live import matrix, roots
from tests.live.command import Done
from tests.live.marks import limit
from tests.live.matrix import Case
from tests.live.page import Row
from tests.live.roots import Root
from tests.live.rustserver import RustServer, serving
from wizard.programs.variables import PASSED

pytestmark = [pytest.mark.live, limit(1500)]

BUILD_SECONDS = 900
"""The longest that a case may take: a minute or two on two cores of its own."""
ENVIRONMENT = f"{roots.STUDENTS_HOME}/cryptography-env"
TOLD = "/var/log/variables-of-apt"
TELL = f"""\
APT::Update::Pre-Invoke {{ "env > {TOLD}"; }};
"""
"""Configuration of apt: it writes down the variables that reached it through sudo."""
CHECKS = {"package", "import", "OpenSSL", "Fernet", "AES-GCM", "X.509"}
RUSTS = {"rustc", "cargo", "rustc-web", "cargo-web", "rustc-mozilla", "cargo-mozilla", "rustup"}
"""Packages of Debian that bring a Rust."""


@pytest.fixture(scope="module")
def rust_server(host_pip: tuple[str, ...]) -> Iterator[Callable[[], RustServer]]:
    """Return a function that gives a server of this machine's Rust, made when it is wanted."""
    made: list[RustServer] = []
    with contextlib.ExitStack() as stack:

        def server() -> RustServer:
            if not made:
                made.append(stack.enter_context(serving(host_pip)))
            return made[0]

        yield server


@pytest.fixture
def machine(fresh: Callable[[str], Root]) -> Callable[[str], Root]:
    """Return a function that gives a root with an ordinary user, in which nothing is prepared."""

    def made(suite: str) -> Root:
        root = fresh(suite)
        root.add_student()
        root.path("/etc/apt/apt.conf.d/90tell").write_text(TELL, encoding="ascii")
        assert not list(root.path("/var/lib/apt/lists").glob("*_Packages*"))
        assert not {"gcc", "libssl-dev", f"python{root.python}-venv", *RUSTS} & set(
            roots.packages(root)
        )
        return root

    return made


def states(done: Done) -> dict[str, str]:
    """How each step ended, over all plans of one run."""
    return {e["step"]: e["state"] for e in done.events if e["kind"] == "step-ended"}


def told(root: Root, *argv: str) -> str:
    """What a program says in there."""
    done = root.as_student(*argv)
    assert done.code == 0, done.said
    return done.out.strip()


def system(root: Root) -> str:
    """The name and the exact version, such as ``Debian 11.11``."""
    return f"Debian {root.path('/etc/debian_version').read_text(encoding='ascii').strip()}"


def python_of(root: Root) -> str:
    """The whole version of its Python."""
    return told(root, "/usr/bin/python3", "--version").split()[1]


def pip_of(root: Root) -> str:
    """The version of the pip in the environment."""
    return told(root, f"{ENVIRONMENT}/bin/python", "-m", "pip", "--version").split()[1]


def assert_proved(done: Done, case: Case, root: Root) -> None:
    """The release is there, works, and uses the libraries of the system's package of OpenSSL."""
    assert done.code == 0, done.said
    assert set(states(done).values()) == {"done"}
    plan, report = done.report["plan"], done.report["report"]
    assert (plan["release"], plan["method"], plan["link"]) == (case.release, "source", "dynamic")
    assert report["ok"] is True
    assert report["problems"] == []
    assert report["version"] == case.release
    assert report["python"] == f"{ENVIRONMENT}/bin/python"
    assert {check["name"]: check["ok"] for check in report["checks"]}.items() >= (
        dict.fromkeys(CHECKS, True).items()
    )
    linkage = report["linkage"]
    assert linkage["kind"] == "dynamic"
    libraries = matrix.SUITES[case.suite].libraries
    assert {Path(library).name for library in linkage["libraries"]} == set(libraries)
    for library in linkage["libraries"]:
        # Debian keeps its libraries in /usr/lib, and dpkg may know them by the link /lib.
        known = told(root, "dpkg", "-S", f"*/{Path(library).name}")
        assert known.startswith("libssl")
        assert library.startswith("/usr/lib/")
        assert root.path(library).is_file()


def rust_of(done: Done, case: Case, root: Root, server: RustServer | None) -> str:
    """Where the Rust of a build came from, in words; it must be where it had to."""
    installed = roots.packages(root)
    (install,) = (step for step in done.report["steps"] if step["id"] == "install")
    log = root.path(install["log"]).read_text(encoding="utf-8")
    assert f"cryptography=={case.release}" in install["command"]
    if case.rust == "none":
        assert "CRYPTOGRAPHY_DONT_BUILD_RUST=1" in install["command"]
        assert not RUSTS & installed.keys()
        assert "Compiling " not in log
        return "none"
    assert "Compiling " in log
    if case.rust == "packages":
        wanted = matrix.SUITES[case.suite].rust
        assert installed.keys() & RUSTS == set(wanted)
        assert "rustup" not in states(done)
        compiler = next(name for name in wanted if name.startswith("rustc"))
        return f"{installed[compiler].partition('+')[0]}, apt's {compiler}"
    assert server is not None
    assert server.installer in server.asked
    assert {"rustup", "rust", "rust-remove"} <= states(done).keys()
    assert not RUSTS & installed.keys()
    assert not list(root.path(roots.STUDENTS_HOME).rglob("rustc"))
    return f"{server.release}, by rustup"


def assert_variables_came_through(root: Root) -> None:
    """What tells programs of the host's certificates has reached apt, though sudo drops it."""
    variables = root.path(TOLD).read_text(encoding="utf-8").splitlines()
    assert "SUDO_USER=student" in variables
    expected = {f"{name}={roots.CERTIFICATES}" for name in roots.TRUST if name in PASSED}
    assert expected
    assert expected <= set(variables)


@pytest.mark.parametrize("case", matrix.chosen(), ids=lambda case: case.name)
def test_a_release_is_compiled_and_proved(
    case: Case,
    machine: Callable[[str], Root],
    rust_server: Callable[[], RustServer],
    rows: dict[str, Row],
) -> None:
    root = machine(case.suite)
    server = rust_server() if case.rust == "rustup" else None
    if server:
        server.asked.clear()
    began = time.monotonic()
    done = root.as_student(
        *("cryptography-wizard", *case.arguments),
        timeout=BUILD_SECONDS,
        env=server.variables if server else None,
    )
    seconds = time.monotonic() - began
    assert_proved(done, case, root)
    rust = rust_of(done, case, root, server)
    assert_variables_came_through(root)
    owners = {path.lstat().st_uid for path in root.path(ENVIRONMENT).rglob("*")}
    assert owners == {roots.STUDENT}
    assert list(root.path("/tmp").iterdir()) == []
    openssl = done.report["report"]["openssl"].split()[1]
    assert roots.packages(root)["libssl-dev"].startswith(openssl)
    row = Row(
        release=case.release,
        system=system(root),
        python=python_of(root),
        openssl=openssl,
        rust=rust,
        pip=pip_of(root),
        outcome="proved",
        seconds=f"{seconds:.0f}",
        command=f"`{case.command}`",
    )
    rows[case.name] = row
    print(f"\n{row}")


def test_a_release_that_needs_a_newer_openssl_is_refused_and_what_it_names_works(
    machine: Callable[[str], Root], rows: dict[str, Row]
) -> None:
    case = matrix.REFUSED
    root = machine(case.suite)
    before = roots.packages(root)
    began = time.monotonic()
    done = root.as_student("cryptography-wizard", *case.arguments, timeout=BUILD_SECONDS)
    seconds = time.monotonic() - began
    assert done.code == 3, done.said
    assert done.report["code"] == 3
    # apt was asked for the available packages, after its lists were updated; nothing else ran.
    assert states(done) == {"packages-refresh": "done"}
    assert roots.packages(root) == before
    assert not root.path(ENVIRONMENT).exists()
    openssl = "1.1.1w"
    error = done.report["error"]
    assert f"--release {case.release}" in error["shown"]
    assert "OpenSSL 3.0.0" in error["why"]
    assert openssl in error["why"]
    newest = [c.release for c in matrix.CASES.values() if c.suite == case.suite][-1]
    assert f"--release {newest}" in " ".join(error["hints"])
    # The first way out is a command, and it works.
    way = shlex.split(done.report["ways"][0]["command"])
    wanted = ["--yes", "--json", "--release", case.release, "--method", "wheel"]
    assert way == ["cryptography-wizard", *wanted]
    wheel = root.as_student(*way, timeout=BUILD_SECONDS)
    assert wheel.code == 0, wheel.said
    report = wheel.report["report"]
    assert (report["ok"], report["version"]) == (True, case.release)
    assert report["linkage"]["kind"] == "static"
    row = Row(
        release=case.release,
        system=system(root),
        python=python_of(root),
        openssl=openssl,
        rust="–",
        pip="–",
        outcome="refused",
        seconds=f"{seconds:.0f}",
        command=f"`{case.command}`",
    )
    rows[case.name] = row
    print(f"\n{row}")
