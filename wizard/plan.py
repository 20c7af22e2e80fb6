"""The Plan: what will be done, step by step, as pure data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Optional, Union

from backends.action import Action, Prove, RemoveFolder, needs_root

SCHEMA = 1
"""The version of the plan's JSON format."""


@dataclass(frozen=True)
class PackagesInstalled:
    """After the step, the manager must report these packages as installed.

    ``program`` is the path of its program, if this machine has two managers of that name.
    """

    manager: str
    names: tuple[str, ...]
    program: str = ""
    kind: Literal["packages-installed"] = "packages-installed"


@dataclass(frozen=True)
class FileExists:
    """After the step, this file must exist."""

    path: str
    kind: Literal["file-exists"] = "file-exists"


Check = Union[PackagesInstalled, FileExists]

Role = Literal[
    "",
    "packages",
    "compiler",
    "rust",
    "openssl",
    "environment",
    "installer",
    "library",
    "preparation",
    "crates",
    "build",
    "install",
    "wheels",
    "trial",
    "project",
    "proof",
    "manifest",
    "clean-up",
]
"""The purpose of a step in its plan; empty in plans that were saved before steps had a role.

``packages``: fetch the package lists, install system packages. ``compiler``, ``rust``: install it.
``openssl``: build an OpenSSL in the cache; ``library``: put it into the environment.
``environment``: make it. ``installer``: put pip into it, or update it. ``preparation``: a file or
a tool that a later step needs. ``crates``: fetch them in advance. ``build``: compile cryptography.
``install``: install its wheel. ``wheels``: download or change the wheels of a wheelhouse;
``trial``: install from it; ``manifest``: publish it. ``project``: install the rest of a project.
``proof``: prove the installation.
``clean-up``: remove what only other steps needed.
"""


@dataclass(frozen=True)
class Step:
    """One step: a title, one plain sentence why, what it does, and how it is undone.

    ``needs`` are the ids of the steps that must be finished first. Steps that do not need each
    other may run in parallel, but never two with the same ``lock`` (a package manager's name), or
    two that are ``heavy`` (they keep all cores busy). ``check`` runs afterwards. ``role`` says what
    the step is for.
    """

    id: str
    title: str
    why: str
    action: Action
    needs: tuple[str, ...] = ()
    undo: tuple[Action, ...] = ()
    check: Optional[Check] = None
    lock: str = ""
    heavy: bool = False
    role: Role = ""

    @property
    def needs_root(self) -> bool:
        """Whether its action needs root rights."""
        return needs_root(self.action)

    @property
    def proves(self) -> bool:
        """Whether it proves an installation."""
        return isinstance(self.action, Prove)


@dataclass(frozen=True)
class PlanLimit:
    """What allows only some releases of cryptography: see `wizard.limits.Limit`.

    ``package`` is the package, file or setting that states it; ``version`` that of a package.
    ``file`` and ``line`` say where, if it is known.
    """

    package: str
    specifier: str
    version: str = ""
    file: str = ""
    line: int = 0
    before: str = ""


@dataclass(frozen=True)
class Plan:
    """The steps, and what will be true when they are done.

    ``method`` is the name of a method: see `wizard.method`. ``python`` is the interpreter of the
    environment that gets ``release``; ``environment`` its folder; ``new`` says that the environment
    does not exist yet. ``link`` is the linkage that the proof must find (``static`` for wheels).
    ``notes`` are sentences that a user should read before starting, such as a security warning.
    ``prepares`` says that the steps only find out what is needed: after them, the wizard probes and
    plans again. ``wheelhouse`` is the folder for wheels, instead of an installation; then there is
    no ``environment``, and ``python`` is the first Python that the wheels are for. ``project`` is
    the project that is installed too, or empty. ``limits`` are what allows only some releases.
    ``resumes`` is the name of the run that this plan continues, ``undoes`` of the run that it
    undoes; both are usually empty. ``repairs`` says that it puts right what the doctor found, and
    installs no cryptography.
    ``variables`` are for all programs that the steps start (a proxy, certificate authorities), as
    (name, value) pairs; the user's own variables for the same purpose take precedence.
    ``usage`` says how to use what is installed, if no environment has to be activated for it.
    ``also`` says what is installed besides cryptography, such as ``what requirements.txt needs``.
    ``replaces`` is the version of cryptography in the environment that is replaced, or empty.
    ``restores`` says what a plan that undoes a run puts back, or is empty.
    """

    release: str
    method: str
    link: str
    python: str
    environment: str
    new: bool
    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
    system: str = "linux"
    prepares: bool = False
    wheelhouse: str = ""
    project: str = ""
    limits: tuple[PlanLimit, ...] = ()
    resumes: str = ""
    undoes: str = ""
    repairs: bool = False
    variables: tuple[tuple[str, str], ...] = ()
    usage: str = ""
    also: str = ""
    replaces: str = ""
    restores: str = ""
    schema: int = SCHEMA

    @property
    def needs_root(self) -> bool:
        """Whether any step needs root rights."""
        return any(step.needs_root for step in self.steps)

    @property
    def asks_first(self) -> bool:
        """Whether the user must see its steps before they run: one of them needs root rights, or
        removes what the plan has not made, or there is a note to read."""
        removes = any(
            isinstance(step.action, RemoveFolder) and step.role != "clean-up" for step in self.steps
        )
        return self.needs_root or removes or bool(self.notes)

    @property
    def only_proves(self) -> bool:
        """Whether there is nothing to install: the release is already there."""
        return all(step.proves for step in self.steps)

    def still_new(self, done: frozenset[str]) -> bool:
        """Return whether the environment does not exist yet, if these steps are done already."""
        made = any(step.role == "environment" and step.id in done for step in self.steps)
        return self.new and not made

    @property
    def actions(self) -> tuple[Action, ...]:
        """What the steps do, in their order."""
        return tuple(step.action for step in self.steps)


def script_steps(plan: Plan) -> tuple[Step, ...]:
    """Return the steps for a script, which runs them in sequence.

    The step that downloads the crates in advance is omitted: it saves time only while another
    step runs.
    """
    return tuple(step for step in plan.steps if step.role != "crates")


def order(plan: Plan) -> tuple[Step, ...]:
    """Return the steps so that each comes after those it needs, otherwise in the plan's order.

    Raises ValueError if two steps have the same id, a step needs a missing one, or steps need each
    other in a circle.
    """
    steps = {step.id: step for step in plan.steps}
    if len(steps) != len(plan.steps):
        raise ValueError("two steps of the plan have the same id")
    for step in plan.steps:
        unknown = [need for need in step.needs if need not in steps]
        if unknown:
            raise ValueError(f"the step {step.id} needs {unknown[0]}, which is not in the plan")
    ordered: dict[str, Step] = {}
    while len(ordered) < len(steps):
        ready = next(
            (s for s in plan.steps if s.id not in ordered and ordered.keys() >= set(s.needs)), None
        )
        if ready is None:
            circle = ", ".join(s for s in steps if s not in ordered)
            raise ValueError(f"these steps of the plan depend on each other in a circle: {circle}")
        ordered[ready.id] = ready
    return tuple(ordered.values())


def conflict(one: Step, other: Step) -> bool:
    """Return whether two steps must not run at the same time."""
    return (bool(one.lock) and one.lock == other.lock) or (one.heavy and other.heavy)


def beside(plan: Plan) -> tuple[tuple[int, ...], ...]:
    """Return, for each step, the numbers (from 1) of earlier steps that it does not wait for.

    It may run at the same time as these, because it needs none of them, directly or indirectly, and
    nothing prevents it. A proof waits for every step before it.
    """
    waits: dict[str, set[str]] = {}
    found = []
    for place, step in enumerate(plan.steps):
        earlier = plan.steps[:place]
        needed = {s.id for s in earlier} if step.proves else set(step.needs)
        for need in step.needs:
            needed |= waits.get(need, set())
        for other in earlier:
            if other.proves:  # nothing runs beside a proof
                needed |= {other.id, *waits[other.id]}
        waits[step.id] = needed
        found.append(
            tuple(
                number
                for number, other in enumerate(earlier, 1)
                if other.id not in needed and not conflict(step, other)
            )
        )
    return tuple(found)
