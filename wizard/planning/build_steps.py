"""What every source build needs around it, whether it ends in an installation or in a wheel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath, PureWindowsPath

from backends import pip, rustup
from backends.action import Command, RemoveFolder, WriteFile
from wizard.choices import Choices
from wizard.facts import Facts, Python
from wizard.needs import build_needs, package_steps
from wizard.needs.case import Case
from wizard.plan import Step
from wizard.planning import openssl_steps
from wizard.planning.installer import Installer
from wizard.target_environment import path_rules
from wizard.wording import joined


@dataclass(frozen=True)
class Prepared:
    """The steps before the build, and how the build itself is called.

    ``before`` bring what the build needs of the machine, ``environment`` the environment that it
    runs in; ``needs`` are the ids of the steps that the build has to wait for. ``tool`` is the
    pip or uv in that environment. The other fields are those of `backends.action.Command`.
    """

    tool: Installer
    before: tuple[Step, ...]
    environment: tuple[Step, ...]
    needs: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, str], ...]
    unset: tuple[str, ...]
    path: tuple[str, ...]

    def applied(self, command: Command) -> Command:
        """The command that builds, with all that makes the build the one that was planned."""
        return replace(
            command,
            env=(*command.env, *self.env),
            lists=self.lists,
            unset=(*command.unset, *self.unset),
            path=self.path,
        )


def prepare(case: Case, needs: build_needs.BuildNeeds, tool: Installer) -> Prepared:
    """Prepare a build of the chosen release in the environment of ``tool``."""
    facts, chosen, listed = case.facts, tool.target, case.release
    row = case.row(listed)
    compiler = (*(step.id for step in needs.compiler[-1:]), *_packages_step(needs))
    fetched = _rustup(needs)
    before = [*needs.compiler, *fetched]
    tools = (*compiler, *(step.id for step in fetched[-1:]))
    own = needs.openssl.own if needs.openssl else None
    built = openssl_steps.steps(facts, own, compiler) if own else ()
    before += built
    ready = (*tools, *((openssl_steps.STEP,) if built else ()))
    build = with_pip(tool)
    environment = list(build.before)
    if own:
        environment += openssl_steps.placed(facts, own, tuple(s.id for s in environment[-1:]))
    env = (*row.env_for(chosen.python.version), ("CARGO_TERM_COLOR", "never"), *needs.env)
    if row.constraints:
        constraints = path_rules(facts).join(chosen.folder, "build-constraints.txt")
        variables = _constrain(facts, constraints, tool)
        text = "".join(f"{line}\n" for line in row.constraints)
        environment.append(
            Step(
                "constraints",
                "Write down which build tools this release can use",
                f"Some build tools of today fail with it, or hide the true error of a build: it "
                f"gets {', '.join(row.constraints)}. In this build that takes the place of a "
                f"{variables[0][0]} of your own.",
                WriteFile(constraints, text),
                needs=tuple(step.id for step in environment[-1:]),
                role="preparation",
            )
        )
        env = (*env, *variables)
    made = Prepared(
        tool=build,
        before=tuple(before),
        environment=tuple(environment),
        needs=(*ready, *(step.id for step in environment[-1:])),
        env=env,
        lists=needs.lists,
        unset=needs.unset,
        path=needs.path,
    )
    if not built or row.build_backend != "maturin" or build.uv:
        return made
    crates = Step(
        "crates",
        "Fetch the crates of cryptography",
        "Meanwhile OpenSSL is compiled: the network does not wait for the processor. pip only "
        "tries out what it would build, and cargo keeps the crates for it.",
        made.applied(pip.rehearse(chosen.interpreter, f"cryptography=={listed.version}")),
        needs=(*tools, *(step.id for step in build.before[-1:])),
        role="crates",
    )
    return replace(made, environment=(*made.environment, crates), needs=(*made.needs, crates.id))


def expected_openssl(choices: Choices, needs: build_needs.BuildNeeds) -> str:
    """Return the version of OpenSSL that the proof must find; empty if it is the system's."""
    own = needs.openssl if choices.own_openssl else None
    return own.version.split()[-1] if own else ""


def with_pip(tool: Installer) -> Installer:
    """The same environment with a pip of its own, the newest, where it is made without one."""
    if not tool.runner:
        return tool
    target = tool.target
    step = Step(
        "pip",
        "Put the newest pip into the environment",
        "pip does the building and installing.",
        pip.install(target.interpreter, ("pip",), version=tool.pip, runner=tool.runner),
        needs=(tool.before[-1].id,),
        role="installer",
    )
    return Installer(target, (*tool.before, step), tool.note, pip=tool.pip)


def _packages_step(needs: build_needs.BuildNeeds) -> tuple[str, ...]:
    return (package_steps.STEP,) if needs.missing else ()


def _rustup(needs: build_needs.BuildNeeds) -> tuple[Step, ...]:
    """The steps that fetch a Rust, where none that is here will do."""
    rust = needs.rust
    if rust is None or rust.kind != "rustup":
        return ()
    undo = (RemoveFolder(rust.home),)
    return (
        Step(
            "rustup",
            "Download rustup",
            "rustup is the Rust project's own installer. Its checksum is compared.",
            rustup.installer(rust.root, rust.triple, rust.home),
            undo=undo,
            role="rust",
        ),
        Step(
            "rust",
            "Install Rust into a folder of its own",
            f"It goes into {rust.home}: your PATH and your other Rusts do not change.",
            rustup.install(rust.triple, rust.home),
            needs=("rustup",),
            undo=undo,
            role="rust",
        ),
    )


def cleared(needs: build_needs.BuildNeeds, choices: Choices) -> tuple[Step, ...]:
    """The step that removes the wizard's own Rust, unless it is to be kept."""
    rust = needs.rust
    if rust is None or not rust.home or choices.toolchain == "keep":
        return ()
    return (
        Step(
            "rust-remove",
            "Remove the Rust that was only needed to build",
            "cryptography does not need it to work. --toolchain keep leaves it for the next build.",
            RemoveFolder(rust.home),
            needs=("install",),
            role="clean-up",
        ),
    )


def ingredients(needs: build_needs.BuildNeeds) -> str:
    rust = needs.rust.words if needs.rust else "Rust"
    return f"{rust} and OpenSSL {needs.openssl.version if needs.openssl else ''}".strip()


def with_packages(
    case: Case,
    tool: Installer,
    steps: tuple[Step, ...],
    needs: build_needs.BuildNeeds = build_needs.BuildNeeds(),  # noqa: B008 - frozen
) -> tuple[Step, ...]:
    """The steps, after those that install the packages which they need."""
    first = packages(case.facts, needs, tool)
    return (*first, *after(first, steps, tool.target.python))


def packages(facts: Facts, needs: build_needs.BuildNeeds, tool: Installer) -> tuple[Step, ...]:
    """The steps that install what is missing, for the build and for the environment, in one go."""
    reasons = []
    if needs.missing:
        reasons.append(_parts(needs))
    if tool.packages:
        reasons.append("This system keeps the making of environments in a package of its own.")
    names = (*needs.missing, *tool.packages)
    if len(names) > 1:
        reasons.append(f"Missing are {joined(names)}.")
    manager = needs.manager or tool.manager
    return package_steps.steps(facts, manager, names, " ".join(reasons)) if names else ()


def after(packages: tuple[Step, ...], steps: tuple[Step, ...], python: Python) -> tuple[Step, ...]:
    """``steps``, of which the environment's waits for ``packages`` where it must.

    A package with the headers of the system's own Python may bring that Python up to date: no
    environment is made from it meanwhile.
    """
    if not packages or python.prefix != "/usr":
        return steps
    last = packages[-1].id
    return tuple(
        replace(step, needs=(*step.needs, last))
        if step.role == "environment" and last not in step.needs
        else step
        for step in steps
    )


def _parts(needs: build_needs.BuildNeeds) -> str:
    with_rust = needs.rust is not None and needs.rust.kind in ("packages", "present")
    own = needs.openssl is not None and needs.openssl.own is not None
    files = "what OpenSSL itself is built with" if own else "OpenSSL's files"
    return f"A source build needs a C compiler,{' Rust,' if with_rust else ''} and {files}."


def _constrain(facts: Facts, path: str, tool: Installer) -> tuple[tuple[str, str], ...]:
    """Point the isolated build environment at the constraints.

    pip reads PIP_CONSTRAINT before 25.3 and PIP_BUILD_CONSTRAINT since; both may be set
    (measured). uv has a name of its own. All of them take several files, and cut the text at each
    space; an address has none (measured with both).
    """
    rules = PureWindowsPath if facts.system.name == "windows" else PurePosixPath
    full = rules(facts.folder, path)
    spaced = any(letter.isspace() for letter in path)
    place = full.as_uri() if spaced and full.is_absolute() else path
    if tool.uv is not None:
        return (("UV_BUILD_CONSTRAINT", place),)
    return (("PIP_CONSTRAINT", place), ("PIP_BUILD_CONSTRAINT", place))
