"""Why a proof failed: only what the report and the machine show."""

from __future__ import annotations

import pytest

from wizard.facts import Fips, Processor
from wizard.machine import fips as machine_fips
from wizard.proof.linkage import Linkage
from wizard.proof.verify import Check, Report
from wizard.running import failed_proof
from wizard.running.failed_proof import UNKNOWN, explain_for

FIPS = Fips(configuration="/root/fips.cnf", variable=True)
POWER8 = Processor("POWER8 (raw)", "power8")
UNSUPPORTED = "UnsupportedAlgorithm: error:0308010C:inner_evp_generic_fetch:unsupported"
OTHER_NAME = (
    "ImportError: No module named '_cffi_backend' (_cffi_backend.cpython-312-x86_64-linux-musl.so "
    "is there, but this Python looks for _cffi_backend.cpython-312-x86_64-linux-gnu.so)"
)


def report(detail: str, kind: str = "static", *, ok: bool = False) -> Report:
    linkage = Linkage(kind)  # type: ignore[arg-type]
    return Report("/env/bin/python", ok, linkage=linkage, checks=(Check("fernet", ok, detail),))


@pytest.mark.parametrize(
    ("detail", "kind", "fips", "processor", "cause", "hint"),
    [
        (
            "The interpreter crashed (SIGILL). It was at: File",
            "static",
            Fips(),
            POWER8,
            "instructions that this processor (POWER8 (raw)) does not have",
            "--method source",
        ),
        (
            "The interpreter crashed (0xC000001D).",
            "static",
            Fips(),
            Processor(),
            "this processor (this one)",
            "--method source",
        ),
        (
            "The interpreter crashed (SIGSEGV).",
            "static",
            Fips(),
            Processor(emulator="qemu"),
            "qemu emulates this processor",
            "newer qemu",
        ),
        (
            UNSUPPORTED,
            "static",
            FIPS,
            Processor(),
            "FIPS mode is on (/root/fips.cnf), and the OpenSSL inside",
            "--method source",
        ),
        (
            UNSUPPORTED,
            "dynamic",
            Fips(kernel=True),
            Processor(),
            "FIPS mode is on, but OpenSSL does not find its FIPS provider",
            "openssl list -providers",
        ),
        (OTHER_NAME, "unknown", Fips(), Processor(), "names for another C library", "Update this"),
        (
            OTHER_NAME.replace("cpython-312-x86_64-linux-musl", "cpython-310-x86_64-linux-gnu"),
            "unknown",
            Fips(),
            Processor(),
            "installed for another Python",
            "--force-reinstall",
        ),
        (
            "ImportError: /env/_rust.abi3.so: failed to map segment from shared object",
            "static",
            Fips(),
            Processor(),
            "mounted noexec",
            "--venv FOLDER",
        ),
    ],
)
def test_causes_of_the_machine(
    detail: str, kind: str, fips: Fips, processor: Processor, cause: str, hint: str
) -> None:
    explained = explain_for(report(detail, kind), fips, processor)
    assert cause in explained.cause
    assert hint in " ".join(explained.hints)


@pytest.mark.parametrize(
    ("detail", "fips", "processor"),
    [
        ("The interpreter crashed (SIGSEGV).", Fips(), Processor()),
        (UNSUPPORTED, Fips(), Processor()),
        ("AssertionError: another key decrypted the message", FIPS, POWER8),
        ("", FIPS, POWER8),
    ],
)
def test_everything_else_is_unknown(detail: str, fips: Fips, processor: Processor) -> None:
    assert explain_for(report(detail), fips, processor) == UNKNOWN
    assert not UNKNOWN.cause
    assert UNKNOWN.hints


def test_only_failed_checks_count() -> None:
    assert explain_for(report("crashed (SIGILL)", ok=True), FIPS, POWER8) == UNKNOWN


def test_this_machine_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_fips, "read", lambda *_: FIPS)
    assert "/root/fips.cnf" in failed_proof.explain(report(UNSUPPORTED)).cause
