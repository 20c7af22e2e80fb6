"""What the wizard can do after a failure, as numbered rows: each has a key."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from wizard.fixes.fix import Fix


class FixRow(Horizontal, can_focus=True):
    """One fix: its number, what it does, and what it costs. Enter, its number or a click do it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "take", "Do it", show=False),
        Binding("down,j", "go(1)", show=False),
        Binding("up,k", "go(-1)", show=False),
    ]

    class Taken(Message):
        """The user wants this."""

        def __init__(self, fix: Fix) -> None:
            super().__init__()
            self.fix = fix

    def __init__(self, number: int, fix: Fix) -> None:
        super().__init__(classes="fix")
        self._number = number
        self._fix = fix

    def compose(self) -> ComposeResult:
        """Compose the number beside what it does."""
        fix = self._fix
        yield Static(f"{self._number}", classes="number", markup=False)
        parts: list[str | tuple[str, str]] = [(fix.title, "bold")]
        if fix.consequence:
            parts += ["\n", (fix.consequence, "$quiet")]
        yield Static(Content.assemble(*parts), classes="what")

    def action_take(self) -> None:
        """Do it."""
        self.post_message(self.Taken(self._fix))

    async def action_go(self, rows: int) -> None:
        """Go to the next (1) or the previous (-1) row; from the last one, scroll the page."""
        all_rows = list(self.screen.query(FixRow))
        number = all_rows.index(self) + rows
        if 0 <= number < len(all_rows):
            all_rows[number].focus()
        else:
            await self.run_action(f"screen.scroll({rows})")

    def on_click(self) -> None:
        """Do it."""
        self.action_take()


class FixList(Vertical):
    """All fixes, below a heading."""

    def __init__(self, fixes: tuple[Fix, ...]) -> None:
        super().__init__(id="fixes")
        self._fixes = fixes

    def compose(self) -> ComposeResult:
        """Compose the heading and the rows."""
        yield Static("What the wizard can do", classes="heading")
        for number, fix in enumerate(self._fixes, 1):
            yield FixRow(number, fix)


def shown(fixes: tuple[Fix, ...]) -> tuple[Fix, ...]:
    """Return the fixes that a page shows: none if it can only try again, for which it has a key."""
    return fixes if any(fix.plans_anew for fix in fixes) else ()


def take(page: Screen[None], fixes: tuple[Fix, ...], number: int) -> None:
    """Do what the fix with this number does, if there is one."""
    for fix in fixes[number - 1 : number]:
        page.post_message(FixRow.Taken(fix))


KEYS: tuple[BindingType, ...] = tuple(
    Binding(str(number), f"take_fix({number})", "Do it", show=False) for number in range(1, 5)
)
"""The keys of a page with a `FixList`; the page has an action for them."""
