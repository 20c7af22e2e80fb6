"""The kinds of fixes: for which causes and remedies each is, and which choices it changes.

A kind only proposes. `offers` asks the planner what is possible.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count
from typing import Callable

from backends.action import Command
from wizard import target_environment
from wizard.choices import Choices
from wizard.facts import Facts, Listed, Python
from wizard.fixes.fix import Fix
from wizard.method import compiles, methods
from wizard.needs import build_limits, storage
from wizard.needs.case import Case
from wizard.needs.condition import Subject
from wizard.needs.openssl import buildable, longest_supported
from wizard.openssl_choice import SYSTEM
from wizard.plan import Step
from wizard.running.command_runner import PROGRAM_MISSING
from wizard.running.events import StepEnded
from wizard.table_source import read_asset, reader
from wizard.target_environment import Target, short_name
from wizard.wording import amount

TABLE = "fixes.toml"
_OF_A_BUILD = (
    *("manager", "link", "rust", "toolchain", "jobs"),
    *("openssl", "openssl_source", "openssl_sha256"),
)
"""The choices that only a method that compiles has."""


@dataclass(frozen=True)
class Failure:
    """A failed step: its end, and the case of its plan, whose choices are complete."""

    case: Case
    step: Step
    ended: StepEnded

    @property
    def choices(self) -> Choices:
        """The choices of the plan that failed."""
        return self.case.choices

    @cached_property
    def target(self) -> Target:
        """The environment of the plan, and its Python."""
        return self.case.target

    @property
    def compiles(self) -> bool:
        """Whether the plan compiles cryptography."""
        return compiles(self.choices.method)

    @property
    def installs(self) -> bool:
        """Whether the plan installs from an index into an environment of the user's choice."""
        choices = self.choices
        return not (choices.wheelhouse or choices.from_wheelhouse or choices.installer == "pipx")

    @property
    def program(self) -> str:
        """The program of the failed step; empty if it is not a command."""
        return self.step.action.argv[0] if isinstance(self.step.action, Command) else ""


@dataclass(frozen=True)
class Kind:
    """A kind of fix.

    ``propose`` yields what may help against a failure with one of its causes, or for which one of
    its remedies was found (``assets/fixes.toml``). ``also`` says whether it is tried, last, for
    another failure.
    """

    id: str
    propose: Callable[[Failure], Iterator[Fix]]
    also: Callable[[Failure], bool] = lambda _failure: False

    def rank(self, failure: Failure) -> int | None:
        """Return how well it fits (the lower, the better), or None if it does not."""
        ended, row = failure.ended, _rows()[self.id]
        if ended.failure in row.get("causes", ()):
            return -1
        helping = row.get("remedies", ())
        found = [n for n, remedy in enumerate(ended.remedies) if remedy in helping]
        if found:
            return found[0]
        return len(ended.remedies) if self.also(failure) else None


@reader
def _rows() -> dict[str, dict[str, list[str]]]:
    return {row["id"]: row for row in read_asset(TABLE)["fix"]}


def fresh_folder(failure: Failure) -> str:
    """Return a folder for a new environment beside the one of the plan."""
    facts, folder = failure.case.facts, failure.target.folder
    folder = folder or target_environment.default_folder(facts)
    return _free_name(facts, (f"{folder}-{number}" for number in count(2)))


def _free_name(facts: Facts, names: Iterator[str]) -> str:
    """Return the first of these folders that is not there."""
    taken = [python.environment for python in facts.pythons if python.environment]
    return next(
        name
        for name in names
        if not os.path.lexists(name)
        and not any(target_environment.same_folder(facts, name, other) for other in taken)
    )


def base_of(failure: Failure) -> str:
    """Return the path of the Python from which the environment was, or can be, made again."""
    base = target_environment.base_of(failure.case.facts, failure.target.python)
    return base.path if base is not None else ""


# --- what each kind proposes


def _temporary_folder(failure: Failure) -> Iterator[Fix]:
    case = failure.case
    found = storage.roomier_temporary(
        Subject(case.facts, failure.target.python, case.choices),
        failure.target.folder,
        storage.BUILD if failure.compiles else storage.DOWNLOADED,
        noexec=failure.ended.failure == "tmp-noexec",
    )
    if found is not None:
        yield Fix(
            "temporary-folder",
            f"Put temporary files into {short_name(case.facts, found.folder)}, and resume",
            storage.roomy(found),
            (("temporary_folder", found.folder),),
        )


def _other_disk(failure: Failure) -> Iterator[Fix]:
    facts, target = failure.case.facts, failure.target
    if not failure.installs:
        return
    readonly = failure.ended.failure == "read-only"
    found = storage.roomier_environment(facts, target.folder, readonly=readonly)
    if found is None:
        return
    first = found.folder
    folder = _free_name(facts, chain((first,), (f"{first}-{number}" for number in count(2))))
    yield Fix(
        "other-disk",
        f"Make the environment in {short_name(facts, folder)}, and install there",
        f"{amount(found.free)} are free on that disk.",
        _in_new_folder(failure, folder),
    )


def _in_new_folder(failure: Failure, folder: str) -> tuple[tuple[str, str], ...]:
    """Return the choices that make a new environment in ``folder``, from the same Python."""
    return (
        *(("venv", folder), ("python", base_of(failure))),
        *(("dependents", ""), ("reinstall", ""), ("upgrade_pip", "")),
    )


def _fewer_jobs(failure: Failure) -> Iterator[Fix]:
    case = failure.case
    now = build_limits.jobs(case.facts, failure.choices.jobs) or case.facts.system.cores
    own = case.facts.variable(build_limits.JOBS_VARIABLE)
    if failure.compiles and (now != 1 or own not in ("", "1")):
        yield Fix(
            "fewer-jobs",
            "Compile one file at a time, and resume",
            "This takes longer, but needs less memory.",
            (("jobs", "1"),),
        )


def _rust(failure: Failure) -> Iterator[Fix]:
    if failure.compiles and failure.choices.rust not in ("rustup", "none"):
        yield Fix(
            "rust",
            "Download a new Rust with rustup, and build with that",
            "It goes into the wizard's cache (about 750 MB). Your own Rust does not change.",
            (("rust", "rustup"),),
        )


def _upgrade_pip(failure: Failure) -> Iterator[Fix]:
    python, exists = failure.target.python, not failure.target.new
    if failure.installs and exists and python.pip and not failure.choices.upgrade_pip:
        yield Fix(
            "pip-upgrade",
            "Upgrade the environment's pip, and try again",
            f"It has pip {python.pip.version}.",
            (("upgrade_pip", "yes"), ("installer", "pip")),
        )


def _let_through(failure: Failure) -> Iterator[Fix]:
    from wizard.fixes import let_through  # asks the index, so it is rarely needed

    if not failure.installs:
        return
    release = let_through.newest(failure.case)
    if release:
        yield Fix(
            "let-through",
            f"Install {release}, the newest release that can be downloaded",
            _caveat(failure, release) or "The index lets its files through.",
            (("release", release),),
        )


def _wheel(failure: Failure) -> Iterator[Fix]:
    if not failure.compiles or failure.choices.from_wheelhouse or failure.choices.repair:
        return
    case = failure.case
    release, name = case.release, _bundling()
    if case.offer(release).wheel_blocked_by is None:
        yield Fix(
            "wheel",
            f"Take the ready-made wheel of {release.version} instead",
            "Nothing is compiled. It has its own OpenSSL inside.",
            (("method", name), *((each, "") for each in _OF_A_BUILD)),
        )
        return
    allowed = [listed for listed in case.permitted if not case.broken_by(listed)]
    newest = next((r for r in allowed if case.offer(r).wheel_blocked_by is None), None)
    if newest is not None:
        yield Fix(
            "newest-with-wheel",
            f"Take {newest.version}, the newest release that has a wheel here",
            _caveat(failure, newest.version) or "Nothing is compiled.",
            (
                ("release", newest.version),
                ("method", name),
                *((each, "") for each in _OF_A_BUILD),
            ),
        )


def _other_python(failure: Failure) -> Iterator[Fix]:
    case, now = failure.case, failure.target.python
    if not failure.installs:
        return
    folder, name = fresh_folder(failure), _bundling()
    wanted = [case.release, *case.permitted]
    for python in target_environment.bases(case.facts):
        if python.path in (now.path, now.base) or not target_environment.usable(python):
            continue
        listed = _with_wheel(case, python, wanted)
        if listed is not None:
            yield Fix(
                "other-python",
                f"Use Python {python.version}, which has a wheel of {listed.version}",
                f"A new environment is made from {short_name(case.facts, python.path)} in "
                f"{short_name(case.facts, folder)}.",
                (
                    *(("python", python.path), ("venv", folder), ("release", listed.version)),
                    *(("method", name), ("dependents", ""), ("reinstall", "")),
                    *((each, "") for each in _OF_A_BUILD),
                ),
            )
            return


def _with_wheel(case: Case, python: Python, wanted: list[Listed]) -> Listed | None:
    """Return the first of these releases that has a wheel for this Python, or None."""
    return next((each for each in wanted if not case.wheel_blocked_by(python, each)), None)


def _built_openssl(failure: Failure) -> Iterator[Fix]:
    case, choices = failure.case, failure.choices
    if not failure.compiles or choices.custom_openssl is not None:
        return
    best = longest_supported(buildable(case.knowledge, case.release_row(case.release)))
    if best is None:
        return
    for link in dict.fromkeys((choices.link or "dynamic", "static")):
        yield Fix(
            "built-openssl",
            f"Build OpenSSL {best.version} for it, instead of this system's",
            "Its source is downloaded, and compiling it takes some minutes more.",
            (("openssl", best.version), ("link", link)),
        )


def _system_openssl(failure: Failure) -> Iterator[Fix]:
    if failure.compiles and failure.choices.custom_openssl is not None:
        yield Fix(
            "system-openssl",
            "Use this system's OpenSSL instead",
            "The system updates it.",
            (
                *(("openssl", SYSTEM), ("link", "dynamic")),
                *(("openssl_source", ""), ("openssl_sha256", "")),
            ),
        )


def _new_environment(failure: Failure) -> Iterator[Fix]:
    target = failure.target
    if not failure.installs or target.new:
        return
    folder, facts = fresh_folder(failure), failure.case.facts
    yield Fix(
        "new-environment",
        f"Make a new environment in {short_name(facts, folder)}, and install there",
        f"{short_name(facts, target.folder)} stays as it is.",
        _in_new_folder(failure, folder),
    )


def _reinstall(failure: Failure) -> Iterator[Fix]:
    there = not failure.target.new or failure.step.proves
    if failure.installs and there and not failure.choices.reinstall:
        yield Fix(
            "reinstall",
            "Install it again, over what is there",
            "The files of cryptography in the environment are replaced.",
            (("reinstall", "yes"),),
        )


def _dependents(failure: Failure) -> Iterator[Fix]:
    fits = failure.installs and not failure.target.new
    if fits and failure.choices.dependents != "upgrade":
        yield Fix(
            "dependents",
            "Upgrade the packages that do not allow it, too",
            "Their newer versions may behave differently.",
            (("dependents", "upgrade"),),
        )


def _older_release(failure: Failure) -> Iterator[Fix]:
    case = failure.case
    allowed = (r for r in case.permitted if r.version != failure.choices.release)
    listed = next((r for r in allowed if not case.limits_against(r)), None)
    if failure.installs and listed is not None:
        yield Fix(
            "other-release",
            f"Install {listed.version} instead",
            _caveat(failure, listed.version) or "Everything that is installed allows it.",
            (("release", listed.version), ("dependents", "")),
        )


def _update_lists(failure: Failure) -> Iterator[Fix]:
    if failure.step.role == "packages":
        yield Fix(
            "update-lists",
            "Update the package lists again, then install the packages",
            "Old lists may name packages that are no longer there.",
        )


def _caveat(failure: Failure, release: str) -> str:
    """Return what is wrong with a release, as a sentence; empty if nothing is."""
    return failure.case.knowledge.caveat(release, bundled=True)


def _bundling() -> str:
    """Return the name of the method that compiles nothing."""
    return next(name for name, method in methods().items() if not method.compiles)


def _may_be_broken(failure: Failure) -> bool:
    """Return whether a program of the environment does not start, or fails for no known cause."""
    inside = failure.program.startswith(failure.target.folder)
    return inside and failure.ended.failure in ("", PROGRAM_MISSING)


def _is_a_build(failure: Failure) -> bool:
    return failure.compiles and failure.step.role not in ("environment", "installer", "proof")


def _has_no_wheel(failure: Failure) -> bool:
    return _is_a_build(failure) and failure.case.offer().wheel_blocked_by is not None


def _builds_openssl(failure: Failure) -> bool:
    return failure.step.role == "openssl"


KINDS = (
    Kind("let-through", _let_through),
    Kind("temporary-folder", _temporary_folder),
    Kind("other-disk", _other_disk),
    Kind("fewer-jobs", _fewer_jobs),
    Kind("rust", _rust),
    Kind("pip-upgrade", _upgrade_pip),
    Kind("built-openssl", _built_openssl),
    Kind("system-openssl", _system_openssl, also=_builds_openssl),
    Kind("update-lists", _update_lists),
    Kind("dependents", _dependents),
    Kind("other-release", _older_release),
    Kind("reinstall", _reinstall),
    Kind("new-environment", _new_environment, also=_may_be_broken),
    Kind("wheel", _wheel, also=_is_a_build),
    Kind("other-python", _other_python, also=_has_no_wheel),
)
"""All kinds. Of those that fit a failure equally well, the first is the best."""


def ends_with_another_program(cause: str) -> bool:
    """Return whether a failure with this id ends when another program ends."""
    return cause in read_asset(TABLE)["locks"]


def passes(cause: str) -> bool:
    """Return whether a failure with this id may be gone after a while."""
    return cause in read_asset(TABLE)["passing"]
