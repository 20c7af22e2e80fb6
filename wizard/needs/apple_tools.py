"""Apple's Command Line Tools on this Mac: their state, and what makes them work for a build.

`backends.xcode` says what the states mean, and where that is known from.
"""

from __future__ import annotations

import posixpath

from backends import xcode
from backends.xcode import State
from wizard.facts import Facts, Tool
from wizard.plan import Step
from wizard.refused import Refused

NAMES = ("cc", "clang", "gcc")
"""Apple's names for its C compiler."""
TITLE = "Apple's Command Line Tools"
"""What they are called in sentences."""
STEP = "compiler"
"""The id of the step after which the compiler is installed."""
_WHEEL = "Or use the wheel, which needs no compiler."
_CONTENTS = "They contain Apple's compiler, which a source build needs."


def state(facts: Facts) -> State:
    """Return the state of the tools on a Mac, from the entries of its programs."""
    return xcode.state(_folder(facts), _problem(facts))


def is_apples(tool: Tool) -> bool:
    """Return whether this program is one of Apple's placeholders."""
    return posixpath.dirname(tool.path) == "/usr/bin"


def sentence(facts: Facts) -> str:
    """Return what is wrong with the tools, in one sentence; empty if they run."""
    return {
        "ready": "",
        "absent": "Apple's Command Line Tools, which contain the C compiler, are not installed.",
        "incomplete": "Apple's Command Line Tools are incomplete. Usually an upgrade of macOS has "
        "removed a part of them.",
        "moved": f"The selected Xcode, {_folder(facts)}, does not exist any more.",
        "licence": "Nobody has accepted the licence of Apple's Xcode yet, so its compiler does not "
        "run.",
        "broken": f"Apple's C compiler does not run: {_problem(facts)}",
    }[state(facts)]


def remedies(facts: Facts) -> tuple[str, ...]:
    """Return what a user can do about the state, with the exact command; empty if they run."""
    install = "Install them: xcode-select --install"
    return {
        "ready": (),
        "absent": (install,),
        "incomplete": (
            install,
            "If it says that they are already installed, remove the rest first: "
            f"sudo rm -rf {xcode.FOLDER}. Then install them again.",
        ),
        "moved": ("Let macOS find the tools itself: sudo xcode-select --reset",),
        "licence": (
            "Run sudo xcodebuild -license, read the licence, and type agree there if you agree.",
        ),
        "broken": ("See the whole error: xcrun clang --version",),
    }[state(facts)]


def outdated(facts: Facts) -> str:
    """Return that the tools run but are old, in a sentence; empty if they are not."""
    tools = facts.tool("xcode")
    if tools is None or state(facts) != "ready":
        return ""
    return xcode.outdated(tools.version, facts.system.distribution_version)


def install_steps(facts: Facts) -> tuple[Step, ...] | Refused:
    """Return the steps after which the compiler runs, or why the wizard cannot do this.

    Empty if it runs now.
    """
    found = state(facts)
    if found == "ready":
        return ()
    if found == "licence":
        return Refused(
            sentence(facts),
            (
                *(f"{hint}. Then start again." for hint in remedies(facts)),
                "The wizard does not accept a licence for you.",
                _WHEEL,
            ),
        )
    if found == "broken":
        return Refused(sentence(facts), (*remedies(facts), _WHEEL))
    needs_root = found == "moved" or _without_window(facts)
    if needs_root and facts.privilege.method == "none":
        return _refused_without_root(facts)
    reset = _reset_steps(facts) if found == "moved" else ()
    before = tuple(step.id for step in reset)
    ask = _update_step(before) if _without_window(facts) else _ask_step(facts, before)
    return (*reset, ask, _last_step(facts))


def _folder(facts: Facts) -> str:
    return next((tool.path for tool in facts.tools if tool.name == "xcode"), "")


def _problem(facts: Facts) -> str:
    """Return why Apple's compiler does not run; empty if one of its names does."""
    compilers = [tool for tool in facts.tools if tool.name in NAMES and is_apples(tool)]
    if any(not tool.problem for tool in compilers):
        return ""
    selected = [tool for tool in facts.tools if tool.name == "xcode"]
    return next((tool.problem for tool in (*compilers, *selected) if tool.problem), "")


def _without_window(facts: Facts) -> bool:
    """Return whether nobody can be expected to click in a window of this Mac.

    Without a terminal, somebody may still sit there; but if no password is needed, nobody has to.
    """
    privilege = facts.privilege
    free_root = privilege.method != "none" and not privilege.password
    return facts.terminal.remote or (not facts.terminal.interactive and free_root)


def _refused_without_root(facts: Facts) -> Refused:
    if not _without_window(facts):
        return Refused(
            sentence(facts),
            (
                "Ask the administrator of this Mac to run: sudo xcode-select --reset",
                _WHEEL,
            ),
        )
    return Refused(
        f"{sentence(facts)} They can be installed in a window, but this terminal is on another "
        "computer, or has no window.",
        (
            "At the Mac itself, or with screen sharing, run: `xcode-select --install`. Then start "
            "again.",
            "Or start the wizard here as a user who may use sudo: it can install them without a "
            "window.",
            _WHEEL,
        ),
    )


def _reset_steps(facts: Facts) -> tuple[Step, ...]:
    return (
        Step(
            "compiler-reset",
            "Let macOS find the Command Line Tools itself",
            f"{sentence(facts)} After this step, none is selected.",
            xcode.reset(),
            undo=(xcode.select(_folder(facts)),),
            role="compiler",
        ),
    )


def _ask_step(facts: Facts, before: tuple[str, ...]) -> Step:
    again = f"{sentence(facts)} " if state(facts) == "incomplete" else ""
    rest = (
        f" If macOS says that they are already installed, run: sudo rm -rf {xcode.FOLDER}. Then "
        "start again."
    )
    return Step(
        "compiler-ask",
        f"Ask macOS to install the Command Line Tools{' again' if again else ''}",
        f"{again}{_CONTENTS} A window opens: click Install, and accept Apple's licence. If you do "
        f"not see it, look behind your other windows.{rest if again else ''}",
        xcode.install(incomplete=bool(again)),
        needs=before,
        role="compiler",
    )


def _update_step(before: tuple[str, ...]) -> Step:
    return Step(
        "compiler-update",
        "Install the Command Line Tools without a window",
        f"{_CONTENTS} macOS's softwareupdate downloads them ({xcode.SIZE}) and installs them, with "
        "Apple's licence, which applies to them.",
        xcode.update(),
        needs=before,
        role="compiler",
    )


def _last_step(facts: Facts) -> Step:
    if _without_window(facts):
        return Step(
            STEP,
            "Check that the compiler runs",
            "softwareupdate can report success although nothing was installed.",
            xcode.check(),
            needs=("compiler-update",),
            role="compiler",
        )
    return Step(
        STEP,
        "Wait for the Command Line Tools",
        f"After your click, Apple's installer downloads {xcode.SIZE}, which takes several minutes. "
        "As soon as the compiler runs, the wizard continues by itself.",
        xcode.wait(),
        needs=("compiler-ask",),
        role="compiler",
    )
