"""The entries of failures.toml and remedies.toml: whole, harmless, each matched by its own
examples."""

from __future__ import annotations

import re
import string
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from backends.progress import is_progress
from tests.wizard.diagnosis.places import somewhere
from wizard.diagnosis import conditions, help_pages, remedies
from wizard.diagnosis.diagnose import diagnose
from wizard.diagnosis.excerpts import is_unimportant
from wizard.diagnosis.normal import failures, words
from wizard.diagnosis.table import Cause, Sign, table
from wizard.table_source import read_asset

LOGS = Path(__file__).parents[1] / "logs"
CAUSES = list(table().causes.values())
ANSWERS = [cause for cause in CAUSES if not cause.envelope]
EXAMPLES = [(cause, example) for cause in CAUSES for example in cause.examples]
FACTS = {
    "os", "family", "libc", "machine", "place", "tool", "package", "python", "release", "wheel",
    "newest", "system", "manager", "setting", "builder", "part",
    "interpreter", "home",
}  # fmt: skip

each_cause = pytest.mark.parametrize("cause", CAUSES, ids=lambda one: one.id)
each_answer = pytest.mark.parametrize("cause", ANSWERS, ids=lambda one: one.id)
each_example = pytest.mark.parametrize(
    ("cause", "example"), EXAMPLES, ids=[f"{c.id}: {e[:30]}" for c, e in EXAMPLES]
)


@cache
def all_signs() -> list[Sign]:
    signs = {id(sign): sign for found in table().by_word.values() for sign in found}
    return list(signs.values())


# What logs themselves say: `fact:NAME=VALUE`, and the groups of its signs.
for one in all_signs():
    if one.owner.startswith("fact:"):
        FACTS |= {one.owner[len("fact:") :].partition("=")[0], *one.pattern.groupindex}


def signs_of(cause: Cause) -> list[Sign]:
    return [sign for sign in all_signs() if sign.owner in (cause.id, cause.family)]


def test_nothing_else_is_in_the_files() -> None:
    assert set(failures()) == {
        "noise",
        "message",
        "kind",
        "note",
        "family",
        "cause",
    }
    assert set(failures()["noise"]) == {"starts", "ends"}
    assert set(read_asset("remedies.toml")) == {"word", "remedy", "manager", "thing"}


def test_ids_are_unique() -> None:
    for name in ("cause", "family", "note"):
        ids = [row["id"] for row in failures()[name]]
        assert len(ids) == len(set(ids))


@each_cause
def test_an_entry_is_whole(cause: Cause) -> None:
    assert re.fullmatch(r"[a-z0-9.-]+", cause.id)
    assert signs_of(cause)
    assert cause.examples
    assert all(cause.sources)
    assert cause.sources
    assert cause.remedies
    for name in cause.explains:
        kind = name.partition("kind:")[2]
        assert name == "*" or name in table().causes or any(c.kind == kind for c in CAUSES), name
    for need in cause.needs:
        for part in need.split("|"):
            owner = part.partition("sign:")[2]
            assert (
                not owner
                or any(sign.owner == owner for sign in all_signs())
                or owner in {"index-gave-up"}
            ), part
        if not need.startswith("sign:"):
            assert {name for name, _, _ in conditions.parse(need)} <= FACTS
    assert {name for name, _, _ in conditions.parse(cause.occurs)} <= FACTS


@each_cause
def test_a_sign_needs_a_word_that_its_examples_have(cause: Cause) -> None:
    for sign in signs_of(cause):
        assert sign.find
        assert all(words(word.encode()) == [word.encode()] for word in sign.find), sign.find


@each_cause
def test_texts_are_sentences_and_their_commands_closed(cause: Cause) -> None:
    assert cause.cause.endswith((".", ". {cpu}"))
    texts = [entry if isinstance(entry, str) else entry["text"] for entry in cause.remedies]
    for text in (cause.cause, *(text for text in texts if not text.startswith("@"))):
        assert text.count("`") % 2 == 0
        assert text[0].isupper() or text[0] in "`{" or text.startswith(
            ("pip", "apt", "apk", "dnf", "sudo", "cargo", "rustup", "cffi", "cryptography", "macOS",
             "pyOpenSSL", "pacman", "conda", "setuptools", "libffi", "git", "uv")
        ), text  # fmt: skip


@each_cause
def test_regexes_compile_and_the_cause_names_only_slots_and_facts(cause: Cause) -> None:
    slots = {name for sign in signs_of(cause) for name in sign.pattern.groupindex}
    named = {name for _, name, _, _ in string.Formatter().parse(cause.cause) if name}
    assert named <= slots | FACTS
    assert set(cause.where) <= slots
    for pattern in cause.where.values():
        re.compile(pattern)


def test_remedies_name_only_what_there_is() -> None:
    rules = {row["id"]: row["rule"] for row in read_asset("remedies.toml")["remedy"]}
    things = read_asset("remedies.toml")["thing"]
    for cause in CAUSES:
        for entry in cause.remedies:
            text = entry if isinstance(entry, str) else entry["text"]
            condition = "" if isinstance(entry, str) else entry["if"]
            assert {name for name, _, _ in conditions.parse(condition)} <= FACTS
            if text.startswith("@install:"):
                assert set(text[9:].split("+")) <= set(things)
            elif text.startswith("@"):
                assert text[1:] in rules, text
    for name, rule in rules.items():
        assert name == "unknown" or rule[-1]["if"] == "", name
        for row in rule:
            assert {fact for fact, _, _ in conditions.parse(row["if"])} <= FACTS
            assert row["text"].count("`") % 2 == 0


def test_no_fact_or_slot_takes_the_place_of_a_word() -> None:
    """A log that names pip's version made `19.2.3 install` of `{pip} install`."""
    taken = {row["id"] for row in read_asset("remedies.toml")["word"]} | {"wizard"}
    assert not taken & (FACTS | {name for sign in all_signs() for name in sign.pattern.groupindex})


@each_cause
def test_no_host_is_named_but_examples_and_documentation(cause: Cause) -> None:
    said = [entry if isinstance(entry, str) else entry["text"] for entry in cause.remedies]
    text = " ".join((cause.cause, *said, *cause.examples))
    for host in re.findall(r"https?://(?:USER:PASSWORD@)?([\w.-]+)", text):
        assert host in ("HOST", "127.0.0.1") or host.endswith(".example"), host


@each_example
def test_every_example_is_explained_by_its_own_entry(cause: Cause, example: str) -> None:
    found = diagnose(example.split("\n"), somewhere(cause))
    if cause.envelope:
        assert found.id is None
    else:
        assert found.id == cause.id
        assert "{" not in found.cause
        assert "None" not in found.cause


HOSTILE = """
from wizard.diagnosis.table import table
from wizard.diagnosis.normal import WINDOW
signs = {id(sign): sign for found in table().by_word.values() for sign in found}
for sign in signs.values():
    for filler in ("a", " ", "-", "/", ".", "'", "1.", "a/b ", "x ", "a.so: ", ": "):
        for find in sign.find:
            sign.pattern.search((find + filler * WINDOW)[:WINDOW])
            sign.pattern.search((filler * WINDOW)[: WINDOW - len(find)] + find)
print("done")
"""


def test_no_regex_hangs_on_hostile_lines() -> None:
    # In another process, because a regex that runs away cannot be stopped.
    ran = subprocess.run(
        [sys.executable, "-c", HOSTILE], capture_output=True, timeout=200, check=True
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
    for cause, example in EXAMPLES:
        if not cause.envelope:
            lines = example.split("\n")
            assert not all(is_unimportant(line) or is_progress(line) for line in lines), cause.id


def _places() -> Iterator[tuple[Cause, str, dict[str, str]]]:
    for cause in ANSWERS:
        for title, facts in help_pages.places(cause):
            yield cause, title, facts


@each_answer
def test_a_cause_has_a_remedy_for_every_platform_where_it_occurs(cause: Cause) -> None:
    slots = dict.fromkeys(
        {name for sign in signs_of(cause) for name in sign.pattern.groupindex}, "it"
    )
    found = list(help_pages.places(cause))
    assert found
    for title, facts in found:
        for package in ("cryptography", "bcrypt"):
            helps = remedies.remedies(cause, slots, {**facts, "package": package})
            assert helps, (title, package)
            for remedy in helps:
                assert not re.search(r"(?<![$%])\{[\w:]", remedy.text), remedy.text


WORDS_OF_OTHERS = {
    "windows": r"\bsudo\b|\bapt-get\b|\bexport \w|\bbrew\b|python3 -m venv|~/",
    "macos": r"\bapt-get\b|\bdnf\b|\bwinget\b|\bapk add\b",
    "android": r"\bsudo\b|\bapt-get\b|\bbrew\b|\bwinget\b|cryptography-wizard --method wheel",
    "freebsd": r"\bapt-get\b|\bbrew\b|\bwinget\b|cryptography-wizard --method wheel",
}


@each_answer
def test_a_remedy_has_the_words_of_its_place(cause: Cause) -> None:
    for title, facts in help_pages.places(cause):
        pattern = WORDS_OF_OTHERS.get(facts.get("os", ""))
        for remedy in remedies.remedies(cause, {}, facts):
            assert not (pattern and re.search(pattern, remedy.text)), (title, remedy.text)
            if facts.get("wheel") == "no" and facts.get("os") in ("macos", "windows"):
                assert "--method wheel" not in remedy.text


RELEASE = re.compile(r"\b(?:[Rr]eleases? (?:since )?\d\d|(?:3[4-9]|4\d|50)\.\d+\.\d|since \d\d\b)")


@each_answer
def test_what_is_said_of_another_package_names_no_release_of_cryptography(cause: Cause) -> None:
    if cause.about or cause.only or any("cryptography" in s.regex for s in signs_of(cause)):
        return
    said = [cause.other or cause.cause]
    for entry in cause.remedies:
        row = {"if": "", "text": entry} if isinstance(entry, str) else entry
        if "package=cryptography" not in row["if"] and not re.search(
            r"cryptography|newest_release", row["text"]
        ):
            said.append(row["text"])
    assert not [text for text in said if RELEASE.search(text)]
