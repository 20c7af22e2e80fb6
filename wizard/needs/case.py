"""The case: one machine, what is known of the releases, and some choices; it answers once.

Everything that a question, a plan, an export or a piece of advice wants to know of a machine it
asks a `Case`. What was answered is kept, and shared with the cases that are made from it: to ask
"what if OpenSSL were linked statically" costs only what depends on that choice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from wizard import target_environment
from wizard.choices import Choices
from wizard.errors import BadRequest
from wizard.facts import Facts, Listed, Python
from wizard.knowledge import Knowledge, Release
from wizard.method import methods
from wizard.needs import build_needs, build_request, releases, wheels
from wizard.needs.build_needs import BuildNeeds
from wizard.needs.build_request import BuildRequest
from wizard.needs.tags import modern
from wizard.refused import Refused
from wizard.target_environment import Target

T = TypeVar("T")
_TARGET = ("venv", "python", "wheelhouse", "targets")
"""The choices that a target depends on."""


@dataclass(frozen=True)
class Case:
    """Facts, knowledge and choices, and all that follows from them."""

    facts: Facts
    knowledge: Knowledge
    choices: Choices = Choices()  # noqa: RUF009 - frozen
    _answers: dict[tuple[object, ...], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def with_(self, **changed: str) -> Case:
        """The same machine with some choices changed: what if?"""
        changes: dict[str, Any] = changed
        return self.choosing(replace(self.choices, **changes))

    def choosing(self, choices: Choices) -> Case:
        """The same machine with these choices. It shares what was answered before."""
        other = Case(self.facts, self.knowledge, choices)
        object.__setattr__(other, "_answers", self._answers)
        return other

    @property
    def target(self) -> Target:
        """Where cryptography goes. Raises as `wizard.target_environment.target` does."""
        find = target_environment.target
        return self._once(
            ("target", *self._chosen(_TARGET)), lambda: find(self.facts, self.choices)
        )

    @property
    def targets(self) -> tuple[Target, ...]:
        """All Pythons of a wheelhouse, the oldest first; else the target alone. Raises the same."""
        if not self.choices.wheelhouse:
            return (self.target,)
        find = target_environment.targets
        return self._once(
            ("targets", *self._chosen(_TARGET)), lambda: find(self.facts, self.choices)
        )

    @property
    def listed(self) -> tuple[Listed, ...]:
        """Every release that the index lists, yanked ones too, the newest first.

        Those that are documented, where the index was not asked.
        """
        return self._once(("listed",), lambda: releases.listing(self.facts, self.knowledge))

    @property
    def releases(self) -> tuple[Listed, ...]:
        """The releases that were not yanked, the newest first."""
        return self._once(("releases",), lambda: tuple(r for r in self.listed if not r.yanked))

    @property
    def newest(self) -> Listed:
        """The newest release that was not yanked; the chosen one, where the index has none."""
        return self.releases[0] if self.releases else self.release

    def find(self, version: str) -> Listed:
        """Return the release with this version.

        Raises BadRequest if it does not exist (with the nearest that does), or was yanked.
        """
        found = releases.find(self.listed, version)
        if isinstance(found, Refused):
            raise BadRequest(found.reason, why=found.why, hints=found.hints)
        return found

    @property
    def release(self) -> Listed:
        """The release that was chosen. Raises as `find` does."""
        return self.find(self.choices.release)

    def row(self, listed: Listed) -> Release:
        """The rules that hold for a release of the index."""
        find = self.knowledge.release
        return self._once(("row", listed.version), lambda: find(listed.version, listed=True))

    def offer(self, listed: Listed | None = None) -> Offer:
        """What the target, or each Python of a wheelhouse, can have of a release.

        That is the chosen one, if not another.
        """
        return Offer(self, listed or self.release)

    def wheel_blocked_by(self, python: Python, listed: Listed) -> Refused | None:
        """Why no wheel of this release fits, whatever pip is used; None if one does.

        A pip that is too old does not block it: the plan upgrades it.
        """

        def fit() -> wheels.Fit | Refused:
            return wheels.fit(python, listed, self.knowledge, accepts=modern(python))

        found = self._once(("wheel", python, listed.version), fit)
        return found if isinstance(found, Refused) else None

    def newest_wheel(
        self, python: Python, among: tuple[Listed, ...] | list[Listed] | None = None
    ) -> Listed | None:
        """The newest release with a wheel that fits this Python, or None."""
        candidates = self.releases if among is None else among
        return next((r for r in candidates if not self.wheel_blocked_by(python, r)), None)

    def source_needs(self, target: Target, listed: Listed) -> BuildNeeds | Refused:
        """What a build of this release from its source needs, for one target."""
        if not listed.sdist:
            return Refused(f"The index has no source archive of {listed.version}.")
        unfit = wheels.unfit(target.python, listed)
        return unfit or self.build_needs(target.python, self.row(listed), target.folder)

    def build_needs(self, python: Python, row: Release, folder: str = "") -> BuildNeeds | Refused:
        """What a source build under the rules of ``row`` needs; ``folder``: its environment's."""
        wanted = self._chosen(build_request.CHOICES)
        if self.choices.own_openssl is None:
            folder = ""  # only an OpenSSL that is built for an environment depends on it

        def assess() -> BuildNeeds | Refused:
            choices: dict[str, Any] = dict(zip(build_request.CHOICES, wanted))
            return build_needs.assess(
                BuildRequest(self.facts, self.knowledge, python, row, Choices(**choices), folder)
            )

        return self._once(("build", python, row.first, folder, *wanted), assess)

    def _chosen(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(getattr(self.choices, name) for name in names)

    def _once(self, question: tuple[object, ...], answer: Callable[[], T]) -> T:
        """The answer to a question, found out when it is asked for the first time."""
        if question not in self._answers:
            self._answers[question] = answer()
        found: T = self._answers[question]
        return found


@dataclass(frozen=True)
class Offer:
    """One release for the target of a case, or for all Pythons of a wheelhouse together.

    What it takes to say so is found out when it is asked, and only once.
    """

    case: Case
    listed: Listed

    @property
    def row(self) -> Release:
        """The rules that hold for the release."""
        return self.case.row(self.listed)

    @property
    def wheel_blocked_by(self) -> Refused | None:
        """Why there is no wheel for the target; None if one fits."""
        refused = (self.case.wheel_blocked_by(t.python, self.listed) for t in self.case.targets)
        return next(filter(None, refused), None)

    @property
    def source_blocked_by(self) -> Refused | None:
        """Why it cannot be compiled; None if it can."""
        found = self._source()
        return found if isinstance(found, Refused) else None

    @property
    def needs(self) -> BuildNeeds | None:
        """What compiling it needs, for all targets; None if `source_blocked_by` says why not."""
        found = self._source()
        return None if isinstance(found, Refused) else found

    def blocked_by(self, method: str) -> Refused | None:
        """Why this release cannot be installed by ``method`` (empty: by any); None if it can."""
        first: Refused | None = None
        for each in (methods()[method],) if method else methods().values():
            blocked = each.blocked_by(self)
            if self.case.choices.wheelhouse and not each.fills_wheelhouses:
                blocked = Refused(f"No wheels come of it: {each.label}.")
            if blocked is None:
                return None
            first = first or blocked
        return first

    def best_method(self) -> str:
        """The name of the method that is recommended for this release; empty: none is possible."""
        return next((name for name in methods() if not self.blocked_by(name)), "")

    def _source(self) -> BuildNeeds | Refused:
        first, *others = self.case.targets
        found = self.case.source_needs(first, self.listed)
        for other in others:
            if isinstance(found, Refused) or found.refresh:
                return found
            needs = self._also(first, other)
            if isinstance(needs, Refused):
                return needs
            missing = tuple(dict.fromkeys((*found.missing, *needs.missing)))
            found = replace(found, missing=missing)
        return found

    def _also(self, first: Target, other: Target) -> BuildNeeds | Refused:
        """What one more Python of a wheelhouse needs."""
        if target_environment.shares_wheel(first.python, other.python, self.row):
            return wheels.unfit(other.python, self.listed) or BuildNeeds()
        return self.case.source_needs(other, self.listed)
