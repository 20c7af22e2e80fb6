"""Why a proof failed, and its remedy: only what the report and the machine show.

What the programs print, each with its cause, is in ``tests/logs``: see
``tests/wizard/diagnosis/short_logs.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.advice import failed_proof
from wizard.facts import Fips, Processor
from wizard.machine import fips as machine_fips
from wizard.machine import processor as machine_processor
from wizard.proof.linkage import Linkage
from wizard.proof.verify import Check, Report

LINUX = {"os": "linux", "system": "debian", "machine": "x86_64", "libc": "glibc"}
UNSUPPORTED = "UnsupportedAlgorithm: error:0308010C:inner_evp_generic_fetch:unsupported"
NOEXEC = "ImportError: /e/_rust.abi3.so: failed to map segment from shared object"
OTHER_LIBRARY = (
    "ModuleNotFoundError: No module named '_cffi_backend'; "
    "/e e/_cffi_backend.cpython-312-x86_64-linux-musl.so is there, "
    "but this Python looks for _cffi_backend.cpython-312-x86_64-linux-gnu.so"
)


@pytest.fixture(autouse=True)
def plain_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without FIPS mode, whose processor is unknown, and without variables."""
    monkeypatch.setattr(machine_fips, "read", lambda *_: Fips())
    monkeypatch.setattr(machine_processor, "CPUINFO", __file__)
    monkeypatch.setattr(machine_processor, "read", lambda _machine: Processor())
    for name in failed_proof.VARIABLES:
        monkeypatch.delenv(name, raising=False)


def report(detail: str, kind: str = "static", python: str = "/e/bin/python") -> Report:
    """A report whose import failed."""
    linkage = Linkage(kind, "/e/x.so", ("/usr/lib/libssl.so.3",))  # type: ignore[arg-type]
    problem = f"import: {detail}"
    checks = (Check("import", False, detail),)
    return Report(python, False, "50.0.2", "OpenSSL 3.0.19", linkage, checks, (problem,))


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
        (NOEXEC, "environment-noexec", "another disk"),
        ("It hung and was stopped.", "import-hung", "again"),
    ],
)
def test_the_signs_are_those_of_a_log(detail: str, failure: str, words: str) -> None:
    found = failed_proof.explain(report(detail), LINUX)
    assert found.id == failure
    assert any(words in hint for hint in found.hints)


def test_fips_mode_is_the_cause_only_if_it_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert failed_proof.explain(report(UNSUPPORTED), LINUX).id is None
    mode = Fips(configuration="/root/fips.cnf", variable=True)
    monkeypatch.setattr(machine_fips, "read", lambda *_: mode)
    static = failed_proof.explain(report(UNSUPPORTED), LINUX)
    assert static.id == "fips-mode"
    assert static.cause.startswith("FIPS mode is on (/root/fips.cnf), and OpenSSL")
    assert "FIPS mode is on (/root/fips.cnf)." in failed_proof.log_of(report(UNSUPPORTED))
    assert "--link dynamic" in static.hints[0]
    dynamic = failed_proof.explain(report(UNSUPPORTED, "dynamic"), LINUX)
    assert dynamic.id == "fips-mode"
    assert dynamic.hints == ("See whether the provider is active: `openssl list -providers`.",)


@pytest.mark.parametrize(
    ("signal", "kind", "failure", "words"),
    [
        ("SIGSEGV", Processor(emulator="qemu"), "emulator-crashed", "update the emulator"),
        ("SIGSEGV", Processor(), "crashed", "new environment"),
        ("SIGILL", Processor(emulator="qemu"), "illegal-instruction", "QEMU_CPU=max"),
        ("SIGILL", Processor("POWER8 (raw)", "power8"), "illegal-instruction", "--method source"),
    ],
)
def test_an_emulator_and_an_old_processor_are_named(
    signal: str, kind: Processor, failure: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_processor, "read", lambda _machine: kind)
    found = failed_proof.explain(report(f"The interpreter crashed ({signal})."), LINUX)
    assert found.id == failure
    assert any(words in hint for hint in found.hints)
    assert ("POWER8 (raw)" in found.cause) == bool(kind.name)
    assert found.cause.endswith(".")


def test_a_variable_that_leads_to_another_openssl_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed = report("ImportError: x.so: undefined symbol: EVP_idea_cbc", "dynamic")
    assert "unset" not in " ".join(failed_proof.explain(failed, LINUX).hints)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/old")
    assert "`unset LD_LIBRARY_PATH`" in failed_proof.explain(failed, LINUX).hints[0]


def test_commands_name_the_environment_of_the_proof(tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    (folder / "bin").mkdir(parents=True)
    failed = report("No module named '_cffi_backend'", python=str(folder / "bin" / "python"))
    assert all("--venv" not in one.run for one in failed_proof.explain(failed, LINUX).remedies)
    (folder / "pyvenv.cfg").touch()
    (best, *_) = failed_proof.explain(failed, LINUX).remedies
    assert best.run == ("cryptography-wizard", "--reinstall", "--venv", str(folder))
    assert best.id == "again"


@pytest.mark.parametrize(
    "detail", ["ValueError: something", "AssertionError: another key decrypted the message", ""]
)
def test_everything_else_is_unknown_and_promises_nothing(detail: str) -> None:
    found = failed_proof.explain(report(detail), LINUX)
    assert found.id is None
    assert found.hints
    assert "activate" not in " ".join(found.hints)


def test_this_machine_is_asked_if_its_facts_are_not_given() -> None:
    found = failed_proof.explain(report("The interpreter crashed (SIGSEGV)."))
    assert found.facts["os"]


def test_a_good_proof_is_a_short_log() -> None:
    good = Report("/e/bin/python", True, "50.0.2", "OpenSSL 4.0.3", Linkage("static"))
    assert failed_proof.log_of(good) == (
        "Proof of /e/bin/python",
        "ok: cryptography 50.0.2 works in /e/bin/python.",
        "ok: OpenSSL 4.0.3 is inside (static).",
    )
