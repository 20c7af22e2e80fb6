"""Tags: the short form loses nothing, and the computed ones are those of real pips."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.facts import Pip, Python
from wizard.needs.tags import compress, current_pip_tags, expand, platforms
from wizard.programs.processes import ask

PART = st.sampled_from(["cp311", "cp38", "abi3", "none", "linux_x86_64", "any", "win32"])

REPORT = """
import json, os, platform, sysconfig, pip
from pip._internal.utils.compatibility_tags import get_supported
print(json.dumps({
    "pip": pip.__version__,
    "version": platform.python_version(),
    "platform": sysconfig.get_platform(),
    "machine": platform.machine(),
    "libc": os.confstr("CS_GNU_LIBC_VERSION"),
    "tags": [str(tag) for tag in get_supported()],
}))
"""


@given(st.lists(st.tuples(PART, PART, PART).map("-".join), max_size=30))
def test_what_was_compressed_comes_back_in_order(tags: list[str]) -> None:
    assert list(expand(compress(tags))) == tags


def test_neighbours_that_differ_by_platform_share_an_entry() -> None:
    tags = ["cp311-abi3-a", "cp311-abi3-b", "cp310-abi3-a", "cp311-abi3-c"]
    assert compress(tags) == ("cp311-abi3-a.b", "cp310-abi3-a", "cp311-abi3-c")


def test_a_wheels_name_stands_for_every_combination() -> None:
    assert list(expand(["cp315-abi3.abi3t-x", "py2.py3-none-any"])) == [
        "cp315-abi3-x",
        "cp315-abi3t-x",
        "py2-none-any",
        "py3-none-any",
    ]


def programs() -> list[str]:
    """Every Python 3 that is found by name or kept by pyenv."""
    found = {str(path) for path in Path.home().glob(".pyenv/versions/3.*/bin/python")}
    named = (shutil.which(f"python3.{minor}") for minor in range(6, 16))
    return sorted(found | {path for path in named if path and "shims" not in path})


@pytest.mark.parametrize("program", programs())
def test_modern_is_what_a_current_pip_says(program: str) -> None:
    answer = ask([program, "-c", REPORT], timeout=60)
    if answer.exit:
        pytest.skip(f"no pip of today's form: {answer.stderr.strip().splitlines()[-1]}")
    said = json.loads(answer.stdout)
    if int(said["pip"].split(".")[0]) < 22:
        pytest.skip(f"pip {said['pip']} is not a current one")
    if not (said["libc"] or "").startswith("glibc"):
        pytest.skip("not a glibc system")
    python = Python(
        program,
        "pyenv",
        version=said["version"],
        platform=said["platform"],
        machine=said["machine"],
        libc="glibc",
        libc_version=said["libc"].split()[1],
    )
    computed = list(expand(current_pip_tags(python)))
    assert sorted(computed) == sorted(said["tags"])
    # pip 26.3 moved the plain linux tags to the front; the others have kept their order.
    assert [t for t in computed if "-linux_" not in t] == [
        t for t in said["tags"] if "-linux_" not in t
    ]


def linux(machine: str, **more: Any) -> Python:
    facts = {
        "version": "3.12.1",
        "platform": f"linux-{machine}",
        "machine": machine,
        "libc": "glibc",
        "libc_version": "2.31",
    }
    return Python("/python", "path", **{**facts, **more})


def test_old_names_follow_the_new_ones() -> None:
    assert platforms(linux("aarch64", libc_version="2.18")) == (
        "linux_aarch64",
        "manylinux_2_18_aarch64",
        "manylinux_2_17_aarch64",
        "manylinux2014_aarch64",
    )
    x86 = platforms(linux("x86_64", libc_version="2.6"))
    assert x86 == (
        "linux_x86_64",
        "manylinux_2_6_x86_64",
        "manylinux_2_5_x86_64",
        "manylinux1_x86_64",
    )


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("musllinux_1_2_x86_64", ("musllinux_1_2_x86_64", "musllinux_1_1_x86_64")),
        ("manylinux_2_7_x86_64", ("manylinux_2_7_x86_64", "manylinux_2_6_x86_64")),
        ("linux_x86_64", ()),
    ],
)
@pytest.mark.parametrize("libc", ["musl", ""])
def test_pip_knows_a_libc_whose_version_is_unknown(
    tag: str, found: tuple[str, ...], libc: str
) -> None:
    pip = Pip("26.1", (f"cp313-cp313-{tag}", "py3-none-any"))
    python = linux("x86_64", libc=libc, libc_version="", pip=pip)
    assert platforms(python)[1:3] == found
    assert platforms(linux("x86_64", libc=libc, libc_version="")) == ("linux_x86_64",)


def test_musl_counts_down_to_nought() -> None:
    found = platforms(linux("x86_64", libc="musl", libc_version="1.2.4"))
    assert found[1:] == ("musllinux_1_2_x86_64", "musllinux_1_1_x86_64", "musllinux_1_0_x86_64")


def test_a_32_bit_python_on_a_64_bit_machine_is_another_machine() -> None:
    assert platforms(linux("x86_64", bits=32))[0] == "linux_i686"
    assert "manylinux_2_31_armv7l" in platforms(linux("aarch64", bits=32))


def test_a_machine_that_manylinux_does_not_know_has_only_its_own() -> None:
    assert platforms(linux("armv6l")) == ("linux_armv6l",)


@pytest.mark.parametrize(
    ("machine", "macos", "accepted", "refused"),
    [
        ("x86_64", "10.13.6", "macosx_10_12_universal2", "macosx_11_0_universal2"),
        ("x86_64", "14.5", "macosx_10_9_x86_64", "macosx_11_0_arm64"),
        ("arm64", "14.5", "macosx_11_0_arm64", "macosx_10_9_x86_64"),
        ("arm64", "10.16", "macosx_11_0_arm64", "macosx_12_0_arm64"),
    ],
)
def test_macs(machine: str, macos: str, accepted: str, refused: str) -> None:
    mac = Python("/python", "path", platform="macosx-10.9-universal2", machine=machine, macos=macos)
    found = platforms(mac)
    assert accepted in found
    assert refused not in found


def test_windows_has_one_platform() -> None:
    windows = Python("p", "path", version="3.12.1", platform="win-arm64", machine="arm64")
    assert platforms(windows) == ("win_arm64",)
    assert next(expand(current_pip_tags(windows))) == "cp312-cp312-win_arm64"


def test_kinds_of_python() -> None:
    def best(**more: Any) -> str:
        return next(expand(current_pip_tags(linux("x86_64", **more))))

    first = {
        "3.6": best(version="3.6.15"),
        "3.14t": best(version="3.14.0", free_threaded=True),
        "pypy": best(version="3.11.9", implementation="pypy"),
    }
    assert first == {
        "3.6": "cp36-cp36m-linux_x86_64",
        "3.14t": "cp314-cp314t-linux_x86_64",
        "pypy": "pp311-pypy311_pp73-linux_x86_64",
    }
    free = set(expand(current_pip_tags(linux("x86_64", version="3.14.0", free_threaded=True))))
    assert not any("-abi3-" in tag for tag in free)


@pytest.mark.parametrize("lacking", [{"version": ""}, {"version": "3"}, {"platform": ""}])
def test_too_few_facts_give_no_tags(lacking: dict[str, str]) -> None:
    assert current_pip_tags(linux("x86_64", **lacking)) == ()


@pytest.mark.parametrize(
    ("macos", "newest"), [("26.4", "macosx_26_0_arm64"), ("16.0", "macosx_16_0_arm64")]
)
def test_macos_26_has_the_number_that_pip_sees(macos: str, newest: str) -> None:
    """pip takes its tags from `platform.mac_ver`: 16 in a Python made before macOS 26
    (python/cpython#135675), so it accepts no wheel that is named 26."""
    mac = Python("/p", "path", platform="macosx-11.0-arm64", machine="arm64", macos=macos)
    assert platforms(mac)[0] == newest
    assert "macosx_11_0_arm64" in platforms(mac)
