"""The steps that make the environment, and the tool that installs into it: uv or pip."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backends import pip, uv
from backends.action import Action, Command, RemoveFolder
from wizard.errors import Impossible
from wizard.facts import Facts, Python, Tool
from wizard.method import compiles
from wizard.needs import package_steps, tool_settings, wheels
from wizard.needs.case import Case
from wizard.needs.venv_package import venv_package
from wizard.plan import FileExists, Step
from wizard.planning import from_wheelhouse
from wizard.planning.neighbours import Before
from wizard.refused import Refused
from wizard.target_environment import Target
from wizard.versions import at_least

BUNDLED_PIP_IS_OLD = "The pip that comes with Python is often too old for current packages."


@dataclass(frozen=True)
class Installer:
    """The tool that installs into ``target``: ``uv``, or pip.

    ``pip`` is the version of that pip, and ``call`` starts it if it is outside the environment
    (otherwise empty). ``before`` are the steps that prepare it; ``note`` says which tool is used
    and why. ``manager`` must install ``packages`` before that. ``folder`` is the wheelhouse to
    install from; empty means the index. ``bare`` says that the environment is made without pip,
    which must be installed, too.
    """

    target: Target
    before: tuple[Step, ...]
    note: str
    uv: Tool | None = None
    pip: str = ""
    call: tuple[str, ...] = ()
    manager: str = ""
    packages: tuple[str, ...] = ()
    folder: str = ""
    bare: bool = False

    def undo(self, before: Before) -> tuple[Action, ...]:
        """Return the commands that put back what was there before cryptography was installed."""
        target = self.target
        if target.new:
            return ()  # undoing the environment removes everything
        if self.uv is not None:
            remove = uv.uninstall(self.uv.path, target.interpreter, before.missing)
        else:
            remove = pip.uninstall(target.interpreter, before.missing)
        if not before.versions:
            return (remove,)
        # They came from the index; a wheelhouse may not contain them.
        from_index = replace(self, folder="")
        return (remove, from_index.install(before.versions, binary=True, alone=True))

    def install(
        self,
        requirements: tuple[str, ...],
        *,
        binary: bool,
        reinstall: bool = False,
        alone: bool = False,
        env: tuple[tuple[str, str], ...] = (),
        path: tuple[str, ...] = (),
    ) -> Command:
        """Return the install command, which uses a wheel of cryptography or always compiles it."""
        if self.uv is not None:
            return uv.install(
                self.uv.path,
                self.target.interpreter,
                requirements,
                only_binary=binary,
                no_binary=not binary,
                reinstall=reinstall,
                alone=alone,
                folder=self.folder,
                env=env,
                path=path,
            )
        return pip.install(
            self.target.interpreter,
            requirements,
            version=self.pip,
            call=self.call,
            only_binary=binary,
            no_binary=not binary,
            reinstall=reinstall,
            alone=alone,
            compiled=not self.bare,  # compiling the new pip takes a third of the time
            folder=self.folder,
            env=env,
            path=path,
        )


def pip_step(tool: Installer, why: str) -> Step:
    """Return the step that puts pip into an environment that was made without it."""
    return Step(
        "pip",
        f"Install {'pip' if tool.folder else 'the newest pip'} into the environment",
        why,
        tool.install(("pip",), binary=True),
        needs=tuple(step.id for step in tool.before[-1:]),
        role="installer",
    )


def choose_installer(case: Case, target: Target) -> Installer:
    """Choose the tool that installs into ``target``. Raises Impossible if no tool can."""
    facts, choices = case.facts, case.choices
    blocked = _uv_blocked_by(facts, target, from_index=not choices.from_wheelhouse)
    wants_pip = choices.installer == "pip" or bool(choices.upgrade_pip)
    if choices.installer == "uv":
        if blocked:
            raise Impossible(
                "--installer uv is not possible here.", why=blocked.reason, hints=blocked.hints
            )
        return _with_uv(case, target, "uv installs it, as you asked.")
    can_use_uv = not wants_pip and not blocked
    if can_use_uv and not compiles(choices.method):
        return _with_uv(case, target, "uv installs it, because it is faster than pip.")
    if can_use_uv and target.new:
        return _pip_beside_uv(case, target)
    tool = _new_with_pip(case, target) if target.new else _existing_with_pip(case, target)
    if facts.tool("uv") is not None and not wants_pip and blocked:
        return replace(tool, note=f"{tool.note} uv is not used: {blocked.reason}")
    return tool


def _uv_blocked_by(facts: Facts, target: Target, *, from_index: bool) -> Refused | None:
    tool = facts.tool("uv")
    oldest = ".".join(map(str, uv.OLDEST_PYTHON))
    if tool is None:
        return Refused("uv is not installed on this machine.")
    if not at_least(target.python.version, oldest):
        return Refused(f"uv does not work with Pythons before {oldest}.")
    if from_index:
        adjustment = tool_settings.for_uv(facts, target.python)
        return adjustment if isinstance(adjustment, Refused) else None
    return None


def _with_uv(case: Case, target: Target, why: str) -> Installer:
    tool, folder = case.facts.tool("uv"), case.choices.from_wheelhouse
    if tool is None:
        raise Impossible("uv is not installed on this machine.")
    if not target.new:
        return Installer(target, (), why, uv=tool, folder=folder)
    # pip comes with a wheel in the same call. A build, and the wheels of a wheelhouse, need it
    # before.
    bare = not compiles(case.choices.method) and not case.choices.wheelhouse
    command = uv.make_environment(tool.path, target.python.path, target.folder, seed=not bare)
    before = (_environment_step(target, command),)
    return Installer(target, before, why, uv=tool, folder=folder, bare=bare)


def _pip_beside_uv(case: Case, target: Target) -> Installer:
    """Return pip in an environment that uv makes. uv itself would mark each build line as DEBUG."""
    uv_installer = _with_uv(case, target, "")
    return Installer(
        target,
        uv_installer.before,
        "pip installs it and shows the full build log. uv makes the environment, because it is "
        "faster.",
        pip=target.python.ensurepip or "9.0",  # uv installs a newer one
    )


def _new_with_pip(case: Case, target: Target) -> Installer:
    python, folder = target.python, case.choices.from_wheelhouse
    version, runner = (python.pip.version, python.pip.runner) if python.pip else ("", "")
    from_outside = pip.parse_version(version) >= pip.FIRST_WITH_PYTHON_OPTION
    if from_outside and not compiles(case.choices.method):
        fit = wheels.fit(python, case.release, case.knowledge)
        from_outside = isinstance(fit, wheels.Fit) and not fit.pip
    if from_outside:
        # ensurepip would first unpack an old pip, which must then be replaced: half of the time.
        command = pip.make_environment(python.path, target.folder, with_pip=False)
        which = "the wheelhouse's" if folder else "the newest"
        return Installer(
            target,
            (_environment_step(target, command),),
            f"pip {version} of {python.path} installs it; the environment gets {which} pip.",
            pip=version,
            call=pip.call_from_outside(python.path, runner, target.interpreter),
            folder=folder,
            bare=True,
        )
    needed = venv_package(case, python)
    if isinstance(needed, Refused):
        raise Impossible(needed.reason, why=needed.why, hints=needed.hints)
    command = pip.make_environment(python.path, target.folder, with_pip=True)
    environment = _environment_step(
        target, command, needs=(package_steps.INSTALL_STEP,) if needed else ()
    )
    upgrade = _upgrade_steps(
        case, target, python.ensurepip or "9.0", (environment.id,), BUNDLED_PIP_IS_OLD
    )
    return Installer(
        target,
        (environment, *upgrade),
        "The environment's own pip installs it, after an upgrade.",
        # The newest pip for this Python is not known in advance, so no option newer than the
        # bundled pip is used.
        pip=python.ensurepip or "9.0",
        manager=needed.manager.name if needed else "",
        packages=(needed.name,) if needed else (),
        folder=folder,
    )


def _existing_with_pip(case: Case, target: Target) -> Installer:
    python, folder = target.python, case.choices.from_wheelhouse
    if python.pip is None:
        if not python.ensurepip:
            raise Impossible(
                f"The environment {target.folder} has no pip, and its Python cannot install one.",
                hints=("Make a new environment: --venv FOLDER",),
            )
        ensure = Step(
            "pip",
            "Install pip into the environment",
            "This environment has no pip, which is needed to install packages.",
            pip.ensure(target.interpreter),
            undo=(pip.uninstall(target.interpreter, ("pip",)),),
            role="installer",
        )
        upgrade = _upgrade_steps(case, target, python.ensurepip, (ensure.id,), BUNDLED_PIP_IS_OLD)
        return Installer(
            target,
            (ensure, *upgrade),
            "The environment's own pip installs it.",
            pip=python.ensurepip,
            folder=folder,
        )
    too_old = _why_pip_is_too_old(case, python, python.pip.version)
    before = _upgrade_steps(case, target, python.pip.version, (), too_old.reason) if too_old else ()
    return Installer(
        target,
        before,
        f"The environment's own pip {python.pip.version} installs it"
        + (", after an upgrade." if too_old else "."),
        pip=python.pip.version,
        folder=folder,
    )


def _why_pip_is_too_old(case: Case, python: Python, version: str) -> Refused | None:
    """Return why the installed pip must be upgraded, or None if it is new enough."""
    if case.choices.upgrade_pip:
        return Refused(f"You asked for it; the environment has pip {version}.")
    if case.upgraded and pip.parse_version(version) < pip.FIRST_WITH_RESOLVER:
        return Refused(
            f"pip {version} is too old to upgrade packages together: it does not look for versions "
            "that allow each other."
        )
    if compiles(case.choices.method):
        if pip.parse_version(version) >= pip.FIRST_WITH_DRY_RUN:
            return None
        oldest = ".".join(map(str, pip.FIRST_WITH_DRY_RUN))
        return Refused(
            f"pip {version} is too old for a build: it may not understand the build settings of a "
            f"release, and only {oldest} and later can prepare a build."
        )
    fit = wheels.fit(python, case.release, case.knowledge)
    if isinstance(fit, Refused) or not fit.pip:
        return None
    return Refused(f"pip {version} is too old for the wheel: it takes {fit.pip} or newer.")


def _environment_step(target: Target, command: Command, *, needs: tuple[str, ...] = ()) -> Step:
    return Step(
        "environment",
        "Make the virtual environment",
        f"It is the folder {target.folder}. This step changes nothing else.",
        command,
        needs=needs,
        undo=(RemoveFolder(target.folder),),
        check=FileExists(target.interpreter),
        role="environment",
    )


def _upgrade_steps(
    case: Case, target: Target, version: str, needs: tuple[str, ...], why: str
) -> tuple[Step, ...]:
    folder = case.choices.from_wheelhouse
    requirements: tuple[str, ...] = ("pip",)
    before: tuple[Step, ...] = ()
    if folder:
        file = from_wheelhouse.PIP_LIST
        before = (from_wheelhouse.list_step(case, target, ("pip",), file=file, needs=needs),)
        requirements = from_wheelhouse.listed(from_wheelhouse.path_of(case, target, file))
        needs = (before[0].id,)
    upgrade = Step(
        "pip-upgrade",
        "Upgrade pip",
        why,
        pip.install(target.interpreter, requirements, version=version, upgrade=True, folder=folder),
        needs=needs,
        undo=() if target.new or target.python.pip is None else (_previous_pip(target),),
        role="installer",
    )
    return (*before, upgrade)


def _previous_pip(target: Target) -> Command:
    """Return the command that puts back the pip that was in the environment."""
    version = target.python.pip.version if target.python.pip else ""
    # The newest pip runs it, but no option is used that an old one does not know.
    return pip.install(target.interpreter, (f"pip=={version}",), version=version)
