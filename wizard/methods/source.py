"""The method ``source``: compile cryptography here, with the chosen OpenSSL and Rust."""

from __future__ import annotations

from typing import TYPE_CHECKING, Callable, Optional

from wizard.method import Method, Recipe

if TYPE_CHECKING:
    from wizard.needs.build_needs import BuildNeeds
    from wizard.needs.case import Case, Offer
    from wizard.questions.question import Question
    from wizard.refused import Refused


class Source:
    """See `wizard.method.Method`."""

    name = "source"
    order = 20
    label = "Source (compiled here)"
    because = "Recommended: Source. This release has no wheel for this computer."
    brief = "From source"
    noun = "source"
    phrase = "compiled from source"
    compiles = True
    bundles = False
    fills_wheelhouses = True
    needs_tools = True

    def blocked_by(self, offer: Offer) -> Refused | None:
        """Return why it cannot be compiled, or None if it can."""
        return offer.source_blocked_by

    def consequence(self, offer: Offer) -> str:
        """Return what compiling means here, and how much must be installed for it."""
        missing = offer.needs.missing if offer.needs else ()
        count = "1 missing package" if len(missing) == 1 else f"{len(missing)} missing packages"
        first = [count] if missing else []
        if offer.needs and offer.needs.compiler:
            first.append("Apple's compiler")
        install = f" Installs {' and '.join(first)} first." if first else ""
        builds = offer.needs is not None and offer.needs.openssl and offer.needs.openssl.build
        openssl = "Also compiles OpenSSL." if builds else "Uses this system's OpenSSL."
        return f"Takes minutes.{install} {openssl}"

    def questions(self) -> tuple[Callable[[Case], Optional[Question]], ...]:
        """Return the questions about the package manager, OpenSSL and Rust."""
        from wizard.questions import build_questions

        return build_questions.BUILDERS

    def recipe(self, case: Case) -> Recipe:
        """Return the steps of the build, or only an update of empty package lists."""
        from wizard.needs.build_needs import BuildNeeds
        from wizard.plan import Step
        from wizard.planning import build_steps, installer, neighbours

        needs, listed = case.offer().needs or BuildNeeds(), case.release
        if case.is_there:
            return Recipe(steps=(), link=case.choices.link)
        tool = installer.choose_installer(case, case.target)
        if needs.refresh:
            return _preparation(case, needs)
        prepared = build_steps.prepare_build(case, needs, tool)
        command = prepared.tool.install(
            (
                f"cryptography=={listed.version}",
                *neighbours.upgrades(case),
                *neighbours.repaired(case),
            ),
            binary=False,
            reinstall=neighbours.reinstalls(case),
        )
        install = Step(
            "install",
            f"Compile and install cryptography {listed.version}",
            f"Uses {build_steps.ingredients(needs)}; takes a minute or more. {prepared.tool.note}",
            prepared.applied(command),
            needs=prepared.needs,
            heavy=True,
            undo=tool.undo(neighbours.before(case)),
            role="build",
        )
        clean_up = build_steps.remove_rust_steps(needs, case.choices)
        openssl, any_patch = build_steps.expected_openssl(case.choices, needs)
        return Recipe(
            steps=build_steps.with_packages(
                case, tool, (*prepared.before, *prepared.environment, install, *clean_up), needs
            ),
            link=case.choices.link,
            openssl=openssl,
            any_patch=any_patch,
        )

    def notes(self, case: Case) -> tuple[str, ...]:
        """Return the notes about the build."""
        needs = case.offer().needs
        return needs.notes if needs else ()

    def warnings(self, _case: Case) -> tuple[str, ...]:
        """Return no warnings: what prevents a build is refused."""
        return ()


def _preparation(case: Case, needs: BuildNeeds) -> Recipe:
    """Return the plan that finds out what a source build needs here."""
    from wizard.needs import package_steps

    return Recipe(
        steps=(package_steps.refresh_step(case.facts, needs.manager, case.target.python.machine),),
        link=case.choices.link,
        note=f"{needs.manager} knows no packages yet: its lists are empty. After the update, the "
        "wizard plans the remaining steps.",
        prepares=True,
    )


METHOD: Method = Source()
