"""What is special about apk, in its versions 2 and 3."""

from __future__ import annotations

import re

import pytest

from backends.action import Output
from backends.apk import MANAGER
from tests.recordings import recorded
from wizard.knowledge import load

both = pytest.mark.parametrize("tool", ["apk2", "apk3"])


def kind(tool: str, name: str) -> str:
    problem = MANAGER.explain(recorded(tool, name))
    return problem.kind if problem else ""


@both
def test_the_exit_code_is_the_number_of_errors(tool: str) -> None:
    assert recorded(tool, "three-unknown").exit == 3
    assert kind(tool, "three-unknown") == "unknown-package"


@both
def test_not_root_and_locked_have_one_exit_code(tool: str) -> None:
    assert recorded(tool, "denied").exit == recorded(tool, "locked").exit == 99
    assert (kind(tool, "denied"), kind(tool, "locked")) == ("denied", "locked")
    assert kind(tool, "denied-log") == "denied"


@both
@pytest.mark.parametrize(
    ("name", "wanted", "line"),
    [
        ("offline", "offline", "WARNING: updating"),
        ("offline-dns", "offline", "DNS"),
        ("untrusted", "other", "UNTRUSTED signature"),
        ("no-repositories", "unknown-package", "(no such package)"),
        ("missing-dependency", "broken", "nothing-provides-me (no such package)"),
    ],
)
def test_no_such_package_has_many_reasons(tool: str, name: str, wanted: str, line: str) -> None:
    assert "(no such package)" in recorded(tool, name).stderr
    problem = MANAGER.explain(recorded(tool, name))
    assert problem is not None
    assert problem.kind == wanted
    assert line in problem.line


@both
def test_lists_that_cannot_be_fetched(tool: str) -> None:
    assert kind(tool, "offline-update") == "offline"


@both
def test_lists_that_are_old(tool: str) -> None:
    assert kind(tool, "package-gone") == "unknown-package"


@both
def test_without_lists_there_are_no_candidates_but_what_is_installed_is_known(tool: str) -> None:
    output = recorded(tool, "policy-offline")
    assert MANAGER.candidates(("gcc",), output) == {}
    assert MANAGER.installed(("gcc",), output) == {"gcc": "13.2.1_git20240309-r1"}


@both
def test_a_failed_script_breaks_every_later_call(tool: str) -> None:
    assert kind(tool, "bad-post") == "broken"
    assert kind(tool, "after-bad-post") == "broken"
    assert kind(tool, "conflict") == "broken"


@both
def test_info_would_give_another_name_than_was_asked_for(tool: str) -> None:
    assert recorded(tool, "info-provides").stdout.strip() == "pkgconf"
    assert MANAGER.query(("pkgconf",)).argv == ("apk", "policy", "pkgconf")
    table = load().packages_of("apk")
    assert table is not None
    assert "pkgconf" in table.build
    assert "pkgconfig" not in table.build


def test_search_is_not_used_for_its_exit_code_changed() -> None:
    assert recorded("apk2", "search-unknown").exit != recorded("apk3", "search-unknown").exit
    assert "search" not in MANAGER.ask_candidates(("gcc",)).argv


def test_both_questions_are_one() -> None:
    assert MANAGER.query(("gcc",)) == MANAGER.ask_candidates(("gcc",))


def test_the_newest_counts_but_not_one_of_a_tagged_repository() -> None:
    text = (  # as apk's own app_policy.c shows it
        "rust policy:\n"
        "  1.90.0-r0:\n    @edge http://mirror.example/edge/community\n"
        "  1.83.0-r0:\n    http://mirror.example/v3.21/community\n"
        "  1.78.0-r1:\n    lib/apk/db/installed\n    http://mirror.example/v3.20/community\n"
    )
    assert MANAGER.candidates(("rust",), Output(0, text)) == {"rust": "1.83.0-r0"}
    assert MANAGER.installed(("rust",), Output(0, text)) == {"rust": "1.78.0-r1"}


@both
def test_packages_are_removed_by_the_name_that_they_were_added_under(tool: str) -> None:
    install, remove = MANAGER.install(("gcc", "cargo")), MANAGER.remove(("cargo", "gcc"))
    assert install is not None
    assert remove is not None
    name = install.argv[install.argv.index("--virtual") + 1]
    assert name.startswith(".cryptography-wizard-")
    assert remove.argv[-2:] == ("del", name)
    assert kind(tool, "virtual") == kind(tool, "del-virtual") == kind(tool, "del-again") == ""


def test_a_second_call_does_not_take_away_what_the_first_brought() -> None:
    first, second = MANAGER.remove(("gcc",)), MANAGER.remove(("cargo",))
    assert first is not None
    assert second is not None
    assert first.argv[-1] != second.argv[-1]


@both
def test_it_waits_for_the_lock_itself_for_a_while(tool: str) -> None:
    command = MANAGER.install(("gcc",))
    assert command is not None
    assert command.argv[1:3] == ("--wait", "300")
    assert kind(tool, "waits-for-lock") == ""


@both
def test_an_unknown_package_is_told_when_it_is_added_under_a_virtual_name(tool: str) -> None:
    problem = MANAGER.explain(recorded(tool, "unknown-virtual"))
    assert problem is not None
    assert problem.kind == "unknown-package"
    assert "nosuch (no such package)" in problem.line


@both
@pytest.mark.parametrize("refused", ["denied-refresh", "denied"])
def test_who_may_not_have_the_lock_does_not_wait_for_it(tool: str, refused: str) -> None:
    command = MANAGER.refresh()
    output = recorded(tool, refused)
    assert kind(tool, refused) == "denied"
    assert re.search(command.denied, output.stderr, re.MULTILINE)
    locked = recorded(tool, "locked-wait")
    assert kind(tool, "locked-wait") == "locked"
    assert re.search(command.busy, locked.stdout + locked.stderr)
    assert not re.search(command.denied, locked.stdout + locked.stderr, re.MULTILINE)


def test_apk_2_says_that_it_waits_even_if_it_may_not() -> None:
    output = recorded("apk2", "denied-wait")
    assert re.search(MANAGER.refresh().busy, output.stdout)
    assert kind("apk2", "denied-wait") == "denied"
    assert kind("apk3", "denied-virtual") == "denied"


def test_only_its_own_packages_count_as_gone() -> None:
    remove, other = MANAGER.remove(("nano", "cargo")), MANAGER.remove(("nano",))
    assert remove is not None
    assert other is not None
    line = recorded("apk3", "remove-again").stderr.strip()
    assert re.search(remove.gone, line)
    assert not re.search(other.gone, line)
