"""Why an installed cryptography could not be proved, and what to do about it.

The signs in a report are those of a log (`wizard.diagnosis`). What this machine is decides
which of several causes it was.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from wizard.facts import Fips, Processor
from wizard.machine import fips, processor, system
from wizard.proof.verify import Report


@dataclass(frozen=True)
class Explanation:
    """The cause in one sentence, or empty if it is unknown, and what to do."""

    cause: str
    hints: tuple[str, ...]


UNKNOWN = Explanation("", ("Reinstall it into a new environment.",))
OTHER_COPY = Explanation(
    "", ("Remove the other copy of cryptography, or the setting that puts it first.",)
)
BUILD = "Compile it on this machine: `cryptography-wizard --method source`."


def explain(report: Report) -> Explanation:
    """Explain a report that is not ``ok``, about this machine, whose properties are read again."""
    described = Path(processor.CPUINFO).is_file()
    kind = processor.read(platform.machine()) if described else Processor()
    return explain_for(report, fips.read(system.certificates(), os.environ), kind)


def explain_for(report: Report, mode: Fips, kind: Processor) -> Explanation:
    """Explain a failed proof on a machine with this FIPS mode and this processor."""
    failed = [check for check in report.checks if not check.ok]
    if failed:
        said = [f"{check.name}: {line}" for check in failed for line in check.detail.splitlines()]
        explanations = _of_this_machine(report, "\n".join(said), mode, kind)
        return next(explanations, None) or _of_a_log(said, kind) or UNKNOWN
    if report.version and any("outside the environment" in text for text in report.problems):
        return OTHER_COPY
    return UNKNOWN


def _of_this_machine(
    report: Report, said: str, mode: Fips, kind: Processor
) -> Iterator[Explanation]:
    """Yield the causes that only the machine, or both names of a file, show."""
    if "(SIGSEGV)" in said and kind.emulator == "qemu":
        yield Explanation(
            "qemu emulates this processor, and usually it is qemu that crashes.",
            ("Use a newer qemu, or a real machine of this kind.",),
        )
    if "unsupported" in said and mode.demanded:
        yield _in_fips_mode(report, mode)
    if "failed to map segment" in said:
        yield Explanation(
            "The environment's disk is mounted noexec, so nothing compiled can be loaded from it.",
            ("Make the environment on another disk: `cryptography-wizard --venv FOLDER`.",),
        )
    names = re.search(r"(\w+)\.([^\s/\\]+) is there, but this Python looks for \1\.([^\s;]+)", said)
    # Names that differ only in the C library have several causes, which the log's entry describes.
    if names and names[2].rpartition("-")[0] != names[3].rpartition("-")[0]:
        package = "cffi" if names[1] == "_cffi_backend" else "cryptography"
        yield Explanation(
            f"{package} was installed for another Python: its file is called "
            f"{names[1]}.{names[2]}, but this Python looks for {names[1]}.{names[3]}.",
            (f"Reinstall it: `python -m pip install --force-reinstall --no-cache-dir {package}`.",),
        )


def _in_fips_mode(report: Report, mode: Fips) -> Explanation:
    where = f" ({mode.configuration})" if mode.configuration else ""
    if report.linkage.kind == "static":
        return Explanation(
            f"FIPS mode is on{where}, and the OpenSSL inside cryptography does not find this "
            "system's FIPS provider.",
            (BUILD,),
        )
    return Explanation(
        f"FIPS mode is on{where}, but OpenSSL does not find its FIPS provider.",
        ("Check whether it is installed and active: `openssl list -providers`.",),
    )


def _of_a_log(said: list[str], kind: Processor) -> Explanation | None:
    """Return what the same lines in a log mean, or None if that is unknown."""
    from wizard.diagnosis.diagnose import diagnose  # slow to import

    found = diagnose(said)
    if not found.known:
        return None
    explanation = Explanation(found.cause, found.hints)
    name = kind.name or kind.emulator
    if found.id == "illegal-instruction" and name:
        return replace(explanation, cause=f"{found.cause} This processor: {name}.")
    return explanation
