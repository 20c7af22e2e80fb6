"""The rig itself: its Python answers as that of a Mac, and it fails where a Mac fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.mac.conftest import Make
from tests.mac.index import MACHOS
from tests.mac.inside import macho
from tests.mac.mac import Mac

ASK = """
import json, os, platform, sys, sysconfig
from pip._vendor.packaging import tags
print(json.dumps({
    "platform": sys.platform, "machine": platform.machine(), "macos": platform.mac_ver()[0],
    "built": sysconfig.get_platform(), "version": list(sys.version_info[:2]),
    "suffix": sysconfig.get_config_var("EXT_SUFFIX"), "proc": os.path.exists("/proc"),
    "tags": [str(tag) for tag in tags.sys_tags()],
}))
"""


def ask(mac: Mac, python: str, **env: str) -> dict[str, object]:
    """Ask a Python who it is."""
    done = mac.run(python, "-c", ASK, env=env)
    assert done.code == 0, done.said
    found: dict[str, object] = json.loads(done.out)
    return found


def test_pythons_of_a_mac(make: Make) -> None:
    mac = make("python-org")
    own = ask(mac, "/usr/local/bin/python3")
    assert own["platform"] == "darwin"
    assert own["built"] == "macosx-10.13-universal2"
    assert own["macos"] == "15.6"
    assert not own["proc"]
    tags = own["tags"]
    assert isinstance(tags, list)
    assert {"cp39-abi3-macosx_11_0_arm64", "py3-none-macosx_15_0_universal2"} <= set(tags)
    assert not any("linux" in tag or "x86_64" in tag for tag in tags)
    apples = ask(mac, "/usr/bin/python3")
    assert apples["version"] == [3, 9]
    assert apples["suffix"] == ".cpython-39-darwin.so"
    under_rosetta = mac.must("arch", "-x86_64", "/usr/local/bin/python3", "-c", ASK)
    assert json.loads(under_rosetta)["machine"] == "x86_64"


def test_a_placeholder_asks_for_the_tools(make: Make) -> None:
    mac = make("new-arm64", arrives=1)
    refused = mac.run("cc", "--version")
    assert refused.code == 1
    assert "No developer tools were found" in refused.err
    assert mac.state()["windows"] == 1
    assert mac.run("xcode-select", "-p").code == 0  # the user has agreed meanwhile
    assert "Apple clang version" in mac.must("cc", "--version")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("extension-x86_64.so", "is an incompatible architecture (have 'x86_64', need 'arm64')"),
        (
            "linked-arm64.so",
            "Library not loaded: /opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib",
        ),
    ],
)
def test_dyld_refuses(make: Make, file: str, said: str) -> None:
    mac = make("python-org")
    content = (MACHOS / file).read_bytes()
    if file.startswith("linked"):
        content = macho.with_libraries(content, "/opt/homebrew/opt/openssl@3/lib", {})
    mac.path("/Users/ada/_rust.abi3.so").write_bytes(content)
    done = mac.run("/usr/local/bin/python3", "-c", "import _rust")
    assert done.code == 1
    assert said in done.err


BACKEND = (
    "import sys; sys.path.insert(0, '/rig/checkout/tests/mac/inside'); "
    "import maturin; maturin.build_wheel('/tmp')"
)


@pytest.mark.parametrize(
    ("tools", "folder", "said"),
    [
        ("present", "/usr/local/opt/openssl@3", "but attempting to link with file built for"),
        ("present", "/opt/nothing", "OpenSSL library directory does not exist: /opt/nothing/lib"),
        ("stale", "/opt/homebrew/opt/openssl@3", "xcrun: error: invalid active developer path"),
    ],
)
def test_a_wrong_build_fails_as_on_a_mac(make: Make, tools: str, folder: str, said: str) -> None:
    formulae = ("ca-certificates", "openssl@3", "rust")
    mac = make("both-brews", tools=tools, installed={"/opt/homebrew": formulae})
    mac.path("/Users/ada/PKG-INFO").write_text("Version: 50.0.2\n", encoding="ascii")
    done = mac.run("/opt/homebrew/bin/python3", "-c", BACKEND, env={"OPENSSL_DIR": folder})
    assert done.code == 1
    assert said in done.err


def test_homebrew_refuses_the_other_architecture(make: Make) -> None:
    mac = make("both-brews")
    intel = mac.run("/usr/local/bin/brew", "install", "rust")
    assert intel.code == 1
    assert "Intel default prefix" in intel.err
    arm = mac.run("arch", "-x86_64", "/opt/homebrew/bin/brew", "install", "rust")
    assert arm.code == 1
    assert "arch -arm64 brew install" in arm.err
    assert mac.run("arch", "-x86_64", "/usr/local/bin/brew", "install", "rust").code == 0


def test_read_only_folders(make: Make) -> None:
    mac = make("macports")
    assert mac.run("touch", "/usr/bin/new").code != 0
    assert mac.run("touch", "/opt/local/new").code != 0
    assert mac.run("touch", "/usr/local/new").code == 0


def test_gnu_options_are_refused(make: Make) -> None:
    mac = make("python-org")
    for words in (("readlink", "-e", "x"), ("cp", "--archive", "a", "b"), ("date", "-d", "now")):
        assert mac.run(*words).code != 0, words


def test_machos_are_read_and_renamed() -> None:
    parts = [(MACHOS / f"linked-{machine}.so").read_bytes() for machine in ("arm64", "x86_64")]
    universal = macho.fat(*parts)
    assert [part.machine for part in macho.read(universal)] == ["arm64", "x86_64"]
    (renamed,) = macho.read(macho.with_libraries(parts[0], "/a/longer/folder", {}))
    assert "/a/longer/folder/libcrypto.3.dylib" in renamed.needed
    with pytest.raises(macho.NotMachO):
        macho.read(Path(__file__).read_bytes())
