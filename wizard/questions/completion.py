"""The questions: one list for all interfaces.

An interface asks the questions that apply, one at a time, and puts each answer into `Choices`.
After each answer it asks for the list again, because an answer can add or remove later questions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import assets
from wizard import openssl_choice, target_environment
from wizard.choices import ALONE, Choices, described
from wizard.errors import BadRequest, Impossible
from wizard.facts import Listed, Python
from wizard.method import compiles, methods
from wizard.needs import project_conflict, release_limits
from wizard.needs.case import Case, Offer
from wizard.questions import manager_names
from wizard.questions.question import Option, Question
from wizard.refused import Refused, without_wheel
from wizard.wording import joined

EARLIER_LINES = 5
"""How many earlier release lines are offered in addition to the newest; users can type others."""


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
        if build is _method_question and case.choices.method:
            builders += methods()[case.choices.method].questions()


def _environment_question(case: Case) -> Question | None:
    facts, choices = case.facts, case.choices
    if choices.wheelhouse:
        return None  # nothing is installed
    if choices.python and not choices.venv and not case.target.new:
        return None  # the requested Python already belongs to an environment
    case = case.with_(dependents="")  # a later question: it is about the environment chosen here
    existing = tuple(
        Option.checked(
            python.environment,
            f"The {_KINDS[python.origin]} {python.environment}",
            _environment_detail(python),
            target_environment.unusable(python),
        )
        for python in target_environment.environments(facts)
    )
    new_target = case.with_(venv="").target if not choices.python else None
    folder = target_environment.default_folder(facts)
    options = existing
    if all(not target_environment.same_folder(facts, option.value, folder) for option in existing):
        new_option = Option(
            folder,
            f"A new environment in {folder}",
            "The wizard makes this folder. To undo, delete it.",
        )
        options = (*existing, new_option)
    recommended = new_target.folder if new_target else folder
    return Question(
        "venv",
        "Where should cryptography be installed?",
        assets.text("questions/venv.md"),
        options,
        recommended,
        _why_this_environment(new_target),
        free="Another folder",
        example="for example ./my-env",
    )


def _python_question(case: Case) -> Question | None:
    if case.choices.wheelhouse or not case.with_(python="", dependents="").target.new:
        return None
    options = tuple(
        Option.checked(
            python.path,
            f"{_name(python)} {python.version}".strip() + f"  {python.path}",
            _newest_wheel_detail(case, python) if target_environment.usable(python) else "",
            target_environment.unusable(python),
        )
        for python in target_environment.bases(case.facts)
    )
    usable = (p for p in target_environment.bases(case.facts) if target_environment.usable(p))
    first = next(usable, None)
    return Question(
        "python",
        "Which Python should the new environment use?",
        assets.text("questions/python.md"),
        options,
        first.path if first else "",
        _why_this_python(first) if first else "",
    )


def _project_question(case: Case) -> Question | None:
    """Ask only where there is a project: most people install cryptography alone."""
    facts, chosen = case.facts, case.choices.project
    if case.choices.wheelhouse or case.choices.from_wheelhouse:
        return None
    if not facts.found_project and chosen in ("", ALONE):
        return None
    alone = Option(ALONE, "cryptography alone", "Installs cryptography and what it needs.")
    options = [alone]
    if facts.found_project:
        options.append(
            Option(
                target_environment.path_rules(facts).join(facts.folder, facts.found_project),
                f"The project in this folder ({facts.found_project})",
                "Also installs what the project needs. The project itself is not changed.",
            )
        )
    if chosen not in ("", *(option.value for option in options)):
        options.append(Option(chosen, chosen, "Also installs what it needs."))
    return Question(
        "project",
        "What should be installed?",
        assets.text("questions/project.md"),
        tuple(options),
        ALONE,
        "Recommended: cryptography alone. Nothing else is installed.",
        free="Another project: a file, a folder or a package",
        example="for example requirements.txt",
    )


def _check_project(case: Case) -> None:
    """Raise Impossible if nothing fits all requirements of the project."""
    conflict = project_conflict.find_conflict(case)
    if conflict:
        shown = case.project.shown if case.project else ""
        raise Impossible(conflict.reason, why=conflict.why, shown=shown, hints=conflict.hints)


def _release_question(case: Case) -> Question | None:
    method = case.choices.method
    best = _best_release(case)
    releases: list[Listed] = []
    lines: set[str] = set()
    for listed in case.releases:
        line = listed.version.split(".", 1)[0]
        if listed is best or (line not in lines and len(lines) <= EARLIER_LINES):
            releases.append(listed)
        lines.add(line)
    options = tuple(
        Option.checked(
            offer.listed.version,
            offer.listed.version,
            _release_detail(case, offer, best),
            offer.blocked_by(method),
        )
        for offer in (case.offer(listed) for listed in releases)
    )
    return Question(
        "release",
        "Which release of cryptography?",
        assets.text("questions/release.md"),
        options,
        best.version if best else "",
        _why_this_release(case, best, case.offer(case.releases[0])),
        free="Another release",
        example="for example 46.0.7",
    )


def _dependents_question(case: Case) -> Question | None:
    """Ask what to do about packages that work now, but not with the chosen release."""
    before = case.with_(dependents="")
    broken = before.broken_by(before.release)
    if not broken:
        return None
    release, environment = before.choices.release, before.target.folder
    names = joined(tuple(dict.fromkeys(limit.package for limit in broken)))
    them = "it" if len({limit.package for limit in broken}) == 1 else "them"
    no_upgrade = (
        Refused("A wheelhouse contains only cryptography and what it needs.")
        if case.choices.from_wheelhouse
        else None
    )
    options = (
        Option.checked(
            "upgrade",
            f"Upgrade {names} too",
            f"The installer looks for a newer {names} that works with {release}. If there is no "
            "such version, nothing is changed.",
            no_upgrade,
        ),
        Option(
            "new",
            f"Use a new environment: {before.with_(dependents='new').target.folder}",
            f"cryptography {release} is installed there, and {environment} stays as it is.",
        ),
        Option(
            "ignore",
            "Install it anyway",
            f"This breaks {names}: do it only if you do not need {them}.",
        ),
    )
    sentences = " ".join(dict.fromkeys(map(release_limits.sentence, broken)))
    return Question(
        "dependents",
        f"cryptography {release} would break {names}. What should the wizard do?",
        assets.text("questions/dependents.md"),
        options,
        "new" if no_upgrade else "upgrade",
        sentences,
        required=True,
    )


def _method_question(case: Case) -> Question | None:
    offer = case.offer()
    options = tuple(
        Option.checked(name, method.label, method.consequence(offer), offer.blocked_by(name))
        for name, method in methods().items()
    )
    recommended = offer.best_method()
    return Question(
        "method",
        "Install a ready-made wheel, or compile from source?",
        assets.text("questions/method.md"),
        options,
        recommended,
        _why_this_method(case, recommended),
    )


def _why_this_method(case: Case, recommended: str) -> str:
    if not recommended:
        return ""
    because = case.why_build if compiles(recommended) else ""
    return because or methods()[recommended].because


_BUILDERS = (
    _environment_question,
    _python_question,
    _project_question,
    _release_question,
    _dependents_question,
    _method_question,
)
"""The builders, in the order of their questions. Those of the chosen method follow."""
_KINDS = {
    "active": "active environment",
    "folder": "environment in this folder,",
    "asked": "environment",
}


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
    nearest = f"What works here: {_as_flags(question, question.put(choices, question.recommended))}"
    return Impossible(
        f"{_as_flags(question, choices)} is not possible on this machine.",
        why=refused.reason,
        hints=(*((nearest,) if question.recommended else ()), *refused.hints),
    )


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
    # Often only the version differs from option to option.
    closed = {
        re.sub(r"cryptography [\d.]+", "", o.closed): o.closed for o in reversed(question.options)
    }
    reasons = tuple(reason for reason in reversed(closed.values()) if reason)
    hints: tuple[str, ...] = ()
    method = case.choices.method
    if method:
        problem = f"--method {method} is not possible on this machine."
        # The newest release shows best what the machine lacks.
        blocked = case.offer(case.newest).blocked_by(method)
        others = (name for name in methods() if name != method)
        other = next((name for name in others if _best_release(case.with_(method=name))), "")
        hints = (
            *((f"What works here: --method {other}",) if other else ()),
            *(blocked.hints if blocked else ()),
        )
    else:
        problem = (
            "A setting of pip or uv does not allow the installation."
            if case.refused_by_settings
            else "Neither a wheel nor a source build is possible on this machine."
        )
        blocked = case.offer(case.newest).blocked_by("") if case.releases else None
        # No wheel is possible either, so the advice to use one does not apply.
        hints = without_wheel(blocked.hints) if blocked else ()
    return Impossible(
        problem, why=reasons[0] if reasons else "", shown="\n".join(reasons[1:4]), hints=hints
    )


def _best_release(case: Case) -> Listed | None:
    """Return the newest release that the chosen method (or else the best one) can install.

    One that every installed package allows comes first, then one that breaks no package that works
    now.
    """
    method = case.choices.method
    allowed = [listed for listed in case.releases if not case.limits_against(listed)]
    harmless = [listed for listed in case.releases if not case.broken_by(listed)]
    for releases in (allowed, harmless, case.releases):
        for name in (method,) if method else case.method_names:
            for listed in releases:
                if not case.offer(listed).blocked_by(name):
                    return listed
    return None


def _why_this_release(case: Case, best: Listed | None, newest: Offer) -> str:
    against = case.limits_against(newest.listed)
    if best and against and not newest.blocked_by(case.choices.method):
        owners = joined(tuple(dict.fromkeys(limit.owner for limit in against)))
        allows = "allows" if len({limit.owner for limit in against}) == 1 else "allow"
        return f"Recommended: {best.version}. It is the newest release that {owners} {allows}."
    if best is newest.listed:
        newest_version = newest.listed.version
        return f"Recommended: {newest_version}. It is the newest release, and it works here."
    if best is None:
        return ""
    if newest.wheel_blocked_by and not newest.source_blocked_by:
        return (
            f"Recommended: {best.version}. It is the newest release with a wheel for this "
            f"computer. {newest.listed.version} can be compiled here, which takes minutes and "
            "gives you all security fixes."
        )
    return f"Recommended: {best.version}. It is the newest release that works here."


def _release_detail(case: Case, offer: Offer, best: Listed | None) -> str:
    method = case.choices.method
    names = (method,) if method else case.method_names
    possible = (name for name in names if not offer.blocked_by(name))
    source = next((methods()[name].brief for name in possible), "")
    broken = case.broken_by(offer.listed)
    if source and broken:
        return f"{source}; breaks {joined(tuple(dict.fromkeys(b.owner for b in broken)))}."
    caveat = case.knowledge.caveat(offer.listed.version, bundled=False)
    if best is offer.listed or not caveat:
        return f"{source}." if source else ""
    # The full warning is in the plan's notes; here there is only one line.
    return f"{source}; lacks security fixes that newer releases have."


def _newest_wheel_detail(case: Case, python: Python) -> str:
    newest = case.newest_wheel(python)
    if newest is None:
        return "No ready-made release for this Python."
    return f"Newest ready-made release: {newest.version}."


def _name(python: Python) -> str:
    name = {"cpython": "Python", "pypy": "PyPy"}.get(python.implementation, python.implementation)
    return f"{name} (free-threaded)" if python.free_threaded else name


def _why_this_environment(target: target_environment.Target | None) -> str:
    if target is None or target.new:
        return "Recommended: a new environment. Nothing else on this computer changes."
    if target.python.origin == "active":
        return "Recommended: the environment that is active now."
    return f"Recommended: this environment exists; {_installed_release(target.python)}"


def _installed_release(python: Python) -> str:
    if python.cryptography:
        return f"cryptography {python.cryptography} is in it."
    return "cryptography is not in it yet."


def _why_this_python(python: Python) -> str:
    why = {
        "asked": "You asked for it.",
        "path": "It is the newest suitable Python on your PATH.",
    }
    name = f"{_name(python)} {python.version}".strip()
    return f"Recommended: {name}. " + why.get(python.origin, "Your PATH has no suitable Python.")


def _environment_detail(python: Python) -> str:
    contents = f"It contains cryptography {python.cryptography}." if python.cryptography else ""
    return f"Python {python.version}. {contents}".strip()
