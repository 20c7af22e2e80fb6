from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from backends import pip, uv
from backends.action import Command, ExportAuthorities, RemoveFolder
from screens.text import messages
from tests.wizard.history.runs import done, environment_plan, keep, started
from wizard import unfinished
from wizard.errors import BadRequest
from wizard.history import past_runs, undo
from wizard.plan import PackagesInstalled, Plan, Step
from wizard.running import inventory, journal
from wizard.running.events import RunEnded, RunStarted


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    folder = tmp_path / "env"
    site = folder / "lib" / "python3.11" / "site-packages"
    for name in ("cryptography-50.0.2", "cffi-2.0.0"):
        (site / f"{name}.dist-info").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\n")
    return folder


def undone(name: str = "1") -> Plan:
    return undo.make_plan(past_runs.find(name))


def finished(environment: Path, name: str = "1") -> Path:
    """A whole run that made this environment, which nobody has changed since."""
    folder = keep(name, environment_plan(environment), done("environment", "install"))
    inventory.record_environment(environment, folder)
    return folder


def cut_off(environment: Path, name: str = "1") -> None:
    """A run that was cut off while it made this environment."""
    keep(name, environment_plan(environment), [RunStarted(), started("environment")])
    (environment / unfinished.FILE).write_text(unfinished.TEXT)


def test_a_new_environment_is_removed(environment: Path) -> None:
    finished(environment)
    plan = undone()
    assert plan.actions == (RemoveFolder(str(environment)),)
    assert (plan.undoes, plan.notes) == ("1", ())


@pytest.mark.parametrize(
    "added", ["lib/python3.11/site-packages/requests-2.32.0.dist-info", "myproject"]
)
def test_an_environment_that_the_user_has_added_to_stays(environment: Path, added: str) -> None:
    finished(environment)
    (environment / added).mkdir()
    plan = undone()
    assert plan.steps == ()
    (note,) = plan.notes
    name = Path(added).name.removesuffix(".dist-info")
    assert note.startswith(
        f"{environment} stays, because this has changed in it since: {name}. If you do not"
    )


def test_another_environment_at_its_place_stays(environment: Path, tmp_path: Path) -> None:
    finished(environment)
    environment.rename(tmp_path / "moved")
    environment.mkdir()
    (environment / "pyvenv.cfg").write_text("home = /usr/bin\n")
    plan = undone()
    assert plan.steps == ()
    assert "it is not known to be the one that this run made" in plan.notes[0]
    keep("2", environment_plan(environment), [RunStarted(), started("environment")])
    assert undone("2").steps == ()  # cut off, and without its mark


def test_an_environment_that_a_link_leads_to_stays(environment: Path, tmp_path: Path) -> None:
    inside = environment / "inside"
    finished(environment)
    other = tmp_path / "other"
    other.mkdir()
    (other / "pyvenv.cfg").write_text("home = /usr/bin\n")
    environment.rename(tmp_path / "moved")
    environment.symlink_to(other)
    assert undone().steps == ()
    assert not inside.exists()


def test_what_is_gone_is_not_removed_again(tmp_path: Path) -> None:
    keep("1", environment_plan(tmp_path / "gone"), done("environment", "install"))
    assert undone().steps == ()


def test_steps_that_never_began_are_not_undone(environment: Path) -> None:
    keep("1", environment_plan(environment), done())
    assert undone().steps == ()


def test_a_run_that_was_cut_off_is_undone_too(environment: Path) -> None:
    cut_off(environment)
    assert undone().actions == (RemoveFolder(str(environment)),)


def test_the_runs_that_a_run_continued_are_undone_with_it(environment: Path) -> None:
    keep("1", environment_plan(environment), [RunStarted(), started("environment")])
    folder = keep("2", environment_plan(environment), done("install", earlier="1"))
    inventory.record_environment(environment, folder)
    assert undone("2").actions == (RemoveFolder(str(environment)),)


def test_an_environment_that_was_left_for_one_in_another_folder_is_removed_too(
    environment: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "pyvenv.cfg").write_text("home = /usr/bin\n")
    failed = keep("1", environment_plan(environment), done("environment", "install", code=1))
    inventory.record_environment(environment, failed)
    folder = keep("2", environment_plan(other), done("environment", "install", earlier="1"))
    inventory.record_environment(other, folder)
    plan = undone("2")
    assert plan.actions == (RemoveFolder(str(other)), RemoveFolder(str(environment)))
    assert plan.notes == ()
    (environment / "mine").mkdir()
    assert undone("2").actions == (RemoveFolder(str(other)),)


def test_a_run_that_others_continued_is_undone_with_the_last_of_them(environment: Path) -> None:
    cut_off(environment)
    keep("2", environment_plan(environment), [RunStarted((), "", "/w", "1"), started("install")])
    folder = keep("3", environment_plan(environment), done("install", earlier="2"))
    inventory.record_environment(environment, folder)
    for name in ("1", "2"):
        with pytest.raises(BadRequest) as caught:
            undone(name)
        assert caught.value.why == "The run 3 has resumed it."
        assert caught.value.hints == ("To undo them together: cryptography-wizard undo 3",)
        assert not past_runs.find(name).can_undo
    assert undone("3").actions == (RemoveFolder(str(environment)),)


def test_an_environment_that_the_user_made_after_a_cut_off_run_stays(
    environment: Path, tmp_path: Path
) -> None:
    made = finished(environment)
    environment.rename(tmp_path / "gone")
    (environment / "lib").mkdir(parents=True)
    (environment / "pyvenv.cfg").write_text("home = /usr/bin\n")
    plan = environment_plan(environment)
    plan = replace(plan, new=False, steps=(replace(plan.steps[1], needs=()),))
    folder = keep("2", plan, done("install", earlier=made.name))
    inventory.record_environment(environment, folder)
    assert RemoveFolder(str(environment)) not in undone("2").actions


def upgrade_plan(environment: Path) -> Plan:
    """A plan that replaces 45.0.7 in an environment that is there."""
    python = f"{environment}/bin/python"
    back = ("cryptography==45.0.7", "cffi==2.1.1")
    step = Step(
        *("install", "Install it", "why", Command(("true",))),
        undo=(
            pip.uninstall(python, ("cryptography", "pycparser")),
            pip.install(python, back, version="26.0", alone=True),
        ),
        role="install",
    )
    return replace(environment_plan(environment), new=False, steps=(step,))


def test_nothing_is_changed_in_an_environment_that_is_then_removed(environment: Path) -> None:
    inventory.record_environment(
        environment, keep("1", environment_plan(environment), done("environment", code=4))
    )
    folder = keep("2", upgrade_plan(environment), done("install", earlier="1"))
    inventory.record_environment(environment, folder)
    plan = undone("2")
    assert plan.actions == (RemoveFolder(str(environment)),)
    assert plan.restores == ""


def test_the_steps_that_undo_an_upgrade_say_what_each_removes_or_puts_back(
    environment: Path,
) -> None:
    folder = keep("1", upgrade_plan(environment), done("install"))
    inventory.record_environment(environment, folder)
    plan = undone()
    assert [(step.title, step.why) for step in plan.steps] == [
        ("Remove cryptography 50.0.2 and pycparser", "They were not there before."),
        ("Put back cryptography 45.0.7", "It was there before, with cffi 2.1.1."),
    ]
    assert messages.end_of_run(plan, RunEnded(0, 1.0)) == [
        "Undone: 1. What it had installed is removed. Put back: cryptography 45.0.7."
    ]


def test_an_upgrade_that_was_cut_off_is_undone_in_the_same_environment_only(
    environment: Path, tmp_path: Path
) -> None:
    folder = keep("1", upgrade_plan(environment), [RunStarted(), started("install")])
    inventory.record_environment(environment, folder)
    inventory.record_begin(environment, folder)
    site = environment / "lib" / "python3.11" / "site-packages"
    (site / "cryptography-50.0.3.dist-info").mkdir()
    assert [step.title for step in undone().steps] == [
        "Remove cryptography 50.0.2 and pycparser",
        "Put back cryptography 45.0.7",
    ]
    assert undone().notes == ()
    (site / "~ryptography").mkdir()
    (note,) = undone().notes
    assert note.startswith(f"{site / '~ryptography'} stays: old files of a package, from pip.")
    environment.rename(tmp_path / "moved")
    environment.mkdir()
    (environment / "pyvenv.cfg").write_text("home = /usr/bin\n")
    assert undone().steps == ()


@pytest.mark.parametrize(
    "command",
    [
        pip.uninstall("/e/bin/python", ("cryptography", "cffi")),
        uv.adjusted(uv.uninstall("uv", "/e/python", ("cryptography", "cffi")), no_config=True),
    ],
)
def test_the_packages_that_a_command_removes_are_known(command: Command) -> None:
    assert pip.uninstalled(command) == ("cryptography", "cffi")
    assert pip.uninstalled(replace(command, argv=("pip", "install", "cffi"))) == ()


def test_the_authorities_that_undo_needs_are_removed_last(environment: Path) -> None:
    """Also if the run that used them first is undone last: the file belongs to both."""
    folder = environment.parent / "authorities"
    folder.mkdir()
    export = Step(
        "authorities",
        "Write authorities",
        "Why.",
        ExportAuthorities(str(folder / "ca.pem")),
        undo=(RemoveFolder(str(folder)),),
    )
    plan = environment_plan(environment)
    plan = replace(
        plan, steps=(export, *plan.steps), variables=(("PIP_CERT", str(folder / "ca.pem")),)
    )
    keep("1", plan, done("authorities", "environment"))
    inventory.record_environment(environment, keep("2", plan, done("authorities", earlier="1")))
    found = undone("2")
    assert found.actions == (RemoveFolder(str(environment)), RemoveFolder(str(folder)))
    assert found.variables == plan.variables


def test_some_runs_cannot_be_undone(environment: Path) -> None:
    keep("1", environment_plan(environment), done("environment", "install"))
    keep("2", environment_plan(environment, undoes="1"), done())
    with pytest.raises(BadRequest, match="already undone"):
        undone("1")
    with pytest.raises(BadRequest, match="undid another run"):
        undone("2")


class Machine:
    """A Debian as `inventory` sees it: what is installed, and which packages need which."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, installed: str, **needs: str) -> None:
        self.installed = frozenset(installed.split())
        self.needs = {name: set(needed.split()) for name, needed in needs.items()}
        monkeypatch.setattr(inventory, "installed", lambda _manager: self.installed)
        monkeypatch.setattr(inventory, "removed_with", self.removed_with)

    def removed_with(self, _manager: str, names: Iterable[str]) -> frozenset[str]:
        gone = set(names)
        while more := {n for n, needed in self.needs.items() if needed & gone} - gone:
            gone |= more
        return frozenset(gone)


def installed_packages(before: str, after: str) -> Plan:
    """A run that installed packages, with what was there before it and after it."""
    step = Step(
        *("packages", "Install them", "why", Command(("true",))),
        check=PackagesInstalled("apt", ("gcc",)),
        lock="apt",
        role="packages",
    )
    plan = replace(environment_plan(Path("/nowhere")), steps=(step,))
    folder = keep("1", plan, [])
    log = folder / "logs" / "01-packages.log"
    (folder / "logs" / "01-packages.before").write_text(before.replace(" ", "\n"))
    if after:
        (folder / "logs" / "01-packages.after").write_text(after.replace(" ", "\n"))
    book = journal.Journal(folder)
    for event in (RunStarted(), started("packages", str(log))):
        book.write(event)
    book.close()
    return undone()


def words(plan: Plan) -> list[str]:
    return [" ".join(action.argv) for action in plan.actions if isinstance(action, Command)]


def test_exactly_the_packages_that_came_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    Machine(monkeypatch, "bash gcc cpp later", gcc="cpp")
    plan = installed_packages("bash", "bash gcc cpp")
    (command,) = words(plan)
    assert command.endswith(" cpp gcc")
    assert "--purge" in command
    assert plan.steps[0].lock == "apt"
    assert plan.needs_root


def test_a_package_that_another_one_needs_now_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    Machine(monkeypatch, "bash gcc cpp later", gcc="cpp", later="cpp")
    plan = installed_packages("bash", "bash gcc cpp")
    (command,) = words(plan)
    assert command.endswith(" gcc")
    assert plan.notes == ("The package cpp stays: other packages need it now.",)


def test_what_was_removed_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    Machine(monkeypatch, "bash rustc-web")
    remove, restore = words(installed_packages("bash rustc", "bash rustc-web"))
    assert remove.endswith(" rustc-web")
    assert restore.endswith(" rustc")
    assert " install " in restore


def test_a_run_cut_off_among_its_packages_is_undone_by_what_is_there_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Machine(monkeypatch, "bash gcc")
    (command,) = words(installed_packages("bash", ""))
    assert command.endswith(" gcc")
