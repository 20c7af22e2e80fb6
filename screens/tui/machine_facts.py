"""What the first page says about this machine: a row for each topic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from screens.text.messages import short_path

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from wizard.advice.support import Support
    from wizard.facts import Facts, Python, Tool

SYSTEMS = {"macos": "macOS", "windows": "Windows", "linux": "Linux", "other": "Unknown system"}
LABELS = ("System", "Python", "pip", "Rust", "OpenSSL headers", "cryptography")
FIELDS = ("system", "pythons", "pythons", "tools", "openssl")
"""The field of the facts that each row but the last is about."""
SUPPORT_ROW = LABELS.index("cryptography")
"""The row that says whether its developers test it here. A background thread finds that out."""
FOR_WHAT = "needed only to compile"
NOT_FOUND = f"not found; {FOR_WHAT}"


class MachineFacts(VerticalScroll):
    """The rows. Until something is known, each has an ellipsis."""

    def __init__(self) -> None:
        super().__init__(id="machine", can_focus=False)
        self.border_title = "Your computer"

    @property
    def has_rows(self) -> bool:
        """Whether the rows are there."""
        return bool(self.query(".fact"))

    async def add_rows(self) -> None:
        """Add the rows, if they are not there: the page itself appears sooner without them."""
        if not self.has_rows:
            await self.mount_all(
                Horizontal(
                    Static(label, classes="label"),
                    Static("", id=f"fact-{number}", markup=False),
                    classes="fact",
                )
                for number, label in enumerate(LABELS)
            )

    def clear(self) -> None:
        """Say that nothing is known yet."""
        for number in range(len(LABELS)):
            self.query_one(f"#fact-{number}", Static).update("…")

    def show(self, facts: Facts) -> None:
        """Show what was found."""
        self._show(facts, FIELDS)

    def show_known(self, known: Mapping[str, object]) -> None:
        """Show what is known of the facts up to now: some fields, with their values."""
        from wizard.facts import Facts, System  # not needed before the first output

        facts = Facts(**{"system": System("other", ""), **known})  # type: ignore[arg-type]
        self._show(facts, known)

    def _show(self, facts: Facts, fields: Collection[str]) -> None:
        for number, (found, text) in enumerate(_described(facts)):
            if FIELDS[number] in fields:
                self._show_row(number, found, text)

    def show_support(self, facts: Facts, support: Support | None, *, possible: bool) -> None:
        """Show whether its developers test the release on such a machine.

        ``possible`` says that it can be installed: otherwise, a tick would promise too much.
        """
        has_python = any(not python.problem for python in facts.pythons)
        unknown = "unknown" if has_python else "unknown, because no Python was found"
        text = support.short if support else unknown
        tested = support is not None and support.kind == "tested"
        self._show_row(SUPPORT_ROW, tested and possible, text)

    def _show_row(self, number: int, found: bool, text: str) -> None:
        mark = ("✓", "$text-success") if found else ("–", "$quiet")
        self.query_one(f"#fact-{number}", Static).update(
            Content.assemble(mark, "  ", Content(text))
        )


def _described(facts: Facts) -> tuple[tuple[bool, str], ...]:
    """Return whether each topic but the last was found, and a text about it."""
    python = _shown(facts)
    works = python is not None and not python.problem
    rust = facts.tool("rustc") or facts.started("rustc")
    headers = facts.openssl[0] if facts.openssl else None
    pip = python.pip if python else None
    no_pip = "none yet; a new environment includes one"
    if python is not None and python.environment:
        no_pip = "none in this environment" if works else "unknown: this Python does not work"
    return (
        (True, _system(facts)),
        (works, _python(python) if python else "none found"),
        (pip is not None, pip.version if pip else no_pip),
        (bool(rust and not rust.problem), _tool(rust) if rust else NOT_FOUND),
        (
            headers is not None,
            f"{headers.version} in {headers.folder}" if headers else NOT_FOUND,
        ),
    )


def _shown(facts: Facts) -> Python | None:
    """Return the Python that was asked for, also if it does not work, or the first that works."""
    asked = (python for python in facts.pythons if python.origin == "asked")
    working = (python for python in facts.pythons if not python.problem)
    return next(asked, None) or next(working, None)


def _tool(tool: Tool) -> str:
    if tool.problem:
        from backends.rustup import NO_TOOLCHAIN  # not needed before the first output

        found = tool.problem.rstrip(".") if tool.problem == NO_TOOLCHAIN else "does not run"
        return f"{found}; {FOR_WHAT}"
    return " ".join(filter(None, (tool.version, f"({tool.origin})" if tool.origin else "")))


def _system(facts: Facts) -> str:
    system = facts.system
    name = system.distribution_name or SYSTEMS[system.name]
    version = system.distribution_version or system.release
    description = name if version and version in name else f"{name} {version}".strip()
    return f"{description}, {system.machine}"


def _python(python: Python) -> str:
    if python.problem:
        return f"{short_path(python.path)}: {python.problem}"
    implementation = "" if python.implementation == "cpython" else f" ({python.implementation})"
    return f"{python.version}{implementation}, {short_path(python.path)}"
