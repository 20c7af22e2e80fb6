"""Why a proof failed, and its remedy: only what the report and the machine show."""

from __future__ import annotations

import pytest

from wizard.advice import failed_proof
from wizard.advice.failed_proof import OTHER_COPY, UNKNOWN, Explanation, explain_for
from wizard.diagnosis.diagnose import diagnose
from wizard.facts import Fips, Processor
from wizard.machine import fips as machine_fips
from wizard.machine import processor as machine_processor
from wizard.proof.linkage import Linkage
from wizard.proof.verify import Check, Report

FIPS = Fips(configuration="/root/fips.cnf", variable=True)
NO_FIPS, UNKNOWN_PROCESSOR = Fips(), Processor()
POWER8 = Processor("POWER8 (raw)", "power8")
UNSUPPORTED = "UnsupportedAlgorithm: error:0308010C:inner_evp_generic_fetch:unsupported"
OTHER_LIBRARY = (
    "ModuleNotFoundError: No module named '_cffi_backend'; "
    "/e e/_cffi_backend.cpython-312-x86_64-linux-musl.so is there, "
    "but this Python looks for _cffi_backend.cpython-312-x86_64-linux-gnu.so"
)
OTHER_PYTHON = OTHER_LIBRARY.replace("312-x86_64-linux-musl", "310-x86_64-linux-gnu")


def report(
    *details: str, kind: str = "static", ok: bool = False, problems: tuple[str, ...] = ()
) -> Report:
    """A report whose import failed, once for each detail."""
    linkage = Linkage(kind)  # type: ignore[arg-type]
    checks = tuple(Check("import", ok, detail) for detail in details)
    return Report(
        "/e/bin/python", False, "50.0.2", linkage=linkage, checks=checks, problems=problems
    )


def explained(
    detail: str,
    kind: str = "static",
    mode: Fips = NO_FIPS,
    processor: Processor = UNKNOWN_PROCESSOR,
) -> Explanation:
    return explain_for(report(detail, kind=kind), mode, processor)


@pytest.mark.parametrize(
    ("detail", "failure", "words"),
    [
        ("The interpreter crashed (SIGILL). It was at: File", "illegal-instruction", "compile it"),
        ("The interpreter crashed (SIGSEGV).", "crashed", "new environment"),
        ("The interpreter crashed (0xC0000005).", "crashed", "new environment"),
        ("The interpreter crashed (0xC000001D).", "illegal-instruction", "compile it"),
        (OTHER_LIBRARY, "cffi-backend-other-name", "the Python is at fault"),
        ("ModuleNotFoundError: No module named '_cffi_backend'", "cffi-backend-missing", "both"),
        ("ImportError: x.so: undefined symbol: EVP_idea_cbc", "undefined-symbol-openssl", "wheel"),
        ("ImportError: /lib/libc.so.6: version `GLIBC_2.34' not found", "glibc-too-old", "older"),
    ],
)
def test_the_signs_are_those_of_a_log(detail: str, failure: str, words: str) -> None:
    found = diagnose([f"import: {detail}"])
    assert found.id == failure
    explanation = explained(detail)
    assert explanation == Explanation(found.cause, found.hints)
    assert any(words in hint for hint in explanation.hints)


@pytest.mark.parametrize(
    ("detail", "kind", "mode", "processor", "cause", "hint"),
    [
        (
            "The interpreter crashed (SIGILL). It was at: File",
            "static",
            Fips(),
            POWER8,
            "This processor: POWER8 (raw).",
            "--method source",
        ),
        (
            "The interpreter crashed (SIGILL).",
            "static",
            Fips(),
            Processor(emulator="qemu"),
            "This processor: qemu.",
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
        (
            OTHER_PYTHON,
            "unknown",
            Fips(),
            Processor(),
            "cffi was installed for another Python: its file is called _cffi_backend.cpython-310-",
            "--no-cache-dir cffi",
        ),
        (
            OTHER_PYTHON.replace("_cffi_backend", "_rust"),
            "unknown",
            Fips(),
            Processor(),
            "cryptography was installed for another Python: its file is called _rust.",
            "--no-cache-dir cryptography",
        ),
        (
            "ImportError: /env/_rust.abi3.so: failed to map segment from shared object",
            "static",
            Fips(),
            Processor(),
            "The environment's disk is mounted noexec",
            "--venv FOLDER",
        ),
    ],
)
def test_causes_of_the_machine(
    detail: str, kind: str, mode: Fips, processor: Processor, cause: str, hint: str
) -> None:
    explanation = explained(detail, kind, mode, processor)
    assert cause in explanation.cause
    assert hint in " ".join(explanation.hints)


@pytest.mark.parametrize(
    ("detail", "mode", "processor"),
    [
        ("ValueError: something", Fips(), Processor()),
        (UNSUPPORTED, Fips(), Processor()),
        ("AssertionError: another key decrypted the message", FIPS, POWER8),
        ("", FIPS, POWER8),
    ],
)
def test_everything_else_is_unknown(detail: str, mode: Fips, processor: Processor) -> None:
    assert explained(detail, mode=mode, processor=processor) == UNKNOWN
    assert not UNKNOWN.cause
    assert UNKNOWN.hints


def test_only_failed_checks_count() -> None:
    assert explain_for(report("crashed (SIGILL)", ok=True), FIPS, POWER8) == UNKNOWN
    assert explain_for(report(), FIPS, POWER8) == UNKNOWN


def test_another_copy_is_not_helped_by_another_installation() -> None:
    elsewhere = (
        "cryptography 50.0.2 was requested, but this Python imports 42.0.8 from /x. That is "
        "outside the environment /e."
    )
    assert explain_for(report(problems=(elsewhere,)), Fips(), Processor()) == OTHER_COPY
    static = report(problems=("OpenSSL should be inside (static)",))
    assert explain_for(static, Fips(), Processor()) == UNKNOWN


def test_this_machine_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_fips, "read", lambda *_: FIPS)
    assert "/root/fips.cnf" in failed_proof.explain(report(UNSUPPORTED)).cause
    monkeypatch.setattr(machine_processor, "CPUINFO", __file__)
    monkeypatch.setattr(machine_processor, "read", lambda _machine: POWER8)
    assert "POWER8 (raw)" in failed_proof.explain(report("crashed (SIGILL)")).cause
