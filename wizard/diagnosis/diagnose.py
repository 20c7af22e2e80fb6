"""Diagnosis: from the full log of a failed step, or a pasted one, to the cause and what helps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import Any

from wizard.diagnosis import arbitration, context, decoding, platforms, remedies
from wizard.diagnosis.arbitration import Candidate
from wizard.diagnosis.decoding import Block
from wizard.diagnosis.excerpts import is_unimportant
from wizard.diagnosis.remedies import Remedy
from wizard.diagnosis.scan import Match, Scan, guesses, scan
from wizard.diagnosis.table import Table, table

CERTAIN, PROBABLE, UNKNOWN = "certain", "probable", "unknown"


@dataclass(frozen=True)
class Other:
    """Another cause that the log shows."""

    id: str
    package: str | None
    cause: str
    line: int


@dataclass(frozen=True)
class Diagnosis:
    """Why a program failed.

    ``id`` names a cause of ``assets/failures.toml``; it is None if the log does not show the cause,
    or if nothing failed (``installed``). ``cause`` is a sentence for people. ``line_number`` is the
    line that shows it, counted from 1 (0: the log is empty), ``evidence`` this line, or the part of
    a very long one, and ``excerpt`` the lines around it, at most nine. ``package`` is what failed
    to install; None if nothing says which. ``why`` says what this kind of failure means.
    ``certainty`` is ``certain``, ``probable`` or ``unknown``.
    """

    id: str | None
    package: str | None
    cause: str
    line_number: int
    evidence: str
    excerpt: tuple[str, ...]
    why: str = ""
    remedies: tuple[Remedy, ...] = ()
    certainty: str = UNKNOWN
    others: tuple[Other, ...] = ()
    installed: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether the cause is known."""
        return self.id is not None

    @property
    def hints(self) -> tuple[str, ...]:
        """What to do; commands are in backticks."""
        return tuple(remedy.text for remedy in self.remedies)

    @property
    def remedy_ids(self) -> tuple[str, ...]:
        """The ids of the remedies that have one, the best first."""
        return tuple(dict.fromkeys(remedy.id for remedy in self.remedies if remedy.id))

    def as_json(self) -> dict[str, Any]:
        """Return what ``diagnose --json`` prints: see docs/diagnosis.md."""
        return {
            "schema": 2,
            "id": self.id,
            "package": self.package,
            "cause": self.cause,
            "line": self.line_number,
            "evidence": self.evidence,
            "why": self.why,
            "remedies": [
                {"id": remedy.id, "text": remedy.text, "run": list(remedy.run)}
                for remedy in self.remedies
            ],
            "certainty": self.certainty,
            "others": [
                {"id": one.id, "package": one.package, "cause": one.cause, "line": one.line}
                for one in self.others
            ],
            "installed": self.installed,
            "excerpt": list(self.excerpt),
        }


def diagnose(
    lines: Iterable[str], machine: Mapping[str, str] | None = None, *, ours: bool = False
) -> Diagnosis:
    """Explain a failure from the full log of a step. Never raises because of its contents.

    ``machine`` are the facts of the machine where it happened, if that is known (`platforms`): it
    is known because the wizard itself works there. In that case, and if it is ``ours``,
    cryptography failed unless the log names another package.
    """
    return diagnose_blocks(decoding.blocks_of(lines), machine, ours=ours)


def diagnose_bytes(chunks: Iterable[bytes], machine: Mapping[str, str] | None = None) -> Diagnosis:
    """Explain a log in any encoding, in one pass."""
    return diagnose_blocks(decoding.blocks(chunks), machine)


def diagnose_blocks(
    blocks: Iterable[Block], machine: Mapping[str, str] | None = None, *, ours: bool = False
) -> Diagnosis:
    """Explain a log that was split into blocks."""
    blocks = iter(blocks)
    first = list(islice(blocks, 2))
    ours = ours or bool(machine)
    answer = _diagnose(chain(first, blocks), machine, ours)
    if answer.id is None and len(first) == 1 and len(first[0].data) < SHORT:
        # Perhaps its few lines were cut to fit a narrow page.
        for guess in guesses(first[0]):
            other = _diagnose([guess], machine, ours)
            if other.certainty == CERTAIN:
                return other
    return answer


SHORT = 1000
"""The number of bytes of a log that may have been cut without showing it."""


def _diagnose(blocks: Iterable[Block], machine: Mapping[str, str] | None, ours: bool) -> Diagnosis:
    known = table()
    found = scan(blocks, known)
    told = context.read(found.matches, ours=ours)
    facts = platforms.complete(told.facts, machine or {})
    causes = arbitration.candidates(found.matches, known, told, facts)
    verdict = arbitration.arbitrate(causes)
    best = verdict.best
    if best is not None and best.weak and _suspect(found, told, causes, best):
        best = None
    if best is None:
        return _unknown(found, told, causes, facts)
    return _explain(best, verdict.others, facts)


def _explain(best: Candidate, others: Sequence[Candidate], facts: Mapping[str, str]) -> Diagnosis:
    package = context.CRYPTOGRAPHY if best.ours else best.package
    slots = _slots(best)
    facts = {**facts, "package": package or UNNAMED}
    if package != best.package:
        facts["part"] = best.package
    return Diagnosis(
        id=best.cause.id,
        package=context.written(package) or None,
        cause=_sentence(best, facts),
        line_number=best.first.number,
        evidence=best.first.evidence,
        excerpt=best.first.excerpt,
        why=remedies.fill(best.cause.means, slots, facts),
        remedies=tuple(map(_of_unnamed, remedies.remedies(best.cause, slots, facts))),
        certainty=PROBABLE if best.weak else CERTAIN,
        others=tuple(
            Other(
                other.cause.id,
                context.written(context.CRYPTOGRAPHY if other.ours else other.package) or None,
                _sentence(other, facts),
                other.first.number,
            )
            for other in others[:5]
        ),
        facts=facts,
    )


def _sentence(candidate: Candidate, facts: Mapping[str, str]) -> str:
    """Return what happened, said of the package to which it happened."""
    text = candidate.cause.cause
    name = context.written(candidate.package) or "the package"
    if not candidate.ours:
        text = candidate.cause.other or text
        if not candidate.package:
            text = _DEFINITE.sub(r"\1 package", text)
        text = _NAME.sub(name, text).replace(f"{name}, which {name} needs,", name)
        facts = {**facts, "package": name}
    slots = _slots(candidate)
    if candidate.cause.bare and remedies.lacks(text, slots, facts):
        text = candidate.cause.bare
    text = remedies.fill(text, slots, facts)
    return f"T{text[1:]}" if text.startswith("the package ") else text


_NAME = re.compile(r"\bcryptography\b")
_DEFINITE = re.compile(r"\b(installed|this|a) cryptography\b")

UNNAMED = "PACKAGE"
"""What commands call a package that the log does not name."""
_UNNAMED = re.compile(rf"(?:the package )?{re.escape(UNNAMED)}")


def _of_unnamed(remedy: Remedy) -> Remedy:
    """Return a remedy that says "the package", except in commands."""
    parts = remedy.text.split("`")
    parts[::2] = [_UNNAMED.sub("the package", part) for part in parts[::2]]
    return replace(remedy, text="`".join(parts))


def _slots(candidate: Candidate) -> dict[str, str]:
    slots: dict[str, str] = {}
    for match in (candidate.first, *candidate.matches):
        for name, value in match.slots.items():
            slots.setdefault(name, value)
    return slots


def _suspect(
    found: Scan,
    told: context.Context,
    causes: Sequence[Candidate],
    best: Candidate | None = None,
    after: int = 0,
) -> Match | None:
    """Return the first line that looks like an error of which no sign is known.

    It is one of the last attempt, if somebody tried more than once. It must come ``after`` that
    line, and look very much so if there is another answer: ``best``, or that it was installed.
    """
    explained = {match.number for cause in causes for match in cause.matches}
    answered = best is not None or (after > 0 and told.installed)
    for kind in ("suspect:strong", "suspect:weak")[: 1 if answered else 2]:
        suspects = [
            match
            for match in found.matches
            if match.sign.owner == kind
            and match.number > after
            and match.number not in explained
            and not _WARNING.match(match.text)
            and not _says_nothing(match)
        ]
        latest = max((told.attempt(match.number) for match in suspects), default=0)
        for match in suspects:
            if told.attempt(match.number) == latest:
                return match
    return None


def _says_nothing(match: Match) -> bool:
    """Return whether a line is only advice, or source code, so that nobody needs to see it."""
    return bool(_SHOWN.match(match.raw)) or is_unimportant(match.raw)


_SHOWN = re.compile(r"[\s\d.#]*(?:\N{RIGHTWARDS ARROW}\s*)?\d+\s?\N{BOX DRAWINGS LIGHT VERTICAL}")
"""What poetry shows of the program in which an error occurred."""

_WARNING = re.compile(
    r"\s*(?:\[?(?:warn(?:ing)?|note|info|debug)\b"
    # pip calls it an error, but has installed everything.
    r"|error: pip's dependency resolver does not\b|error: after october 2020\b"
    r"|error: \S+ \d\S* (?:requires|has requirement) .{1,200}, (?:but you\b|which is not ))",
    re.IGNORECASE,
)


def _only_warned(found: Scan) -> bool:
    """Return whether the first line that names cryptography is a warning for who uses it."""
    return any(
        match.sign.owner == "about-cryptography" and "CryptographyDeprecationWarning" in match.text
        for match in found.matches
    )


def _unknown(
    found: Scan, told: context.Context, causes: Sequence[Candidate], facts: Mapping[str, str]
) -> Diagnosis:
    success = told.success
    suspect = _suspect(found, told, causes, after=success.number if success else 0)
    if success and suspect is None:
        text = "Nothing failed: it was installed."
        package = context.CRYPTOGRAPHY if told.named else None
        shown = found.last[1]
        return Diagnosis(None, package, text, success.number, "", shown, installed=True)
    subject = told.about(suspect) if suspect else told.subject
    subject = context.CRYPTOGRAPHY if told.ours(subject) else subject
    said = [m for cause in causes for m in cause.matches if not _says_nothing(m)]
    if not suspect and not said and (told.began_last not in ("", subject) or _only_warned(found)):
        subject = ""  # nothing failed, or the log has gone on to another package
    facts = {**facts, "package": subject}
    hints = remedies.for_unknown(facts)
    said.sort(key=lambda match: match.number)
    if suspect:
        text = "The wizard does not know this error. It is the first error in the log."
        number, evidence, excerpt = suspect.number, suspect.evidence, suspect.excerpt
    elif said:
        first = said[0]
        text = (
            "The log says only that something failed. The cause is not in this part of it: send "
            "the lines above this one, from the first error on."
        )
        number, evidence, excerpt = first.number, first.evidence, first.excerpt
    elif found.last[0]:
        text = "The wizard knows no failure in this log. These are its last lines."
        (number, excerpt), evidence = found.last, ""
    else:
        text, number, evidence, excerpt = "The program failed without any output.", 0, "", ()
    return Diagnosis(
        None,
        context.written(subject) or None,
        text,
        number,
        evidence,
        excerpt,
        remedies=tuple(hints),
        facts=facts,
    )


__all__ = [
    "CERTAIN",
    "PROBABLE",
    "UNKNOWN",
    "Diagnosis",
    "Other",
    "Table",
    "diagnose",
    "diagnose_bytes",
]
