"""Writes the report about a run, after showing what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from screens.tui.background import in_thread
from screens.tui.dialogs import ConfirmScreen
from screens.tui.page import Page
from wizard.errors import WizardError

if TYPE_CHECKING:
    from wizard.history.past_runs import PastRun


async def offer(page: Page, past: PastRun) -> None:
    """Make an archive about this run, for somebody who helps; show it before it is written."""
    from wizard.history import report_archive

    facts, _ = page.session.probed()
    try:
        parts = await in_thread(lambda: report_archive.make_report(past, facts))
    except WizardError as error:
        page.notify(error.what, severity="error", timeout=10)
        return
    file = Path(report_archive.default_name(past)).absolute()

    def write(agreed: bool | None) -> None:
        if not agreed:
            return
        try:
            report_archive.write(parts, file)
        except WizardError as error:
            page.notify(f"{error.what} {error.shown}".strip(), severity="error", timeout=10)
        else:
            page.notify(
                f"{file}\nSend it to the person or the project that helps you.",
                title="Report written",
                timeout=20,
            )

    text = "\n".join(report_archive.contents(parts, Path(file.name)))
    asked = "Write a report about this run?"
    page.app.push_screen(ConfirmScreen(asked, text, yes="Write it", no="No"), write)
