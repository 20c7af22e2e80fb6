"""A page for each cause of a failure: its heading is the line that people search for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.site.markdown import block, code, front, plain
from tests.wizard.diagnosis.places import somewhere
from wizard.diagnosis import help_pages, remedies
from wizard.diagnosis.diagnose import diagnose
from wizard.diagnosis.table import Cause, table

FOLDER = "problems"
LONGEST = 150
"""Characters of a heading."""
KINDS = {
    "pip": "pip and build tools",
    "python": "The Python",
    "index": "The package index",
    "network": "The network",
    "crates": "Rust packages",
    "setting": "Settings",
    "conflict": "Versions that do not fit together",
    "platform": "No wheel for this machine",
    "rights": "Rights and files in use",
    "machine": "The machine",
    "crash": "Crashes",
    "exit": "Exit codes",
    "policy": "Rules of the system or the company",
    "note": "Remarks that stop nothing",
    "tool": "Missing programs",
    "rust": "Rust",
    "cc": "The C compiler",
    "header": "Missing C headers",
    "openssl": "OpenSSL",
    "link": "Linking",
    "import": "Imports after an installation",
    "use": "Keys, tokens and other input of a program",
    "manager": "The package manager of the system",
}
"""What readers call the kinds of ``assets/failures.toml``."""


MAIN = {"Linux (Debian, Ubuntu)", "macOS on Apple silicon", "macOS on Intel", "Windows"}
"""The places that are shown at once, by their titles in `wizard.diagnosis.help_pages`."""


def causes() -> tuple[Cause, ...]:
    """Return the causes that have a page."""
    return tuple(cause for cause in table().causes.values() if not cause.envelope)


def pages() -> dict[str, str]:
    """Return the pages by their paths."""
    found = {f"{FOLDER}/{cause.id}.md": page(cause) for cause in causes()}
    return {f"{FOLDER}/index.md": index(), **found}


def heading(cause: Cause) -> str:
    """Return the line of its first example that shows the cause."""
    return _cut(_evidence(cause, cause.examples[0]))


def page(cause: Cause) -> str:
    """Return the page of one cause."""
    title, told = heading(cause), sentence(cause)
    parts = [
        front(title=title, description=told).replace("---\n\n", "hide: [toc]\n---\n\n"),
        f"# {code(title)}",
        f"**{plain(told)}**",
        plain(cause.means),
    ]
    parts += list(_what_to_do(cause))
    parts += [
        "## Lines that show it",
        *_lines(cause),
        "## Let the wizard read your log",
        "It finds the line that matters also in a log of thousands of lines, and knows the "
        "commands for your machine:",
        block("cryptography-wizard diagnose FILE"),
        f"It calls this cause {code(cause.id)}: "
        f"`cryptography-wizard diagnose --explain {cause.id}` explains it.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def index() -> str:
    """Return the page that lists all causes by their kind."""
    kinds: dict[str, list[Cause]] = {}
    for cause in causes():
        kinds.setdefault(cause.kind, []).append(cause)
    parts = [
        front(title="Error messages", description="Why an installation of cryptography failed"),
        "# Error messages",
        "Type or paste a line of your error into the search above, or let the wizard read the "
        "whole log: `cryptography-wizard diagnose FILE`.",
    ]
    for kind, members in kinds.items():
        lines = [
            f"- [{code(heading(cause))}]({cause.id}.md)<br>{plain(sentence(cause))}"
            for cause in members
        ]
        parts += [
            f"## {KINDS[kind]}",
            plain(members[0].means),
            "\n".join(lines),
        ]
    return "\n\n".join(parts) + "\n"


def sentence(cause: Cause) -> str:
    """Return what the cause is, with words for what a log would say."""
    facts = {"package": "cryptography"}
    return remedies.fill(cause.cause, help_pages.blanks(cause), facts)


def _what_to_do(cause: Cause) -> Iterator[str]:
    shown: dict[tuple[str, ...], list[str]] = {}
    blanks = help_pages.blanks(cause)
    for title, facts in help_pages.places(cause):
        found = tuple(one.text for one in remedies.remedies(cause, blanks, facts))
        shown.setdefault(found, []).append(title)
    if not shown:
        return
    yield "## What to do"
    # What most readers have comes first; the others unfold.
    for texts, titles in sorted(shown.items(), key=lambda item: not MAIN & {*item[1]}):
        lines = [f"{number}. {plain(text)}" for number, text in enumerate(texts, 1)]
        name = ", ".join(titles)
        if len(shown) == 1:
            yield "\n".join(lines)
        elif MAIN & {*titles}:
            yield "\n".join([f"### {plain(name)}", "", *lines])
        else:
            yield "\n".join([f'??? abstract "{name}"', "", *(f"    {line}" for line in lines)])


def _lines(cause: Cause) -> Iterator[str]:
    """Yield each example below its line as a heading, which counts more in a search."""
    for number, example in enumerate(cause.examples, 1):
        line = _cut(_evidence(cause, example))
        yield f"### {code(line)} {{ #line-{number} }}"
        if example.strip() != line:
            yield block(example)


def _evidence(cause: Cause, example: str) -> str:
    lines = [line for line in example.split("\n") if line.strip()]
    if len(lines) == 1:
        return lines[0]
    found = diagnose(lines, somewhere(cause))
    return found.evidence if found.id == cause.id and found.evidence.strip() else lines[-1]


def _cut(line: str) -> str:
    text = re.sub(r"\s+", " ", line).strip()
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()} …"
