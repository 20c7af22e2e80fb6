"""What a kit contains: for each target the newest release that it has, and why not a newer one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.version import Version

from wizard.errors import BadRequest, Impossible
from wizard.facts import Listed
from wizard.kit import platforms, resolving
from wizard.kit.platforms import PLATFORMS, Target
from wizard.kit.resolving import Source, Unresolved, Wheel
from wizard.knowledge import Knowledge
from wizard.needs import wheels as needs_wheels
from wizard.proof.kit_manifest import Order
from wizard.refused import Refused
from wizard.wording import joined

CRYPTOGRAPHY = "cryptography"
ALWAYS = ("pip",)
"""What an environment needs besides cryptography."""


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
    """What a kit that was ordered contains.

    ``newest`` is the newest release that any of its targets can have.
    """

    order: Order
    newest: str
    chosen: tuple[Chosen, ...]
    missing: tuple[Missing, ...]

    @property
    def wheels(self) -> tuple[Wheel, ...]:
        """Every wheel, once, by the name of its file."""
        found = {wheel.file: wheel for each in self.chosen for wheel in each.wheels}
        return tuple(found[name] for name in sorted(found))


def targets(order: Order) -> tuple[Target, ...]:
    """Return every kind of computer with every Python."""
    kinds = (PLATFORMS[name] for name in order.platforms)
    return tuple(Target(kind, python) for kind in kinds for python in order.pythons)


def select(
    order: Order,
    source: Source,
    knowledge: Knowledge,
    say: Callable[[Target], None] = lambda _target: None,
) -> Selection:
    """Choose the wheels of a kit. ``say`` gets each target before it is resolved.

    Raises Impossible if the source has no release, or nothing for one kind of computer, and what
    the source raises.
    """
    newest = _newest(source, order.release)
    wanted = tuple(map(Requirement, (CRYPTOGRAPHY, *ALWAYS, *order.requirements)))
    limits = list(map(Requirement, order.constraints))
    if order.release:
        limits.append(Requirement(f"{CRYPTOGRAPHY}<={order.release}"))
    chosen: list[Chosen] = []
    missing: list[Missing] = []
    for target in targets(order):
        say(target)
        try:
            found = resolving.resolve(wanted, target, source, glibc=order.glibc, constraints=limits)
        except Unresolved as problem:
            missing.append(Missing(target, problem.why))
            continue
        release = next(str(wheel.version) for wheel in found if wheel.name == CRYPTOGRAPHY)
        caveat = "" if release == newest else _caveat(target, newest, order, source, knowledge)
        chosen.append(Chosen(target, release, found, caveat, resolving.floor(found, target)))
    for platform in map(PLATFORMS.__getitem__, order.platforms):
        if not any(each.target.platform == platform for each in chosen):
            lost = next(each for each in missing if each.target.platform == platform)
            if _without_workshop(lost.target, order, source):
                raise Impossible(
                    f"What --requirements names cannot be installed on {platform.title}.",
                    why=lost.why,
                    hints=(
                        "Check the names and the versions in that file: each needs a wheel.",
                        *((f"Or leave {platform.name} out of --for.",) if chosen else ()),
                    ),
                )
            older = order.glibc if platform.libc == "glibc" else ""
            raise Impossible(
                f"Nothing was found for {platform.title} with Python {joined(order.pythons)}.",
                why=lost.why,
                hints=(
                    f"Leave {platform.name} out of --for, or name other --pythons.",
                    *((f"glibc {older} may be too old: name a newer --glibc.",) if older else ()),
                ),
            )
    return Selection(order, newest, tuple(chosen), tuple(missing))


def _without_workshop(target: Target, order: Order, source: Source) -> bool:
    """Return whether a target gets cryptography if the workshop needs nothing else."""
    if not order.requirements and not order.constraints:
        return False
    limits = (Requirement(f"{CRYPTOGRAPHY}<={order.release}"),) if order.release else ()
    wanted = map(Requirement, (CRYPTOGRAPHY, *ALWAYS))
    try:
        resolving.resolve(wanted, target, source, glibc=order.glibc, constraints=limits)
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
    order: Order,
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
    python = platforms.pretended(target, order.glibc)
    fit = needs_wheels.fit(python, listed, knowledge)
    if isinstance(fit, Refused):
        # The number of its last part is pretended.
        return fit.reason.replace(python.version, target.python)
    return f"What else is needed does not fit together with cryptography {newest}."


def total(wheels: Iterable[Wheel]) -> tuple[int, int]:
    """Return how many bytes these wheels have together, and of how many the size is unknown."""
    every = tuple(wheels)
    return sum(wheel.size for wheel in every), sum(not wheel.size for wheel in every)
