"""The entries of failures.toml: whole, harmless, and each matched by its own examples."""

from __future__ import annotations

import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.advice.diagnose import (
    CERTAIN,
    GENERIC,
    Failure,
    diagnose,
    failures,
    is_unimportant,
)
from wizard.knowledge import read_asset

LOGS = Path(__file__).parents[1] / "logs"
EXAMPLES = [(failure, example) for failure in failures() for example in failure.examples]

each_failure = pytest.mark.parametrize("failure", failures(), ids=lambda one: one.id)
each_example = pytest.mark.parametrize(
    ("failure", "example"), EXAMPLES, ids=[f"{f.id}: {e[:30]}" for f, e in EXAMPLES]
)


def test_nothing_but_failures_and_noise_is_in_the_file() -> None:
    assert set(read_asset("failures.toml")) == {"noise", "failure"}
    assert set(read_asset("failures.toml")["noise"]) == {"starts", "ends"}


def test_ids_are_unique() -> None:
    ids = [failure.id for failure in failures()]
    assert len(ids) == len(set(ids))
    assert "unknown" not in ids


@each_failure
def test_an_entry_is_whole(failure: Failure) -> None:
    assert re.fullmatch(r"[a-z0-9.-]+", failure.id)
    assert failure.weight == GENERIC or 30 <= failure.weight <= 95
    assert failure.find
    assert failure.examples
    assert all(failure.find)
    assert all(failure.remedies)
    assert all(failure.sources)
    assert failure.sources
    assert failure.remedies


@each_failure
def test_texts_are_sentences_and_their_commands_closed(failure: Failure) -> None:
    assert failure.cause.endswith((".", "}."))
    for text in (failure.cause, *failure.remedies):
        assert (
            text[0].isupper()
            or text[0] in "`{"
            or text.startswith(
                (
                    "pip",
                    "apt",
                    "apk",
                    "dnf",
                    "sudo",
                    "cargo",
                    "rustup",
                    "cffi",
                    "cryptography",
                    "macOS",
                    "pyOpenSSL",
                )
            )
        ), text
        assert text.count("`") % 2 == 0


@each_failure
def test_regexes_compile_and_the_cause_names_only_their_groups(failure: Failure) -> None:
    groups = re.compile(failure.regex).groupindex
    re.compile(failure.also)
    named = {name for _, name, _, _ in string.Formatter().parse(failure.cause) if name}
    assert named <= set(groups)


@each_failure
def test_no_host_is_named_but_examples_and_documentation(failure: Failure) -> None:
    text = " ".join((failure.cause, *failure.remedies, *failure.examples))
    for host in re.findall(r"https?://([\w.-]+)", text):
        assert host == "HOST" or host.endswith(".example")


@each_failure
def test_logs_that_are_named_as_a_source_are_there(failure: Failure) -> None:
    for source in failure.sources:
        if source.startswith("log: "):
            log = (LOGS / source[5:]).read_text(encoding="utf-8")
            assert any(failure.search(line) for line in log.splitlines()), source


@each_example
def test_every_example_is_explained_by_its_own_entry(failure: Failure, example: str) -> None:
    lines = example.split("\n")
    assert any(failure.search(line) for line in lines)
    if failure.weight >= CERTAIN:
        found = diagnose(lines)
        assert found.id == failure.id
        assert "{" not in found.cause
        assert "None" not in found.cause


HOSTILE = """
from wizard.advice.diagnose import WINDOW, failures
for failure in failures():
    for filler in ("a", " ", "-", "/", ".", "'", "1.", "a/b "):
        for find in failure.find:
            failure.search((find + filler * WINDOW)[:WINDOW])
            failure.search((filler * WINDOW)[: WINDOW - len(find)] + find)
print("done")
"""


def test_no_regex_hangs_on_hostile_lines() -> None:
    # In another process, because a regex that runs away cannot be stopped.
    ran = subprocess.run(
        [sys.executable, "-c", HOSTILE], capture_output=True, timeout=120, check=True
    )
    assert ran.stdout.strip() == b"done"


@pytest.mark.parametrize(
    "line",
    [
        "      copying src/cryptography/py.typed -> build/lib/cryptography",
        "creating build/lib.linux-x86_64-cpython-311",
        "adding 'cryptography/__init__.py'",
        "warning: no previously-included files found matching 'vectors'",
        "  cargo:rerun-if-env-changed=OPENSSL_DIR",
        "  X86_64_UNKNOWN_LINUX_GNU_OPENSSL_LIBS unset",
        "  cargo:rustc-check-cfg=cfg(openssl)",
        "    =============================DEBUG ASSISTANCE=============================",
        "  note: This error originates from a subprocess, and is likely not a problem with pip.",
    ],
)
def test_noise_is_hidden(line: str) -> None:
    assert is_unimportant(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "   Compiling openssl-sys v0.9.117",
        "    rustc: n/a",
        "    setuptools_rust: 1.13.0",
        "error: can't find Rust compiler",
        "  OPENSSL_DIR = -L/opt/local",
        "Successfully installed cryptography-50.0.2",
    ],
)
def test_what_tells_something_is_shown(line: str) -> None:
    assert not is_unimportant(line)


def test_noise_never_hides_a_known_failure() -> None:
    for failure, example in EXAMPLES:
        if failure.weight > GENERIC:
            assert not all(is_unimportant(line) for line in example.split("\n")), failure.id
