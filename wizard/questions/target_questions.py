"""The questions about where to install: the environment, its Python, and what else is installed."""

from __future__ import annotations

import assets
from wizard import target_environment
from wizard.choices import ALONE, Choices
from wizard.facts import Facts, Python
from wizard.needs.case import Case
from wizard.questions.question import Option, Question
from wizard.refused import Refused

_KINDS = {
    "active": "active environment",
    "folder": "environment in this folder,",
    "asked": "environment",
}


def environment_question(case: Case) -> Question | None:
    facts, choices = case.facts, case.choices
    if choices.wheelhouse:
        return None  # nothing is installed
    if choices.installer == "pipx":
        return None  # pipx decides where
    if choices.python and not choices.venv and not case.target.new:
        return None  # the requested Python already belongs to an environment
    case = case.with_(dependents="")  # a later question: it is about the environment chosen here
    existing = tuple(
        Option.checked(
            python.environment,
            f"The {_kind(facts, python)} {python.environment}",
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
        _why_this_environment(facts, recommended),
        free="Another folder",
        example="for example ./my-env",
    )


def _kind(facts: Facts, python: Python) -> str:
    """Return what kind of environment it is, with the words before its path."""
    inside = python.environment.startswith(facts.folder)
    return "environment" if python.origin == "folder" and not inside else _KINDS[python.origin]


def python_question(case: Case) -> Question | None:
    if case.choices.wheelhouse or not case.with_(python="", dependents="").target.new:
        return None
    options = tuple(
        Option.checked(
            python.path,
            f"{_name(python)} {python.version}".strip() + f"  {python.path}",
            _newest_wheel_detail(case, python) if target_environment.usable(python) else "",
            target_environment.unusable(python) or _refused_by_project(case, python),
        )
        for python in target_environment.bases(case.facts)
    )
    first = target_environment.recommended_base(case.facts, case.choices)
    return Question(
        "python",
        "Which Python should the new environment use?",
        assets.text("questions/python.md"),
        options,
        first.path if first else "",
        _why_this_python(case, first) if first else "",
    )


def project_question(case: Case) -> Question | None:
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


def _newest_wheel_detail(case: Case, python: Python) -> str:
    newest = case.newest_wheel(python)
    if newest is None:
        return "No ready-made release for this Python."
    return f"Newest ready-made release: {newest.version}."


def _name(python: Python) -> str:
    name = {"cpython": "Python", "pypy": "PyPy"}.get(python.implementation, python.implementation)
    return f"{name} (free-threaded)" if python.free_threaded else name


def _why_this_environment(facts: Facts, folder: str) -> str:
    python = target_environment.environment_in(facts, folder)
    if python is None and facts.in_wizards_clone:
        return "Recommended: a new environment outside of this folder, which is the wizard's own."
    if python is None:
        return "Recommended: a new environment. Nothing else on this computer changes."
    if python.origin == "active":
        return "Recommended: the environment that is active now."
    return f"Recommended: this environment exists; {_installed_release(python)}"


def _installed_release(python: Python) -> str:
    if python.cryptography:
        return f"cryptography {python.cryptography} is in it."
    return "cryptography is not in it yet."


def _refused_by_project(case: Case, python: Python) -> Refused | None:
    project = case.facts.project
    if project is None or target_environment.project_allows(case.facts, case.choices, python):
        return None
    return Refused(f"{project.name} needs Python {project.pythons}.")


def _why_this_python(case: Case, python: Python) -> str:
    best = target_environment.recommended_base(case.facts, Choices())
    project = case.facts.project
    if project is not None and best is not None and best.path != python.path:
        return (
            f"Recommended: Python {python.version}. It is the best one here that {project.name} "
            f"allows ({project.pythons})."
        )
    why = {
        "asked": "You chose it.",
        "path": "It is the newest suitable Python on your PATH.",
    }
    name = f"{_name(python)} {python.version}".strip()
    return f"Recommended: {name}. " + why.get(python.origin, "Your PATH has no suitable Python.")


def _environment_detail(python: Python) -> str:
    contents = f"It contains cryptography {python.cryptography}." if python.cryptography else ""
    return f"Python {python.version}. {contents}".strip()
