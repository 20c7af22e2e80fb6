"""The questions: one list, used by every face.

A face shows the questions that apply, one after the other, and puts each answer into `Choices`;
after each answer it asks for the list again, since an answer can open or close later questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import assets
from wizard import openssl_choice, target_environment
from wizard.choices import Choices, described
from wizard.errors import BadRequest, Impossible
from wizard.facts import Listed, Python
from wizard.method import methods
from wizard.needs.case import Case, Offer
from wizard.questions import manager_names
from wizard.questions.question import Option, Question
from wizard.refused import Refused

EARLIER_LINES = 5
"""How many earlier release lines are offered beside the newest; others are typed."""


def applicable(case: Case) -> tuple[Question, ...]:
    """The questions that need asking, in order, given the choices made so far.

    A question with one possible answer is not asked. A question where nothing is possible is: it
    is the last of the list, and its options say why.
    """
    asked: list[Question] = []
    for question, _ in _walk(case):
        if not question.recommended:
            return (*asked, question)
        if question.free or sum(not option.closed for option in question.options) > 1:
            asked.append(question)
    return tuple(asked)


def complete(case: Case) -> Case:
    """Fill every open choice with the recommended answer, and check those that were made.

    Raises BadRequest for an answer that does not exist, Impossible for one that is closed here
    (or where nothing is open), with the reason and the nearest thing that works.
    """
    manager_names.check_here(case.facts, case.choices)
    choices = case.choices
    for question, so_far in _walk(case):
        given = question.given(choices)
        if not question.recommended and not given:
            raise _nothing_open(case.choosing(choices), question)
        if given:
            _check(so_far, question)
        choices = question.put(choices, given or question.recommended)
    completed = case.choosing(choices)
    if not openssl_choice.is_version(choices.openssl):  # no OpenSSL is built
        completed = completed.with_(openssl_source="", openssl_sha256="")
    return completed


def answer(question: Question, text: str) -> str:
    """The value in `Choices` that a user's answer means: an option's value, or free text.

    Raises BadRequest if the answer is not possible; the message says what is.
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


def _walk(case: Case) -> Iterator[tuple[Question, Case]]:
    """Each question that makes sense, with the case as it is when it is asked.

    An earlier answer that is no longer possible gives way to the recommended one.
    """
    builders: list[Callable[[Case], Question | None]] = list(_BUILDERS)
    while builders:
        build = builders.pop(0)
        question = build(case)
        if question is not None:
            yield question, case
            given = question.given(case.choices)
            option = next((o for o in question.options if o.value == given), None)
            stands = bool(given) and (bool(question.free) if option is None else not option.closed)
            answered = given if stands else question.recommended
            case = case.choosing(question.put(case.choices, answered))
        if build is _method and case.choices.method:
            builders += methods()[case.choices.method].questions()


def _where(case: Case) -> Question | None:
    facts, choices = case.facts, case.choices
    if choices.wheelhouse:
        return None  # nothing is installed
    if choices.python and not choices.venv and not case.target.new:
        return None  # the Python that was asked for brings its environment
    found = tuple(
        Option.checked(
            python.environment,
            f"The {_KINDS[python.origin]} {python.environment}",
            _has(python),
            target_environment.unusable(python),
        )
        for python in target_environment.environments(facts)
    )
    new = case.with_(venv="").target if not choices.python else None
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


def _python(case: Case) -> Question | None:
    if case.choices.wheelhouse or not case.with_(python="").target.new:
        return None
    options = tuple(
        Option.checked(
            python.path,
            f"{_name(python)} {python.version}".strip() + f"  {python.path}",
            _newest_wheel(case, python) if target_environment.usable(python) else "",
            target_environment.unusable(python),
        )
        for python in target_environment.bases(case.facts)
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


def _release(case: Case) -> Question | None:
    method = case.choices.method
    best = _best(case)
    shown: list[Listed] = []
    lines: set[str] = set()
    for listed in case.releases:
        line = listed.version.split(".", 1)[0]
        if listed is best or (line not in lines and len(lines) <= EARLIER_LINES):
            shown.append(listed)
        lines.add(line)
    options = tuple(
        Option.checked(
            offer.listed.version,
            offer.listed.version,
            _release_detail(offer, best, method),
            offer.blocked_by(method),
        )
        for offer in (case.offer(listed) for listed in shown)
    )
    return Question(
        "release",
        "Which release of cryptography?",
        assets.text("questions/release.md"),
        options,
        best.version if best else "",
        _why_this_release(best, case.offer(case.releases[0])),
        free="Another release",
    )


def _method(case: Case) -> Question | None:
    offer = case.offer()
    options = tuple(
        Option.checked(name, method.label, method.consequence(offer), offer.blocked_by(name))
        for name, method in methods().items()
    )
    recommended = offer.best_method()
    return Question(
        "method",
        "As a ready-made wheel, or compiled from source?",
        assets.text("questions/method.md"),
        options,
        recommended,
        methods()[recommended].because if recommended else "",
    )


_BUILDERS = (_where, _python, _release, _method)
"""In the order in which they are asked; those of the chosen method follow."""
_KINDS = {
    "active": "active environment",
    "folder": "environment here,",
    "asked": "environment",
}


def _check(case: Case, question: Question) -> None:
    """Check an answer that was given before the question was asked (a flag, a file)."""
    value = question.given(case.choices)
    if question.key == "release":
        blocked = case.offer(case.find(value)).blocked_by(case.choices.method)
        if blocked:
            raise _closed(question, case.choices, blocked)
        return
    option = next((o for o in question.options if o.value == value), None)
    if option is None and question.free:
        return
    if option is None:
        known = ", ".join(o.value for o in question.options) or "none"
        raise BadRequest(
            f"{value!r} is none of the answers to {described()[question.fills[0]].flag} here.",
            hints=(f"Possible here: {known}.",),
        )
    if option.closed:
        raise _closed(question, case.choices, Refused(option.closed))


def _closed(question: Question, choices: Choices, refused: Refused) -> Impossible:
    nearest = f"What works here: {_flags(question, question.put(choices, question.recommended))}"
    return Impossible(
        f"{_flags(question, choices)} is not possible on this machine.",
        why=refused.reason,
        hints=(*((nearest,) if question.recommended else ()), *refused.hints),
    )


def _flags(question: Question, choices: Choices) -> str:
    """What a user would have typed to answer this question."""
    return " ".join(
        described()[name].typed(value) for name, value in question.flags(choices).items()
    )


def _nothing_open(case: Case, question: Question) -> Impossible:
    """No option is open: say why, and what would be possible with the other method."""
    reasons = tuple(dict.fromkeys(option.closed for option in question.options if option.closed))
    hints: tuple[str, ...] = ()
    method = case.choices.method
    if method:
        what = f"--method {method} is not possible on this machine."
        # The newest release tells best what the machine lacks.
        blocked = case.offer(case.newest).blocked_by(method)
        others = (name for name in methods() if name != method)
        other = next((name for name in others if _best(case.with_(method=name))), "")
        hints = (
            *((f"What works here: --method {other}",) if other else ()),
            *(blocked.hints if blocked else ()),
        )
    else:
        what = "Neither a wheel nor a source build is possible on this machine."
    return Impossible(
        what, why=reasons[0] if reasons else "", shown="\n".join(reasons[1:4]), hints=hints
    )


def _best(case: Case) -> Listed | None:
    """The newest release that works: by the chosen method, or by the first that has one."""
    method = case.choices.method
    for wanted in (method,) if method else methods():
        for listed in case.releases:
            if not case.offer(listed).blocked_by(wanted):
                return listed
    return None


def _why_this_release(best: Listed | None, newest: Offer) -> str:
    if best is newest.listed:
        return "It is the newest, and it works here."
    if newest.wheel_blocked_by and not newest.source_blocked_by:
        return (
            f"It is the newest with a wheel for this computer. {newest.listed.version} has none, "
            "but can be compiled here: that takes minutes, and brings all security fixes."
        )
    return "It is the newest that works here."


def _release_detail(offer: Offer, best: Listed | None, method: str) -> str:
    possible = (name for name in methods() if method in ("", name) and not offer.blocked_by(name))
    how = next((methods()[name].brief for name in possible), "")
    if best is offer.listed or not offer.row.security:
        return f"{how}." if how else ""
    # The whole caveat is in the plan's notes; here one line must do.
    return f"{how}; misses security fixes that newer releases have."


def _newest_wheel(case: Case, python: Python) -> str:
    newest = case.newest_wheel(python)
    return f"Newest wheel: {newest.version}." if newest else "No wheel of any release fits."


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
