"""CONTRIBUTING.md says truly what an extension touches.

A question is invented here: a copy of the wizard is changed only where CONTRIBUTING.md says, and
each interface then asks it. (A package manager is added in `tests.backends.test_seventh`, a
subcommand in `tests.screens.commands.test_discovery`.) The code names package managers only where
CONTRIBUTING.md says so.
"""

from __future__ import annotations

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backends.manager import managers

ROOT = Path(__file__).parents[1]
PACKAGES = ("wizard", "screens", "backends", "assets")

FIELD = """
    shade: Literal["", "light", "dark"] = choice(
        "an invented choice",
        excludes=(Excludes("release", "Only the newest release has shades."),),
    )
"""
BUILDER = """
def shade_question(case: Case) -> Question | None:
    options = (Option("light", "Light", "Like paper."), Option("dark", "Dark", "Like the night."))
    text = assets.text("questions/shade.md")
    return Question("shade", "Which shade?", text, options, "light", "Most people can read it.")

"""
HELP = "A shade is invented.\n"


def section(title: str) -> str:
    """The text below a heading of CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found, title
    return found[1]


def files(text: str) -> set[str]:
    """The files of the wizard that a text names between backticks."""
    return set(re.findall(rf"`((?:{'|'.join(PACKAGES)})/[\w/.<>-]+\.\w+)`", text))


def test_the_guide_names_what_is_there() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(rf"`((?:{'|'.join((*PACKAGES, 'tests', 'docs'))})/[\w/.-]*)`", text)
    assert "screens/commands/" in named
    assert [name for name in named if not (ROOT / name).exists()] == []
    modules = re.findall(r"`((?:screens|wizard|backends|tests)\.[\w.]+)`", text)
    assert "screens.commands.Command" in modules
    for name in modules:
        module, _, thing = name.rpartition(".")
        assert hasattr(importlib.import_module(module), thing), name


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the wizard with the question ``shade``."""
    tree = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            tree / package,
            ignore=shutil.ignore_patterns("__pycache__", "screenshots"),
        )
    touched = set()

    def change(name: str, before: str, text: str) -> None:
        file = tree / name
        old = file.read_text(encoding="utf-8")
        assert old.count(before) == 1
        file.write_text(old.replace(before, text + before), encoding="utf-8")
        touched.add(name)

    change("wizard/choices.py", "\n    @property\n    def openssl_choice", FIELD)
    change("wizard/questions/target_questions.py", "\ndef environment_question(", BUILDER)
    change("wizard/questions/completion.py", "    python_question,\n)\n", "    shade_question,\n")
    change(
        "wizard/questions/completion.py",
        "    environment_question,\n    py",
        "    shade_question,\n",
    )
    (tree / "assets/questions/shade.md").write_text(HELP, encoding="utf-8")
    assert files(section("Add a question")) == touched | {
        "assets/questions/<name>.md",
        "wizard/questions/release_questions.py",  # the other places for a builder
        "wizard/questions/build_questions.py",
    }
    return tree


def driven(tree: Path, *lines: str, typed: str = "") -> str:
    """What a program prints in the changed copy, on a pretended machine."""
    program = "\n".join(
        (
            "from tests.screens.pretend import Pretended",
            "from screens.cli import main",
            "from wizard import engine",
            "from wizard.choices import Choices",
            "engine.real = lambda: Pretended().engine()",
            *lines,
        )
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tree,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(tree), str(ROOT))),
            "CRYPTOGRAPHY_WIZARD_STATE": str(tree / "state"),
        },
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_new_choice_has_a_flag_that_is_checked(changed: Path) -> None:
    out = driven(changed, "main(['--help'])", "main(['plan', '--shade', 'lite'])")
    assert re.search(r"--shade light\|dark\s+an invented choice", out)
    assert "(did you mean 'light'?)" in out
    out = driven(changed, "main(['plan', '--shade', 'dark', '--release', '50.0.2'])")
    assert "--shade dark and --release 50.0.2 contradict each other." in out
    assert "Only the newest release has shades." in out


def test_a_new_choice_can_be_in_an_answers_file(changed: Path) -> None:
    out = driven(
        changed,
        "from pathlib import Path",
        "from wizard.questions import answers",
        "answers.save(Path('answers.toml'), Choices(shade='dark'))",
        "print(answers.load('answers.toml').shade)",
        "Path('wrong.toml').write_text('shade = \"drak\"')",
        "main(['--yes', '--answers', 'wrong.toml'])",
    )
    assert out.splitlines()[0] == "dark"
    assert "'drak' is not a possible value of 'shade' (did you mean 'dark'?)" in out


def test_a_new_question_is_asked_with_numbers(changed: Path) -> None:
    out = driven(changed, "assert main(['--plain']) == 130", typed="?\n2\n" + "\n" * 3 + "3\n")
    assert "Which shade?" in out
    assert "1. Light (recommended)" in out
    assert HELP.strip() in out


def test_a_new_question_is_asked_in_prompts_and_without_questions(changed: Path) -> None:
    out = driven(
        changed,
        "from prompt_toolkit.input import create_pipe_input",
        "from prompt_toolkit.output import DummyOutput",
        "from screens.text import linear",
        "from screens.text.prompts import Prompts",
        "asked = []",
        "class Noting(Prompts):",
        "    def ask(self, question, standing, *, first):",
        "        answer = super().ask(question, standing, first=first)",
        "        asked.append((question.prompt, answer))",
        "        return answer",
        "down, enter = chr(27) + '[B', chr(13)",
        "with create_pipe_input() as pipe:",
        "    pipe.send_text(down + enter + enter * 3 + down * 2 + enter)",
        "    asker = Noting(input=pipe, output=DummyOutput())",
        "    assert linear.install(engine.real(), Choices(), asker) == 130",
        "print(asked[0])",
        "print(engine.decide(engine.real(), Choices()).choices.shade)",
    )
    assert "('Which shade?', 'dark')" in out
    assert out.splitlines()[-1] == "light"


def test_a_new_question_is_a_page_of_the_full_screen(changed: Path) -> None:
    out = driven(
        changed,
        "import asyncio",
        "from textual.widgets import Static",
        "from screens.tui.app import WizardApp",
        "from tests.screens.scenes import keys, settled",
        "app = WizardApp(engine.real(), Choices(), clock=lambda: 0.0)",
        "async def drive():",
        "    async with app.run_test(size=(80, 24)) as pilot:",
        "        await keys('2')(pilot)",  # Customise
        "        await settled(pilot)",
        "        print(app.screen.query_one('.title', Static).content)",
        "        await keys('down', 'enter')(pilot)",
        "        await settled(pilot)",
        "        print(app.session.choices().shade)",
        "asyncio.run(drive())",
    )
    assert out.splitlines() == ["Which shade?", "dark"]


# Package managers.


def names() -> re.Pattern[str]:
    """What code would call the package managers that the wizard knows, as whole words."""
    words = {manager.label.split()[0].lower() for manager in managers().values()} | set(managers())
    for manager in managers().values():
        words |= {Path(program).name for program in manager.programs} | set(manager.aliases)
    words.discard("port")  # a port of a network address as well
    return re.compile(rf"(?<![a-z])({'|'.join(sorted(map(re.escape, words)))})(?![a-z])", re.I)


def code(file: Path) -> Iterator[str]:
    """The names and texts in a module, without its docstrings and comments."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    docs = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for each in ast.walk(tree):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in docs:
            yield each.value
        elif isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.Attribute):
            yield each.attr
        elif isinstance(each, ast.alias):
            yield each.name


def test_only_the_places_in_the_guide_name_package_managers() -> None:
    modules = [file for package in ("wizard", "screens") for file in (ROOT / package).rglob("*.py")]
    named = names()
    naming = {
        file.relative_to(ROOT).as_posix()
        for file in modules
        if any(named.search(text) for text in code(file))
    }
    told = {name for name in files(section("Add a package manager")) if name.endswith(".py")}
    assert naming == told - {"backends/<name>.py"}


def test_a_module_that_names_a_package_manager_is_found(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    for text in ('tool = "apt-get"', "brew = 1", "x.homebrew()", "from y import is_apt_status"):
        file.write_text(f'"""apt"""\n{text}  # dnf\n', encoding="utf-8")
        assert any(names().search(each) for each in code(file)), text
    file.write_text('"""apt"""\nadapt = "captive"  # dnf\n', encoding="utf-8")
    assert not any(names().search(each) for each in code(file))
