"""The questions: one list for all interfaces.

An interface asks the questions that apply, one at a time, and puts each answer into `Choices`.
After each answer it asks for the list again, because an answer can add or remove later questions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from wizard import openssl_choice
from wizard.choices import Choices, described
from wizard.errors import BadRequest, Impossible
from wizard.method import methods
from wizard.needs import application, project_conflict, release_limits
from wizard.needs.case import Case
from wizard.questions import manager_names
from wizard.questions.question import Question
from wizard.questions.release_questions import (
    best_release,
    dependents_question,
    method_question,
    release_question,
)
from wizard.questions.target_questions import (
    environment_question,
    project_question,
    python_question,
)
from wizard.refused import Refused, without_wheel


def applicable(case: Case) -> tuple[Question, ...]:
    """Return the questions that must be asked, in order, for the choices made so far.

    A question with only one possible answer is omitted. A question without a possible answer ends
    the list; its options say why they are not possible.
    """
    _check_project(case)
    questions: list[Question] = []
    for question, _ in _walk(case):
        if not question.recommended:
            return (*questions, question)
        if question.free or sum(not option.closed for option in question.options) > 1:
            questions.append(question)
    return tuple(questions)


def complete(case: Case, *, asking: bool = False) -> Case:
    """Fill every open choice with the recommended answer, and check the choices that were made.

    A question that only the user can answer must be answered, unless the user will be asked
    (``asking``). Raises BadRequest for an answer that does not exist. Raises Impossible, with the
    reason and the nearest possible answer, if a given answer is not possible here, or if no answer
    is.
    """
    manager_names.check_for_machine(case.facts, case.choices)
    _check_project(case)
    choices = case.choices
    for question, so_far in _walk(case):
        given = question.given(choices)
        if not question.recommended and not given:
            raise _no_option_possible(case.choosing(choices), question)
        if question.required and not given and not asking:
            raise _not_answered(so_far)
        if given:
            _check_given(so_far, question)
        choices = question.put(choices, given or question.recommended)
    completed = case.choosing(choices)
    if not openssl_choice.is_version(choices.openssl):  # no OpenSSL is built
        completed = completed.with_(openssl_source="", openssl_sha256="")
    return completed


def answer(question: Question, text: str) -> str:
    """Return the value in `Choices` for a user's answer: an option's value, or free text.

    Raises BadRequest if the answer is not possible; the message says which ones are.
    """
    text = text.strip()
    for option in question.options:
        if text == option.value:
            if option.closed:
                raise BadRequest(f"{option.label} is not possible here.", why=option.closed)
            return option.value
    if not question.free or not text:
        labels = ", ".join(option.label for option in question.options if not option.closed)
        raise BadRequest(f"{text!r} is not one of the answers.", hints=(f"Possible: {labels}.",))
    if "\0" in text or "\n" in text:
        raise BadRequest("The answer must be a single line.")
    return text


def _walk(case: Case) -> Iterator[tuple[Question, Case]]:
    """Yield each question that applies, with the case at that point.

    An earlier answer that is no longer possible is replaced by the recommended one.
    """
    builders: list[Callable[[Case], Question | None]] = list(_BUILDERS)
    while builders:
        build = builders.pop(0)
        question = build(case)
        if question is not None:
            yield question, case
            given = question.given(case.choices)
            option = next((o for o in question.options if o.value == given), None)
            is_valid = bool(given) and (
                bool(question.free) if option is None else not option.closed
            )
            answered = given if is_valid else question.recommended
            case = case.choosing(question.put(case.choices, answered))
        if build is method_question and case.choices.method:
            builders += methods()[case.choices.method].questions()


def _check_project(case: Case) -> None:
    """Raise Impossible if nothing fits all requirements of the project, or pipx cannot do it."""
    conflict = project_conflict.find_conflict(case)
    if conflict:
        shown = case.project.shown if case.project else ""
        raise Impossible(conflict.reason, why=conflict.why, shown=shown, hints=conflict.hints)
    refused = application.refusal(case)
    if refused:
        raise Impossible(refused.reason, why=refused.why, hints=refused.hints)


_BUILDERS = (
    environment_question,
    python_question,
    project_question,
    release_question,
    dependents_question,
    method_question,
)
"""The builders, in the order of their questions. Those of the chosen method follow."""


def _check_given(case: Case, question: Question) -> None:
    """Check an answer that was given before the question was asked (a flag, a file)."""
    value = question.given(case.choices)
    if question.key == "release":
        blocked = case.offer(case.find(value)).blocked_by(case.choices.method)
        if blocked:
            raise _option_not_possible(question, case.choices, blocked)
        return
    option = next((o for o in question.options if o.value == value), None)
    if option is None and question.free:
        return
    if option is None:
        known = ", ".join(o.value for o in question.options) or "none"
        raise BadRequest(
            f"{value!r} is not a possible value of {described()[question.fills[0]].flag} here.",
            hints=(f"Possible here: {known}.",),
        )
    if option.closed:
        raise _option_not_possible(question, case.choices, Refused(option.closed))


def _option_not_possible(question: Question, choices: Choices, refused: Refused) -> Impossible:
    best = question.put(choices, question.recommended)
    nearest = f"What works here is {_label(question, best)}: {_as_flags(question, best)}"
    return Impossible(
        f"{_label(question, choices)} is not possible on this machine.",
        shown=_as_flags(question, choices),
        why=refused.reason,
        hints=(*((nearest,) if question.recommended else ()), *refused.hints),
        failure=refused.failure,
    )


def _label(question: Question, choices: Choices) -> str:
    """Return the label of this answer in quotation marks; what was typed has none."""
    value = question.given(choices)
    label = next((option.label for option in question.options if option.value == value), value)
    return f"“{label}”"


def _as_flags(question: Question, choices: Choices) -> str:
    """Return the flags that give this answer."""
    return " ".join(
        described()[name].typed(value) for name, value in question.flags(choices).items()
    )


def _not_answered(case: Case) -> Impossible:
    """Return the error if the release would break packages, and the user has not agreed to it."""
    broken = case.broken_by(case.release)
    flag = described()["dependents"]
    return Impossible(
        f"cryptography {case.choices.release} would break what is installed in "
        f"{case.target.folder}.",
        shown="\n".join(dict.fromkeys(map(release_limits.sentence, broken))),
        why="The wizard breaks nothing unless you ask for it.",
        hints=(f"Decide what happens to these packages: {flag.flag} {flag.metavar}",),
    )


def _no_option_possible(case: Case, question: Question) -> Impossible:
    """Return the error if no option is possible: why, and whether another method would work."""
    machine = case.refused_by_machine
    if machine and not case.refused_by_settings:
        return Impossible(
            machine.reason,
            why=machine.why,
            hints=without_wheel(machine.hints),
            failure=machine.failure,
        )
    # Often only the version differs from option to option.
    closed = {
        re.sub(r"cryptography [\d.]+", "", o.closed): o.closed for o in reversed(question.options)
    }
    reasons = tuple(reason for reason in reversed(closed.values()) if reason)
    hints: tuple[str, ...] = ()
    asked = ""
    method = case.choices.method
    if method:
        problem = f"“{methods()[method].label}” is not possible on this machine."
        asked = f"--method {method}"
        # The newest release shows best what the machine lacks.
        blocked = case.offer(case.newest).blocked_by(method)
        others = (name for name in methods() if name != method)
        other = next((name for name in others if best_release(case.with_(method=name))), "")
        hints = (
            *(
                (f"What works here is “{methods()[other].label}”: --method {other}",)
                if other
                else ()
            ),
            *(blocked.hints if blocked else ()),
        )
    else:
        problem = "Neither a wheel nor a source build is possible on this machine."
        if case.refused_by_settings:
            problem = "A setting of pip or uv does not allow the installation."
        elif case.facts.listing and case.facts.listing.problem in reasons:
            problem = "The package index cannot be used, so nothing was started."
        blocked = case.offer(case.newest).blocked_by("") if case.releases else None
        # No wheel is possible either, so the advice to use one does not apply.
        hints = without_wheel(blocked.hints) if blocked else ()
    shown = "\n".join(filter(None, (asked, *reasons[1:4])))
    return Impossible(problem, why=reasons[0] if reasons else "", shown=shown, hints=hints)
