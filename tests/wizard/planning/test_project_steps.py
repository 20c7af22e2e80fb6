"""The plan of a project: what is installed when, by which tool, and what is never compiled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backends.action import Command, WriteFile
from tests.machines import machine
from tests.wizard.planned import plan
from wizard import constraint_file, engine, target_environment
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Project, Tool
from wizard.knowledge import load
from wizard.limits import Limit
from wizard.plan import Plan, PlanLimit
from wizard.questions.target_questions import python_question

FILE = "/home/user/shop/requirements.txt"
SHOP = Project(
    FILE,
    "requirements",
    "requirements.txt",
    file=FILE,
    folder="/home/user/shop",
    limits=(
        Limit("project", "pyOpenSSL 24.2.1", "<44,>=41.0.5", FILE, line=3),
        Limit("project", "requirements.txt", ">=42", FILE, line=7),
    ),
    resolver="uv",
    uses_cryptography=True,
)


def planned(project: Project, *tools: Tool, name: str = "debian-12", **choices: str) -> Plan:
    facts = machine(name)
    facts = replace(facts, project=project, tools=(*facts.tools, *tools))
    return plan(facts, load(), Choices(project=project.path, **choices))  # type: ignore[arg-type]


def command(found: Plan) -> Command:
    action = next(step.action for step in found.steps if step.id == "project")
    assert isinstance(action, Command)
    return action


def test_the_release_is_the_newest_that_the_project_allows() -> None:
    found = planned(SHOP)
    assert found.release == "43.0.3"
    assert (found.project, found.also) == (FILE, "what requirements.txt needs")
    assert found.limits == (
        PlanLimit("pyOpenSSL", "<44,>=41.0.5", "24.2.1", FILE, 3),
        PlanLimit("requirements.txt", ">=42", "", FILE, 7),
    )
    reason = f"pyOpenSSL 24.2.1 allows only cryptography<44,>=41.0.5 ({FILE}:3)."
    assert found.notes[0].startswith(f"The newest release is {newest()}. {reason} Releases before")


def test_the_project_comes_after_cryptography_and_before_the_proof() -> None:
    found = planned(SHOP)
    assert [step.id for step in found.steps][-3:] == ["install", "project", "proof"]
    words = command(found).argv
    assert words[words.index("--requirement") + 1] == FILE
    assert words[-1] == "cryptography==43.0.3"
    assert words[words.index("--only-binary") + 1] == "cryptography"
    assert command(found).cwd == "/home/user/shop"


def test_after_a_build_the_rest_is_installed_without_compiling_cryptography_again() -> None:
    found = planned(SHOP, method="source")
    words = command(found).argv
    assert "--no-binary" not in words
    assert words[words.index("--only-binary") + 1] == "cryptography"


def test_with_checksums_cryptography_comes_from_the_same_list() -> None:
    checked = replace(SHOP, checked=True, hashes=("sha256:aa",))
    found = planned(checked)
    assert "install" not in [step.id for step in found.steps]
    assert not any("cryptography==" in word for word in command(found).argv)


def test_a_compiled_wheel_has_no_checksum_and_the_plan_says_so() -> None:
    found = planned(replace(SHOP, checked=True), method="source")
    assert any("a wheel that is compiled here has none" in note for note in found.notes)


def test_a_lock_file_becomes_a_list_for_pip() -> None:
    lines = ("cryptography==43.0.3 --hash=sha256:aa", "flask==3.0.0 --hash=sha256:bb")
    locked = replace(
        SHOP, kind="Pipfile.lock", name="Pipfile.lock", resolver="lock", requirements=lines
    )
    found = planned(replace(locked, checked=True))
    step = next(step for step in found.steps if step.id == "project-list")
    assert isinstance(step.action, WriteFile)
    assert step.action.text.splitlines() == list(lines)
    words = command(found).argv
    assert words[words.index("--requirement") + 1] == step.action.path
    assert "--no-deps" in words


def test_uv_installs_its_own_lock_file() -> None:
    locked = replace(SHOP, kind="uv.lock", name="uv.lock", resolver="lock")
    found = command(planned(locked, Tool("uv", "/usr/bin/uv", "0.9.0")))
    assert found.argv[:2] == ("/usr/bin/uv", "sync")
    assert found.argv[found.argv.index("--no-build-package") + 1] == "cryptography"
    assert dict(found.env)["UV_PROJECT_ENVIRONMENT"].endswith("cryptography-env")


def test_a_lock_file_of_uv_needs_uv() -> None:
    with pytest.raises(Impossible) as caught:
        planned(replace(SHOP, kind="uv.lock", name="uv.lock", resolver="lock"))
    assert "uv is not installed" in caught.value.what


def test_poetry_installs_its_own_lock_file() -> None:
    locked = replace(SHOP, kind="poetry.lock", resolver="lock", installer="/usr/bin/poetry")
    found = command(planned(locked))
    assert found.argv[:3] == ("/usr/bin/poetry", "install", "--no-root")
    assert dict(found.env)["POETRY_INSTALLER_ONLY_BINARY"] == "cryptography"


def test_the_question_says_who_keeps_back_the_newest_release() -> None:
    facts = replace(machine("debian-12"), project=SHOP)
    case = engine.case_of(facts, Choices(project=FILE))
    release = next(q for q in engine.questions(case) if q.key == "release")
    assert release.recommended == "43.0.3"
    assert release.because == (
        "Recommended: 43.0.3. It is the newest release that pyOpenSSL 24.2.1 allows."
    )


def test_the_release_can_be_written_into_a_constraint_file() -> None:
    step = planned(SHOP, write_constraint="/home/user/constraint.txt").steps[-1]
    assert step.action == WriteFile("/home/user/constraint.txt", constraint_file.text("43.0.3"))
    assert step.needs == ("proof",)


def test_a_release_that_the_project_forbids_is_refused_with_the_reason() -> None:
    with pytest.raises(Impossible) as caught:
        planned(SHOP, release="50.0.2")
    assert "pyOpenSSL 24.2.1 allows only cryptography<44,>=41.0.5" in caught.value.why


def test_a_project_that_was_not_read_is_an_error() -> None:
    with pytest.raises(Impossible) as caught:
        plan(machine("debian-12"), load(), Choices(project=FILE))
    assert "was not read" in caught.value.what


def test_a_conflict_names_both_sides_and_what_would_fit() -> None:
    own = Limit("project", "requirements.txt", ">=45", FILE, line=7)
    with pytest.raises(Impossible) as caught:
        planned(replace(SHOP, limits=(SHOP.limits[0], own), problem="no", shown="uv says no"))
    error = caught.value
    assert error.what == "No release of cryptography fits all requirements of requirements.txt."
    assert "pyOpenSSL 24.2.1 allows only cryptography<44" in error.why
    assert "requirements.txt allows only cryptography>=45" in error.why
    assert error.shown == "uv says no"
    assert error.hints == (
        f"Use another version of pyOpenSSL ({FILE}:3): then {newest()} fits.",
        f"Change the requirement cryptography>=45 ({FILE}:7): then 43.0.3 fits.",
    )


def test_a_conflict_of_other_packages_is_told_in_the_words_of_the_resolver() -> None:
    with pytest.raises(Impossible) as caught:
        planned(replace(SHOP, problem="They cannot be installed together.", shown="a needs b<2"))
    assert caught.value.what == "They cannot be installed together."
    assert caught.value.shown == "a needs b<2"


@pytest.mark.parametrize(
    ("pythons", "hint"),
    [
        (">=3.13", "This Python fits: --python /usr/local/bin/python3.13"),
        (">=4", "Install Python >=4 first: this machine has none."),
    ],
)
def test_a_project_that_needs_another_python_names_one(pythons: str, hint: str) -> None:
    facts = machine("debian-12")
    other = replace(facts.pythons[0], path="/usr/local/bin/python3.13", version="3.13.0")
    facts = replace(
        facts,
        pythons=(facts.pythons[0], other),
        project=replace(SHOP, pythons=pythons, problem="It needs another Python."),
    )
    with pytest.raises(Impossible) as caught:
        plan(facts, load(), Choices(project=FILE, python=facts.pythons[0].path))
    assert caught.value.what == "It needs another Python."
    assert caught.value.hints == (hint,)


def test_a_package_that_does_not_exist_may_be_a_typing_error() -> None:
    project = Project("flsk", "requirement", "flsk", problem="flsk cannot be installed.")
    with pytest.raises(Impossible) as caught:
        planned(project)
    assert caught.value.hints == (
        "Check the spelling of the name, and whether the version exists.",
    )


def newest() -> str:
    return plan(machine("debian-12"), load(), Choices()).release


def test_the_plan_says_how_to_add_the_project_itself() -> None:
    own = replace(SHOP, kind="pyproject", name="shop", folder="/home/user/my shop")
    (note,) = (n for n in planned(own).notes if "The project itself is not installed" in n)
    assert note.endswith("/bin/python -I -m pip install -e '/home/user/my shop'")
    assert not [n for n in planned(SHOP).notes if "The project itself" in n]


def test_without_an_index_the_advice_is_about_the_network() -> None:
    problem = "The packages of requirements.txt could not be found: the index does not answer."
    away = replace(SHOP, problem=problem, unresolved="network", limits=())
    with pytest.raises(Impossible) as caught:
        planned(away)
    assert caught.value.what == problem
    assert "HTTPS_PROXY" in caught.value.hints[0]
    assert "--from-wheelhouse" in caught.value.hints[-1]
    assert not any("spelling" in hint for hint in caught.value.hints)


def with_another_python(**changed: str) -> Facts:
    """A machine whose best Python is not the one that the project needs."""
    found = machine("debian-12")
    (best,) = [p for p in found.pythons if not p.environment][:1]
    other = replace(best, path="/opt/python3.12", version="3.12.1", origin="path")
    project = replace(SHOP, pythons=">=3.12", **changed)  # type: ignore[arg-type]
    return replace(found, project=project, pythons=(*found.pythons, other))


def test_a_new_environment_gets_the_python_that_the_project_needs() -> None:
    found = with_another_python()
    made = plan(found, load(), Choices(project=FILE, method="wheel"))
    assert any("/opt/python3.12" in getattr(step.action, "argv", ()) for step in made.steps)
    best = target_environment.recommended_base(found, Choices())
    assert best is not None
    assert (
        f"requirements.txt needs Python >=3.12, so the new environment gets Python 3.12.1 and not "
        f"{best.version}."
    ) in made.notes


def test_a_python_that_the_user_names_is_refused_if_the_project_does_not_allow_it() -> None:
    found = with_another_python(problem="requirements.txt needs Python >=3.12.")
    best = target_environment.recommended_base(found, Choices())
    assert best is not None
    with pytest.raises(Impossible) as caught:
        plan(found, load(), Choices(project=FILE, method="wheel", python=best.path))
    assert caught.value.what == "requirements.txt needs Python >=3.12."
    assert any("/opt/python3.12" in hint for hint in caught.value.hints)


def test_the_question_closes_the_pythons_that_the_project_does_not_allow() -> None:
    found = with_another_python()
    question = python_question(engine.case_of(found, Choices(project=FILE)))
    assert question is not None
    assert question.recommended == "/opt/python3.12"
    assert "that requirements.txt allows (>=3.12)" in question.because
    closed = {option.value: option.closed for option in question.options}
    assert not closed.pop("/opt/python3.12")
    assert all("needs Python >=3.12" in reason for reason in closed.values())
