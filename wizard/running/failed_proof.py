"""Why a proof failed, where a property of the machine is the reason, and what to do about it."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
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
BUILD = "Compile it on this machine: cryptography-wizard --method source"


def explain(report: Report) -> Explanation:
    """Explain a failed proof on this machine, whose properties are read again."""
    described = Path(processor.CPUINFO).is_file()
    kind = processor.read(platform.machine()) if described else Processor()
    return explain_for(report, fips.read(system.certificates(), os.environ), kind)


def explain_for(report: Report, mode: Fips, kind: Processor) -> Explanation:
    """Explain a failed proof on a machine with this FIPS mode and this processor."""
    said = " ".join(check.detail for check in report.checks if not check.ok)
    if "(SIGILL)" in said or "0xC000001D" in said:
        name = kind.name or kind.emulator or "this one"
        return Explanation(
            f"The installed file contains instructions that this processor ({name}) does not have.",
            (BUILD, "Or install an older release as a wheel."),
        )
    if "(SIGSEGV)" in said and kind.emulator == "qemu":
        return Explanation(
            "qemu emulates this processor, and usually it is qemu that crashes.",
            ("Use a newer qemu, or a real machine of this kind.",),
        )
    if "unsupported" in said and mode.demanded:
        return _in_fips_mode(report, mode)
    names = re.search(r"\.(\S+) is there, but this Python looks for \w+\.([^\s)]+)", said)
    if names:
        return _other_name(names[1], names[2])
    if "failed to map segment" in said:
        return Explanation(
            "The environment's disk is mounted noexec, so nothing compiled can be loaded from it.",
            ("Make the environment on another disk: cryptography-wizard --venv FOLDER",),
        )
    return UNKNOWN


def _other_name(present: str, expected: str) -> Explanation:
    """Explain a compiled module that is there under another name than this Python expects."""
    if present.rpartition("-")[0] == expected.rpartition("-")[0]:
        # The same Python and processor: only the C library differs.
        return Explanation(
            "This Python looks for compiled modules under names for another C library.",
            ("Update this Python, or choose another one.",),
        )
    return Explanation(
        "cffi was installed for another Python.",
        ("Reinstall it: python -m pip install --force-reinstall --no-cache-dir cffi",),
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
        ("Check whether it is installed and active: openssl list -providers",),
    )
