"""How the environment is made and how packages get into it: uv or pip, and in which steps."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backends import pip, uv
from backends.action import Action, Command, RemoveFolder
from wizard.errors import Impossible
from wizard.facts import Facts, PipIndex, Python, Tool
from wizard.method import compiles
from wizard.needs import build_needs, package_steps, wheels
from wizard.needs.case import Case
from wizard.plan import FileExists, Step
from wizard.refused import Refused
from wizard.target_environment import Target
from wizard.versions import at_least

OFTEN_OLD = "The pip that comes with a Python is often too old for today's packages."


@dataclass(frozen=True)
class Installer:
    """What will install: ``uv``, or the pip of version ``pip`` (run by ``runner``, if not the
    environment's own). ``before`` are the steps that make it ready; ``note`` says which and why.
    ``packages`` are what ``manager`` has to install before all that. ``folder`` is the wheelhouse
    that everything comes from, if not from the index.
    """

    target: Target
    before: tuple[Step, ...]
    note: str
    uv: Tool | None = None
    pip: str = ""
    runner: str = ""
    manager: str = ""
    packages: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    folder: str = ""

    def has(self, version: str) -> bool:
        """Whether this version is installed already: then pip would do nothing at all."""
        return not self.target.new and self.target.python.cryptography == version

    def undo(self) -> tuple[Action, ...]:
        """How cryptography is removed again, and the version put back that was there before."""
        target = self.target
        if target.new:
            return ()  # undoing the environment removes it all
        if self.uv is not None:
            remove = uv.uninstall(self.uv.path, target.interpreter)
        else:
            remove = pip.uninstall(target.interpreter)
        before = target.python.cryptography
        if not before:
            return (remove,)
        # That came from the index: a wheelhouse need not have it.
        index = replace(self, folder="")
        return (remove, index.install((f"cryptography=={before}",), binary=True))

    @property
    def bare(self) -> bool:
        """Whether the environment is made without pip, so that it is installed with the rest."""
        return bool(self.runner) or bool(self.uv and self.folder and self.target.new)

    def install(
        self,
        requirements: tuple[str, ...],
        *,
        binary: bool,
        reinstall: bool = False,
        env: tuple[tuple[str, str], ...] = (),
        path: tuple[str, ...] = (),
    ) -> Command:
        """The command that installs, taking cryptography from a wheel or always compiling it."""
        if self.uv is not None:
            return uv.install(
                self.uv.path,
                self.target.interpreter,
                requirements,
                only_binary=binary,
                no_binary=not binary,
                reinstall=reinstall,
                folder=self.folder,
                env=(*self.env, *env),
                path=path,
            )
        return pip.install(
            self.target.interpreter,
            requirements,
            version=self.pip,
            runner=self.runner,
            only_binary=binary,
            no_binary=not binary,
            reinstall=reinstall,
            compiled=not self.runner,  # it would compile all of the new pip: a third of the time
            folder=self.folder,
            env=env,
            path=path,
        )


def choose(case: Case, target: Target) -> Installer:
    """Choose how to install the release into ``target``. Raises Impossible where nothing can."""
    facts, choices = case.facts, case.choices
    folder = choices.from_wheelhouse
    blocked = _uv_blocked_by(facts, target)
    if choices.installer == "uv":
        if blocked:
            raise Impossible("--installer uv is not possible here.", why=blocked.reason)
        return _with_uv(facts, target, "uv, because it was asked for.", folder)
    quick = choices.installer != "pip" and not blocked
    if quick and not compiles(choices.method):
        return _with_uv(facts, target, "uv, because it is here and quicker than pip.", folder)
    if quick and target.new:
        return _pip_beside_uv(facts, target)
    if target.new:
        return _new_with_pip(case, target)
    return _existing_with_pip(case, target)


def _uv_blocked_by(facts: Facts, target: Target) -> Refused | None:
    found = facts.tool("uv")
    oldest = ".".join(map(str, uv.OLDEST_PYTHON))
    if found is None:
        return Refused("There is no uv on this machine.")
    if not at_least(target.python.version, oldest):
        return Refused(f"uv does not work with Pythons before {oldest}.")
    index = _index(target.python)
    if index is not None and (index.secret or index.no_index):
        return Refused(
            "pip is configured in a way that uv does not know: secrets in an address, or no index."
        )
    return None


def _with_uv(facts: Facts, target: Target, why: str, folder: str) -> Installer:
    tool = facts.tool("uv")
    if tool is None:
        raise Impossible("There is no uv on this machine.")
    env = () if folder else _uv_settings(target.python)
    made = uv.make_environment(
        tool.path, target.python.path, target.folder, seed=not folder, env=env
    )
    before = (_environment(target, made),) if target.new else ()
    return Installer(target, before, f"Installed by {why}", uv=tool, env=env, folder=folder)


def _uv_settings(python: Python) -> tuple[tuple[str, str], ...]:
    index = _index(python)
    if index is None:
        return ()
    url = "" if index.default else index.url
    return uv.settings(url=url, extra=index.extra, find_links=index.find_links)


def _pip_beside_uv(facts: Facts, target: Target) -> Installer:
    """The pip of an environment that uv makes. uv itself marks each line of a build as DEBUG."""
    made = _with_uv(facts, target, "", "")
    return Installer(
        target,
        made.before,
        "Installed by pip, which shows the log of a build as it is. uv makes the "
        "environment for it: that is quicker.",
        pip=target.python.ensurepip or "9.0",  # uv puts a newer one into it
    )


def _new_with_pip(case: Case, target: Target) -> Installer:
    python, folder = target.python, case.choices.from_wheelhouse
    own = python.pip.version if python.pip else ""
    outside = pip.release_of(own) >= pip.RUNS_ELSEWHERE
    if outside and not compiles(case.choices.method):
        fit = wheels.fit(python, case.release, case.knowledge)
        outside = isinstance(fit, wheels.Fit) and not fit.pip
    if outside:
        # ensurepip would unpack an old pip first, which then has to be replaced: half the time.
        made = pip.make_environment(python.path, target.folder, with_pip=False)
        which = "the wheelhouse's" if folder else "the newest"
        return Installer(
            target,
            (_environment(target, made),),
            f"Installed by pip {own} of {python.path}; the environment gets {which} pip.",
            pip=own,
            runner=python.path,
            folder=folder,
        )
    manager, needed = _venv_package(case, python)
    made = pip.make_environment(python.path, target.folder, with_pip=True)
    environment = _environment(target, made, needs=(package_steps.STEP,) if needed else ())
    upgrade = _upgrade(target, python.ensurepip or "9.0", (environment.id,), OFTEN_OLD, folder)
    return Installer(
        target,
        (environment, upgrade),
        "Installed by the environment's own pip, brought up to date first.",
        # The newest pip that this Python can have is not known before; no option younger than
        # the one that every Python comes with is used.
        pip=python.ensurepip or "9.0",
        manager=manager,
        packages=needed,
        folder=folder,
    )


def _existing_with_pip(case: Case, target: Target) -> Installer:
    python, folder = target.python, case.choices.from_wheelhouse
    if python.pip is None:
        if not python.ensurepip:
            raise Impossible(
                f"The environment {target.folder} has no pip, and its Python cannot add one.",
                hints=("Make a new environment: --venv FOLDER",),
            )
        ensured = Step(
            "pip",
            "Put pip into the environment",
            "This environment has no pip, which does the installing.",
            pip.ensure(target.interpreter),
            role="installer",
        )
        upgrade = _upgrade(target, python.ensurepip, (ensured.id,), OFTEN_OLD, folder)
        return Installer(
            target,
            (ensured, upgrade),
            "Installed by the environment's own pip.",
            pip=python.ensurepip,
            folder=folder,
        )
    old = _too_old(case, python, python.pip.version)
    before = (_upgrade(target, python.pip.version, (), old.reason, folder),) if old else ()
    return Installer(
        target,
        before,
        f"Installed by the environment's own pip, {python.pip.version}"
        + (", brought up to date first." if old else "."),
        pip=python.pip.version,
        folder=folder,
    )


def _too_old(case: Case, python: Python, version: str) -> Refused | None:
    """Why a pip that is there has to be brought up to date; None where it will do."""
    if compiles(case.choices.method):
        if pip.release_of(version) >= pip.REHEARSES:
            return None
        oldest = ".".join(map(str, pip.REHEARSES))
        return Refused(
            f"pip {version} is too old to compile with: it may not understand what a release says "
            f"of its build, and only {oldest} and later can try out what they would build."
        )
    fit = wheels.fit(python, case.release, case.knowledge)
    if isinstance(fit, Refused) or not fit.pip:
        return None
    return Refused(f"pip {version} is too old for the wheel: it takes {fit.pip} or newer.")


def _environment(target: Target, command: Command, *, needs: tuple[str, ...] = ()) -> Step:
    return Step(
        "environment",
        "Make the virtual environment",
        f"A folder of its own, {target.folder}: nothing else on this computer changes.",
        command,
        needs=needs,
        undo=(RemoveFolder(target.folder),),
        check=FileExists(target.interpreter),
        role="environment",
    )


def _upgrade(target: Target, version: str, needs: tuple[str, ...], why: str, folder: str) -> Step:
    return Step(
        "pip-upgrade",
        "Bring pip up to date",
        why,
        pip.install(
            target.interpreter,
            (_newest_pip(target.python, folder),),
            version=version,
            upgrade=True,
            folder=folder,
        ),
        needs=needs,
        role="installer",
    )


def _newest_pip(python: Python, folder: str) -> str:
    """What to ask for as the newest pip.

    In a wheelhouse for several Pythons lie several, and the pip that Python 3.6 comes with would
    take the last of them without a look at what Python it is for (its resolver is of before 20.3).
    """
    return "pip<22" if folder and not at_least(python.version, "3.7") else "pip"


def _venv_package(case: Case, python: Python) -> tuple[str, tuple[str, ...]]:
    """The manager and its package that make ``python -m venv`` work, where the distribution took
    it apart; empty where it works. Raises Impossible where there is no such package.
    """
    if python.ensurepip:
        return "", ()
    for manager, names in build_needs.available(case.facts, case.knowledge):
        if case.choices.manager not in ("", manager.name):
            continue  # one call installs everything, so it is one manager's
        name = names.venv.format(minor=python.minor)
        offered = {p.name for p in manager.packages if p.candidate and not p.installed}
        # Where the lists are empty nothing is offered yet: they are fetched first in any case.
        if not name or python.prefix != "/usr" or (offered and name not in offered):
            continue
        if case.facts.privilege.method == "none":
            raise Impossible(
                f"{python.path} cannot make virtual environments: {name} is missing.",
                why="Installing it needs root, and this user cannot become root.",
                hints=(f"Ask whoever administers this machine to install {name}.",),
            )
        return manager.name, (name,)
    raise Impossible(
        f"{python.path} cannot make virtual environments: it has no ensurepip.",
        hints=("Install the package for it (on Debian and Ubuntu: python3-venv), or uv.",),
    )


def _index(python: Python) -> PipIndex | None:
    return python.pip.index if python.pip else None
