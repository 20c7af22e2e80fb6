"""What is special about dnf, in its versions 4 and 5."""

from __future__ import annotations

import pytest

from backends.action import Output
from backends.dnf import MANAGER
from tests.recordings import recorded

both = pytest.mark.parametrize("tool", ["dnf4", "dnf5"])


def kind(tool: str, name: str) -> str:
    problem = MANAGER.explain(recorded(tool, name))
    return problem.kind if problem else ""


@both
def test_a_name_that_another_package_provides_counts(tool: str) -> None:
    names = ("pkg-config", "python3.12-devel")
    installed = MANAGER.installed(names, recorded(tool, "query-part"))
    assert installed == {"pkg-config": "2.1.1-1.fc40", "python3.12-devel": "3.12.4-1.fc40"}
    assert MANAGER.candidates(names, recorded(tool, "candidates")) == installed


def test_the_package_of_that_name_wins_over_one_that_provides_it() -> None:
    text = (
        "old-rust 1.60-1\nrust = 1.60\n\nrust 1.79-1\nrust = 1.79\n\nnew-rust 1.90-1\nrust = 1.90\n"
    )
    assert MANAGER.candidates(("rust",), Output(0, text)) == {"rust": "1.79-1"}
    text = "rust 1.79-1 rust \nnew-rust 1.90-1 new-rust rust \n"
    assert MANAGER.installed(("rust",), Output(0, text)) == {"rust": "1.79-1"}


def test_rpm_counts_those_that_are_missing_in_its_exit_code() -> None:
    names = ("gcc", "pkg-config", "python3.12-devel", "openssl-devel", "rust", "no-such-package")
    output = recorded("dnf4", "query-part")
    assert output.exit == 3
    assert output.exit in MANAGER.query(names).ok
    assert len(names) in MANAGER.query(names).ok


@both
def test_lists_that_are_not_there_yet_are_no_failure(tool: str) -> None:
    output = recorded(tool, "candidates-no-lists")
    assert MANAGER.candidates(("gcc",), output) == {}
    # DNF 5 says nothing at all; DNF 4 fails, in words that mean "no package is known".
    assert kind(tool, "candidates-no-lists") in ("", "unknown-package")


def test_questions_are_answered_from_the_lists_that_are_there() -> None:
    assert "-C" in MANAGER.ask_candidates(("gcc",)).argv
    assert recorded("dnf4", "locked-candidates").exit == 0
    assert recorded("dnf4", "locked-query").exit == 0


@both
def test_an_unknown_name_is_answered_by_silence(tool: str) -> None:
    output = recorded(tool, "repoquery-unknown")
    assert (output.exit, output.stdout.strip()) == (0, "")


def test_the_format_ends_its_lines_itself() -> None:
    assert recorded("dnf5", "repoquery-no-newline").stdout == "gcc|14.1.1openssl-devel|3.2.1\n"
    argv = MANAGER.ask_candidates(("gcc",)).argv
    assert argv[argv.index("--qf") + 1].endswith("\\n")


def test_an_epoch_of_nothing_is_left_out() -> None:
    text = "rust 0:1.79.0-1.fc40\nopenssl-devel 1:3.2.1-2.fc40\n"
    found = MANAGER.candidates(("rust", "openssl-devel"), Output(0, text))
    assert found == {"rust": "1.79.0-1.fc40", "openssl-devel": "1:3.2.1-2.fc40"}


@both
def test_an_unknown_name_drops_the_whole_call(tool: str) -> None:
    assert kind(tool, "unknown-plus-known") == "unknown-package"


@pytest.mark.parametrize(
    ("tool", "name"),
    [("dnf4", "offline-skip"), ("dnf5", "offline-skip"), ("dnf4", "offline-dns")],
)
def test_offline_is_told_from_an_unknown_name(tool: str, name: str) -> None:
    output = recorded(tool, name)
    said = output.stdout + output.stderr
    assert "Unable to find a match" in said or "No match for argument" in said
    assert kind(tool, name) == "offline"


def test_a_package_that_is_gone_from_the_mirror() -> None:
    assert kind("dnf4", "package-gone") == "offline"


@both
def test_removing_what_is_not_there_is_no_failure(tool: str) -> None:
    assert kind(tool, "remove-again") == ""


@both
def test_without_yes_it_stops_at_the_prompt(tool: str) -> None:
    assert kind(tool, "no-yes") == "aborted"


@both
def test_packages_that_contradict_each_other(tool: str) -> None:
    assert kind(tool, "missing-dependency") == "broken"
    assert kind(tool, "bad-pre") == "broken"


def test_a_failing_script_after_the_installation() -> None:
    assert kind("dnf4", "bad-post") == ""  # so only asking afterwards tells
    assert kind("dnf5", "bad-post") == "broken"


def test_a_user_without_a_home_is_not_root_either() -> None:
    assert kind("dnf4", "denied-no-home") == "denied"


def test_unsigned_packages_are_named() -> None:
    problem = MANAGER.explain(recorded("dnf4", "unsigned"))
    assert problem is not None
    assert problem.kind == "other"
    assert "GPG keys" in problem.line


def test_dnf_4_does_not_wait_for_its_lock_and_names_the_holder() -> None:
    command = MANAGER.install(("rust",))
    assert command is not None
    assert "--setopt=exit_on_lock=1" in command.argv
    output = recorded("dnf4", "locked")
    assert output.exit == 200
    problem = MANAGER.explain(output)
    assert problem is not None
    assert problem.line == "RPMDB already locked by 22599"


@pytest.mark.parametrize(("tool", "name"), [("dnf4", "waits-for-lock"), ("dnf5", "locked")])
def test_waiting_for_a_lock_is_no_failure_when_it_is_over(tool: str, name: str) -> None:
    assert recorded(tool, name).exit == 0
    assert kind(tool, name) == ""


def test_another_language_says_the_same() -> None:
    assert kind("dnf4", "french") == "unknown-package"
    command = MANAGER.install(("rust",))
    assert command is not None
    assert ("LC_ALL", "C") in command.env


def test_list_installed_is_not_used() -> None:
    assert recorded("dnf5", "list-installed").exit == 1
    assert MANAGER.query(("gcc",)).argv[0] == "rpm"
