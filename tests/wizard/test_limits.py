from __future__ import annotations

import pytest

from wizard.facts import UNDATED
from wizard.limits import Limit


@pytest.mark.parametrize(
    ("specifier", "version", "allowed"),
    [
        ("", "50.0.2", True),
        ("<44,>=41.0.5", "43.0.3", True),
        ("<44,>=41.0.5", "44.0.0", False),
        ("==46.*", "46.0.7", True),
        (">=46", "47.0.0rc1", True),
    ],
)
def test_a_specifier_decides(specifier: str, version: str, allowed: bool) -> None:
    assert Limit("package", "pyOpenSSL 24.2.1", specifier).allows(version) is allowed


@pytest.mark.parametrize(
    ("uploaded", "allowed"),
    [
        ("2026-02-28T23:59:59.123Z", True),
        ("2026-03-01T00:00:00Z", False),
        ("2026-03-01T01:30:00+02:00", True),
        ("", False),
        ("yesterday", False),
        (UNDATED, True),
    ],
)
def test_a_date_decides_and_an_unknown_one_is_not_allowed(uploaded: str, allowed: bool) -> None:
    limit = Limit("setting", "exclude-newer", before="2026-03-01")
    assert limit.allows("50.0.2", uploaded) is allowed


def test_only_an_installed_package_can_be_overruled() -> None:
    assert not Limit("package", "pyOpenSSL 24.2.1", "<44").binding
    assert Limit("setting", "PIP_CONSTRAINT", "==46.0.7").binding
    assert Limit("project", "my-project", "<46").binding
