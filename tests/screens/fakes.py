"""A pretended machine for the full screen: fixed facts, questions, plan and run."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Callable

from backends.action import Command, Prove
from wizard.advice.support import Support
from wizard.choices import Choices
from wizard.engine import Decision, Engine
from wizard.errors import Alternative, BadRequest, Impossible, WizardError
from wizard.facts import Facts, Headers, Manager, Pip, Privilege, Python, System, Tool
from wizard.knowledge import Knowledge
from wizard.needs.case import Case
from wizard.plan import Plan, Step
from wizard.proof.verify import Check, Linkage, Report
from wizard.questions.question import Option, Question
from wizard.running.events import (
    Event,
    Lines,
    Progressed,
    RunEnded,
    RunStarted,
    StepEnded,
    StepStarted,
    Waiting,
)

if TYPE_CHECKING:  # what starts the wizard with these needs no pytest
    import pytest

FACTS = Facts(
    system=System(
        name="linux",
        machine="x86_64",
        distribution="debian",
        distribution_name="Debian GNU/Linux",
        distribution_version="12",
        libc="glibc",
        libc_version="2.36",
    ),
    pythons=(
        Python("/usr/bin/python3", "path", "3.11.2", pip=Pip("23.0.1")),
        Python("/opt/python3.13/bin/python3", "path", "3.13.1", pip=Pip("24.3.1")),
    ),
    managers=(Manager("apt", "/usr/bin/apt-get"),),
    tools=(Tool("rustc", "/usr/bin/rustc", "1.63.0", "system"),),
    openssl=(Headers("/usr/include", "3.0.15"),),
    privilege=Privilege("sudo", "/usr/bin/sudo", password=True),
    folder="/home/ada/project",
)

KNOWLEDGE = Knowledge((), (), ())

RELEASE = Question(
    "release",
    "Which release of cryptography?",
    "**Release**\n\nNewer releases have more fixes.",
    (
        Option("50.0.2", "50.0.2", "The newest. It has every security fix."),
        Option("45.0.7", "45.0.7", "Older; for programs that need it."),
        Option("3.4.8", "3.4.8", "", "It does not run on Python 3.11."),
    ),
    "50.0.2",
    "It is the newest release that fits this Python.",
    free="Another release",
)
METHOD = Question(
    "method",
    "How should it be installed?",
    "**Wheel or source**\n\nA *wheel* is ready-made. *Source* is compiled on this computer.",
    (
        Option("wheel", "A ready-made wheel", "Takes seconds. It brings its own OpenSSL."),
        Option("source", "Compile the source", "Takes minutes. It uses this computer's OpenSSL."),
    ),
    "wheel",
    "A wheel fits this computer, and is the quickest way.",
)
RUST = Question(
    "rust",
    "Where should Rust come from?",
    "**Rust** is needed to compile.",
    (
        Option("system", "The package manager", "", "Its Rust 1.63 is too old."),
        Option("rustup", "rustup", "Rust's own installer, for you alone."),
    ),
    "rustup",
)
VENV = Question(
    "venv",
    "Where should cryptography be installed?",
    "An **environment** is a folder.",
    (
        Option(
            "/home/ada/project/cryptography-env",
            "A new environment in ./cryptography-env",
            "The wizard makes this folder. To undo, delete it.",
        ),
    ),
    "/home/ada/project/cryptography-env",
    "Nothing else on this computer changes.",
    free="Another folder",
)


def questions(case: Case) -> tuple[Question, ...]:
    """Where, which and how; where Rust comes from only for the source."""
    asked = (VENV, RELEASE, METHOD)
    return (*asked, RUST) if case.choices.method == "source" else asked


def complete(case: Case) -> Case:
    """Fill in the recommended answers. Release 9.9 does not exist."""
    choices = case.choices
    if choices.release == "9.9":
        raise BadRequest("There is no release 9.9.", hints=("The nearest is 3.4.8.",))
    for question in questions(case):
        if not getattr(choices, question.key):
            recommended: dict[str, Any] = {question.key: question.recommended}
            choices = replace(choices, **recommended)
    return case.choosing(choices)


def settle(case: Case) -> Decision:
    """Complete the choices and plan; one of the impossible releases has alternatives."""
    try:
        done = complete(case)
        return Decision(done, plan(done.choices))
    except Impossible as error:
        error.alternatives = WAYS if case.choices.release == "44.0.3" else ()
        raise


def plan(choices: Choices) -> Plan:
    """Four steps for the source, three for a wheel. Two releases are impossible here."""
    if choices.release in ("45.0.7", "44.0.3"):
        raise Impossible(
            f"cryptography {choices.release} cannot be installed here.",
            shown="Requires-Python: <3.11",
            why="This Python is newer than that release allows.",
            hints=("Choose 50.0.2.",),
        )
    python = f"{choices.venv}/bin/python"
    packages = Step(
        "packages",
        "Install the build tools",
        "A compiler and OpenSSL's headers are needed to compile.",
        Command(("apt-get", "install", "-y", "build-essential", "libssl-dev"), root=True),
        undo=(Command(("apt-get", "remove", "-y", "libssl-dev"), root=True),),
    )
    make = Step(
        "environment",
        "Make the environment",
        "A separate folder keeps everything else as it is.",
        Command(("/usr/bin/python3", "-m", "venv", choices.venv)),
    )
    only = "--only-binary" if choices.method == "wheel" else "--no-binary"
    install = Step(
        "install",
        "Install cryptography 50.0.2",
        "pip downloads it and checks every file.",
        Command((python, "-m", "pip", "install", only, "cryptography", "cryptography==50.0.2")),
        needs=("environment",),
    )
    link = "static" if choices.method == "wheel" else "dynamic"
    prove = Step(
        "prove",
        "Prove that it works",
        "It encrypts and decrypts, and says which OpenSSL is inside.",
        Prove(python, "50.0.2", link),
        needs=("install",),
    )
    return Plan(
        "50.0.2",
        "wheel" if choices.method == "wheel" else "source",
        link,
        python,
        choices.venv,
        True,
        (make, install, prove) if choices.method == "wheel" else (packages, make, install, prove),
        notes=("Rust from Debian is too old here.",) if choices.method == "source" else (),
    )


WAYS = (
    Alternative(
        "cryptography 50.0.2, as a wheel",
        "A ready-made wheel fits this computer.",
        "cryptography-wizard --release 50.0.2 --method wheel",
    ),
    Alternative(
        "cryptography 44.0.3, with Python 3.10.14",
        "A ready-made wheel fits /opt/python3.10/bin/python3. Releases before 50.0.0 let an "
        "attacker use PKCS#7 decryption as an oracle.",
        "cryptography-wizard --python /opt/python3.10/bin/python3 --release 44.0.3",
    ),
    Alternative("A newer version of this system", "Its wheels need glibc 2.28 or newer."),
)


TESTED = Support("50.0.2", "tested", "", "50.0.2: tested on this kind of system")

REPORT = Report(
    "/home/ada/project/cryptography-env/bin/python",
    True,
    "50.0.2",
    "OpenSSL 3.5.4 30 Sep 2025",
    Linkage("static", "/home/ada/project/cryptography-env/lib/_rust.abi3.so"),
    (Check("Fernet", True, "encrypts and decrypts"), Check("X.509", True, "makes and reads")),
)
UNPROVED = replace(REPORT, ok=False, problems=("The linkage is dynamic, not static.",))

LOG = (
    "Collecting cryptography==50.0.2",
    "  Downloading cryptography-50.0.2-cp311-abi3-manylinux_2_34_x86_64.whl (4.4 MB)",
    "Collecting cffi>=2.0.0",
    "  Downloading cffi-2.0.0-cp311-cp311-manylinux_2_17_x86_64.whl (216 kB)",
    "Installing collected packages: pycparser, cffi, cryptography",
    "Successfully installed cffi-2.0.0 cryptography-50.0.2 pycparser-2.23",
)

UNPACKING = tuple(f"Unpacking {name} ..." for name in ("gcc-12", "libc6-dev", "libssl-dev"))

FAILURE = StepEnded(
    "install",
    "failed",
    2.0,
    exit=1,
    cause="pip could not reach the package index: the name of its server is not known.",
    excerpt=(
        "WARNING: Retrying after connection broken by 'NameResolutionError'",
        "ERROR: No matching distribution found for cryptography==50.0.2",
    ),
    hints=("Check the connection to the Internet.", "Then try again."),
)


@dataclass
class FakeRun:
    """Pretends to run: emits fixed events, and can be held, failed or left unproved.

    ``fails`` is how often the step ``install`` fails, with ``failure``; ``held`` makes that step
    wait until `release` or a cancel. ``reached`` is set once it waits. ``extra`` are more lines of
    output. ``beside`` lets the step ``packages`` run beside the others until ``install`` has ended.
    """

    logs: str = "/home/ada/.local/state/cryptography-wizard/runs/20261130T101500Z-7/logs"
    fails: int = 0
    failure: StepEnded = FAILURE
    held: bool = False
    report: Report = REPORT
    extra: Iterable[str] = ()
    waiting: bool = False
    beside: bool = False
    reached: threading.Event = field(default_factory=threading.Event)
    _go: threading.Event = field(default_factory=threading.Event)
    calls: list[frozenset[str]] = field(default_factory=list)

    def release(self) -> None:
        """Let the held run go on."""
        self._go.set()

    def __call__(
        self,
        plan: Plan,
        choices: Choices,
        facts: Facts,
        emit: Callable[[Event], None],
        cancel: threading.Event,
        done: frozenset[str] = frozenset(),
    ) -> RunEnded:
        """Run."""
        self.calls.append(done)
        emit(RunStarted(tuple(step.id for step in plan.steps if step.id in done)))
        also: tuple[str, ...] = ()
        for number, step in enumerate(plan.steps):
            if step.id in done:
                continue
            rest = [StepEnded(later.id, "skipped", 0.0) for later in plan.steps[number + 1 :]]
            log = f"{self.logs}/{step.id}.log"
            emit(StepStarted(step.id, " ".join(getattr(step.action, "argv", ["verify"])), log))
            if step.id == "packages" and self.beside:
                also = (step.id,)
                emit(Lines(step.id, UNPACKING))
                emit(Progressed(step.id, 12, 30, "12 of 30 packages"))
                continue
            if step.id == "install":
                emit(Lines(step.id, LOG[:4]))
                emit(Lines(step.id, tuple(self.extra)))
                emit(Progressed(step.id, 3, 6, "3 of 6 packages"))
                if self.waiting:
                    emit(Waiting(step.id, "apt is used by unattended-upgrades", 300))
                if self.held:
                    self.reached.set()
                    for _ in range(1000):  # ten seconds at most
                        if self._go.wait(0.01) or cancel.is_set():
                            break
                if cancel.is_set():
                    rest = [*(StepEnded(name, "cancelled", 4.0) for name in also), *rest]
                    return self._over(emit, StepEnded(step.id, "cancelled", 1.0, log=log), rest)
                if self.fails:
                    self.fails -= 1
                    emit(Lines(step.id, self.failure.excerpt))
                    why = "It was stopped because “Install cryptography 50.0.2” failed."
                    stopped = [StepEnded(name, "cancelled", 4.0, cause=why) for name in also]
                    return self._over(emit, replace(self.failure, log=log), [*stopped, *rest])
                emit(Lines(step.id, LOG[4:]))
                for name in also:
                    emit(StepEnded(name, "done", 4.0, 0, log=f"{self.logs}/{name}.log"))
            emit(StepEnded(step.id, "done", 1.5, 0, log=log))
        over = RunEnded(0 if self.report.ok else 4, 6.5, self.report)
        emit(over)
        return over

    def _over(
        self, emit: Callable[[Event], None], ended: StepEnded, rest: list[StepEnded]
    ) -> RunEnded:
        over = RunEnded(1 if ended.state == "failed" else 130, 3.0)
        for event in (ended, *rest):
            emit(event)
        emit(over)
        return over


@dataclass
class FakeMachine:
    """A machine to pretend: its engine, and what was asked of it.

    Its questions, plans and alternatives are fixed, unless ``real`` wants those for its facts.
    """

    run: FakeRun = field(default_factory=FakeRun)
    facts: Facts = FACTS
    password: bool = True
    problem: WizardError | None = None
    probes: int = 0
    looks: int = 0
    unlocked: int = 0
    hold: threading.Event | None = None
    real: bool = False
    known: tuple[str, ...] = ()
    """The fields of the facts that are known before ``hold``."""

    def probe(
        self,
        _choices: Choices,
        *,
        everything: bool = False,
        tell: Callable[[str, object], None] = lambda _field, _value: None,
        **earlier: Facts | None,
    ) -> Facts:
        """Return the facts or raise the problem; wait for ``hold`` if there is one."""
        assert everything, "the full screen shows the whole machine"
        if earlier.get("known") is None:
            self.probes += 1
        else:
            self.looks += 1
        for name in self.known:
            tell(name, getattr(self.facts, name))
        if self.hold is not None:
            self.hold.wait(10)
        if self.problem is not None:
            raise self.problem
        return self.facts

    def unlock(self, _facts: Facts) -> bool:
        """Pretend that the user typed a password, or gave up."""
        self.unlocked += 1
        return self.password

    def engine(self) -> Engine:
        """The engine of this machine."""
        if self.real:
            return Engine(probe=self.probe, run=self.run, unlock=self.unlock)
        return Engine(
            probe=self.probe,
            run=self.run,
            unlock=self.unlock,
            questions=questions,
            complete=complete,
            settle=settle,
            support=lambda case: TESTED if case.facts.pythons else None,
        )


def pretend(patch: pytest.MonkeyPatch) -> None:
    """Let the pages show paths in the pretended folder as they show those in the real one."""
    # Here, because the other faces, which are also started with these machines, need no Textual.
    from screens import shells
    from screens.text import last_words
    from screens.tui import failure, machine_facts, result, review

    patch.setattr(shells, "own_shell", lambda: "bash")
    for page in (failure, last_words, machine_facts, result, review):
        patch.setattr(page, "short_path", lambda path: path.replace("/home/ada/project", "."))
