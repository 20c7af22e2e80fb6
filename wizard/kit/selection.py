"""What a kit contains: for each target the newest release that it has, and why not a newer one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.version import Version

from wizard.errors import BadRequest, Impossible
from wizard.facts import Listed
from wizard.kit import platforms, resolving
from wizard.kit.platforms import Platform, Target
from wizard.kit.resolving import Source, Unresolved, Wheel
from wizard.knowledge import Knowledge
from wizard.needs import wheels as needs_wheels
from wizard.refused import Refused
from wizard.wording import joined

CRYPTOGRAPHY = "cryptography"
ALWAYS = ("pip",)
"""What an environment needs besides cryptography."""


@dataclass(frozen=True)
class Request:
    """What was asked for.

    ``release`` is the newest release that is wanted; empty: any. ``glibc`` is the oldest glibc that
    Linux laptops have; empty: that of `platforms.PLATFORMS`. ``requirements`` are those of the
    workshop, ``constraints`` only limit versions.
    """

    platforms: tuple[Platform, ...]
    pythons: tuple[str, ...]
    release: str = ""
    glibc: str = ""
    requirements: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()

    @property
    def targets(self) -> tuple[Target, ...]:
        """Every kind of computer with every Python."""
        return tuple(Target(each, python) for each in self.platforms for python in self.pythons)


@dataclass(frozen=True)
class Chosen:
    """What one target gets.

    ``caveat`` says in one sentence why it is not the newest release; empty if it is. ``oldest`` is
    the oldest system on which all of its wheels work: a version of macOS or of the C library.
    """

    target: Target
    release: str
    wheels: tuple[Wheel, ...]
    caveat: str = ""
    oldest: str = ""


@dataclass(frozen=True)
class Missing:
    """A target for which there is nothing, and why, in one sentence."""

    target: Target
    why: str


@dataclass(frozen=True)
class Selection:
    """What a kit contains. ``newest`` is the newest release that any of its targets can have."""

    request: Request
    newest: str
    chosen: tuple[Chosen, ...]
    missing: tuple[Missing, ...]

    @property
    def wheels(self) -> tuple[Wheel, ...]:
        """Every wheel, once, by the name of its file."""
        found = {wheel.file: wheel for each in self.chosen for wheel in each.wheels}
        return tuple(found[name] for name in sorted(found))


def select(
    request: Request,
    source: Source,
    knowledge: Knowledge,
    say: Callable[[Target], None] = lambda _target: None,
) -> Selection:
    """Choose the wheels of a kit. ``say`` gets each target before it is resolved.

    Raises Impossible if the source has no release, or nothing for one kind of computer, and what
    the source raises.
    """
    newest = _newest(source, request.release)
    wanted = tuple(map(Requirement, (CRYPTOGRAPHY, *ALWAYS, *request.requirements)))
    limits = list(map(Requirement, request.constraints))
    if request.release:
        limits.append(Requirement(f"{CRYPTOGRAPHY}<={request.release}"))
    chosen: list[Chosen] = []
    missing: list[Missing] = []
    for target in request.targets:
        say(target)
        try:
            found = resolving.resolve(
                wanted, target, source, glibc=request.glibc, constraints=limits
            )
        except Unresolved as problem:
            missing.append(Missing(target, problem.why))
            continue
        release = next(str(wheel.version) for wheel in found if wheel.name == CRYPTOGRAPHY)
        caveat = "" if release == newest else _caveat(target, newest, request, source, knowledge)
        chosen.append(Chosen(target, release, found, caveat, resolving.floor(found, target)))
    for platform in request.platforms:
        if not any(each.target.platform == platform for each in chosen):
            lost = next(each for each in missing if each.target.platform == platform)
            if _without_workshop(lost.target, request, source):
                raise Impossible(
                    f"What --requirements names cannot be installed on {platform.title}.",
                    why=lost.why,
                    hints=(
                        "Check the names and the versions in that file: each needs a wheel.",
                        *((f"Or leave {platform.name} out of --for.",) if chosen else ()),
                    ),
                )
            older = request.glibc if platform.libc == "glibc" else ""
            raise Impossible(
                f"Nothing was found for {platform.title} with Python {joined(request.pythons)}.",
                why=lost.why,
                hints=(
                    f"Leave {platform.name} out of --for, or name other --pythons.",
                    *((f"glibc {older} may be too old: name a newer --glibc.",) if older else ()),
                ),
            )
    return Selection(request, newest, tuple(chosen), tuple(missing))


def _without_workshop(target: Target, request: Request, source: Source) -> bool:
    """Return whether a target gets cryptography if the workshop needs nothing else."""
    if not request.requirements and not request.constraints:
        return False
    limits = (Requirement(f"{CRYPTOGRAPHY}<={request.release}"),) if request.release else ()
    wanted = map(Requirement, (CRYPTOGRAPHY, *ALWAYS))
    try:
        resolving.resolve(wanted, target, source, glibc=request.glibc, constraints=limits)
    except Unresolved:
        return False
    return True


def _newest(source: Source, release: str) -> str:
    """Return the newest release that the source has wheels of, up to ``release``."""
    versions = {wheel.version for wheel in source.wheels(CRYPTOGRAPHY) if wheel.yanked is None}
    final = {version for version in versions if not version.is_prerelease}
    if release:
        if Version(release) not in versions:
            raise BadRequest(
                f"The index has no wheel of cryptography {release}.",
                hints=(f"The newest is {max(final)}." if final else "Check the index of pip.",),
            )
        return str(Version(release))
    if not final:
        raise Impossible(
            "The index has no wheel of cryptography.", hints=("Check the index of pip.",)
        )
    return str(max(final))


def _caveat(
    target: Target,
    newest: str,
    request: Request,
    source: Source,
    knowledge: Knowledge,
) -> str:
    """Return why a target gets an older release: it has no wheel of a newer one, or other packages
    allow none."""
    files = [w for w in source.wheels(CRYPTOGRAPHY) if str(w.version) == newest]
    listed = Listed(
        newest,
        next((each.requires_python for each in files if each.requires_python), ""),
        tuple(sorted({tag for each in files for tag in each.tags if "-linux_" not in tag})),
    )
    python = platforms.pretended(target, request.glibc)
    fit = needs_wheels.fit(python, listed, knowledge)
    if isinstance(fit, Refused):
        # The number of its last part is pretended.
        return fit.reason.replace(python.version, target.python)
    return f"What else is needed does not fit together with cryptography {newest}."


def total(wheels: Iterable[Wheel]) -> tuple[int, int]:
    """Return how many bytes these wheels have together, and of how many the size is unknown."""
    every = tuple(wheels)
    return sum(wheel.size for wheel in every), sum(not wheel.size for wheel in every)
