"""Which of the causes that a log shows is the answer.

The causes form a graph: a missing compiler *explains* that a build failed. The answer is a root: a
cause that no other one in the log explains, and of several the one that explains most. An envelope
is never an answer, and what succeeded later is not a failure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wizard.diagnosis.conditions import holds
from wizard.diagnosis.context import CRYPTOGRAPHY, Context, ours
from wizard.diagnosis.scan import Match
from wizard.diagnosis.table import Cause, Table

IMPORTED = ("import", "crash", "policy", "exit")
"""The kinds of failures that come when a package is used, not when it is installed."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A cause that a log shows, for one package; ``matches`` are its signs in the order of the
    log."""

    cause: Cause
    package: str
    matches: tuple[Match, ...]

    @property
    def weak(self) -> bool:
        """Whether all its signs are weak ones."""
        return self.cause.weak or all(match.sign.weak for match in self.matches)

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
        package = context.package(match, imported=cause.kind in IMPORTED)
        if not context.installed_after(match.number, package):
            groups.setdefault((cause.id, package), []).append(match)
    found = [
        Candidate(table.causes[name], package, tuple(sorted(group, key=lambda m: m.number)))
        for (name, package), group in groups.items()
    ]
    return sorted(found, key=lambda candidate: candidate.first.number)


def arbitrate(found: Sequence[Candidate]) -> Verdict:
    """Choose the root that explains most. A weak one counts only if there is no other."""
    known = [candidate for candidate in found if not candidate.cause.envelope]
    strong = [candidate for candidate in known if not candidate.weak] or known
    roots = [
        candidate
        for candidate in strong
        if not any(other.explains(candidate) and not candidate.explains(other) for other in strong)
    ] or strong
    ranked = sorted(
        roots,
        key=lambda candidate: (
            not ours(candidate.package),
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
