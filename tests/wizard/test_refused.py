"""Several refusals as one."""

from __future__ import annotations

from wizard.refused import Refused, together

NO_WHEEL = Refused("No wheel fits.", ("Compile it: --method source", "Update the system."))
NO_BUILD = Refused("No compiler.", ("Install the wheel instead.", "Install gcc."), manager="apt")


def test_one_refusal_keeps_its_advice() -> None:
    assert together([NO_WHEEL]) == NO_WHEEL
    assert together([]) is None


def test_no_refused_way_is_advised() -> None:
    both = Refused(
        "No wheel fits. No compiler.", ("Update the system.", "Install gcc."), manager="apt"
    )
    assert together([NO_WHEEL, NO_BUILD]) == both
