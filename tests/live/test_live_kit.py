"""Kits for real: made from the index for six platforms, installed without a network, and served."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable

import pytest

from tests.live import machine
from tests.live.command import Wizard
from tests.live.marks import limit
from tests.live.matrix import long
from tests.live.test_live_wheelhouse import THREE, install_offline, need_namespaces, offline
from wizard.proof import kit_manifest

pytestmark = [pytest.mark.live, limit(900), long("kit")]
SIX = "macos-arm64,macos-x86_64,windows-amd64,windows-arm64,linux-x86_64,linux-aarch64,"
SIX += "musllinux-x86_64"
CLIENTS = 30
MOST = 1.2
"""How much longer thirty clients at once may take than one, for each byte."""


@pytest.fixture(scope="module")
def kit(host_pip: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Return a function that gives a kit for many platforms, made once."""
    made: list[Path] = []

    def folder() -> Path:
        if not made:
            wizard = Wizard.below(tmp_path_factory.mktemp("kit"))
            (wizard.folder / "workshop.txt").write_text("requests[socks]\n", encoding="utf-8")
            done = wizard(
                *("kit", "make", "kit", "--for", SIX, "--pythons", "3.9-3.14", "--yes"),
                *("--requirements", "workshop.txt"),
            )
            assert done.code == 0, done.said
            made.append(wizard.folder / "kit")
        return made[0]

    return folder


def manifest(folder: Path) -> Any:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def test_every_platform_gets_what_it_still_has(kit: Callable[[], Path]) -> None:
    found = manifest(kit())
    platforms = {target["platform"] for target in found["targets"]}
    assert platforms == set(SIX.split(","))
    newest = found["newest"]
    for target in found["targets"]:
        assert (target["release"] == newest) == (target["caveat"] == ""), target
        names = {name.split("-")[0].lower() for name in target["wheels"]}
        assert names >= {"cryptography", "cffi", "pycparser", "pip", "requests", "pysocks"}
    intel = [t for t in found["targets"] if t["platform"] == "macos-x86_64"]
    assert all("Intel Macs" in target["caveat"] for target in intel)
    linux = [t for t in found["targets"] if t["platform"] == "linux-x86_64"]
    assert {target["oldest"] for target in linux} == {"2.17"}


def test_it_is_proved_without_a_network(wizard: Wizard, kit: Callable[[], Path]) -> None:
    need_namespaces()
    done = offline(wizard, "kit", "check", str(kit()), "--json")
    assert done.code == 0, done.said
    report = json.loads(done.out)
    assert report["ok"] is True
    assert len(report["targets"]) == len(manifest(kit())["targets"])
    assert not [row for row in report["targets"] if row["problem"]]
    assert report["machine"]["report"]["ok"] is True


@pytest.mark.parametrize("tool", ["pip", "uv"])
@pytest.mark.parametrize("version", THREE)
def test_it_installs_without_any_network(
    version: str, tool: str, wizard: Wizard, kit: Callable[[], Path]
) -> None:
    install_offline(wizard, kit, version, tool, "-c", "import requests, socks")


def test_a_stick_that_cannot_be_written_is_enough(
    wizard: Wizard, kit: Callable[[], Path], tmp_path: Path
) -> None:
    need_namespaces()
    stick = tmp_path / "stick"
    stick.mkdir()
    script = f'mount --bind "{kit()}" "{stick}" && mount -o remount,bind,ro "{stick}" && exec "$@"'
    argv = wizard.argv("--yes", "--json", "--from-wheelhouse", str(stick))
    done = subprocess.run(
        ("unshare", "--net", "--mount", "sh", "-c", script, "sh", *argv),
        cwd=wizard.folder,
        env=wizard.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    if "mount:" in done.stderr:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["report"]["ok"] is True


def test_one_more_wheel_is_refused_and_not_installed(
    wizard: Wizard, kit: Callable[[], Path], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(kit(), copy)
    (copy / "wheels" / "evil-1.0-py3-none-any.whl").write_bytes(b"PK")
    for folder in (copy, copy / "wheels"):
        done = wizard("--yes", "--from-wheelhouse", str(folder))
        assert done.code == 3, done.said
        assert "evil-1.0-py3-none-any.whl: the manifest does not name it" in done.err
    assert not (wizard.folder / "cryptography-env").exists()


def test_an_update_without_anything_new_downloads_nothing(
    wizard: Wizard, kit: Callable[[], Path], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(kit(), copy)
    done = wizard("kit", "update", str(copy), "--yes")
    assert done.code == 0, done.said
    assert "is up to date" in done.err
    next((copy / "wheels").glob("cffi-*.whl")).unlink()
    done = wizard("kit", "update", str(copy), "--yes")
    assert done.code == 0, done.said
    assert "To download: 1," in done.err
    kit_manifest.compare(copy, kit_manifest.load(copy))


@contextmanager
def serving(wizard: Wizard, folder: Path) -> Iterator[str]:
    """Serve a kit, and give its address. It must end in order after Ctrl-C."""
    process = subprocess.Popen(
        wizard.argv("kit", "serve", str(folder), "--json"),
        cwd=wizard.folder,
        env=wizard.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["address"]
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate(timeout=10)


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_pip_and_uv_install_from_what_is_served(
    tool: str, wizard: Wizard, kit: Callable[[], Path]
) -> None:
    if tool == "uv" and not shutil.which("uv"):
        pytest.skip("there is no uv here")
    base = machine.need("3.11")
    environment = wizard.folder / "env"
    inside = str(environment / "bin" / "python")
    with serving(wizard, kit()) as address:
        index = f"{address}/simple/"
        commands: dict[str, tuple[tuple[str, ...], ...]] = {
            "pip": (
                (base, "-m", "venv", str(environment)),
                (
                    *(inside, "-m", "pip", "--isolated", "install", "--no-cache-dir"),
                    *("--index-url", index, "cryptography", "requests[socks]"),
                ),
            ),
            "uv": (
                ("uv", "venv", "--no-config", "--python", base, str(environment)),
                (
                    *("uv", "pip", "install", "--no-config", "--no-cache", "--python", inside),
                    *("--default-index", index, "cryptography", "requests[socks]"),
                ),
            ),
        }
        variables = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_"))}
        for command in commands[tool]:
            done = subprocess.run(
                command, env=variables, capture_output=True, text=True, timeout=120, check=False
            )
            assert done.returncode == 0, done.stderr
    assert wizard("verify", inside).code == 0


def test_thirty_clients_get_everything_at_once(
    wizard: Wizard, kit: Callable[[], Path], tmp_path: Path, record_property: Callable[..., None]
) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("there is no curl here")
    files = manifest(kit())["files"]
    with serving(wizard, kit()) as address:
        config = tmp_path / "urls"
        lines = (f'url = "{address}/{file["path"]}"\noutput = "/dev/null"\n' for file in files)
        config.write_text("".join(lines), encoding="utf-8")
        command = (curl, "--silent", "--fail", "--noproxy", "*", "--config", str(config))

        def seconds(clients: int) -> float:
            began = time.perf_counter()
            running = [subprocess.Popen(command) for _ in range(clients)]
            codes = [process.wait(300) for process in running]
            assert codes == [0] * clients
            return time.perf_counter() - began

        seconds(1)
        one = min(seconds(1) for _ in range(5))
        thirty = min(seconds(CLIENTS) for _ in range(2))
    size = sum(file["size"] for file in files)
    ratio = thirty / (one * CLIENTS)
    record_property("ratio", ratio)
    print(
        f"{len(files)} files, {size / 1e6:.1f} MB: one client {one:.2f} s, {CLIENTS} at once "
        f"{thirty:.2f} s: {ratio:.2f} times as long for each byte (at most {MOST} is wanted)",
        file=sys.stderr,
    )
