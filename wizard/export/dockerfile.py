"""A plan as a Dockerfile with two stages: the first builds, the second has only the result.

Everything that only the build needs stays in the stage ``builder`` (docs/installation.rst of
cryptography, "Rust"). It needs BuildKit, Docker's default since 23.0, for cache mounts,
here-documents and checksums of downloads.
"""

from __future__ import annotations

import json
import posixpath
from functools import singledispatch
from shlex import quote

from backends import pip
from backends.action import (
    Action,
    CheckSignature,
    Command,
    Download,
    ExportAuthorities,
    Prove,
    RecordPackages,
    RemoveFolder,
    Seal,
    SystemUpdate,
    UnknownAction,
    Unpack,
    Wait,
    WriteFile,
    WriteManifest,
)
from backends.manager import managers
from wizard.errors import Impossible
from wizard.export.container import FOLDER, MIRROR_VARIABLES, Container
from wizard.export.shell import assignments, comment, plan_title, proof_script
from wizard.method import compiles, methods
from wizard.plan import PackagesInstalled, Plan, Step, order, script_steps
from wizard.wording import control_characters, wrap

USER = "10001:10001"
"""The account and group of the final image, by number, which shows that it is not root."""
BUILD_ONLY = ("include", "lib/*.a", "lib/cmake", "lib/pkgconfig")
"""The files of OpenSSL's install_dev that no program needs at run time."""
_TRIAL = (
    "from cryptography.fernet import Fernet as F; k = F.generate_key(); "
    "assert F(k).decrypt(F(k).encrypt(b'it works')) == b'it works'"
)
_PLATFORMS = {
    "x86_64": "linux/amd64",
    "i686": "linux/386",
    "aarch64": "linux/arm64",
    "armv7l": "linux/arm/v7",
    "riscv64": "linux/riscv64",
    "ppc64le": "linux/ppc64le",
    "s390x": "linux/s390x",
}


def _refresh_hint(container: Container) -> tuple[str, ...]:
    """Return the hint how to update the package lists; empty if no manager is known."""
    commands = (managers()[manager.name].refresh() for manager in container.facts.managers[:1])
    return tuple(f"Fetch them first: {' '.join(command.argv)}" for command in commands)


def to_dockerfile(plan: Plan, container: Container) -> str:
    """Return the Dockerfile of a plan for ``container``. Raises Impossible if it only prepares."""
    if plan.prepares:
        raise Impossible(
            "The wizard cannot find out what the image needs: this machine's package lists are "
            "empty.",
            hints=(*_refresh_hint(container), "Or use the wheel."),
        )
    _require_no_line_breaks(plan, container)
    useful = script_steps(plan)
    steps = [step for step in order(plan) if step in useful and instruction(step.action, container)]
    work = [step for step in steps if not step.lock]
    lines = [*_header(plan, container), "", f"FROM {container.image} AS builder"]
    for name, value in container.facts.variables:
        if name in MIRROR_VARIABLES:
            lines.append(f"ENV {name}={quote(value)}")
    lines += [
        "",
        f"# {_packages_comment(plan)}",
        _install_packages(_builder_packages(plan, steps, container), container),
    ]
    folder = ""
    for step in work:
        if step.role == "proof" and _has_own_openssl(plan):
            lines += _remove_build_files(plan)
        lines += ["", f"# {comment(step.title)}."]
        cwd = step.action.cwd if isinstance(step.action, Command) else ""
        if cwd != folder:
            lines.append(f"WORKDIR {cwd or '/'}")
            folder = cwd
        lines.append(instruction(step.action, container))
    return "\n".join([*lines, "", *_final_stage(plan, container)]) + "\n"


def _require_no_line_breaks(plan: Plan, container: Container) -> None:
    """Raise Impossible if a value contains a line break, which would begin a new instruction."""
    values = [("the folder", plan.environment), *container.facts.variables]
    for step in plan.steps:
        if isinstance(step.action, Command):
            values += [(f"“{step.title}”", word) for word in (*step.action.argv, step.action.cwd)]
            values += step.action.env
    for name, value in values:
        if control_characters(value):
            raise Impossible(
                "A Dockerfile cannot contain a value with a line break or control character.",
                shown=f"{name}: {value!r}",
                hints=("Change that value, and try again.",),
            )


def _remove_build_files(plan: Plan) -> list[str]:
    """Return the instruction that removes files of OpenSSL that only a build needs."""
    folder = posixpath.join(plan.environment, "openssl")
    command = " \\\n    ".join(["RUN rm -rf", *(f"{folder}/{name}" for name in BUILD_ONLY)])
    return ["", "# Needed only to compile.", command]


def _header(plan: Plan, container: Container) -> list[str]:
    machine = container.facts.pythons[0].machine
    platform = f"--platform {_PLATFORMS[machine]} " if machine in _PLATFORMS else ""
    secret = "--secret id=pip.conf,src=PIP.CONF " if container.configured else ""
    lines = [
        "# syntax=docker/dockerfile:1",
        f"# {comment(plan_title(plan))}: {_summary(plan)}.",
        "# Written by cryptography-wizard. Build it with:",
        f"#   docker build {platform}{secret}--tag cryptography:{plan.release} - < FILE",
    ]
    if container.configured:
        lines.append("# This machine has pip settings: PIP.CONF is the file that contains them.")
    lines += [
        "# Packages are not pinned, because the lists keep only the newest. Each RUN does one "
        "thing.",
        f"# hadolint global ignore={','.join([*container.package_manager.unpinned, 'DL3059'])}",
    ]
    for note in plan.notes:
        lines += wrap(comment(note), 96, first="# * ", rest="#   ")
    return lines


def _summary(plan: Plan) -> str:
    if not compiles(plan.method):
        return f"from {methods()[plan.method].noun}, nothing is compiled"
    where = "in the environment" if _has_own_openssl(plan) else "of the system"
    link = "OpenSSL is inside it" if plan.link == "static" else f"it uses the OpenSSL {where}"
    return f"compiled, {link}"


def _packages_comment(plan: Plan) -> str:
    return "Python, and everything needed to compile." if compiles(plan.method) else "Python."


def _builder_packages(plan: Plan, steps: list[Step], container: Container) -> set[str]:
    """Return the packages of the build stage."""
    names = {_python_package(plan, container), "ca-certificates"}
    for step in steps:
        if isinstance(step.check, PackagesInstalled):
            names.update(step.check.names)
        if isinstance(step.action, Download) and not step.action.sha256:
            names.update(container.package_manager.fetch)
        if isinstance(step.action, Unpack):
            names.update(container.package_manager.unpack)
    return names


def _python_package(plan: Plan, container: Container) -> str:
    """Return the package of the Python from which the environment is made."""
    commands = [s.action for s in plan.steps if s.role == "environment"]
    base = next(c.argv[0] for c in commands if isinstance(c, Command))
    name = posixpath.basename(base)
    minor = name[len("python") :]
    if "." not in minor:
        return name
    return container.package_manager.python.format(minor=minor, digits=minor.replace(".", ""))


def _install_packages(names: set[str], container: Container) -> str:
    mounts = [
        f"--mount=type=cache,target={folder},sharing=locked"
        for folder in container.package_manager.caches
    ]
    *before, last = container.package_manager.install
    commands = [*before, " \\\n        ".join([last, *sorted(names)])]
    return _run_instruction(mounts, commands)


@singledispatch
def instruction(action: object, _fresh: Container) -> str:
    """Return the instruction for an action; empty if an image does not need it.

    Raises UnknownAction.
    """
    raise UnknownAction(action, "instruction of a Dockerfile")


@instruction.register(Command)
def _command(action: Command, container: Container) -> str:
    return _run_instruction(_mounts(action, container), [_command_text(action, container)])


@instruction.register(Download)
def _download(action: Download, _fresh: Container) -> str:
    if not action.sha256:
        return _run_instruction([], _download_commands(action))
    mode = "--chmod=755 " if action.executable else ""
    return f"ADD {mode}--checksum=sha256:{action.sha256.lower()} {action.url} {action.path}"


@instruction.register(Unpack)
def _unpack(action: Unpack, _fresh: Container) -> str:
    archive, folder = quote(action.archive), quote(action.folder)
    return _run_instruction(
        [], [f"mkdir -p {folder}", f"tar -xf {archive} -C {folder} --strip-components=1"]
    )


@instruction.register(WriteFile)
def _copy_file(action: WriteFile, _fresh: Container) -> str:
    return f"COPY <<'EOF' {action.path}\n{action.text.rstrip(chr(10))}\nEOF"


@instruction.register(Prove)
def _proof(action: Prove, _fresh: Container) -> str:
    return f"RUN {proof_script(action)}"


@instruction.register(Wait)
@instruction.register(SystemUpdate)
@instruction.register(CheckSignature)
@instruction.register(Seal)
@instruction.register(WriteManifest)
@instruction.register(ExportAuthorities)
@instruction.register(RecordPackages)
@instruction.register(RemoveFolder)
def _no_instruction(_action: Action, _fresh: Container) -> str:
    """Return nothing: images are no Macs, have no keyring, no wheelhouse and no earlier packages,
    and the builder is discarded."""
    return ""


def _run_instruction(mounts: list[str], commands: list[str]) -> str:
    first, *others = [*mounts, commands[0]]
    lines = [f"RUN {first}", *(f"    {line}" for line in others)]
    lines += [f"    && {command}" for command in commands[1:]]
    return " \\\n".join(lines)


def _command_text(command: Command, container: Container) -> str:
    """Return a command as a user types it, with its variables in front, each on a line."""
    cores = f"-j{container.facts.system.cores}"
    words = [
        '-j"$(nproc)"' if command.progress == "make" and word == cores else quote(word)
        for word in command.argv
    ]
    return " \\\n    ".join([*assignments(command), " ".join(words)])


def _mounts(command: Command, container: Container) -> list[str]:
    """Return the mounts for pip: its cache, and the user's configuration as a secret."""
    if not pip.is_pip(command):
        return []
    mounts = []
    if "--no-cache-dir" not in command.argv:
        mounts.append("--mount=type=cache,target=/root/.cache/pip")
    variables = dict(command.env)
    if command.progress == "cargo" and "CRYPTOGRAPHY_DONT_BUILD_RUST" not in variables:
        home = variables.get("CARGO_HOME", "/root/.cargo")
        mounts.append(f"--mount=type=cache,target={home}/registry")
    if container.configured:
        mounts.append("--mount=type=secret,id=pip.conf,target=/etc/pip.conf")
    return mounts


def _download_commands(download: Download) -> list[str]:
    """Download a file and its published checksum, and continue only if it is correct."""
    path = quote(download.path)
    return [
        f"curl -fsSL --create-dirs -o {path} {quote(download.url)}",
        f"curl -fsSL -o {path}.sha256 {quote(download.sha256_url)}",
        f'sum="$(sha256sum {path})"',
        f'test "${{sum%% *}}" = "$(cut -c 1-64 {path}.sha256)"',
        *([f"chmod 755 {path}"] if download.executable else []),
    ]


def _final_stage(plan: Plan, container: Container) -> list[str]:
    """Return the final stage."""
    names = {_python_package(plan, container)}
    contents = "Python only"
    if compiles(plan.method):
        names.update(container.package_manager.compiled)
    if compiles(plan.method) and plan.link == "dynamic" and not _has_own_openssl(plan):
        names.update(container.image_row.openssl)
        contents = "Python, and the OpenSSL that cryptography is linked to"
    return [
        f"FROM {container.image}",
        "",
        f"# {contents}: no compiler, no headers.",
        _install_packages(names, container),
        "",
        "# An account without special rights, for everything that runs here.",
        f"RUN {container.package_manager.user}",
        "",
        f"COPY --from=builder {FOLDER} {FOLDER}",
        f"ENV PATH={FOLDER}/bin:$PATH",
        f"USER {USER}",
        "WORKDIR /home/app",
        "",
        "# Check that it also works here, without the build tools.",
        f"RUN {json.dumps(['python', '-c', _TRIAL])}",
        "",
        'CMD ["python"]',
    ]


def _has_own_openssl(plan: Plan) -> bool:
    """Return whether the environment contains its own OpenSSL."""
    return any(step.role == "library" for step in plan.steps)
