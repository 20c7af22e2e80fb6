"""The questions: one list, used by every face.

A face shows the questions that apply, one after the other, and puts each answer into `Choices`;
after each answer it asks for the list again, since an answer can open or close later questions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import assets
from wizard import openssl_archive, target_environment
from wizard.choices import Choices
from wizard.errors import BadRequest, Impossible
from wizard.facts import Facts, Listed, Python
from wizard.knowledge import Knowledge
from wizard.needs import offers
from wizard.needs.offers import Offer
from wizard.questions import build_questions, manager_names
from wizard.questions.question import Option, Question

EARLIER_LINES = 5
"""How many earlier release lines are offered beside the newest; others are typed."""


def applicable(facts: Facts, knowledge: Knowledge, choices: Choices) -> tuple[Question, ...]:
    """The questions that need asking, in order, given the choices made so far.

    A question with one possible answer is not asked. A question where nothing is possible is: it
    is the last of the list, and its options say why.
    """
    asked: list[Question] = []
    for question, _ in _walk(facts, knowledge, choices):
        if not question.recommended:
            return (*asked, question)
        if question.free or sum(not option.closed for option in question.options) > 1:
            asked.append(question)
    return tuple(asked)


def complete(facts: Facts, knowledge: Knowledge, choices: Choices) -> Choices:
    """Fill every open choice with the recommended answer, and check those that were made.

    Raises BadRequest for an answer that does not exist, Impossible for one that is closed here
    (or where nothing is open), with the reason and the nearest thing that works.
    """
    manager_names.check_here(facts, choices)
    for question, so_far in _walk(facts, knowledge, choices):
        given = question.given(choices)
        if not question.recommended and not given:
            raise _nothing_open(facts, knowledge, choices, question)
        if given:
            _check(facts, knowledge, question, so_far)
        choices = question.put(choices, given or question.recommended)
    if not openssl_archive.VERSION.fullmatch(choices.openssl):  # no OpenSSL is built
        choices = replace(choices, openssl_source="", openssl_sha256="")
    return choices


def answer(question: Question, text: str) -> str:
    """The value in `Choices` that a user's answer means: an option's value, or free text.

    Raises BadRequest where the answer is not possible; the message says what is.
    """
    text = text.strip()
    for option in question.options:
        if text == option.value:
            if option.closed:
                raise BadRequest(f"{option.label}: not possible here.", why=option.closed)
            return option.value
    if not question.free or not text:
        labels = ", ".join(option.label for option in question.options if not option.closed)
        raise BadRequest(f"{text!r} is not one of the answers.", hints=(f"Possible: {labels}.",))
    if "\0" in text or "\n" in text:
        raise BadRequest("The answer must be one line.")
    return text


def _walk(
    facts: Facts, knowledge: Knowledge, choices: Choices
) -> Iterator[tuple[Question, Choices]]:
    """Each question that makes sense, with the choices as they are when it is asked.

    An earlier answer that is no longer possible gives way to the recommended one.
    """
    for build in _BUILDERS:
        question = build(facts, knowledge, choices)
        if question is None:
            continue
        yield question, choices
        given = question.given(choices)
        option = next((o for o in question.options if o.value == given), None)
        stands = bool(given) and (bool(question.free) if option is None else not option.closed)
        choices = question.put(choices, given if stands else question.recommended)


def _where(facts: Facts, _knowledge: Knowledge, choices: Choices) -> Question | None:
    if choices.wheelhouse:
        return None  # nothing is installed
    if (
        choices.python
        and not choices.venv
        and target_environment.target(facts, choices).new is False
    ):
        return None  # the Python that was asked for brings its environment
    found = tuple(
        Option(
            python.environment,
            f"The {_KINDS[python.origin]} {python.environment}",
            _has(python),
            target_environment.unusable_reason(python),
        )
        for python in target_environment.environments(facts)
    )
    new = (
        target_environment.target(facts, replace(choices, venv="")) if not choices.python else None
    )
    folder = target_environment.default_folder(facts)
    options = found
    if all(not target_environment.same_folder(facts, option.value, folder) for option in found):
        made = Option(folder, f"A new environment in {folder}", "Made for you; delete it to undo.")
        options = (*found, made)
    recommended = new.folder if new else folder
    return Question(
        "venv",
        "Where should cryptography be installed?",
        assets.text("questions/venv.md"),
        options,
        recommended,
        _why_there(new),
        free="Another folder",
    )


def _python(facts: Facts, knowledge: Knowledge, choices: Choices) -> Question | None:
    if choices.wheelhouse or not target_environment.target(facts, replace(choices, python="")).new:
        return None
    options = tuple(
        Option(
            python.path,
            f"{_name(python)} {python.version}".strip() + f"  {python.path}",
            ""
            if target_environment.unusable_reason(python)
            else _newest_words(facts, knowledge, python),
            target_environment.unusable_reason(python),
        )
        for python in target_environment.bases(facts)
    )
    first = next((option for option in options if not option.closed), None)
    return Question(
        "python",
        "Which Python should the new environment use?",
        assets.text("questions/python.md"),
        options,
        first.value if first else "",
        "It is the one you get by typing python3, or the best that was found.",
    )


def _release(facts: Facts, knowledge: Knowledge, choices: Choices) -> Question | None:
    chosen = target_environment.target(facts, choices)
    make = partial(offers.offer, facts, knowledge, chosen, choices)
    all_releases = [r for r in offers.listing(facts, knowledge).releases if not r.yanked]
    best = _best(make, all_releases, choices.method)
    shown: list[Listed] = []
    lines: set[str] = set()
    for listed in all_releases:
        line = listed.version.split(".", 1)[0]
        if listed is best or (line not in lines and len(lines) <= EARLIER_LINES):
            shown.append(listed)
        lines.add(line)
    options = tuple(
        Option(
            o.listed.version,
            o.listed.version,
            _release_words(o, best, choices.method),
            o.closed(choices.method),
        )
        for o in (make(listed) for listed in shown)
    )
    return Question(
        "release",
        "Which release of cryptography?",
        assets.text("questions/release.md"),
        options,
        best.version if best else "",
        _why_this_release(best, all_releases[0], make),
        free="Another release",
    )


def _method(facts: Facts, knowledge: Knowledge, choices: Choices) -> Question | None:
    listed = offers.find(facts, knowledge, choices.release)
    offer = offers.offer(
        facts, knowledge, target_environment.target(facts, choices), choices, listed
    )
    needs = offer.source.missing
    count = "one package is" if len(needs) == 1 else f"{len(needs)} packages are"
    install = f", after {count} installed" if needs else ""
    options = (
        Option(
            "wheel",
            "Wheel: ready to use",
            "A download of a few MB, done in seconds; it has its own OpenSSL inside.",
            offer.wheel,
        ),
        Option(
            "source",
            "Source: compiled here",
            f"Takes minutes{install}; uses the OpenSSL of this system.",
            offer.source.reason,
        ),
    )
    recommended = "" if offer.closed("") else "source" if offer.wheel else "wheel"
    return Question(
        "method",
        "As a ready-made wheel, or compiled from source?",
        assets.text("questions/method.md"),
        options,
        recommended,
        "No wheel fits here." if offer.wheel else "It is quick, and needs no compiler.",
    )


_BUILDERS = (_where, _python, _release, _method, *build_questions.BUILDERS)
_KINDS = {
    "active": "active environment",
    "folder": "environment here,",
    "asked": "environment",
}


def _check(facts: Facts, knowledge: Knowledge, question: Question, choices: Choices) -> None:
    """Check an answer that was given before the question was asked (a flag, a file)."""
    value = question.given(choices)
    if question.key == "release":
        listed = offers.find(facts, knowledge, value)
        chosen = target_environment.target(facts, choices)
        found = offers.offer(facts, knowledge, chosen, choices, listed)
        reason = found.closed(choices.method)
        if reason:
            hints = found.source.hints if reason == found.source.reason else ()
            raise _closed(question, choices, reason, hints)
        return
    option = next((o for o in question.options if o.value == value), None)
    if option is None and question.free:
        return
    if option is None:
        known = ", ".join(o.value for o in question.options) or "none"
        raise BadRequest(
            f"{value!r} is none of the answers to --{question.fills[0]} here.",
            hints=(f"Possible here: {known}.",),
        )
    if option.closed:
        raise _closed(question, choices, option.closed)


def _closed(
    question: Question, choices: Choices, reason: str, hints: tuple[str, ...] = ()
) -> Impossible:
    nearest = f"What works here: {_flags(question, question.put(choices, question.recommended))}"
    return Impossible(
        f"{_flags(question, choices)} is not possible on this machine.",
        why=reason,
        hints=(*((nearest,) if question.recommended else ()), *hints),
    )


def _flags(question: Question, choices: Choices) -> str:
    """What a user would have typed to answer this question."""
    return " ".join(f"--{name} {value}" for name, value in question.flags(choices).items())


def _nothing_open(
    facts: Facts, knowledge: Knowledge, choices: Choices, question: Question
) -> Impossible:
    """No option is open: say why, and what would be possible with the other method."""
    reasons = tuple(dict.fromkeys(option.closed for option in question.options if option.closed))
    hints: tuple[str, ...] = ()
    if choices.method == "source":
        # The newest release tells best what the machine lacks.
        listed = next(r for r in offers.listing(facts, knowledge).releases if not r.yanked)
        chosen = target_environment.target(facts, choices)
        hints = offers.offer(facts, knowledge, chosen, choices, listed).source.hints
    if choices.method:
        what = f"--method {choices.method} is not possible on this machine."
        other = "source" if choices.method == "wheel" else "wheel"
        without = replace(choices, method="")
        asked = next(q for q, _ in _walk(facts, knowledge, without) if q.key == question.key)
        if asked.recommended:
            hints = (f"What works here: --method {other}", *hints)
    else:
        what = "Neither a wheel nor a source build is possible on this machine."
    return Impossible(
        what, why=reasons[0] if reasons else "", shown="\n".join(reasons[1:4]), hints=hints
    )


def _best(make: partial[Offer], releases: list[Listed], method: str) -> Listed | None:
    """The newest release that works: by this method, or by a wheel before a source build."""
    for wanted in (method,) if method else ("wheel", "source"):
        for listed in releases:
            if not make(listed).closed(wanted):
                return listed
    return None


def _why_this_release(best: Listed | None, newest: Listed, make: partial[Offer]) -> str:
    if best is newest:
        return "It is the newest, and it works here."
    offer = make(newest)
    if offer.wheel and not offer.source.reason:
        return (
            f"It is the newest with a wheel for this computer. {newest.version} has none, but can "
            "be compiled here: that takes minutes, and brings all security fixes."
        )
    return "It is the newest that works here."


def _release_words(offer: Offer, best: Listed | None, method: str) -> str:
    ways = {"wheel": not offer.wheel, "source": not offer.source.reason}
    words = {"wheel": "As a wheel", "source": "From source"}
    how = next((words[way] for way in words if ways[way] and method in ("", way)), "")
    if best is offer.listed or not offer.row.security:
        return f"{how}." if how else ""
    # The whole caveat stands in the plan's notes; here one line must do.
    return f"{how}; misses security fixes that newer releases have."


def _newest_words(facts: Facts, knowledge: Knowledge, python: Python) -> str:
    for listed in offers.listing(facts, knowledge).releases:
        if not listed.yanked and not offers.wheel_reason(python, listed, knowledge):
            return f"Newest wheel: {listed.version}."
    return "No wheel of any release fits."


def _name(python: Python) -> str:
    name = {"cpython": "Python", "pypy": "PyPy"}.get(python.implementation, python.implementation)
    return f"{name} (free-threaded)" if python.free_threaded else name


def _why_there(found: target_environment.Target | None) -> str:
    if found is None or found.new:
        return "Nothing else on this computer changes."
    if found.python.origin == "active":
        return "It is the environment that is active now."
    return "It is there already, made by an earlier run."


def _has(python: Python) -> str:
    has = f"cryptography {python.cryptography} is in it now." if python.cryptography else ""
    return f"Python {python.version}. {has}".strip()
