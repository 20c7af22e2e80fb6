"""Apple's Command Line Tools in plans: repaired first, or refused with the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from backends import xcode
from backends.action import Command, SystemUpdate, Wait
from tests import apple_outputs as outputs
from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Privilege, Terminal, Tool
from wizard.knowledge import load
from wizard.method import methods
from wizard.needs import apple_tools
from wizard.needs.case import Case
from wizard.plan import Plan, order
from wizard.questions import completion

MAC = machine("mac-arm-brew")
XCODE = "/Applications/Xcode.app/Contents/Developer"
PLACEHOLDERS = ("cc", "gcc", "clang", "make")
REMOTE = Terminal(interactive=True, remote=True)
NOBODY = Terminal()
SOURCE = Choices(method="source")


def mac(problem: str, folder: str = xcode.FOLDER, **changes: object) -> Facts:
    """A Mac whose placeholders print this, and which has this folder selected (or none)."""
    others = tuple(t for t in MAC.tools if t.name not in (*PLACEHOLDERS, "xcode"))
    broken = tuple(
        Tool(name, f"/usr/bin/{name}", origin="system", problem=problem) for name in PLACEHOLDERS
    )
    selected = (Tool("xcode", folder, "16.4.0.0.1.1747106510", "system"),) if folder else ()
    rust = tuple(Tool(name, f"/opt/homebrew/bin/{name}", "1.98.1") for name in ("rustc", "cargo"))
    tools = (*broken, *others, *selected, *rust)
    return replace(MAC, tools=tools, **changes)  # type: ignore[arg-type]


ABSENT = mac("Apple's command line tools are missing.", "")
INCOMPLETE = mac(outputs.GONE)
MOVED = mac(outputs.XCODE_GONE, XCODE)
LICENCE = mac(outputs.LICENCE[0], XCODE)
BROKEN = mac("dyld: Library not loaded: /usr/lib/libxcselect.dylib")
MACS = {"ready": MAC, "absent": ABSENT, "incomplete": INCOMPLETE, "moved": MOVED,
        "licence": LICENCE, "broken": BROKEN}  # fmt: skip


def compiler_steps(made: Plan) -> list[str]:
    return [step.id for step in made.steps if step.role == "compiler"]


def refusal(facts: Facts) -> str:
    with pytest.raises(Impossible) as caught:
        plan(facts, load(), SOURCE)
    error = caught.value
    return "\n".join((error.what, error.why, *error.hints))


def test_there_is_a_mac_in_each_state() -> None:
    assert set(MACS) == set(get_args(xcode.State))
    for name, facts in MACS.items():
        assert apple_tools.state(facts) == name


@pytest.mark.parametrize("name", MACS)
def test_each_state_but_the_good_one_has_a_sentence_and_a_command(name: str) -> None:
    facts = MACS[name]
    assert bool(apple_tools.sentence(facts)) is (name != "ready")
    assert bool(apple_tools.remedies(facts)) is (name != "ready")
    for hint in apple_tools.remedies(facts):
        assert any(word in hint for word in ("xcode-select", "xcodebuild", "xcrun", "sudo rm"))


@pytest.mark.parametrize("name", MACS)
def test_a_wheel_needs_none_of_this(name: str) -> None:
    made = plan(MACS[name], load(), Choices())
    assert made.method == "wheel"
    assert not compiler_steps(made)


@pytest.mark.parametrize("name", ["absent", "incomplete"])
def test_macos_is_asked_and_waited_for_before_everything_that_needs_the_tools(name: str) -> None:
    made = plan(MACS[name], load(), SOURCE)
    assert compiler_steps(made) == ["compiler-ask", "compiler"]
    ask, wait = made.steps[:2]
    assert ask.action == xcode.install(incomplete=name == "incomplete")
    assert wait.action == xcode.wait()
    assert "click Install" in ask.why
    assert "1 GB" in wait.why
    if name == "incomplete":
        assert "upgrade of macOS" in ask.why


@pytest.mark.parametrize("name", ["absent", "incomplete", "moved"])
@pytest.mark.parametrize("terminal", [MAC.terminal, REMOTE], ids=["window", "ssh"])
def test_homebrew_starts_after_the_tools_run(name: str, terminal: Terminal) -> None:
    """brew update is git, and on Apple silicon brew install refuses without the tools."""
    facts = replace(MACS[name], terminal=terminal)
    facts = replace(facts, tools=tuple(t for t in facts.tools if t.name not in ("rustc", "cargo")))
    made = plan(facts, load(), SOURCE)
    assert order(made) == made.steps
    refresh = next(step for step in made.steps if step.id == "packages-refresh")
    assert apple_tools.STEP in refresh.needs
    ids = [step.id for step in made.steps]
    assert ids.index(apple_tools.STEP) < ids.index("packages-refresh") < ids.index("packages")
    build = next(step for step in made.steps if step.role == "build")
    assert apple_tools.STEP in build.needs


def test_a_wheelhouse_also_gets_the_tools_before_homebrew() -> None:
    without_rust = tuple(t for t in ABSENT.tools if t.name not in ("rustc", "cargo"))
    facts = replace(ABSENT, tools=without_rust)
    made = plan(facts, load(), Choices(method="source", wheelhouse="/Users/ada/wheels"))
    assert order(made) == made.steps
    ids = [step.id for step in made.steps]
    assert ids.index(apple_tools.STEP) < ids.index("packages-refresh")
    refresh = next(step for step in made.steps if step.id == "packages-refresh")
    assert apple_tools.STEP in refresh.needs


def test_a_deleted_xcode_is_deselected_first_and_can_be_selected_again() -> None:
    made = plan(MOVED, load(), SOURCE)
    assert compiler_steps(made) == ["compiler-reset", "compiler-ask", "compiler"]
    reset = made.steps[0]
    assert reset.action == xcode.reset()
    assert reset.needs_root
    assert XCODE in reset.why
    (undo,) = reset.undo
    assert isinstance(undo, Command)
    assert undo.argv == ("xcode-select", "--switch", XCODE)
    assert "compiler-reset" in made.steps[1].needs


def test_a_deleted_xcode_cannot_be_deselected_without_root() -> None:
    text = refusal(replace(MOVED, privilege=Privilege()))
    assert "does not exist any more" in text
    assert "sudo xcode-select --reset" in text
    assert "Or use the wheel" in text


def test_a_licence_is_never_accepted_for_the_user() -> None:
    text = refusal(LICENCE)
    assert "licence" in text
    assert "sudo xcodebuild -license" in text
    assert "-license accept" not in text
    assert "Or use the wheel" in text


def test_an_unknown_error_of_the_compiler_is_shown() -> None:
    text = refusal(BROKEN)
    assert "dyld: Library not loaded" in text
    assert "xcrun clang --version" in text


@pytest.mark.parametrize("name", ["absent", "incomplete"])
def test_over_ssh_they_are_installed_without_a_window(name: str) -> None:
    made = plan(replace(MACS[name], terminal=REMOTE), load(), SOURCE)
    assert compiler_steps(made) == ["compiler-update", "compiler"]
    update, check = made.steps[:2]
    assert isinstance(update.action, SystemUpdate)
    assert update.needs_root
    assert "licence" in update.why
    assert check.action == xcode.check()
    assert isinstance(check.action, Wait)
    assert not check.action.alive


@pytest.mark.parametrize("name", ["absent", "incomplete", "moved"])
def test_over_ssh_without_root_the_command_is_named(name: str) -> None:
    text = refusal(replace(MACS[name], terminal=REMOTE, privilege=Privilege()))
    assert "this terminal is on another computer" in text
    assert "xcode-select --install" in text
    assert "sudo" in text
    assert "Or use the wheel" in text


@pytest.mark.parametrize(
    ("privilege", "window"),
    [
        (Privilege("root"), False),
        (Privilege("sudo", "/usr/bin/sudo"), False),
        (Privilege("sudo", "/usr/bin/sudo", password=True), True),
        (Privilege(), True),
    ],
)
def test_without_a_terminal_nobody_has_to_click_if_root_is_free(
    privilege: Privilege, window: bool
) -> None:
    made = plan(replace(ABSENT, terminal=NOBODY, privilege=privilege), load(), SOURCE)
    assert compiler_steps(made) == ["compiler-ask" if window else "compiler-update", "compiler"]


def test_another_broken_clang_on_the_path_does_not_matter() -> None:
    own = Tool("clang", "/opt/llvm/bin/clang", problem="dyld: Library not loaded: libz3.dylib")
    facts = replace(MAC, tools=(own, *MAC.tools))
    assert apple_tools.state(facts) == "ready"
    assert not compiler_steps(plan(facts, load(), SOURCE))


def test_a_slow_compiler_is_not_installed_again() -> None:
    assert apple_tools.state(mac("No answer within 8 seconds.")) == "ready"


def test_tools_that_are_too_old_for_homebrew_are_named_and_used() -> None:
    system = replace(MAC.system, distribution_version="26.4")
    facts = replace(MAC, system=system)
    assert "16.4 are older than macOS 26.4" in apple_tools.outdated(facts)
    assert not compiler_steps(plan(facts, load(), SOURCE))
    assert apple_tools.outdated(MAC) == ""
    assert apple_tools.outdated(replace(INCOMPLETE, system=system)) == ""


def test_without_a_package_manager_an_openssl_is_built_after_the_tools_are_there() -> None:
    facts = replace(machine("mac-arm-bare"), tools=ABSENT.tools)
    made = plan(facts, load(), Choices(method="source", openssl="3.5.7", link="static"))
    assert compiler_steps(made) == ["compiler-ask", "compiler"]
    needing = {step.id for step in made.steps if apple_tools.STEP in step.needs}
    assert any(step.role == "openssl" for step in made.steps if step.id in needing)


def test_the_question_says_that_the_compiler_is_installed_first() -> None:
    def consequence(facts: Facts) -> str:
        case = completion.complete(Case(facts, load(), SOURCE))
        return methods()["source"].consequence(case.offer())

    assert "Installs Apple's compiler first." in consequence(ABSENT)
    assert "compiler" not in consequence(MAC)
    without_rust = tuple(t for t in ABSENT.tools if t.name not in ("rustc", "cargo"))
    text = consequence(replace(ABSENT, tools=without_rust))
    assert "Installs 1 missing package and Apple's compiler first." in text
