"""Real logs, and what must be said of them; and logs that nobody expects."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from tests.wizard.diagnosis.disfigure import DISFIGURED
from tests.wizard.diagnosis.short_logs import SHORT
from wizard.diagnosis.diagnose import diagnose, diagnose_bytes
from wizard.diagnosis.table import table
from wizard.knowledge import load
from wizard.needs.wheels import documented

LOGS = Path(__file__).parents[2] / "logs"

# The log, its failure, the number of the line that shows it.
EXPECTED = {
    "android-python-symbol": ("python-symbol-android", 7),
    "apt-as-a-user": ("apt-needs-root", 1),
    "cargo-edition2024-rust163": ("cargo-edition", 16),
    "cargo-lock-v4": ("cargo-lock-v4", 21),
    "cffi-backend-missing-41": ("cffi-backend-missing", 1),
    "cffi-backend-missing-50": ("cffi-backend-missing", 7),
    "cffi-backend-other-name": ("cffi-backend-other-name", 7),
    "crates-unreachable": ("crates-unreachable", 22),
    "crates-unreachable-git": ("crates-unreachable", 19),
    "crates-unreachable-setuptools-rust": ("crates-unreachable", 200),
    "docker-killed": ("oom-killed", 3),
    "exit-132": ("exit-132", 2),
    "exit-137": ("exit-137", 2),
    "externally-managed": ("externally-managed", 1),
    "ffi-h-missing": ("ffi-h-missing", 62),
    "free-threaded-cffi": ("free-threaded-cffi", 23),
    "free-threaded-limited-api": ("free-threaded-release", 17),
    "gcc-missing": ("cc-missing", 186),
    "hash-mismatch": ("hash-mismatch", 5),
    "illegal-instruction-wheel": ("illegal-instruction", 5),
    "import-348-openssl3": ("openssl3-vs-3.4", 9),
    "import-mixed-copies": ("rust-module-incomplete", 7),
    "import-of-arm-on-intel": ("other-processor", 7),
    "import-old-pyopenssl": ("pyopenssl-mismatch", 10),
    "import-removed-name": ("api-missing", 3),
    "import-truncated": ("file-damaged", 7),
    "import-without-a-part": ("cryptography-module-missing", 3),
    "import-without-rust": ("rust-module-incomplete", 7),
    "link-library-missing": ("linker-input-missing", 1),
    "linker-cc-missing": ("linker-missing", 1),
    "memory-error": ("oom-killed", 3),
    "no-cargo": ("rust-not-found", 1),
    "no-pip": ("pip-missing", 1),
    "no-space-buildenv": ("no-space", 27),
    "no-space-download": ("no-space", 4),
    "no-wheel-i686": ("no-wheel-for-platform", 2),
    "openssl-1.1-gone": ("libssl-not-loadable", 6),
    "openssl-dir-bad-macports-doc": ("openssl-dir-wrong", 29),
    "openssl-dir-not-found": ("openssl-dir-not-found", 47),
    "openssl-h-missing": ("openssl-h-missing-c", 170),
    "openssl-libdir-incomplete": ("openssl-libdir-incomplete", 74),
    "openssl-static-lib-missing": ("openssl-static-libs-missing", 6),
    "openssl-sys-header-expansion": ("openssl-headers-missing-rust", 106),
    "perl-module-missing": ("perl-missing", 1),
    "pip-constraint": ("setting-constraint", 6),
    "pip-dns": ("index-unreachable", 2),
    "pip-only-binary-python38": ("requires-python-too-old", 2),
    "pip-proxy-refused": ("index-unreachable", 1),
    "pip-require-hashes": ("setting-require-hashes", 5),
    "pip-user": ("setting-user", 1),
    "pip19.0-on-py311": ("pip-broken-on-this-python", 33),
    "pip19.2-picks-sdist": ("pip-too-old-pyproject", 43),
    "pip23-403": ("index-refuses-file", 3),
    "pip23-cut-off": ("download-cut-off", 5),
    "pip24-cut-off-raw": ("download-cut-off", 6),
    "pip26-403": ("index-refuses-file", 3),
    "pip26-conflict": ("requirements-conflict", 11),
    "pip26-cut-off": ("download-cut-off", 26),
    "pip26-metadata-failed": ("crates-unreachable", 22),
    "pip26-misspelt": ("name-misspelt", 1),
    "pip26-no-dates": ("setting-cooldown", 2),
    "pip26-pkg-resources": ("rust-missing-setuptools", 179),
    "pip26-wheel-failed": ("rust-missing-setuptools", 157),
    "pkg-config-missing": ("pkg-config-missing", 47),
    "pkg-resources-masks-40": ("rust-missing-setuptools", 275),
    "python-h-missing": ("python-h-missing", 170),
    "python-too-new-42": ("python-too-new-pyo3", 462),
    "qemu-segfault": ("emulator-crashed", 6),
    "rust-bootstrap-download-failed": ("rust-bootstrap-download-failed", 97),
    "rust-missing-348": ("rust-missing-setuptools", 350),
    "rust-missing-40-with-debug-assistance": ("rust-missing-setuptools", 268),
    "rust-missing-42": ("rust-missing-setuptools", 199),
    "rust-missing-maturin": ("rust-missing-maturin", 18),
    "rust-target-missing": ("mac-rust-target-missing", 4),
    "rust-too-old-cargo-newform": ("rust-too-old-cargo", 2),
    "rust-too-old-cargo-oldform": ("rust-too-old-cargo", 1),
    "rustc-segfault": ("compiler-crashed", 5),
    "rustup-no-default": ("rustup-no-default", 1),
    "termux-python-symbol": ("python-symbol-android", 9),
    "tmp-noexec-maturin": ("tmp-noexec", 40),
    "tmp-noexec-so": ("tmp-noexec", 78),
    "unsupported-wheel": ("unsupported-wheel-file", 1),
    "uv-403": ("index-refuses-file", 3),
    "uv-conflict": ("requirements-conflict", 3),
    "uv-connection-refused": ("index-unreachable", 2),
    "uv-constraint": ("setting-constraint", 3),
    "uv-cut-off": ("download-cut-off", 4),
    "uv-dns": ("index-unreachable", 2),
    "uv-exclude-newer": ("setting-cooldown", 5),
    "uv-externally-managed": ("externally-managed", 2),
    "uv-no-binary-windows-arm64": ("uv-no-binary", 13),
    "uv-no-environment": ("no-environment", 1),
    "uv-no-such-version": ("no-such-version", 3),
    "uv-no-wheel": ("no-wheel-for-platform", 3),
    "uv-openssl-dir-wrong": ("openssl-dir-wrong", 100),
    "uv-python-too-old": ("no-wheel-for-platform", 3),
    "uv-rust-missing": ("rust-missing-maturin", 13),
    "xray-403": ("index-refuses-file", 3),
}
SUCCEEDED = {"openssl3-with-348-build-ok"}
ALL = {**EXPECTED, **{f"short/{name}": (name.split(".")[0], n) for name, n in SHORT.items()}}


def read(name: str) -> list[str]:
    return _texts()[name].splitlines()


@cache
def _texts() -> dict[str, str]:
    """Every log, by its path below LOGS without the suffix."""
    paths = sorted(LOGS.glob("**/*.log"))
    return {
        path.relative_to(LOGS).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
        for path in paths
    }


def test_every_log_is_expected() -> None:
    assert {path.stem for path in LOGS.glob("*.log")} == EXPECTED.keys() | SUCCEEDED
    assert {path.stem for path in LOGS.glob("short/*.log")} == SHORT.keys()


def test_every_cause_has_a_log() -> None:
    causes = {cause.id for cause in table().causes.values() if not cause.envelope}
    assert causes == {failure for failure, _ in ALL.values()}


@pytest.mark.parametrize("name", ALL)
def test_a_real_log_is_explained(name: str) -> None:
    lines = read(name)
    found = diagnose(lines)
    assert (found.id, found.line_number) == ALL[name]
    assert found.evidence
    assert found.why
    assert found.known
    assert found.cause
    for sentence in (found.cause, *found.hints):
        assert not re.search(r"  |: \.| [.,](?: |$)| \(\)", sentence), "a blank was not filled"
    assert found.hints
    assert 1 <= len(found.excerpt) <= 9
    assert any(shown.strip("… ") in lines[found.line_number - 1] for shown in found.excerpt)


def test_missing_symbols_alone_say_nothing_of_another_architecture() -> None:
    """On an Intel Mac, they were only missing functions (openssl/openssl#14011)."""
    line = "ld: symbol(s) not found for architecture x86_64"
    assert diagnose([line]).id != "mac-link-arch-mismatch"
    ignored = (
        "ld: warning: ignoring file '/usr/local/lib/libssl.dylib': found architecture 'arm64', "
        "required architecture 'x86_64'"
    )
    assert diagnose([ignored, line]).id == "mac-link-arch-mismatch"


HOSTS = re.compile(
    r".*\.(?:example|invalid)|127\.0\.0\.1|github\.com|cryptography\.io|"
    r"(?:pip|setuptools)\.pypa\.io|docs\.rs|(?:(?:doc|static)\.rust-lang|packaging\.python)\.org|"
    r"(?:sh\.)?rustup\.rs|formulae\.brew\.sh"
)
"""Hosts that a log may name: documentation and examples, never an index."""


@pytest.mark.parametrize("name", [*ALL, *SUCCEEDED])
def test_the_logs_name_no_index_and_no_machine(name: str) -> None:
    text = "\n".join(read(name))
    for host in re.findall(r"(?:https?://|Could not resolve host: )([\w.-]*\w)", text):
        assert HOSTS.fullmatch(host), host
    assert not re.search(r"crates\.(?!example)\w|/root/|pyenv", text)


def test_a_log_that_ends_well_is_one_of_an_installation() -> None:
    found = diagnose(read("openssl3-with-348-build-ok"))
    assert not found.known
    assert "Successfully built cryptography" in found.excerpt[-1]
    again = ["Successfully installed cryptography-50.0.2"]
    found = diagnose([*read("rust-missing-42"), *again])
    assert found.installed
    assert not found.known
    assert diagnose([*read("rust-missing-42"), "Successfully installed pip-26.3"]).known
    assert not diagnose([*again, *read("rust-missing-42")]).installed


@pytest.mark.parametrize("name", DISFIGURED)
def test_what_happens_to_a_log_on_its_way_does_not_matter(name: str) -> None:
    lost = []
    for log, text in _texts().items():
        data = DISFIGURED[name](text)
        if data == text.encode():
            continue  # there was nothing to disfigure
        found = diagnose_bytes([data])
        if (found.id, found.known and found.package) != _plain(text):
            lost.append((log, found.id))
    allowed = 0.12 if name in HARD else 0.02
    assert len(lost) <= allowed * len(_texts()), lost


@cache
def _plain(text: str) -> tuple[str | None, str | bool | None]:
    found = diagnose_bytes([text.encode()])
    return found.id, found.known and found.package


HARD = {
    *("all in one line", "a terminal of 80", "words wrapped at 72"),
    *("a terminal of 40", "words wrapped at 44"),
}
"""After these, some logs do not say any more where a line ended."""


def test_compressed_data_that_is_damaged_is_not_called_uncompressed() -> None:
    told = diagnose(["error: Failed to fetch", "  Caused by: corrupt deflate stream"])
    assert told.id == "answer-damaged"
    assert told.hints[-1].endswith("but they are not compressed, or arrive damaged.")


def test_the_log_of_another_package_gets_no_command_for_cryptography() -> None:
    others = 0
    for name in ALL:
        found = diagnose("\n".join(read(name)).replace("cryptography", "orjson").split("\n"))
        if found.package == "cryptography":
            continue  # nothing in it names a package, or it is one that cryptography needs
        others += 1
        for remedy in found.remedies:
            for command in re.findall(r"`[^`]+`", remedy.text):
                assert "cryptography" not in command, name
    assert others > 120


def test_the_unmasked_error_wins_whatever_comes_last() -> None:
    lines = read("pkg-resources-masks-40")
    assert "pkg_resources" in lines[337]
    assert diagnose(lines[320:]).id == "pkg-resources-gone"
    assert diagnose(lines).id == "rust-missing-setuptools"


def test_what_pip_indents_is_shown_at_the_margin() -> None:
    found = diagnose(["      running build_rust", "      error: can't find Rust compiler"])
    assert found.excerpt == ("running build_rust", "error: can't find Rust compiler")


def test_numbers_of_the_log_are_in_the_cause() -> None:
    found = diagnose(["error: Rust 1.41.1 does not match extension requirement >=1.45.0"])
    assert found.cause == "Rust 1.41.1 is too old for this release, which needs 1.45.0."


def test_retries_that_came_through_are_no_cause() -> None:
    warning = (
        "WARNING: Retrying (Retry(total=4)) after connection broken by 'ReadTimeoutError('x')'"
    )
    found = diagnose([warning, "error: can't find Rust compiler"])
    assert found.id == "rust-missing-setuptools"
    assert not diagnose([warning, "Successfully installed cryptography-50.0.2"]).known


def test_a_download_of_rust_that_came_through_is_no_cause() -> None:
    found = diagnose(
        [
            "Rust not found, installing into a temporary directory",
            "Could not find directory of OpenSSL installation",
        ]
    )
    assert found.id == "openssl-dir-not-found"


def test_a_source_build_that_was_asked_for_is_not_blamed_on_pip() -> None:
    lines = [
        "  Downloading cryptography-50.0.2.tar.gz (880 kB)",
        "You are using pip version 19.0.3, however version 26.3 is available.",
        "x.c:12: error: something nobody has seen",
    ]
    assert diagnose(lines[:2]).id == "pip-too-old-sdist"
    assert diagnose(lines).line_number == 3


def test_old_intel_releases_lack_openssl_and_new_ones_a_wheel() -> None:
    end = ["$TARGET = x86_64-apple-darwin", "Could not find directory of OpenSSL installation"]
    assert diagnose(["Collecting cryptography==48.0.1", *end]).id == "openssl-dir-not-found"
    assert diagnose(["Collecting cryptography==49.0.0", *end]).id == "macos-intel-no-wheel"


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (["a", "error: one", "b", "error: two"], 2),
        (["warning: not found", "foo.c:1:2: fatal error: x", "make failed"], 2),
        (["copying error: x", "Traceback (most recent call last):", "ValueError: no"], 3),
        (["error: subprocess-exited-with-error", "cannot do that"], 2),
        (["Compiling thiserror v1.0", "Compiling cc v1", "all went wrong"], 3),
        (["copying src/error.py -> x", "something could not be found", ""], 2),
    ],
)
def test_an_unknown_failure_shows_the_first_that_looks_like_an_error(
    lines: list[str], number: int
) -> None:
    found = diagnose(lines)
    assert (found.id, found.line_number) == (None, number)
    assert lines[number - 1] in found.excerpt
    assert found.hints


@pytest.mark.parametrize(
    ("failure", "target"),
    [
        ("macos-intel-no-wheel", "$TARGET = x86_64-apple-darwin"),
        ("windows-32bit-no-wheel", "$TARGET = i686-pc-windows-msvc"),
        ("windows-arm64-no-wheel", "$TARGET = aarch64-pc-windows-msvc"),
    ],
)
def test_a_missing_wheel_is_said_of_the_releases_that_have_none_and_of_no_later_one(
    failure: str, target: str
) -> None:
    tags = {
        "macos-intel-no-wheel": "macosx_10_12_universal2",
        "windows-32bit-no-wheel": "win32",
        "windows-arm64-no-wheel": "win_arm64",
    }
    wheels = {release.version: " ".join(release.wheels) for release in documented(load()).releases}
    recent = [version for version in wheels if Version(version) >= Version("46.0.1")]
    assert recent
    for version in recent:
        if wheels[version]:  # it was not yanked
            found = diagnose([f"Collecting cryptography=={version}", target])
            assert (found.id == failure) == (tags[failure] not in wheels[version]), version
    later = f"{Version(load().releases[0].last).major + 1}.0.1"
    assert diagnose([f"Collecting cryptography=={later}", target]).id != failure


@pytest.mark.parametrize("lines", [["error: nobody knows this"], ["nothing"], []])
def test_an_unknown_failure_never_promises_a_wheel(lines: list[str]) -> None:
    found = diagnose(lines)
    assert not found.known
    assert not any("wheel" in hint for hint in found.hints)


@pytest.mark.parametrize(
    ("line", "failure"),
    [
        ("PanicException: undefined symbol: PyType_GetName", "python-symbol-missing"),
        ("x.so: undefined symbol: PyExc_ValueError", "python-symbol-missing"),
        (
            "Error relocating /x/_rust.abi3.so: PyExc_OSError: symbol not found",
            "python-symbol-missing",
        ),
        ("_cffi_backend.so: undefined symbol: _PyErr_WriteUnraisableMsg", "cffi-version-mismatch"),
        ("x.so: undefined symbol: EVP_idea_cbc", "undefined-symbol-openssl"),
        ('cannot locate symbol "EVP_idea_cbc" referenced by "x"', "undefined-symbol-openssl"),
        ("import: The interpreter crashed (SIGILL).", "illegal-instruction"),
        ("import: The interpreter crashed (SIGSEGV).", "crashed"),
        ("Process completed with exit code 143.", "exit-143"),
        ("container exited with code 139", "exit-139"),
        ("Killed", "oom-killed"),
    ],
)
def test_symbols_and_signals_are_told_apart(line: str, failure: str) -> None:
    assert diagnose([line]).id == failure


def test_an_exit_code_counts_less_than_what_the_program_says() -> None:
    end = 'process "/bin/sh -c pip install x" did not complete successfully: exit code: 137'
    assert diagnose(["error: linker `cc` not found", end]).id == "linker-missing"


def test_only_an_envelope() -> None:
    found = diagnose(["Building", "ERROR: Failed building wheel for cryptography"])
    assert (found.id, found.line_number, found.certainty) == (None, 2, "unknown")
    assert "send the lines above" in found.cause


@pytest.mark.parametrize("lines", [[], [""], ["", "   ", "\n"]])
def test_an_empty_log(lines: list[str]) -> None:
    found = diagnose(lines)
    assert (found.id, found.line_number, found.excerpt) == (None, 0, ())
    assert "without any output" in found.cause


def test_colours_and_line_ends_do_not_matter() -> None:
    found = diagnose(["x\r\n", "\x1b[31mERROR\x1b[0m\x1b[1m: linker\x1b[0m\r\n"])
    assert found.excerpt == ("x", "ERROR: linker")
    found = diagnose(["\x1b[1m\x1b[91merror\x1b[0m: linker \x1b[1m`cc`\x1b[0m not found\r\n"])
    assert found.id == "linker-missing"


@pytest.mark.parametrize("before", [0, 3_990, 4_000, 7_150, 1_000_000])
def test_an_error_anywhere_in_a_very_long_line_is_found_and_shown(before: int) -> None:
    line = "x" * before + " error: can't find Rust compiler " + "y" * 100_000
    found = diagnose(["start", line, "end"])
    assert (found.id, found.line_number) == ("rust-missing-setuptools", 2)
    assert any("find Rust compiler" in shown for shown in found.excerpt)
    assert all(len(shown) <= 302 for shown in found.excerpt)


def test_a_log_of_ten_megabytes() -> None:
    def lines() -> Iterator[str]:
        for number in range(100_000):
            yield (
                f"   Compiling crate-{number} v1.0.{number} " + "(/home/user/some/rather/long/path)"
            )
            if number == 70_000:
                yield "error: linker `cc` not found"

    found = diagnose(lines())
    assert (found.id, found.line_number) == ("linker-missing", 70_002)
    assert len(found.excerpt) == 9


@given(st.lists(st.text(max_size=200), max_size=40))
def test_no_log_breaks_it(lines: list[str]) -> None:
    found = diagnose(lines)
    assert 0 <= found.line_number <= len(lines)
    assert len(found.excerpt) <= 9


def test_two_signs_of_one_line_give_one_answer_in_each_process() -> None:
    line = (
        "ImportError: cannot load library /x/cryptography/_rust.abi3.so: libssl.so.3: cannot open "
        "shared object file; undefined symbol: EVP_invented, permission denied, no module named x"
    )
    program = f"from wizard.diagnosis.diagnose import diagnose; print(diagnose([{line!r}]))"
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed in range(1, 9)
    }
    assert len(answers) == 1


@pytest.mark.parametrize(
    "hint",
    ["No package 'libffi' found", "Package libffi was not found in the pkg-config search path."],
)
def test_a_build_that_goes_on_without_pkg_config_did_not_fail_there(hint: str) -> None:
    assert diagnose([hint, "error: command 'gcc' failed with exit status 1"]).id == "ffi-h-missing"
    assert diagnose([hint, "error: can't find Rust compiler"]).id == "rust-missing-setuptools"
    header = "_openssl.c:498:30: fatal error: openssl/opensslv.h: No such file or directory"
    assert diagnose([hint, header]).id == "openssl-h-missing-c"


@pytest.mark.parametrize(
    ("note", "cause"),
    [
        (
            "somelib 2.0 requires cryptography<40, but you have cryptography 50.0.2 which is "
            "incompatible.",
            "dependency-conflict",
        ),
        (
            "/usr/bin/ld: skipping incompatible /usr/lib32/libssl.so when searching for -lssl",
            "linker-skips-other-processor",
        ),
        (
            "xcode-select: error: command line tools are already installed",
            "clt-already-installed",
        ),
    ],
)
def test_a_note_is_the_cause_only_if_nothing_else_failed(note: str, cause: str) -> None:
    assert diagnose([note]).id == cause
    assert diagnose([note, "error: can't find Rust compiler"]).id == "rust-missing-setuptools"


def test_a_line_is_not_joined_with_a_whole_one() -> None:
    line = "{} 3.0 requires {}<4, but you have {} 50.0.2 which is incompatible."
    long = line.format("somelib", "numpy", "numpy").replace("<4", "<4,!=3.0.1,!=3.0.2,>=3.0.0")
    found = diagnose([long, line.format("otherlib", "cryptography", "cryptography")])
    assert "another package: otherlib 3.0 needs cryptography<4" in found.cause
    assert found.line_number == 2
