"""Several refusals as one."""

from __future__ import annotations

from wizard.refused import Refused, together, without_wheel

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


def test_a_wheel_is_advised_but_not_by_the_name_of_a_folder() -> None:
    kept = (
        "Check these settings: find-links = /opt/wheels (pip, PIP_FIND_LINKS)",
        r"Check these settings: find-links = D:\wheels (pip, PIP_FIND_LINKS)",
        "Check these settings: find-links = wheels/linux (pip, PIP_FIND_LINKS)",
        "Install from it here: --from-wheelhouse FOLDER",
    )
    advice = ("Or use the wheel, which needs no compiler.", "Omit it: --method wheel")
    assert without_wheel((*kept, *advice)) == kept
