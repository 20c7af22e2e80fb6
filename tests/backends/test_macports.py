"""What is special about MacPorts."""

from __future__ import annotations

from backends.action import Output
from backends.macports import MANAGER
from backends.manager import changes_to_others, managers
from tests.machines import machine
from tests.recordings import recorded
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.knowledge import load
from wizard.needs import package_steps


def kind(name: str) -> str:
    problem = MANAGER.explain(recorded("port", name))
    return problem.kind if problem else ""


def test_absent_ports_are_no_failure() -> None:
    output = recorded("port", "installed-missing")
    assert output.exit == 0
    assert MANAGER.installed(("cargo",), output) == {}


def test_what_is_asked_is_what_was_recorded() -> None:
    output = recorded("port", "installed")
    assert MANAGER.query(("openssl",)).argv == ("port", "-q", "installed", "openssl")
    assert MANAGER.installed(("openssl",), output) == {"openssl": "3.6.0_0"}
    argv = ("port", "search", "--exact", "--line", "openssl")
    assert MANAGER.ask_candidates(("openssl",)).argv == argv


def test_only_the_active_version_is_in_use() -> None:
    text = "  rust @1.90.0_0\n  rust @1.91.0_0+universal (active)\n  cargo @0.92.0_0\n"
    found = MANAGER.installed(("rust", "cargo"), Output(0, text))
    assert found == {"rust": "1.91.0_0+universal"}


def test_many_names_are_searched_for_in_one_call() -> None:
    # port.tcl writes "--" between the answers to two names.
    text = (
        "openssl\t3.6.0\tsecurity\tstand-in\n--\nNo match for no-such found\n"
        "--\nrust\t1.91.0\tlang\tstand-in\n"
    )
    found = MANAGER.candidates(("openssl", "no-such", "rust"), Output(0, text))
    assert found == {"openssl": "3.6.0", "rust": "1.91.0"}


def test_info_is_not_used_for_it_fails_on_an_unknown_name() -> None:
    assert recorded("port", "info-unknown").exit == 1
    assert recorded("port", "info-version").stdout == "version: 3.6.0\n\n"
    assert recorded("port", "search-none").exit == 0
    assert "info" not in MANAGER.ask_candidates(("openssl",)).argv


def test_an_unknown_name_fails_but_the_names_before_it_are_installed() -> None:
    assert kind("unknown-plus-known") == "unknown-package"
    left = recorded("port", "installed-all")
    assert "pkgconfig" in MANAGER.installed(("pkgconfig", "no-such-port-xyz"), left)


def test_answering_no_is_no_failure_so_it_must_not_ask() -> None:
    assert "Continue? [Y/n]" in recorded("port", "answers-no").stdout
    assert recorded("port", "answers-no").exit == 0
    for command in (MANAGER.install(("rust",)), MANAGER.remove(("rust",)), MANAGER.refresh()):
        assert command is not None
        assert command.argv[1] == "-N"


def test_rust_brings_no_cargo() -> None:
    table = load().packages_of("macports")
    assert table is not None
    assert set(table.rust[0].packages) == {"rust", "cargo"}


def test_a_port_that_another_needs_goes_last() -> None:
    assert kind("uninstall-needed") == "broken"
    command = MANAGER.remove(("openssl", "rust", "cargo"))
    assert command is not None
    assert command.argv[-3:] == ("cargo", "rust", "openssl")


def test_removing_what_is_not_there_is_no_failure() -> None:
    assert kind("uninstall-again") == ""


def test_interrupted_it_goes_on_the_next_time() -> None:
    assert recorded("port", "interrupted").exit == 2
    assert kind("interrupted") == "aborted"
    assert kind("again-after-interrupt") == ""


def test_other_failures() -> None:
    assert kind("offline-sync") == "offline"
    assert kind("missing-dependency") == "broken"
    problem = MANAGER.explain(recorded("port", "build-fails"))
    assert problem is not None
    assert problem.kind == "other"
    assert "compiler not found" in problem.line


def test_it_is_found_where_path_does_not_lead() -> None:
    assert "/opt/local/bin/port" in MANAGER.programs


def test_the_plan_says_that_outdated_ports_may_be_upgraded() -> None:
    """macports1.0/macports.tcl, _upgrade_mport_deps; port-rev-upgrade(1)."""
    said = changes_to_others(managers()["macports"])
    assert "upgrades installed ports that are outdated" in said
    made = plan(machine("mac-arm-port"), load(), Choices(method="source"))
    (install,) = (step for step in made.steps if step.id == package_steps.INSTALL_STEP)
    assert said in install.why
