"""The steps around every source build, for an installation or a wheel."""

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
    """The steps before the build, and how the build is run.

    ``before`` install what the build needs, ``environment`` makes the environment that it runs in;
    ``needs`` are the ids of the steps that must be finished before the build. ``tool`` is the pip
    or uv in that environment. The other fields are those of `backends.action.Command`.
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
        """Return the build command with all settings of the plan."""
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
                "Record which build tools this release can use",
                "Some current build tools fail with this release, or hide the real error of a "
                f"build. It uses {', '.join(row.constraints)}. For this build, this replaces your "
                f"{variables[0][0]}.",
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
        "Download the Rust packages (crates) of cryptography",
        "This runs while OpenSSL is compiled. pip only prepares the build, and cargo keeps the "
        "crates for it.",
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
    """Return the same environment with the newest pip, if it is made without pip."""
    if not tool.runner:
        return tool
    target = tool.target
    step = Step(
        "pip",
        "Install the newest pip into the environment",
        "pip builds and installs cryptography.",
        pip.install(target.interpreter, ("pip",), version=tool.pip, runner=tool.runner),
        needs=(tool.before[-1].id,),
        role="installer",
    )
    return Installer(target, (*tool.before, step), tool.note, pip=tool.pip)


def _packages_step(needs: build_needs.BuildNeeds) -> tuple[str, ...]:
    return (package_steps.STEP,) if needs.missing else ()


def _rustup(needs: build_needs.BuildNeeds) -> tuple[Step, ...]:
    """Return the steps that download Rust, if no installed one is suitable."""
    rust = needs.rust
    if rust is None or rust.kind != "rustup":
        return ()
    undo = (RemoveFolder(rust.home),)
    return (
        Step(
            "rustup",
            "Download rustup",
            "rustup is the Rust project's installer. Its checksum is checked.",
            rustup.installer(rust.root, rust.triple, rust.home),
            undo=undo,
            role="rust",
        ),
        Step(
            "rust",
            "Install Rust into a separate folder",
            f"The folder is {rust.home}. Your PATH and your other Rust installations do not "
            "change.",
            rustup.install(rust.triple, rust.home),
            needs=("rustup",),
            undo=undo,
            role="rust",
        ),
    )


def cleared(needs: build_needs.BuildNeeds, choices: Choices) -> tuple[Step, ...]:
    """Return the step that removes the wizard's Rust, unless the user keeps it."""
    rust = needs.rust
    if rust is None or not rust.home or choices.toolchain == "keep":
        return ()
    return (
        Step(
            "rust-remove",
            "Remove the Rust that was only needed for the build",
            "cryptography does not need it to run. --toolchain keep keeps it for the next build.",
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
    """Return the steps that install what is missing, for the build and the environment, in one
    call."""
    reasons = []
    if needs.missing:
        reasons.append(_parts(needs))
    if tool.packages:
        reasons.append("On this system, making environments needs a separate package.")
    names = (*needs.missing, *tool.packages)
    if len(names) > 1:
        reasons.append(f"Missing are {joined(names)}.")
    manager = needs.manager or tool.manager
    return package_steps.steps(facts, manager, names, " ".join(reasons)) if names else ()


def after(packages: tuple[Step, ...], steps: tuple[Step, ...], python: Python) -> tuple[Step, ...]:
    """Return ``steps``; that of the environment waits for ``packages`` if it must.

    A package with the headers of the system's Python may upgrade that Python: no environment is
    made from it at the same time.
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
    files = "the tools to build OpenSSL" if own else "OpenSSL's files"
    return f"A source build needs a C compiler,{' Rust,' if with_rust else ''} and {files}."


def _constrain(facts: Facts, path: str, tool: Installer) -> tuple[tuple[str, str], ...]:
    """Point the isolated build environment at the constraints.

    pip reads PIP_CONSTRAINT before 25.3 and PIP_BUILD_CONSTRAINT since; both may be set (measured).
    uv has its own name. All of them accept several files, and split the text at each space; an
    address contains none (measured with both).
    """
    rules = PureWindowsPath if facts.system.name == "windows" else PurePosixPath
    full = rules(facts.folder, path)
    spaced = any(letter.isspace() for letter in path)
    place = full.as_uri() if spaced and full.is_absolute() else path
    if tool.uv is not None:
        return (("UV_BUILD_CONSTRAINT", place),)
    return (("PIP_CONSTRAINT", place), ("PIP_BUILD_CONSTRAINT", place))
