"""What is special about Homebrew, in its versions 5 and 6."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from backends.action import Command, Output
from backends.homebrew import MANAGER
from backends.manager import caveat, managers
from tests.recordings import recorded
from wizard.facts import Facts, System
from wizard.needs import package_steps

both = pytest.mark.parametrize("tool", ["brew5", "brew6"])
NAMES = ("openssl@3", "rust")


def kind(tool: str, name: str) -> str:
    problem = MANAGER.explain(recorded(tool, name))
    return problem.kind if problem else ""


def changes() -> list[Command]:
    found = (MANAGER.refresh(), MANAGER.install(NAMES), MANAGER.remove(NAMES))
    return [command for command in found if command is not None]


def edited(**values: object) -> Output:
    """The recorded answer, with these values in its first formula, openssl@3."""
    output = recorded("brew6", "info")
    answer = json.loads(output.stdout)
    answer["formulae"][0].update(values)
    return replace(output, stdout=json.dumps(answer))


@both
def test_as_root_nothing_works_so_it_is_never_root(tool: str) -> None:
    assert len(changes()) == 3
    assert not any(command.root for command in changes())
    assert kind(tool, "denied") == kind(tool, "denied-info") == "denied"


def test_it_is_away_from_the_terminal_and_asks_nothing() -> None:
    assert "Do you want to proceed" in recorded("brew6", "asks").stdout
    assert "Do you want to proceed" not in recorded("brew6", "no-ask").stdout
    wanted = {
        f"HOMEBREW_NO_{name}"
        for name in (
            *("AUTO_UPDATE", "ASK", "INSTALL_UPGRADE", "ANALYTICS"),
            *("ENV_HINTS", "COLOR", "EMOJI", "AUTOREMOVE", "INSTALL_CLEANUP"),
        )
    }
    for command in changes():
        assert command.detached
        assert wanted <= {name for name, value in command.env if value == "1"}


def test_what_uses_an_upgraded_formula_is_upgraded_too_and_the_plan_says_so() -> None:
    # With it, brew does not look for what an upgrade broke (Library/Homebrew/upgrade.rb).
    variables = {name for command in changes() for name, _ in command.env}
    assert "HOMEBREW_NO_INSTALLED_DEPENDENTS_CHECK" not in variables
    (_, install) = package_steps.install_steps(
        Facts(System("macos", "arm64")), "homebrew", NAMES, ""
    )
    assert "upgrades that, and the outdated formulae that use it" in install.why


def test_yes_is_no_option_of_5() -> None:
    assert recorded("brew5", "dash-y").exit == 1
    assert not any("-y" in command.argv for command in changes())


@both
def test_an_unknown_name_drops_the_whole_call(tool: str) -> None:
    assert kind(tool, "unknown-plus-known") == "unknown-package"
    assert recorded(tool, "after-unknown").stdout.strip() == ""


def test_a_keg_only_formula_is_installed_though_nothing_is_linked() -> None:
    output = recorded("brew6", "info-installed")
    rustup = next(f for f in json.loads(output.stdout)["formulae"] if f["name"] == "rustup")
    assert rustup["linked_keg"] is None
    assert MANAGER.installed(("rustup",), output) == {"rustup": "1.28.2"}


def test_an_alias_means_its_formula() -> None:
    output = recorded("brew6", "info-installed")
    assert MANAGER.installed(("pkg-config", "openssl"), output) == {
        "pkg-config": "2.5.1",
        "openssl": "3.6.0",
    }


def test_a_name_is_never_split_at_its_version() -> None:
    found = MANAGER.candidates(("openssl@3", "openssl@1.1"), recorded("brew6", "info"))
    assert found == {"openssl@3": "3.6.0"}


def test_a_formula_that_is_not_installed() -> None:
    output = edited(installed=[])
    assert MANAGER.installed(NAMES, output) == {"rust": "1.92.0"}
    assert "openssl@3" in MANAGER.candidates(NAMES, output)


def test_a_revision_is_part_of_the_version() -> None:
    assert MANAGER.candidates(("openssl@3",), edited(revision=2)) == {"openssl@3": "3.6.0_2"}


@both
def test_a_disabled_formula_cannot_be_had(tool: str) -> None:
    assert MANAGER.candidates(("openssl@3",), edited(disabled=True)) == {}
    problem = MANAGER.explain(recorded(tool, "disabled"))
    assert problem is not None
    assert "has been disabled" in problem.line


@pytest.mark.parametrize("text", ["[]", "null", '{"formulae": []}'])
def test_an_answer_without_formulae(text: str) -> None:
    assert MANAGER.installed(NAMES, Output(0, text)) == {}
    assert MANAGER.candidates(NAMES, Output(0, text)) == {}


@pytest.mark.parametrize("text", ["", "==> Updating", "{"])
def test_what_is_not_json_is_an_answer_only_where_it_failed(text: str) -> None:
    for read in (MANAGER.installed, MANAGER.candidates):
        assert read(NAMES, Output(1, text)) == {}
        with pytest.raises(ValueError, match="not JSON"):
            read(NAMES, Output(0, text))


def test_the_prefix_says_nothing_about_being_installed() -> None:
    assert recorded("brew6", "prefix-not-installed").exit == 0
    assert "--prefix" not in MANAGER.query(NAMES).argv


def test_both_questions_are_one() -> None:
    assert MANAGER.query(NAMES) == MANAGER.ask_candidates(NAMES)


@both
def test_a_failed_build_is_not_taken_for_a_missing_network(tool: str) -> None:
    assert "Could not resolve host" in recorded(tool, "source-fails").stderr
    assert kind(tool, "source-fails") == "other"
    assert kind(tool, "offline-url") == kind(tool, "offline-update") == "offline"


@both
def test_no_bottle_and_a_dependent_formula(tool: str) -> None:
    problem = MANAGER.explain(recorded(tool, "no-bottle"))
    assert problem is not None
    assert "no bottle available" in problem.line
    assert kind(tool, "uninstall-needed") == "broken"
    assert kind(tool, "uninstall-again") == "other"


@both
def test_a_lock_fails_at_once_so_it_is_tried_again(tool: str) -> None:
    output = recorded(tool, "locked")
    assert output.exit == 1
    assert all(re.search(command.busy, output.stderr) for command in changes())
    assert all(command.busy_seconds > 0 for command in changes())


def test_it_is_found_where_path_does_not_lead() -> None:
    assert MANAGER.programs[1:] == (
        "/opt/homebrew/bin/brew",
        "/usr/local/bin/brew",
        "/home/linuxbrew/.linuxbrew/bin/brew",
    )


def test_nothing_of_the_users_is_removed_beside() -> None:
    assert (
        "Autoremoving 2 unneeded formulae" in recorded("brew5", "uninstall-removes-orphans").stdout
    )
    assert "Autoremoving" not in recorded("brew5", "uninstall").stdout
    assert "Removing: /home/linuxbrew" in recorded("brew5", "install-cleans-up").stdout
    assert "Removing:" not in recorded("brew5", "install-alone").stdout


def test_a_formula_that_another_process_builds_is_not_installed_yet() -> None:
    output = recorded("brew5", "info-while-building")
    (formula,) = json.loads(output.stdout)["formulae"]
    assert [keg["time"] for keg in formula["installed"]] == [None]
    assert MANAGER.installed(("slow",), output) == {}
    assert MANAGER.candidates(("slow",), output) == {"slow": "1.0"}
    # brew itself takes it for installed.
    assert recorded("brew5", "install-while-building").exit == 0


def test_a_lock_on_a_download_is_waited_for() -> None:
    output = recorded("brew5", "locked-downloads")
    assert kind("brew5", "locked-downloads") == "locked"
    assert re.search(MANAGER.refresh().busy, output.stderr)
    assert kind("brew5", "denied-other-user") == "denied"


def test_on_an_intel_mac_it_has_no_new_ready_made_packages() -> None:
    said = caveat(managers()["homebrew"], "macos", "x86_64")
    assert "no bottle available!" in said
    assert "--rust rustup" in said
    assert caveat(managers()["homebrew"], "macos", "arm64") == ""
    assert caveat(managers()["homebrew"], "linux", "x86_64") == ""
    assert all(
        caveat(other, "macos", "x86_64") == "" for n, other in managers().items() if n != "homebrew"
    )
