"""The method ``wheel``: install a ready-made file, which includes its own OpenSSL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Optional

from wizard.method import Method, Recipe

if TYPE_CHECKING:
    from wizard.needs.case import Case, Offer
    from wizard.planning.installer import Installer
    from wizard.questions.question import Question
    from wizard.refused import Refused


class Wheel:
    """See `wizard.method.Method`."""

    name = "wheel"
    order = 10
    label = "Wheel (ready-made download)"
    because = "Recommended: Wheel. It is quick and needs no compiler."
    brief = "Ready-made download"
    noun = "a wheel"
    phrase = "from a ready-made wheel"
    compiles = False
    bundles = True
    fills_wheelhouses = True
    needs_tools = False

    def blocked_by(self, offer: Offer) -> Refused | None:
        """Return why there is no wheel for the target, or None if there is one."""
        return offer.wheel_blocked_by

    def consequence(self, _offer: Offer) -> str:
        """Return what choosing a wheel means."""
        return "Downloads a few MB and takes seconds. Includes its own OpenSSL."

    def questions(self) -> tuple[Callable[[Case], Optional[Question]], ...]:
        """Return no questions: everything was decided when the wheel was built."""
        return ()

    def recipe(self, case: Case) -> Recipe:
        """Return the steps that install it with uv or pip."""
        from wizard.plan import Step
        from wizard.planning import (
            build_steps,
            from_wheelhouse,
            installer,
            neighbours,
            pipx_steps,
            project_steps,
        )

        listed = case.release
        if case.is_there:
            return Recipe(steps=(), link="")
        if pipx_steps.uses_pipx(case):
            return Recipe(pipx_steps.steps(case), link=listed.link or "static")
        together = (*neighbours.upgrades(case), *neighbours.repaired(case))
        tool = installer.choose_installer(case, case.target)
        requirements: tuple[str, ...] = (f"cryptography=={listed.version}", *together)
        if project_steps.installs_cryptography(case):
            return self._without_cryptography(case, tool)
        before = tool.before
        beside: tuple[Step, ...] = ()
        if tool.bare and (tool.uv or tool.folder):
            requirements = ("pip", *requirements)
        elif tool.bare:
            # Two pips at once take three quarters of the time that one takes for both.
            beside = (installer.pip_step(tool, "With it, you can install more packages later."),)
        if tool.folder:
            names = tuple(name.partition("==")[0] for name in requirements)
            write = from_wheelhouse.list_step(
                *(case, case.target, names),
                needs=tuple(step.id for step in before[-1:]),
                alone=neighbours.reinstalls(case),
            )
            path = from_wheelhouse.path_of(case, case.target, from_wheelhouse.LIST)
            before, requirements = (*before, write), from_wheelhouse.listed(path)
        install = Step(
            "install",
            f"Install cryptography {listed.version} from its wheel",
            f"A ready-made file for this system, so nothing is compiled. {tool.note}",
            tool.install(requirements, binary=True, reinstall=neighbours.reinstalls(case)),
            needs=tuple(step.id for step in before[-1:]),
            undo=tool.undo(neighbours.before(case)),
            role="install",
        )
        return Recipe(
            steps=build_steps.with_packages(case, tool, (*before, *beside, install)),
            link=listed.link or "static",
        )

    def _without_cryptography(self, case: Case, tool: Installer) -> Recipe:
        """Return the steps before a project that installs cryptography from its own list."""
        from wizard.planning import build_steps, installer

        steps = tool.before
        if tool.bare:
            why = "The environment needs pip to install the project's packages."
            steps = (*steps, installer.pip_step(tool, why))
        return Recipe(build_steps.with_packages(case, tool, steps), link="static")

    def notes(self, _case: Case) -> tuple[str, ...]:
        """Return no notes: a wheel is the usual choice."""
        return ()

    def warnings(self, case: Case) -> tuple[str, ...]:
        """Return a warning if a newer release has no wheel but could be compiled."""
        newest = case.offer(case.newest)
        version = newest.listed.version
        up_to_date = version == case.choices.release or not newest.wheel_blocked_by
        if up_to_date or newest.source_blocked_by:
            return ()
        from wizard.needs import wheels

        removed = wheels.support_removed(case.target.python, version, case.knowledge)
        return (
            f"{version} can be compiled here: "
            f"--method source --release {version}" + (f". But {removed}" if removed else ""),
        )


METHOD: Method = Wheel()
