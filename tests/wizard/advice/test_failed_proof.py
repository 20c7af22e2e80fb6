"""The remedy of a failed proof depends on what failed."""

from __future__ import annotations

import pytest

from wizard.advice.failed_proof import REINSTALL, explain, remedies
from wizard.proof.verify import Check, Report


def report(*details: str, problems: tuple[str, ...] = ()) -> Report:
    """A report whose import failed, once for each detail."""
    checks = tuple(Check("import", False, detail) for detail in details)
    return Report("/e/bin/python", False, "50.0.2", checks=checks, problems=problems)


@pytest.mark.parametrize(
    ("detail", "failure", "words"),
    [
        ("The interpreter crashed (SIGILL). It was at: File", "illegal-instruction", "compile it"),
        ("The interpreter crashed (SIGSEGV).", "crashed", "new environment"),
        ("The interpreter crashed (0xC0000005).", "crashed", "new environment"),
        ("The interpreter crashed (0xC000001D).", "illegal-instruction", "compile it"),
        (
            "ModuleNotFoundError: No module named '_cffi_backend'; /e/_cffi_backend.x-musl.so is "
            "there, but this Python looks for _cffi_backend.x-gnu.so",
            "cffi-backend-other-name",
            "the Python is at fault",
        ),
        ("ModuleNotFoundError: No module named '_cffi_backend'", "cffi-backend-missing", "both"),
        ("ImportError: x.so: undefined symbol: EVP_idea_cbc", "undefined-symbol-openssl", "wheel"),
        ("ImportError: /lib/libc.so.6: version `GLIBC_2.34' not found", "glibc-too-old", "older"),
    ],
)
def test_a_known_failure_has_its_own_remedy(detail: str, failure: str, words: str) -> None:
    known = explain(report(detail))
    assert known is not None
    assert known.id == failure
    assert any(words in hint for hint in remedies(report(detail)))
    assert remedies(report(detail)) != REINSTALL


def test_an_unknown_failure_is_not_explained() -> None:
    assert explain(report("ValueError: something")) is None
    assert remedies(report("ValueError: something")) == REINSTALL
    assert explain(report()) is None


def test_another_copy_is_not_helped_by_another_installation() -> None:
    elsewhere = (
        "cryptography 50.0.2 was requested, but this Python imports 42.0.8 from /x. That is "
        "outside the environment /e."
    )
    assert "other copy" in remedies(report(problems=(elsewhere,)))[0]
    assert remedies(report(problems=("OpenSSL should be inside (static)",))) == REINSTALL
