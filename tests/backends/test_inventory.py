"""What the managers say that is installed, and what they would remove with something else."""

from __future__ import annotations

import pytest

from backends.action import Output
from backends.manager import inventory, managers
from tests.recordings import recorded

NAMES = ("gcc", "cpp")
CAN = ("apt", "dnf", "yum")


@pytest.mark.parametrize("name", sorted(managers()))
def test_who_can_say_it_asks_without_root_and_changes_nothing(name: str) -> None:
    backend = inventory(managers()[name])
    assert (backend is not None) == (name in CAN)
    if backend is None:
        return
    question = backend.ask_removed_with(NAMES)
    assert question.argv[-2:] == NAMES
    assert {"-s", "--assumeno"} & set(question.argv)
    for command in (question, backend.ask_all()):
        assert not command.root
        assert dict(command.env)["LC_ALL"] == "C"
    remove = backend.remove_added(NAMES)
    assert remove.root
    assert remove.argv[-2:] == NAMES


def test_apt_lists_only_what_is_installed() -> None:
    apt = inventory(managers()["apt"])
    assert apt is not None
    text = "ii  gcc 4:12.2.0-3 c-compiler\nrc  cpp 4:12.2.0-3 \nii  base-files 12.4 \nun  x \n"
    assert apt.all_installed(Output(0, text)) == {"gcc", "base-files"}
    assert apt.all_installed(recorded("apt", "query-part")) == {"libffi-dev", "pkg-config"}


def test_rpm_lists_no_keys() -> None:
    dnf = inventory(managers()["dnf"])
    assert dnf is not None
    assert dnf.all_installed(Output(0, "bash\ngpg-pubkey\nglibc\n")) == {"bash", "glibc"}


@pytest.mark.parametrize(
    ("name", "tool", "recording", "removed"),
    [
        ("apt", "apt", "simulate-remove", {"build-essential", "cpp", "cpp-12", "gcc", "gcc-12"}),
        ("dnf", "dnf4", "remove", {"cargo", "rust"}),
        ("dnf", "dnf5", "remove", {"cargo", "rust"}),
        ("yum", "yum", "remove", {"cargo", "rust"}),
    ],
)
def test_what_would_go_with_a_package(
    name: str, tool: str, recording: str, removed: set[str]
) -> None:
    assert set(managers()[name].removals(recorded(tool, recording))) >= removed
