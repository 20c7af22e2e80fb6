"""Each stage of a diagnosis by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wizard.diagnosis import catalogue
from wizard.diagnosis import conditions, decoding, help_pages, normal, platforms, remedies
from wizard.diagnosis.arbitration import arbitrate, candidates
from wizard.diagnosis.context import read
from wizard.diagnosis.diagnose import diagnose, diagnose_bytes
from wizard.diagnosis.normal import words
from wizard.diagnosis.scan import Match, scan
from wizard.diagnosis.table import table

ROOT = Path(__file__).parents[3]

# --- Decoding -----------------------------------------------------------------------------------


def texts(*chunks: bytes) -> list[tuple[int, str]]:
    return [(block.number, decoding.decode(block.data)) for block in decoding.blocks(chunks)]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_encodings_are_recognized(encoding: str) -> None:
    assert texts("eins\nzwei – Zoë".encode(encoding)) == [(1, "eins\nzwei – Zoë")]


def test_what_is_not_utf_8_is_latin_1() -> None:
    assert texts("für\n".encode("latin-1")) == [(1, "für")]


def test_returns_are_line_ends_only_if_there_is_no_other() -> None:
    assert texts(b"one\rtwo") == [(1, "one\ntwo")]
    assert texts(b"one\rtwo\nthree") == [(1, "one\rtwo\nthree")]


def test_blocks_keep_the_numbers_of_their_lines() -> None:
    lines = b"".join(b"line %d\n" % number for number in range(1, 20_001))
    blocks = list(decoding.blocks([lines[i : i + 1000] for i in range(0, len(lines), 1000)]))
    assert len(blocks) > 3
    for block in blocks:
        for offset, line in enumerate(block.data.split(b"\n")):
            assert line == b"line %d" % (block.number + offset)


def test_parts_of_a_long_line_overlap_and_have_its_number() -> None:
    blocks = list(decoding.blocks([b"x\n" + b"y" * 300_000 + b"\nz"]))
    numbers = [block.number for block in blocks if b"y" in block.data]
    assert len(numbers) > 3
    assert set(numbers[1:]) == {2}


# --- Normal form --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("\x1b[1m\x1b[31merror\x1b[0m: x", "error: x"),
        ("[31merror[0m: x", "error: x"),
        ("^[[31merror^[[0m: x", "error: x"),
        ("\\u001b[31merror\\u001b[0m: x", "error: x"),
        ("No module named &#x27;x&#x27; &amp;amp; &lt;y&gt;", "No module named 'x' & <y>"),
        ("no \u2018gcc\u2019 `gcc` \u00abgcc\u00bb", "no 'gcc' 'gcc' 'gcc'"),
        ("hard\u00a0space", "hard space"),
        ("2026-03-04T05:06:07.1234567Z error: x", "error: x"),
        ("build\tRun pip\t2026-03-04T05:06:07.1234567Z error: x", "error: x"),
        ("#11 611.9   error: x", "  error: x"),
        ("web-1  | error: x", "error: x"),
        ("Nov 29 18:08:33 host pip[12]: error: x", "error: x"),
        ("> > 12: error: x", "error: x"),
        ("   186\terror: x", "error: x"),
        ("##[error]error: x", "error: x"),
        ("[pipenv.exceptions.InstallError]: error: x", "error: x"),
        ('  "error: x",', "error: x"),
        ("x.c:1:2: fatal error: ffi.h: Datei oder Verzeichnis nicht gefunden",
         "x.c:1:2: fatal error: ffi.h: No such file or directory"),
        ("bash: gcc\uff1a\u672a\u627e\u5230\u547d\u4ee4", "bash: gcc: command not found"),
        ("foo.c:12:3: error: x", "foo.c:12:3: error: x"),
        ("error: could not compile `x`", "error: could not compile 'x'"),
    ],
)  # fmt: skip
def test_a_line_is_as_the_program_wrote_it(raw: str, text: str) -> None:
    assert normal.pieces(raw) == [text]


def test_written_line_feeds_separate_lines() -> None:
    assert normal.pieces(r'"one\n  two: \"x\"\nthree"')[1] == "  two: 'x'"
    assert normal.pieces(r"C:\new\folder") == [r"C:\new\folder"]
    assert normal.pieces("one\rtwo") == ["one", "two"]


def test_a_long_line_is_searched_in_windows() -> None:
    pieces = normal.pieces("x" * 10_000 + " end")
    assert len(pieces) > 2
    assert pieces[-1].endswith(" end")
    assert all(len(piece) <= normal.WINDOW for piece in pieces)


@given(st.text(max_size=300))
def test_no_line_breaks_the_normal_form(raw: str) -> None:
    assert normal.pieces(raw)


def test_words_are_separated_by_everything_else() -> None:
    assert words(b"Can't find 'Rust_2' (x86_64)!") == [b"can", b"t", b"find", b"rust_2", b"x86_64"]


# --- What a log says about itself ---------------------------------------------------------------


def found_in(*lines: str) -> list[Match]:
    return scan(decoding.blocks_of(lines), table()).matches


@pytest.mark.parametrize(
    ("line", "facts"),
    [
        ("$TARGET = x86_64-apple-darwin", {"os": "macos", "machine": "x86_64"}),
        ("creating build/lib.linux-armv7l-cpython-311", {"os": "linux", "machine": "armv7l"}),
        ("Downloading x-1.0-cp39-abi3-musllinux_1_2_aarch64.whl", {"libc": "musl", "os": "linux"}),
        ("File '/data/data/com.termux/files/usr/bin/pip'", {"place": "termux"}),
        ("File 'C:\\Users\\ada\\x.py'", {"os": "windows"}),
        ("Unable to import module 'x': /var/task/x.so", {"place": "lambda"}),
        ("Using CPython 3.13.1", {"python": "3.13", "tool": "uv"}),
        ("   Compiling openssl-sys v0.9.117", {"release": "50"}),
        ("Collecting cryptography==46.0.3", {"release": "46.0.3"}),
    ],
)
def test_facts_are_read(line: str, facts: dict[str, str]) -> None:
    told = read(found_in(line)).facts
    assert {name: told.get(name) for name in facts} == facts


def test_each_line_has_a_package() -> None:
    lines = (
        "Collecting bcrypt",
        "  Building wheel for bcrypt (pyproject.toml): started",
        "error: can't find Rust compiler",
        "ERROR: Failed building wheel for bcrypt",
        "  Building wheel for cryptography (pyproject.toml): started",
        "error: linker `cc` not found",
        "ERROR: Failed building wheel for cryptography",
    )
    matches = found_in(*lines)
    told = read(matches)
    owners = {match.number: told.package(match) for match in matches}
    assert (owners[3], owners[6]) == ("bcrypt", "cryptography")
    assert diagnose(lines).id == "linker-missing"
    assert diagnose(lines[:4]).package == "bcrypt"


@pytest.mark.parametrize(
    ("line", "package"),
    [
        (
            "ImportError: dlopen(/x/bls.cpython-312-darwin.so, 0x0002): tried: '/x/bls.so' (mach-o "
            "file, but is an incompatible architecture (have 'arm64', need 'x86_64'))",
            "bls",
        ),
        ("Error relocating ./manager: SSL_get_error: symbol not found", "manager"),
        ("version `GLIBC_2.18' not found (required by /var/task/rlp.cpython-37m.so)", "rlp"),
        ("version `GLIBC_2.28' not found (required by /x/_rust.abi3.so)", "cryptography"),
        (
            "python3: error while loading shared libraries: libssl.so.1.1: cannot open shared "
            "object file: No such file or directory",
            None,
        ),
    ],
)
def test_a_file_that_cannot_be_loaded_names_its_package(line: str, package: str | None) -> None:
    found = diagnose([line])
    assert found.package == package
    assert ("cryptography" in found.cause) <= (package == "cryptography")
    # A log that names cryptography is about it, whatever else could not be loaded.
    assert diagnose(["import cryptography", line]).package == "cryptography"


def test_a_command_of_pip_names_pip_and_not_its_version() -> None:
    found = diagnose(["You are using pip version 19.2.3", "No module named '_cffi_backend'"])
    assert "`python -m pip install" in found.hints[0]


def test_a_program_that_is_no_package_gets_no_command_of_pip() -> None:
    found = diagnose(["Error relocating ./manager: SSL_get_error: symbol not found"])
    assert found.facts["place"] == "program"
    assert not any("pip" in hint for hint in found.hints)
    assert any("the way it was installed" in hint for hint in found.hints)


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ('  File "PyInstaller/loader/pyimod02_importers.py", line 3', "Build the program again"),
        ("[4130] Failed to execute script '__main__'", "Build the program again"),
        ("at org.graalvm.polyglot.Context.eval(Context.java:425)", "graalpy -m venv"),
        ("$ pip install", "--force-reinstall"),
    ],
)
def test_where_nothing_can_be_installed_again_the_advice_is_another(line: str, advice: str) -> None:
    found = diagnose([line, "ModuleNotFoundError: No module named '_cffi_backend'"])
    assert found.id == "cffi-backend-missing"
    assert advice in found.hints[0]


@pytest.mark.parametrize(
    ("facts", "wheel"),
    [
        ({"os": "macos", "machine": "x86_64", "release": "49.0.0"}, "no"),
        ({"os": "macos", "machine": "x86_64", "release": "48.0.1"}, "yes"),
        ({"os": "macos", "machine": "aarch64", "release": "49.0.0"}, "yes"),
        ({"os": "linux", "machine": "riscv64", "libc": "glibc", "release": "48.0.0"}, "no"),
        ({"os": "android", "machine": "aarch64", "release": "50.0.2"}, "no"),
        ({"os": "linux", "machine": "x86_64"}, "yes"),
        ({"os": "linux", "machine": "x86_64", "release": "999.0"}, None),
        ({}, None),
    ],
)
def test_the_tables_say_whether_there_is_a_wheel(facts: dict[str, str], wheel: str | None) -> None:
    assert platforms.complete(facts, {}).get("wheel") == wheel


# --- Arbitration --------------------------------------------------------------------------------


def test_the_cause_that_explains_the_others_is_the_answer() -> None:
    lines = (
        "error: failed to run custom build command for `openssl-sys v0.9.99`",
        "The pkg-config command could not be found.",
        "Could not find directory of OpenSSL installation",
    )
    matches = found_in(*lines)
    causes = candidates(matches, table(), read(matches), {})
    verdict = arbitrate(causes)
    assert verdict.best is not None
    assert verdict.best.cause.id == "pkg-config-missing"
    assert "openssl-dir-not-found" in {other.cause.id for other in verdict.others}
    assert arbitrate(causes[:1]).best is None


def test_a_full_disk_explains_everything() -> None:
    found = diagnose(["error: can't find Rust compiler", "x: No space left on device"])
    assert found.id == "no-space"


def test_a_weak_sign_says_probably_and_only_alone() -> None:
    warning = (
        "Retrying (Retry(total=1, redirect=None)) after connection broken by 'ProxyError('x')'"
    )
    found = diagnose(["Collecting cryptography", warning])
    assert (found.id, found.certainty) == ("index-timeouts", "probable")
    assert diagnose([warning, "x.c:1:2: error: something else"]).id is None


# --- Remedies -----------------------------------------------------------------------------------


def test_conditions() -> None:
    facts = {"os": "linux", "libc": "musl"}
    assert conditions.holds("os=linux|macos, libc=musl", facts)
    assert not conditions.holds("os!=linux", facts)
    assert conditions.holds("machine=, place!=docker", facts)
    assert conditions.holds("", {})
    with pytest.raises(ValueError, match="nothing"):
        conditions.parse("nothing")


def test_a_command_that_can_be_run_as_it_is_has_words() -> None:
    found = diagnose(["error: can't find Rust compiler"], {"os": "linux", "family": "debian"})
    runs = [remedy.run for remedy in found.remedies]
    assert ("cryptography-wizard", "--method", "source") in runs
    none = remedies.remedies(table().causes["no-space"], {}, {"os": "linux"})
    assert all(not remedy.run for remedy in none if "export" in remedy.text)


@pytest.mark.parametrize(
    ("facts", "command"),
    [
        ({"os": "linux", "family": "debian"}, "sudo apt-get install libssl-dev"),
        ({"os": "linux", "family": "arch"}, "sudo pacman -S openssl"),
        ({"os": "linux", "family": "debian", "place": "docker"}, "RUN apt-get update"),
        ({"os": "android"}, "pkg install openssl"),
        ({"os": "macos", "machine": "aarch64"}, "brew install openssl@3"),
        ({"os": "windows", "machine": "x86_64"}, "vcpkg install openssl"),
        ({"tool": "conda", "os": "linux"}, "conda install -c conda-forge openssl"),
        ({}, "Alpine: `sudo apk add openssl-dev pkgconf`"),
    ],
)
def test_a_place_has_its_own_commands(facts: dict[str, str], command: str) -> None:
    cause = table().causes["openssl-dir-not-found"]
    found = remedies.remedies(cause, {}, {**facts, "package": "cryptography"})
    said = " ".join(one.text for one in found)
    assert command in said


def test_no_wheel_is_advised_where_there_is_none() -> None:
    lines = ["Collecting cryptography==50.0.2", "error: can't find Rust compiler"]
    machine = {"os": "linux", "machine": "riscv64", "libc": "glibc"}
    said = " ".join(diagnose(lines, machine).hints)
    assert "--method wheel" not in said
    assert "--method source" in said


# --- The whole ----------------------------------------------------------------------------------


def test_the_documentation_is_that_of_the_table() -> None:
    written = (ROOT / "docs" / "diagnosis.md").read_text(encoding="utf-8")
    assert written == catalogue.document(), "python -m tests.wizard.diagnosis.catalogue"


def test_each_cause_has_a_page() -> None:
    for cause in table().causes.values():
        if not cause.envelope:
            page = help_pages.page(cause)
            assert page.startswith(cause.id)
            assert ":\n- " in page
            assert "{" not in page.replace("${", "").replace("%{", "").replace("{ ", "")


@pytest.mark.skipif(sys.platform != "linux", reason="Linux says how much memory was needed")
def test_a_log_of_blank_lines_needs_no_memory() -> None:
    # Not ru_maxrss: it begins with that of the process that started this one.
    code = (
        "from pathlib import Path; from wizard.diagnosis.diagnose import diagnose_bytes\n"
        "found = diagnose_bytes(b'\\n' * (1 << 20) for _ in range(100))\n"
        "lines = Path('/proc/self/status').read_text().splitlines()\n"
        "(peak,) = (line.split()[1] for line in lines if line.startswith('VmHWM'))\n"
        "print(found.id, int(peak) // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=250, check=True
    )
    answer, megabytes = done.stdout.split()
    assert answer == "None"
    assert int(megabytes) < 150


def _files_of_an_index(count: int) -> list[str]:
    """What pip writes with ``-vvv`` about files: checksums, releases, and numbers of signs."""
    return [
        f"2026-12-01T17:{i % 60:02}:28,{i % 999:03}   Skipping link: unsupported archive format: "
        f".exe: https://files.example/packages/{i % 256:02x}/28/{i * 7919:060x}/"
        f"pyOpenSSL-0.{i % 30}.137.exe (from https://index.example/simple/pyopenssl/) (139 kB), "
        f"version: 0.{i % 9}.137"
        for i in range(count)
    ]


def test_lists_of_files_are_not_searched_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []
    pieces = normal.pieces

    def counted(raw: str) -> list[str]:
        searched.append(raw)
        return pieces(raw)

    monkeypatch.setattr(normal, "pieces", counted)
    found = diagnose([*_files_of_an_index(4000), "rustc exited with exit code 137", "Killed"])
    assert found.id == "oom-killed"
    assert found.line_number > 4000
    assert len(searched) < 400


def test_a_file_that_pip_skips_is_not_called_the_first_error() -> None:
    found = diagnose([*_files_of_an_index(3), "the real error: something failed"])
    assert found.id is None
    assert found.line_number == 4


def test_a_number_counts_after_many_lines_that_differ_only_in_numbers() -> None:
    before = [f"ERROR: process exited, see [Errno {number}]" for number in (1, 3, 4, 5) * 9]
    found = diagnose([*before, "ERROR: process exited, see [Errno 28]"])
    assert found.id == "no-space"


def test_json_has_the_documented_fields() -> None:
    found = diagnose_bytes([b"error: linker `cc` not found\n"]).as_json()
    assert list(found) == [
        "schema", "id", "package", "cause", "line", "evidence", "why", "remedies", "certainty",
        "others", "installed", "excerpt",
    ]  # fmt: skip
    assert found["remedies"][0].keys() == {"id", "text", "run"}


def test_inside_a_run_the_machine_is_known() -> None:
    from tests.machines import machine

    facts = platforms.of_machine(machine("alpine-3.16"))
    assert facts["os"] == "linux"
    assert facts["libc"] == "musl"
    line = "x.c:1:2: fatal error: ffi.h: No such file or directory"
    said = " ".join(diagnose([line], facts).hints)
    assert "sudo apk add libffi-dev" in said
    assert "apt-get" not in said


@pytest.mark.parametrize(
    "line",
    [
        "   Compiling asn1-derive v0.16.2 (/home/ada/some/rather/long/path)",
        "cc -O2 -Iinclude -c -o crypto/aes/aes_core.o crypto/aes/aes_core.c",
    ],
)
def test_few_words_of_an_ordinary_line_are_those_of_signs(line: str) -> None:
    """Each such word costs a regular expression for each of a hundred thousand lines."""
    found = table().by_word.keys() & set(words(line.encode()))
    assert found <= {b"compiling", b"home"}
