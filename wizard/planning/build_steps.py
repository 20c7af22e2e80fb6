"""The steps around every source build, for an installation or a wheel."""

from __future__ import annotations

import re
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
from wizard.planning.installer import Installer, pip_step
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


def prepare_build(case: Case, needs: build_needs.BuildNeeds, tool: Installer) -> Prepared:
    """Prepare a build of the chosen release in the environment of ``tool``."""
    facts, target, listed = case.facts, tool.target, case.release
    release_row = case.release_row(listed)
    compiler = (*(step.id for step in needs.compiler[-1:]), *_packages_step_id(needs))
    rust = _rustup_steps(needs)
    before = [*needs.compiler, *rust]
    tools = (*compiler, *(step.id for step in rust[-1:]))
    openssl = needs.openssl.build if needs.openssl else None
    openssl_build: tuple[Step, ...] = ()
    if openssl:
        openssl_build = openssl_steps.build_steps(facts, openssl, compiler, case.choices.jobs)
    before += openssl_build
    ready = (*tools, *((openssl_steps.LAST_STEP,) if openssl_build else ()))
    build = with_pip(tool)
    environment = list(build.before)
    if openssl:
        environment += openssl_steps.copy_steps(
            facts, openssl, tuple(s.id for s in environment[-1:])
        )
    env = (*release_row.env_for(target.python.version), ("CARGO_TERM_COLOR", "never"), *needs.env)
    names = openssl_steps.dll_names(facts, target.python, case.choices, needs.openssl)
    if names:
        environment.append(
            openssl_steps.dll_step(
                target.interpreter, names, tuple(step.id for step in environment[-1:])
            )
        )
    if release_row.constraints:
        constraints = path_rules(facts).join(target.folder, "build-constraints.txt")
        variables = _constraint_variables(facts, constraints, tool)
        text = "".join(f"{line}\n" for line in release_row.constraints)
        environment.append(
            Step(
                "constraints",
                "Record which build tools this release can use",
                "Some current build tools fail with this release, or hide the real error of a "
                f"build. It uses {', '.join(release_row.constraints)}. For this build, this "
                f"replaces your {variables[0][0]}.",
                WriteFile(constraints, text),
                needs=tuple(step.id for step in environment[-1:]),
                role="preparation",
            )
        )
        env = (*env, *variables)
    prepared = Prepared(
        tool=build,
        before=tuple(before),
        environment=tuple(environment),
        needs=(*ready, *(step.id for step in environment[-1:])),
        env=env,
        lists=needs.lists,
        unset=needs.unset,
        path=needs.path,
    )
    if not openssl_build or release_row.build_backend != "maturin" or build.uv:
        return prepared
    crates = Step(
        "crates",
        "Download the Rust packages (crates) of cryptography",
        "This runs while OpenSSL is compiled. pip only prepares the build, and cargo keeps the "
        "crates for it.",
        prepared.applied(pip.dry_run(target.interpreter, f"cryptography=={listed.version}")),
        needs=(*tools, *(step.id for step in build.before[-1:])),
        role="crates",
    )
    return replace(
        prepared, environment=(*prepared.environment, crates), needs=(*prepared.needs, crates.id)
    )


def expected_openssl(choices: Choices, needs: build_needs.BuildNeeds) -> tuple[str, bool]:
    """Return the version of OpenSSL that the proof must find, and whether other patches will do.

    The system may update its OpenSSL before the proof; nobody updates another one. Empty if a wheel
    is installed, or if the manager's version is not one of OpenSSL.
    """
    version = needs.openssl.version.split()[-1] if needs.openssl else ""
    return (version if re.match(r"\d+\.\d", version) else ""), choices.custom_openssl is None


def with_pip(tool: Installer) -> Installer:
    """Return the tool of the same environment; if it has no pip, with a step that installs it."""
    if not tool.call:
        return tool
    step = pip_step(tool, "pip builds and installs cryptography.")
    return Installer(tool.target, (*tool.before, step), tool.note, pip=tool.pip)


def _packages_step_id(needs: build_needs.BuildNeeds) -> tuple[str, ...]:
    return (package_steps.INSTALL_STEP,) if needs.missing else ()


def _rustup_steps(needs: build_needs.BuildNeeds) -> tuple[Step, ...]:
    """Return the steps that download Rust, if no installed one is suitable."""
    rust = needs.rust
    if rust is None or rust.kind != "rustup":
        return ()
    undo = (RemoveFolder(rust.home),)
    return (
        Step(
            "rustup",
            "Download rustup",
            "It is the Rust project's installer, and is compared with the checksum on its server.",
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


def remove_rust_steps(needs: build_needs.BuildNeeds, choices: Choices) -> tuple[Step, ...]:
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
    """Return the names of the Rust and the OpenSSL that a build uses."""
    rust = needs.rust.description if needs.rust else "Rust"
    return f"{rust} and OpenSSL {needs.openssl.version if needs.openssl else ''}".strip()


def with_packages(
    case: Case,
    tool: Installer,
    steps: tuple[Step, ...],
    needs: build_needs.BuildNeeds = build_needs.BuildNeeds(),  # noqa: B008 - frozen
) -> tuple[Step, ...]:
    """Return the steps, preceded by those that install the packages that they need."""
    packages = package_steps_for(case.facts, needs, tool)
    steps = after_packages(packages, steps, tool.target.python)
    return compiler_first(needs, (*packages, *steps))


def compiler_first(needs: build_needs.BuildNeeds, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the steps in an order in which those that install a compiler come first."""
    return (*needs.compiler, *(step for step in steps if step not in needs.compiler))


def package_steps_for(
    facts: Facts, needs: build_needs.BuildNeeds, tool: Installer
) -> tuple[Step, ...]:
    """Return the steps that install all missing packages for build and environment together.

    They wait for the compiler: on a Mac, Homebrew and MacPorts need Apple's tools.
    """
    reasons = []
    if needs.missing:
        reasons.append(_why_packages(needs))
    if tool.packages:
        reasons.append("On this system, making environments needs a separate package.")
    names = (*needs.missing, *tool.packages)
    if len(names) > 1:
        reasons.append(f"Missing are {joined(names)}.")
    manager = needs.manager or tool.manager
    if not names:
        return ()
    machine = tool.target.python.machine
    steps = package_steps.install_steps(facts, manager, names, " ".join(reasons), machine)
    compiler = tuple(step.id for step in needs.compiler[-1:])
    return tuple(step if step.needs else replace(step, needs=compiler) for step in steps)


def after_packages(
    packages: tuple[Step, ...], steps: tuple[Step, ...], python: Python
) -> tuple[Step, ...]:
    """Return ``steps``, with the environment's step after ``packages`` if necessary.

    A package with the headers of the system's Python may upgrade that Python, so no environment may
    be made from it at the same time.
    """
    if not packages or python.installation != "/usr":
        return steps
    last = packages[-1].id
    return tuple(
        replace(step, needs=(*step.needs, last))
        if step.role == "environment" and last not in step.needs
        else step
        for step in steps
    )


def _why_packages(needs: build_needs.BuildNeeds) -> str:
    with_rust = needs.rust is not None and needs.rust.kind in ("packages", "present")
    builds_openssl = needs.openssl is not None and needs.openssl.build is not None
    files = "the tools to build OpenSSL" if builds_openssl else "OpenSSL's files"
    return f"A source build needs a C compiler,{' Rust,' if with_rust else ''} and {files}."


def _constraint_variables(facts: Facts, path: str, tool: Installer) -> tuple[tuple[str, str], ...]:
    """Return the variables that name the constraints file for the isolated build environment.

    pip reads PIP_CONSTRAINT before 25.3 and PIP_BUILD_CONSTRAINT since; both may be set (measured).
    uv has its own name. All of them accept several files, and split the text at each space; an
    address contains none (measured with both).
    """
    rules = PureWindowsPath if facts.system.name == "windows" else PurePosixPath
    full_path = rules(facts.folder, path)
    has_space = any(letter.isspace() for letter in path)
    value = full_path.as_uri() if has_space and full_path.is_absolute() else path
    if tool.uv is not None:
        return (("UV_BUILD_CONSTRAINT", value),)
    return (("PIP_CONSTRAINT", value), ("PIP_BUILD_CONSTRAINT", value))
