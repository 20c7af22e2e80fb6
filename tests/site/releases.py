"""A page for each line of releases: what it needs, from ``assets/releases.toml``."""

from __future__ import annotations

from collections.abc import Iterator

from tests.site.markdown import block, code, front, plain, table
from wizard import knowledge
from wizard.tables import Release

FOLDER = "releases"


def pages() -> dict[str, str]:
    """Return the pages by their paths."""
    rows = knowledge.load().releases
    return {
        f"{FOLDER}/index.md": index(),
        **{f"{FOLDER}/{name(row)}.md": page(row) for row in rows},
    }


def name(row: Release) -> str:
    """Return the name of a row's page: ``46`` or ``46.0.0``."""
    return row.line


def span(row: Release) -> str:
    """Return the releases of a row, in words."""
    return row.first if row.first == row.last else f"{row.first} to {row.last}"


def index() -> str:
    """Return the page that compares all lines."""
    known = knowledge.load()
    rows = [
        (
            f"[{span(row)}]({name(row)}.md)",
            row.date,
            code(row.python),
            row.msrv if row.rust == "required" else f"{row.msrv} (optional)",
            _openssl(row),
        )
        for row in known.releases
    ]
    parts = [
        front(
            title="Releases of cryptography",
            description="Which Python, Rust and OpenSSL each release of cryptography needs",
        ),
        "# Releases of cryptography",
        "A wheel needs only the Python, and a pip that accepts it. Rust and OpenSSL's headers are "
        "needed to compile a release from source.",
        table(("releases", "since", "Python", "Rust, at least", "OpenSSL"), rows),
        "The tables in the wizard say the same, with a source for each fact; "
        "`cryptography-wizard --version` says of which day they are.",
        "## Where wheels exist",
        table(
            ("platform", "releases with wheels", "pip, at least", "note"),
            [
                (
                    plain(platform.name),
                    f"{platform.first} to {platform.last}" if platform.first else "none",
                    platform.pip or "any",
                    plain(platform.note),
                )
                for platform in known.platforms
            ],
        ),
        "## Known security flaws",
        "\n".join(f"- {plain(flaw.text)}" for flaw in known.flaws),
    ]
    return "\n\n".join(parts) + "\n"


def page(row: Release) -> str:
    """Return the page of one line of releases."""
    known = knowledge.load()
    title = f"cryptography {span(row)}"
    caveat = known.caveat(row.last, bundled=True)
    parts = [
        front(title=title, description=f"What {title} needs: Python, Rust, OpenSSL, pip"),
        f"# {title}",
        f'!!! warning "Security"\n\n    {plain(caveat)}' if caveat else "",
        "\n".join(f"- {label}: {value}" for label, value in _facts(row)),
        "## Install it",
        block(f"cryptography-wizard --yes --release {row.last}"),
        "## Compile it",
        "\n".join(f"- {line}" for line in _build(row)),
    ]
    if row.sources:
        lines = (
            f"- {plain(fact.replace('_', ' '))}: {plain(source)}" for fact, source in row.sources
        )
        parts += ["## Where this was read", "\n".join(lines)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(row: Release) -> Iterator[tuple[str, str]]:
    yield "Versions", ", ".join(row.versions)
    if row.yanked:
        yield "Withdrawn", ", ".join(row.yanked)
    yield "First published", row.date
    yield "Python", code(row.python)
    if row.requires:
        yield "Needs to run", "".join(f"\n    - {code(each)}" for each in row.requires)


def _build(row: Release) -> Iterator[str]:
    optional = "" if row.rust == "required" else " It can also be compiled without Rust."
    yield f"Rust {row.msrv} or newer.{optional}"
    yield f"OpenSSL {_openssl(row)}, with its header files."
    if row.libressl:
        yield f"Or LibreSSL {row.libressl} or newer."
    yield f"It is built with {row.build_backend}."
    if row.newest_python:
        yield f"Its PyO3 knows Pythons up to {row.newest_python}."
    for constraint in row.constraints:
        yield f"Today, its build also needs {code(constraint)}."
    for variable, value in row.build_env:
        yield f"Today, its build needs the variable {code(f'{variable}={value}')}."
    for variable, value in row.newer_python_env:
        yield f"For a newer Python, it needs {code(f'{variable}={value}')}."


def _openssl(row: Release) -> str:
    return f"{row.openssl} or newer" + (
        f", before {row.openssl_below}" if row.openssl_below else ""
    )
