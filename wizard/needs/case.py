"""The case: one machine, the knowledge about releases, and some choices.

Questions, plans, exports and advice ask a `Case` about the machine. It computes each answer once,
and shares the answers with the cases that are made from it: "what if OpenSSL were linked
statically" computes only what depends on that choice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeVar

from wizard import installed, target_environment
from wizard.choices import ALONE, Choices
from wizard.errors import BadRequest, Impossible
from wizard.facts import Facts, Listed, Project, Python
from wizard.knowledge import Knowledge
from wizard.limits import Limit
from wizard.method import compiles, methods
from wizard.needs import (
    build_needs,
    build_request,
    conditions,
    processor,
    python_support,
    release_limits,
    releases,
    requirements,
    tool_settings,
    wheels,
    windows,
)
from wizard.needs.build_needs import BuildNeeds
from wizard.needs.build_request import BuildRequest
from wizard.needs.condition import Condition, Subject, Way
from wizard.needs.tags import current_pip_tags
from wizard.refused import Refused, together
from wizard.tables import Release
from wizard.target_environment import Target

T = TypeVar("T")
_TARGET = ("venv", "python", "wheelhouse", "targets", "dependents", "installer", "project")
"""The choices that determine the target."""
_CONDITIONS = (*("openssl", "link", "release", "reinstall", "from_wheelhouse", "temporary_folder"),)
"""The choices that conditions depend on."""
_LIMITS = (*_TARGET, *release_limits.CHOICES)
"""The choices that determine which releases are allowed."""
_NONE: Any = object()
"""In place of an answer: there is none yet. None is one."""


@dataclass(frozen=True)
class Case:
    """Facts, knowledge and choices, and all that follows from them.

    ``_answers`` is shared by the cases of one machine: a key contains the choices that decide.
    ``_own`` belongs to this case alone, whose choices never change, so that its keys are short:
    a list of releases asks for the same things of each of a hundred.
    """

    facts: Facts
    knowledge: Knowledge
    choices: Choices = Choices()  # noqa: RUF009 - frozen
    _answers: dict[tuple[object, ...], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _own: dict[tuple[object, ...], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def with_(self, **changed: str) -> Case:
        """Return the case with some choices changed: what if?"""
        changes: dict[str, Any] = changed
        return self.choosing(replace(self.choices, **changes))

    def choosing(self, choices: Choices) -> Case:
        """Return the case with these choices. The two share their answers."""
        other = Case(self.facts, self.knowledge, choices)
        object.__setattr__(other, "_answers", self._answers)
        return other

    @cached_property
    def target(self) -> Target:
        """Where cryptography goes. Raises the errors of `wizard.target_environment.find_target`."""
        find = target_environment.find_target
        return self._once(
            ("target", *self._chosen(_TARGET)), lambda: find(self.facts, self.choices)
        )

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """All Pythons of a wheelhouse, oldest first; otherwise only the target.

        Raises the errors of `target`.
        """
        if not self.choices.wheelhouse:
            return (self.target,)
        find = target_environment.find_targets
        return self._once(
            ("targets", *self._chosen(_TARGET)), lambda: find(self.facts, self.choices)
        )

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """What allows only some releases for the target. Raises the errors of `target`."""

        def find() -> tuple[Limit, ...]:
            target, project = self.targets[0], self.project
            settings = tool_settings.relevant(self.facts, target.python, self.choices)
            return (
                *tool_settings.limits(settings),
                *release_limits.of_packages(target, self.knowledge),
                *(project.limits if project else ()),
            )

        return self._once(("limits", *self._chosen(_LIMITS)), find)

    @cached_property
    def refused_by_settings(self) -> Refused | None:
        """Why pip's or uv's own settings allow no installation, or None."""
        python = self.targets[0].python
        return tool_settings.refusal(tool_settings.relevant(self.facts, python, self.choices))

    @property
    def refused_by_machine(self) -> Refused | None:
        """Why no release can be installed in any way, such as a full disk, or None."""
        target = self.targets[0]
        found = self.conditions(target.python, target.folder)
        first = conditions.refusing(found, "bundled")
        if first is None or first is not conditions.refusing(found, "compiled"):
            return None
        return conditions.refusal((first,), "bundled")

    @property
    def permitted(self) -> tuple[Listed, ...]:
        """Those of `releases` that no setting and no project forbids."""
        if self.refused_by_settings:
            return ()
        return tuple(
            listed
            for listed in self.releases
            if not any(limit.binding for limit in self.limits_against(listed))
        )

    @property
    def project(self) -> Project | None:
        """The project that is installed too, or None for cryptography alone.

        Raises Impossible if the facts do not describe the chosen project.
        """
        wanted = self.choices.project
        if wanted in ("", ALONE):
            return None
        project = self.facts.project
        if project is None or project.path != wanted:
            raise Impossible(
                f"The project {wanted} was not read on this machine.",
                hints=("Start again with: --for PATH",),
            )
        return project

    def limits_against(self, listed: Listed) -> tuple[Limit, ...]:
        """Return the limits that do not allow this release."""
        if not self.limits:
            return ()

        def check() -> tuple[Limit, ...]:
            return tuple(
                limit for limit in self.limits if not limit.allows(listed.version, listed.uploaded)
            )

        return self._here(
            ("against", listed.version),
            lambda: self._once(("against", listed.version, *self._chosen(_LIMITS)), check),
        )

    def broken_by(self, listed: Listed) -> tuple[Limit, ...]:
        """Return the limits of installed packages that work now, but not with this release.

        One that the installed cryptography already violates is not among them.
        """
        now = self.targets[0].python.cryptography
        return tuple(
            limit
            for limit in self.limits_against(listed)
            if not limit.binding and (not now or limit.allows(now))
        )

    @property
    def is_there(self) -> bool:
        """Whether the chosen release is already installed, so that it only needs to be proved.

        Not if the user wants it reinstalled, if what it needs is missing, if files are missing, or
        if it should be compiled with another OpenSSL.
        """
        choices, packages = self.choices, self.target.python.packages or ()
        if choices.wheelhouse or choices.from_wheelhouse or choices.reinstall or self.target.new:
            return False
        if self.project is not None:
            return False  # its packages are installed in any case
        now = self.target.python.cryptography
        if not now or not installed.contains(f"=={choices.release}", now):
            return False
        if self.target.python.is_damaged:
            return False
        if requirements.is_incomplete(packages) or self.upgraded:
            return False
        return not compiles(choices.method) or (
            choices.custom_openssl is None
            and choices.link == self.target.python.linked == "dynamic"
        )

    @property
    def upgraded(self) -> tuple[Limit, ...]:
        """The limits of the packages that are upgraded together with cryptography."""
        if self.choices.dependents != "upgrade":
            return ()
        return tuple(limit for limit in self.limits_against(self.release) if not limit.binding)

    @cached_property
    def listed(self) -> tuple[Listed, ...]:
        """Every release that the index lists, newest first, including yanked ones.

        If the facts contain no listing, the documented releases.
        """
        return self._once(("listed",), lambda: releases.listing(self.facts, self.knowledge))

    @cached_property
    def releases(self) -> tuple[Listed, ...]:
        """The final releases that were not yanked, newest first."""
        return self._once(("releases",), lambda: tuple(filter(releases.is_final, self.listed)))

    @property
    def newest(self) -> Listed:
        """The newest of `releases`; the chosen release if there are none."""
        return self.releases[0] if self.releases else self.release

    def find(self, version: str) -> Listed:
        """Return the release with this version.

        Raises BadRequest if it does not exist (the hint names the nearest ones), or was yanked.
        """
        result = releases.find(self.listed, version)
        if isinstance(result, Refused):
            chosen = f"--release {version}" if version == self.choices.release else ""
            raise BadRequest(result.reason, shown=chosen, why=result.why, hints=result.hints)
        return result

    @property
    def release(self) -> Listed:
        """The chosen release. Raises the errors of `find`."""
        return self.find(self.choices.release)

    def release_row(self, listed: Listed) -> Release:
        """Return the row of the release table that describes this release."""
        find = self.knowledge.release
        return self._once(
            ("release_row", listed.version), lambda: find(listed.version, listed=True)
        )

    def offer(self, listed: Listed | None = None) -> Offer:
        """Return how a release (by default, the chosen one) can be installed.

        It applies to the target, or to every Python of a wheelhouse.
        """
        return Offer(self, listed or self.release)

    def wheel_blocked_by(self, python: Python, listed: Listed) -> Refused | None:
        """Return why no wheel of this release fits, or None if one does.

        An old pip does not block it: the plan upgrades pip.
        """
        # Not with the answer below: a case that shares that may have another temporary folder.
        refused = self.refused_by_conditions(python, "", "bundled")
        if refused:
            return refused

        def find_wheel() -> Refused | None:
            fit = wheels.fit(python, listed, self.knowledge, accepts=current_pip_tags(python))
            if isinstance(fit, Refused):
                return fit
            if not listed.link:  # a wheelhouse may have compiled its own
                blocked = windows.wheel_blocked_by(self.facts, python, listed.version, fit.wheel)
                if blocked:
                    return blocked
            return processor.wheel_blocked_by(self.facts, self.knowledge, listed.version, fit.wheel)

        return self._of_python(
            python,
            ("wheel", listed.version),
            lambda: self._once(("wheel", python, listed.version), find_wheel),
        )

    def conditions(self, python: Python, folder: str = "") -> tuple[Condition, ...]:
        """Return what this machine and this Python decide: see `wizard.needs.conditions`.

        ``folder`` is the folder of the environment; if it is empty, its disk decides nothing.
        """

        def find() -> tuple[Condition, ...]:
            subject = Subject(self.facts, python, self.choices, folder)
            key = ("conditions", python, folder, *self._chosen(_CONDITIONS))
            return self._once(key, lambda: conditions.find(subject))

        return self._of_python(python, ("conditions", folder), find)

    def refused_by_conditions(self, python: Python, folder: str, way: Way) -> Refused | None:
        """Return why these conditions make this way impossible, or None if it is possible."""
        return self._of_python(
            python,
            ("refused", folder, way),
            lambda: conditions.refusal(self.conditions(python, folder), way),
        )

    @cached_property
    def why_build(self) -> str:
        """Why a build is recommended here although there may be a wheel, in one sentence; empty if
        it is not.
        """
        return conditions.why_build(self.conditions(self.target.python))

    @cached_property
    def method_names(self) -> tuple[str, ...]:
        """The names of all methods, those that this machine recommends first."""
        if not self.why_build:
            return tuple(methods())
        return tuple(sorted(methods(), key=lambda name: not compiles(name)))

    def newest_wheel(
        self, python: Python, among: tuple[Listed, ...] | list[Listed] | None = None
    ) -> Listed | None:
        """Return the newest release with a wheel that fits this Python, or None."""
        candidates = self.releases if among is None else among
        return next((r for r in candidates if not self.wheel_blocked_by(python, r)), None)

    def python_blocked_by(self, python: Python, listed: Listed) -> Refused | None:
        """Return why no build of this release can support this Python, or None if one can."""

        def check() -> Refused | None:
            return wheels.python_blocked_by(python, listed) or python_support.blocked_by(
                self.facts, self.knowledge, python, listed, self.releases
            )

        return self._of_python(
            python,
            ("python", listed.version),
            lambda: self._once(("python", python, listed.version), check),
        )

    def source_needs(self, target: Target, listed: Listed) -> BuildNeeds | Refused:
        """Return what a source build of this release needs, for one target."""
        blocked = self.refused_by_conditions(target.python, target.folder, "compiled")
        if not listed.sdist:
            blocked = blocked or Refused(f"The index has no source archive of {listed.version}.")
        blocked = blocked or self.python_blocked_by(target.python, listed)
        return blocked or self.build_needs(target.python, self.release_row(listed), target.folder)

    def build_needs(
        self, python: Python, release_row: Release, folder: str = ""
    ) -> BuildNeeds | Refused:
        """Return what a source build of the releases of ``release_row`` needs.

        ``folder`` is the folder of the environment.
        """
        values = self._chosen(build_request.CHOICES)
        if self.choices.custom_openssl is None:
            folder = ""  # only an OpenSSL that is built for an environment depends on it
        # Not with the answer below, as for a wheel.
        refused = self.refused_by_conditions(python, "", "compiled")
        if refused:
            return refused

        def assess() -> BuildNeeds | Refused:
            choices: dict[str, Any] = dict(zip(build_request.CHOICES, values))
            return build_needs.assess(
                BuildRequest(
                    self.facts, self.knowledge, python, release_row, Choices(**choices), folder
                )
            )

        return self._of_python(
            python,
            ("build", release_row.first, folder),
            lambda: self._once(("build", python, release_row.first, folder, *values), assess),
        )

    def _chosen(self, names: tuple[str, ...]) -> tuple[str, ...]:
        chosen: tuple[str, ...] = attrgetter(*names)(self.choices)
        return chosen

    def _once(self, key: tuple[object, ...], compute: Callable[[], T]) -> T:
        """Return the answer for a key. It is computed only the first time."""
        # One look, because a key is long, and its hash is computed each time.
        answer: T = self._answers.get(key, _NONE)
        if answer is _NONE:
            answer = self._answers[key] = compute()
        return answer

    def _here(self, key: tuple[object, ...], compute: Callable[[], T]) -> T:
        """Return the answer for a key that means something only with the choices of this case."""
        answer: T = self._own.get(key, _NONE)
        if answer is _NONE:
            answer = self._own[key] = compute()
        return answer

    def _of_python(self, python: Python, key: tuple[object, ...], compute: Callable[[], T]) -> T:
        """Return the answer of this case for a Python, whose hash would take longer than the rest.

        No other Python can have the same identity, because it is kept with the answer.
        """
        _, answer = self._here((id(python), *key), lambda: (python, compute()))
        return answer


@dataclass(frozen=True)
class Offer:
    """One release for the target of a case, or for all Pythons of a wheelhouse together.

    Each property is computed when it is first read: see `Case`.
    """

    case: Case
    listed: Listed

    @property
    def release_row(self) -> Release:
        """The row of the release table that describes the release."""
        return self.case.release_row(self.listed)

    @property
    def wheel_blocked_by(self) -> Refused | None:
        """Why there is no wheel for the target, or None if one fits."""
        return next(filter(None, map(self._wheel_blocked_by, self.case.targets)), None)

    def _wheel_blocked_by(self, target: Target) -> Refused | None:
        python = target.python
        refused = self.case.refused_by_conditions(python, target.folder, "bundled")
        return refused or self.case.wheel_blocked_by(python, self.listed)

    @property
    def source_blocked_by(self) -> Refused | None:
        """Why it cannot be compiled, or None if it can."""
        needs = self._source()
        return needs if isinstance(needs, Refused) else None

    @property
    def needs(self) -> BuildNeeds | None:
        """What compiling it needs, for all targets, or None if it cannot be compiled."""
        needs = self._source()
        return None if isinstance(needs, Refused) else needs

    def blocked_by(self, method: str) -> Refused | None:
        """Return why ``method`` (or any method, if empty) cannot install it, or None if one can."""
        if self.case.refused_by_settings:
            return self.case.refused_by_settings
        binding = [limit for limit in self.case.limits_against(self.listed) if limit.binding]
        if binding:
            return release_limits.refuse(self.listed, binding)
        refusals = []
        for name in (method,) if method else self.case.method_names:
            candidate = methods()[name]
            blocked = candidate.blocked_by(self)
            if self.case.choices.wheelhouse and not candidate.fills_wheelhouses:
                blocked = Refused(f"This method produces no wheels: {candidate.label}.")
            if blocked is None:
                return None
            refusals.append(blocked)
        return together(refusals)

    def best_method(self) -> str:
        """Return the name of the method recommended for this release; empty if none is possible."""
        names = self.case.method_names
        return next((name for name in names if not self.blocked_by(name)), "")

    def _source(self) -> BuildNeeds | Refused:
        first, *others = self.case.targets
        needs = self.case.source_needs(first, self.listed)
        for other in others:
            if isinstance(needs, Refused) or needs.refresh:
                return needs
            more = self._additional_needs(first, other)
            if isinstance(more, Refused):
                return more
            missing = tuple(dict.fromkeys((*needs.missing, *more.missing)))
            needs = replace(needs, missing=missing)
        return needs

    def _additional_needs(self, first: Target, other: Target) -> BuildNeeds | Refused:
        """Return what one more Python of a wheelhouse needs."""
        if target_environment.shares_wheel(first.python, other.python, self.release_row):
            return wheels.python_blocked_by(other.python, self.listed) or BuildNeeds()
        return self.case.source_needs(other, self.listed)
