"""The diagnosis of Apple's messages fits the state that the wizard derives from them."""

from __future__ import annotations

import pytest

from backends import xcode
from tests import apple_outputs as outputs
from wizard.diagnosis.diagnose import diagnose

XCODE = "/Applications/Xcode.app/Contents/Developer"
CASES = [
    *((line, "", "clt-missing") for line in (*outputs.NOT_SELECTED, *outputs.REQUESTED)),
    (outputs.GONE, xcode.FOLDER, "clt-incomplete"),
    (outputs.NO_CLANG, xcode.FOLDER, "clt-incomplete"),
    (outputs.XCODE_GONE, XCODE, "xcode-gone"),
    *((line, XCODE, "xcode-license") for line in outputs.LICENCE),
]
STATES = {
    "clt-missing": "absent",
    "clt-incomplete": "incomplete",
    "xcode-gone": "moved",
    "xcode-license": "licence",
}


@pytest.mark.parametrize(("line", "folder", "failure"), CASES)
def test_the_failure_is_that_of_the_state(line: str, folder: str, failure: str) -> None:
    found = diagnose(["Compiling cffi", line, "error: command '/usr/bin/cc' failed"])
    assert found.id == failure
    assert xcode.state(folder, line) == STATES[failure]


@pytest.mark.parametrize("line", outputs.LICENCE)
def test_no_remedy_accepts_a_licence_unread(line: str) -> None:
    assert not any("-license accept" in hint for hint in diagnose([line]).hints)


def test_the_tools_that_macos_does_not_install_again_are_to_be_removed_first() -> None:
    found = diagnose([outputs.INSTALLED_ALREADY])
    assert found.id == "clt-already-installed"
    assert "sudo rm -rf /Library/Developer/CommandLineTools" in found.hints[0]


@pytest.mark.parametrize(
    ("line", "failure"),
    [
        # Homebrew/brew, Library/Homebrew/extend/os/mac/diagnostic.rb.
        ("Error: Your Command Line Tools are too outdated.", "clt-outdated"),
        ("Error: Your Xcode (13.4) at /Applications/Xcode.app is too outdated.", "xcode-outdated"),
        ("Error: Xcode alone is not sufficient on Sequoia.", "clt-missing"),
        ("Error: No developer tools installed.", "clt-missing"),
    ],
)
def test_what_homebrew_prints_is_known(line: str, failure: str) -> None:
    assert diagnose(["==> Installing rust", line]).id == failure


def test_a_quarantined_library_is_not_taken_for_an_unsigned_one() -> None:
    """A line of sqreen/PyMiniRacer#156, and one of dashingsoft/pyarmor#614."""
    place = "'/e/lib/python3.9/site-packages/py_mini_racer/libmini_racer.dylib'"
    found = diagnose(
        [
            f"OSError: dlopen({place}, 0x0006): tried: {place} (code signature in <xxxx> {place} "
            "not valid for use in process: library load disallowed by system policy)"
        ]
    )
    assert found.id == "mac-quarantine"
    assert any("/usr/bin/xattr -d -r com.apple.quarantine" in hint for hint in found.hints)
    found = diagnose(
        [
            "ImportError: dlopen('/e/Python', 0x000A): tried: '/e/Python' (code signature invalid "
            "(errno=1) sliceOffset=0x00000000, codeBlobOffset=0x00349780, codeBlobSize=0x0000F6A0)"
        ]
    )
    assert found.id == "mac-code-signature"
    assert any("codesign --force --sign -" in hint for hint in found.hints)
