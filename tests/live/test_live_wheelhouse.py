"""Wheelhouses for real: made with the index, installed without any network.

The compiled ones, and those that go to another Debian, are done in turn: see `tests.live.matrix`.
"""

from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

import pytest

from tests.live import machine, sources
from tests.live.command import Done, Wizard, finished
from tests.live.marks import builds, limit
from tests.live.matrix import long
from tests.live.roots import Root

pytestmark = [pytest.mark.live, limit(1800)]
THREE = ("3.9", "3.11", "3.13")
NO_NETWORK = ("unshare", "--net")


@pytest.fixture(scope="module")
def house(
    host_pip: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Path]:
    """Return a function that gives a wheelhouse for three Pythons, made once."""
    made: list[Path] = []

    def folder() -> Path:
        if not made:
            wizard = Wizard.below(tmp_path_factory.mktemp("house"))
            pythons = ",".join(machine.need(version) for version in THREE)
            done = wizard("--yes", "--wheelhouse", "wheels", "--targets", pythons)
            assert done.code == 0, done.said
            assert "--from-wheelhouse ./wheels" in done.out
            made.append(wizard.folder / "wheels")
        return made[0]

    return folder


def manifest(folder: Path) -> Any:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def own(folder: Path) -> Any:
    """The wheels of cryptography, as the manifest tells of them."""
    return [wheel for wheel in manifest(folder)["wheels"] if wheel["name"] == "cryptography"]


def offline(wizard: Wizard, *arguments: str) -> Done:
    """Run the wizard in a network namespace that has no network, not even the loopback."""
    done = subprocess.run(
        [*NO_NETWORK, *wizard.argv(*arguments)],
        cwd=wizard.folder,
        env=wizard.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def need_namespaces() -> None:
    if not shutil.which("unshare"):
        pytest.skip("there is no unshare here")
    done = subprocess.run((*NO_NETWORK, "true"), capture_output=True, timeout=30, check=False)
    if done.returncode:
        pytest.skip("no network namespace can be made here")


def assert_proved(done: Done, link: str = "static") -> None:
    assert done.code == 0, done.said
    report = done.report["report"]
    assert report["ok"] is True
    assert report["version"] == done.report["plan"]["release"]
    assert report["linkage"]["kind"] == link


@contextmanager
def counting() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback that has nothing, and the list of what it was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/simple", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def test_the_manifest_tells_what_was_fetched(house: Callable[[], Path]) -> None:
    folder = house()
    found = manifest(folder)
    assert {wheel["file"] for wheel in found["wheels"]} | {"manifest.json"} == {
        path.name for path in folder.iterdir()
    }
    assert [target.rpartition(".")[0] for target in found["targets"]] == [
        f"cpython {version}" for version in THREE
    ]
    assert {wheel["name"] for wheel in found["wheels"]} >= {"cryptography", "cffi", "pip"}
    for wheel in own(folder):
        assert wheel["link"] == "static"
        assert wheel["openssl"].startswith("OpenSSL ")
        assert wheel["rust"]
        assert wheel["only_here"] == ""
        if "manylinux_2_34" in wheel["tags"]:
            assert wheel["glibc"] == "2.34"


def install_offline(
    wizard: Wizard, folder: Callable[[], Path], version: str, tool: str, *words: str
) -> None:
    """Install from a folder without a network, with one Python and one tool, and prove it.

    Then the environment's Python must run ``words``.
    """
    need_namespaces()
    if tool == "uv" and not shutil.which("uv"):
        pytest.skip("there is no uv here")
    done = offline(
        wizard,
        *("--yes", "--json", "--from-wheelhouse", str(folder()), "--installer", tool),
        *("--python", machine.need(version)),
    )
    assert_proved(done)
    inside = wizard.folder / "cryptography-env" / "bin" / "python"
    there = finished((str(inside), *words), 60)
    assert there.code == 0, there.said


@pytest.mark.parametrize("tool", ["pip", "uv"])
@pytest.mark.parametrize("version", THREE)
def test_it_installs_without_any_network(
    version: str, tool: str, wizard: Wizard, house: Callable[[], Path]
) -> None:
    install_offline(wizard, house, version, tool, "-m", "pip", "--version")


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_nothing_asks_the_index(tool: str, wizard: Wizard, house: Callable[[], Path]) -> None:
    if tool == "uv" and not shutil.which("uv"):
        pytest.skip("there is no uv here")
    with counting() as (address, asked):
        done = wizard(
            *("--yes", "--json", "--from-wheelhouse", str(house()), "--installer", tool),
            *("--python", machine.need("3.11")),
            env={
                **dict.fromkeys(
                    ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"), address
                ),
                **dict.fromkeys(("UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS"), address),
            },
        )
    assert_proved(done)
    assert asked == []


def test_a_python_3_6_gets_its_new_pip_from_there_too(wizard: Wizard) -> None:
    need_namespaces()
    pythons = [machine.need("3.6"), machine.need("3.12")]
    done = wizard("--yes", "--wheelhouse", "old", "--targets", ",".join(pythons))
    assert done.code == 0, done.said
    assert {wheel["version"] for wheel in own(wizard.folder / "old")} == {"40.0.2"}
    for number, python in enumerate(pythons):
        where = ("--venv", f"env{number}", "--python", python)
        assert_proved(offline(wizard, "--yes", "--json", "--from-wheelhouse", "old", *where))


def test_a_changed_wheel_is_refused_and_nothing_is_made(
    wizard: Wizard, house: Callable[[], Path]
) -> None:
    copy = wizard.folder / "copy"
    shutil.copytree(house(), copy)
    wheel = own(copy)[0]["file"]
    with (copy / wheel).open("r+b") as file:
        file.seek(1000)
        file.write(b"changed")
    done = wizard("--yes", "--from-wheelhouse", "copy")
    assert done.code == 2
    assert wheel in done.err
    assert [path.name for path in wizard.folder.iterdir()] == ["copy"]


def test_a_python_that_it_was_not_made_for_is_refused(
    wizard: Wizard, house: Callable[[], Path]
) -> None:
    where = ("--from-wheelhouse", str(house()), "--python", machine.need("3.12"))
    done = wizard("--yes", *where)
    assert done.code == 3
    assert f"made for Python {', '.join(THREE)}" in done.err
    assert list(wizard.folder.iterdir()) == []


@builds
@pytest.mark.parametrize(
    "link", [pytest.param(each, marks=long(f"wheelhouse-{each}")) for each in ("dynamic", "static")]
)
def test_a_compiled_one_is_built_once_for_two_pythons(
    link: str, wizard: Wizard, tmp_path: Path
) -> None:
    need_namespaces()
    old, new = machine.need("3.9"), machine.need("3.12")
    how: tuple[str, ...] = ("--method", "source", "--link", link)
    if link == "static":
        (tmp_path / "openssl").mkdir()
        known, archive = sources.openssl(tmp_path / "openssl")
        how += ("--openssl", known.version, "--openssl-source", str(archive), "--repair")
    done = wizard("--yes", "--wheelhouse", "built", "--targets", f"{new},{old}", *how, timeout=1200)
    assert done.code == 0, done.said
    (wheel,) = own(wizard.folder / "built")
    assert wheel["link"] == link
    assert wheel["glibc"]
    if link == "static":
        assert f"manylinux_{wheel['glibc'].replace('.', '_')}_" in wheel["tags"]
        assert wheel["only_here"] == ""
    else:
        assert wheel["tags"].startswith("cp39-abi3-linux_")
        assert "that system's OpenSSL" in wheel["only_here"]
    for number, python in enumerate((old, new)):
        where = ("--venv", f"env{number}", "--python", python)
        found = offline(wizard, "--yes", "--json", "--from-wheelhouse", "built", *where)
        assert_proved(found, link)


@pytest.mark.parametrize(
    "suite",
    [pytest.param(each, marks=long(f"wheelhouse-{each}")) for each in ("bullseye", "trixie")],
)
def test_it_goes_to_another_debian(
    suite: str, fresh: Callable[[str], Root], house: Callable[[], Path]
) -> None:
    root = fresh(suite)
    for words in (("update",), ("install", "-y", "--no-install-recommends", "python3-venv")):
        done = root.run("apt-get", "-q", *words, timeout=240)
        assert done.code == 0, done.said
    shutil.copytree(house(), root.path("/root/wheels"))
    offline_run = ("cryptography-wizard", "--yes", "--json", "--from-wheelhouse", "/root/wheels")
    inside = subprocess.run(
        [*NO_NETWORK, *root.argv(*offline_run)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    done = Done(inside.returncode, inside.stdout, inside.stderr)
    wanted = own(house())[0]["glibc"]
    if suite == "trixie":
        assert_proved(done)
    else:  # glibc 2.31
        assert done.code == 3, done.said
        assert f"glibc {wanted} or newer" in done.report["error"]["why"]
