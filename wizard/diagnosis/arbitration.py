"""Which of the causes that a log shows is the answer.

The causes form a graph: a missing compiler *explains* that a build failed. The answer is a root: a
cause that no other one in the log explains, and of several the one that explains most. An envelope
is never an answer, and what succeeded later is not a failure.

A log may be that of a whole session. A failure that it survived, because something else began after
it, is only probably the answer, and only if nothing else failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wizard.diagnosis.conditions import holds
from wizard.diagnosis.context import CRYPTOGRAPHY, PARTS, Context, names_ours
from wizard.diagnosis.scan import Match
from wizard.diagnosis.table import Cause, Table

IMPORTED = ("import", "crash", "policy", "exit")
"""The kinds of failures that come when a package is used, not when it is installed."""

FETCHED = ("index", "network")
"""Those of downloads. After the installation, a program may have such errors of its own."""

MANAGER = "manager"
"""Those of package managers of the system. They end a log, or something else failed, too."""

CONFLICT, LOCATED = "conflict", "rights"
"""Those between several packages, and those of installed files."""

CRASHED = ("crash", "exit")
"""Those of them without a traceback."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A cause that a log shows, for one package; ``matches`` are its signs in the order of the log.

    ``ours`` says whether it is a failure of cryptography, ``survived`` whether the log went on with
    something else, and ``attempt`` how often an installation had been asked for before.
    """

    cause: Cause
    package: str
    matches: tuple[Match, ...]
    ours: bool = True
    survived: bool = False
    attempt: int = 0

    @property
    def weak(self) -> bool:
        """Whether all its signs are weak ones, or the log went on after it."""
        return self.cause.weak or self.survived or all(match.sign.weak for match in self.matches)

    @property
    def first(self) -> Match:
        """Its first strong sign."""
        return next((match for match in self.matches if not match.sign.weak), self.matches[0])

    def explains(self, other: Candidate) -> bool:
        """Return whether it alone is a reason for the other one."""
        names = self.cause.explains
        if other.cause.envelope:
            return not self.cause.envelope
        return self.cause.id != other.cause.id and bool(
            names & {other.cause.id, f"kind:{other.cause.kind}", "*"}
        )


@dataclass(frozen=True)
class Verdict:
    """The answer, or None; the other causes, the most important first; whether it was cancelled."""

    best: Candidate | None
    others: tuple[Candidate, ...]


def candidates(
    matches: Iterable[Match], table: Table, context: Context, facts: Mapping[str, str]
) -> list[Candidate]:
    """Return the causes that the matches show and that did not pass."""
    matches = list(matches)
    present = {f"sign:{match.sign.owner}" for match in matches}
    groups: dict[tuple[str, str], list[Match]] = {}
    for match in matches:
        if match.sign.needs and not present & set(match.sign.needs.split("|")):
            continue
        choices = table.causes_of(match.sign.owner, match.slots)
        cause = next((choice for choice in choices if _fits(choice, facts, present)), None)
        if cause is None:
            continue
        if cause.kind in FETCHED and context.after_installation(match.number):
            continue
        imported, crashed = cause.kind in IMPORTED, cause.kind in CRASHED
        named = names_ours(match.found) or "package" in match.slots
        if cause.kind == CONFLICT and not named:
            package = ""  # it is one between several
        else:
            package = cause.about or context.package(
                match, imported=imported, crashed=crashed, located=cause.kind == LOCATED
            )
        if cause.only and not context.ours(package):
            continue
        if not context.installed_after(match.number, package):
            groups.setdefault((cause.id, package), []).append(match)
    found = [
        _candidate(table.causes[name], package, sorted(group, key=lambda m: m.number), context)
        for (name, package), group in groups.items()
    ]
    return sorted(found, key=lambda candidate: candidate.first.number)


def _candidate(cause: Cause, package: str, matches: Sequence[Match], context: Context) -> Candidate:
    last = matches[-1].number
    imported = cause.kind in IMPORTED
    named = any("package" in match.slots for match in matches)
    return Candidate(
        cause,
        package,
        tuple(matches),
        # What the message itself names is meant, even if cryptography is built with it.
        ours=package in PARTS or (not named and context.ours(package, imported=imported)),
        survived=context.went_on(cause.survived_by, last),
        attempt=context.attempt(last),
    )


def arbitrate(found: Sequence[Candidate]) -> Verdict:
    """Choose the root that explains most. A weak one, and one that yields, counts only if there is
    no other."""
    known = [candidate for candidate in found if not candidate.cause.envelope]
    strong = [candidate for candidate in known if not candidate.weak] or known
    latest = max((candidate.attempt for candidate in strong), default=0)
    # Somebody tried again: what failed before was overcome, or is no answer for this attempt.
    strong = [candidate for candidate in strong if candidate.attempt == latest]
    roots = [
        candidate
        for candidate in strong
        if not any(other.explains(candidate) and not candidate.explains(other) for other in strong)
    ] or strong
    ranked = sorted(
        roots,
        key=lambda candidate: (
            candidate.cause.yields,
            not candidate.ours,
            candidate.cause.kind == MANAGER,
            -sum(candidate.explains(other) for other in strong),
            candidate.first.number,
        ),
    )
    if not ranked:
        return Verdict(None, ())
    best = ranked[0]
    rest = [candidate for candidate in (*ranked[1:], *known) if candidate is not best]
    return Verdict(best, tuple(dict.fromkeys(rest)))


def _fits(cause: Cause, facts: Mapping[str, str], present: set[str]) -> bool:
    for need in cause.needs:
        if need.startswith("sign:"):
            if not present & set(need.split("|")):
                return False
        elif not holds(need, facts):
            return False
    return True


__all__ = ["CRYPTOGRAPHY", "Candidate", "Verdict", "arbitrate", "candidates"]
