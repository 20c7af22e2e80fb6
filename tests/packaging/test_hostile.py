"""No other package named wizard, screens, backends or assets comes between, wherever it is."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Callable

import pytest

from tests.packaging.build import CHECKOUT, DEBIAN, MODULES, PACKAGES, Environment, run

HOSTILE = "import os, sys; sys.stderr.write(f'{__file__} was imported\\n'); os._exit(66)\n"
"""What a package of that name does when it is imported."""
LOADED = "__version__ = 'foreign'\ndef main(*arguments): return 67\n"
"""What a package does that has to be imported before the wizard starts."""
FINDER = """\
import sys
from importlib.machinery import PathFinder

class Foreign:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in {packages!r}:
            return PathFinder.find_spec(name, [{folder!r}])

sys.meta_path.insert(0, Foreign)
"""
"""A finder such as some editable installations add: it is asked before sys.path is searched."""
UNCHANGED = """\
import os, sys
path, variables = list(sys.path), dict(os.environ)
from cryptography_wizard import finder
finder.install()
finder.install()
assert (sys.path, dict(os.environ)) == (path, variables)
assert sum(isinstance(it, finder.PackageFinder) for it in sys.meta_path) == 1
"""
PLAN = ("plan", "--facts", DEBIAN, "--method", "source", "--json")


@pytest.fixture(params=["wheel", "editable"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> Environment:
    """An environment with the wizard."""
    made = Environment.make(tmp_path / "environment")
    made.install(request.getfixturevalue(request.param))
    return made


def foreign(folder: Path, text: str = HOSTILE) -> Path:
    """Packages and modules of the four names in ``folder``."""
    for name in ("screens.py", "backends.py", "wizard/__init__.py", "assets/__init__.py"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


Start = Callable[[Environment], "list[str]"]
STARTS: dict[str, Start] = {
    "script": lambda it: [str(it.script)],
    "-m": lambda it: [it.python, "-m", "cryptography_wizard"],
    "-I script": lambda it: [it.python, "-I", str(it.script)],
    "-I -m": lambda it: [it.python, "-I", "-m", "cryptography_wizard"],
}
if sys.version_info >= (3, 11):
    STARTS["-P -m"] = lambda it: [it.python, "-P", "-m", "cryptography_wizard"]


@pytest.mark.parametrize("start", STARTS)
def test_folders_and_distributions_of_the_same_names(
    environment: Environment, start: str, tmp_path: Path
) -> None:
    path, current = foreign(tmp_path / "path"), foreign(tmp_path / "current")
    foreign(environment.packages)  # as other distributions install them
    foreign(environment.script.parent)  # the first place that Python searches for a script
    argv = STARTS[start](environment)
    variables = {"PYTHONPATH": f"{path}:."}
    assert run([environment.python, "-c", "import screens"], current, variables).returncode == 66
    done = run([*argv, "--version"], current, variables)
    assert (done.returncode, done.stderr) == (0, "")
    done = run([*argv, *PLAN], current, variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["steps"]


def test_modules_that_are_loaded_before_it_starts(environment: Environment, tmp_path: Path) -> None:
    path = foreign(tmp_path / "path", LOADED)
    (path / "wizard" / "choices.py").write_text(LOADED, encoding="utf-8")
    early = f"import sys; sys.path.insert(0, {str(path)!r}); import wizard.choices"
    early = ", ".join((early, *PACKAGES))
    (environment.packages / "early.pth").write_text(f"{early}\n", encoding="utf-8")
    loaded = "import sys; sys.exit(sys.modules['screens'].main())"
    assert run([environment.python, "-c", loaded], tmp_path).returncode == 67
    done = run([str(environment.script), *PLAN], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["steps"]


def test_finders_that_are_asked_before_the_path(environment: Environment, tmp_path: Path) -> None:
    path = foreign(tmp_path / "path")
    text = FINDER.format(packages=PACKAGES, folder=str(path))
    (environment.packages / "foreign_finder.py").write_text(text, encoding="utf-8")
    (environment.packages / "foreign.pth").write_text("import foreign_finder\n", encoding="utf-8")
    assert run([environment.python, "-c", "import screens"], tmp_path).returncode == 66
    done = run([str(environment.script), *PLAN], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["steps"]


def test_every_module_is_found_in_the_wizard_s_own_folder(
    environment: Environment, tmp_path: Path
) -> None:
    path = foreign(tmp_path / "path")
    done = run([environment.python, "-c", MODULES], path, {"PYTHONPATH": str(path)})
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found.keys() >= {*PACKAGES, "screens.cli", "wizard.engine", "backends.apt"}
    wheel = (environment.packages / "cryptography_wizard").is_dir()
    home = environment.packages / "cryptography_wizard" if wheel else CHECKOUT
    assert [
        f"{name}: {file}" for name, file in found.items() if home not in Path(file).parents
    ] == []


def test_what_the_wizard_starts_inherits_nothing(environment: Environment, tmp_path: Path) -> None:
    done = run([environment.python, "-c", UNCHANGED], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
