"""What helps if an installed cryptography could not be proved. Pure: it reads only the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.advice.diagnose import Diagnosis
    from wizard.proof.verify import Report

REINSTALL = ("Reinstall it into a new environment.",)
"""The advice if nothing more is known."""


def explain(report: Report) -> Diagnosis | None:
    """Return why the checks of a report failed, and what helps; None if that is not known.

    Failed imports and crashes have the same signs in a report as in a log.
    """
    from wizard.advice.diagnose import diagnose  # slow to import

    failed = [check for check in report.checks if not check.ok]
    diagnosis = diagnose(
        f"{check.name}: {line}" for check in failed for line in check.detail.splitlines()
    )
    return diagnosis if failed and diagnosis.known else None


def remedies(report: Report) -> tuple[str, ...]:
    """Return what to do about a report that is not ``ok``."""
    if any(not check.ok for check in report.checks):
        known = explain(report)
        return known.hints if known else REINSTALL
    if report.version and any("outside the environment" in text for text in report.problems):
        return ("Remove the other copy of cryptography, or the setting that puts it first.",)
    return REINSTALL
