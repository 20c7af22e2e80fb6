"""What is special about APT."""

from __future__ import annotations

from backends.apt import MANAGER
from tests.recordings import recorded


def test_removed_but_configured_is_not_installed() -> None:
    assert MANAGER.installed(("libffi-dev",), recorded("apt", "query-removed")) == {}


def test_a_provided_name_counts_as_installed() -> None:
    found = MANAGER.installed(("pkg-config",), recorded("apt", "query-provides"))
    assert found == {"pkg-config": "1.8.1-1"}


def test_a_virtual_package_has_no_candidate() -> None:
    assert MANAGER.candidates(("c-compiler",), recorded("apt", "policy-virtual")) == {}


def test_empty_lists_have_no_candidates() -> None:
    output = recorded("apt", "policy-empty-lists")
    assert MANAGER.candidates(("build-essential", "libssl-dev"), output) == {}


def test_an_unknown_name_drops_the_whole_call() -> None:
    problem = MANAGER.explain(recorded("apt", "install-unknown-plus-known"))
    assert problem is not None
    assert problem.kind == "unknown-package"
    assert MANAGER.installed(("libffi-dev",), recorded("apt", "query-after-unknown")) == {}


def test_a_virtual_package_cannot_be_installed_by_name() -> None:
    problem = MANAGER.explain(recorded("apt", "install-virtual"))
    assert problem is not None
    assert problem.kind == "unknown-package"


def test_without_yes_it_stops_at_the_prompt() -> None:
    problem = MANAGER.explain(recorded("apt", "no-yes"))
    assert problem is not None
    assert problem.kind == "aborted"
    command = MANAGER.install(("libffi-dev",))
    assert command is not None
    assert "-y" in command.argv


def test_the_lock_of_update_is_tried_again() -> None:
    problem = MANAGER.explain(recorded("apt", "locked-update"))
    assert problem is not None
    assert problem.kind == "locked"
    assert MANAGER.refresh().busy
    assert "held by process" in problem.line


def test_names_with_a_dot_are_asked_for_as_one_pattern_of_exact_names() -> None:
    command = MANAGER.ask_candidates(("cargo", "cargo-1.80", "rustc-1.80"))
    pattern = "?or(?exact-name(cargo-1.80),?exact-name(rustc-1.80))"
    assert command.argv == ("apt-cache", "policy", "cargo", pattern)
    assert MANAGER.ask_candidates(("cargo",)).argv == ("apt-cache", "policy", "cargo")
