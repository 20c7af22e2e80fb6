"""A new method is one module in ``wizard/methods``: nothing else.

The method ``forge`` is invented here: a program that makes an environment with cryptography in it,
as conda does. Its module is in a temporary folder. Everything else is the wizard as it is.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import Command
from screens import cli
from screens.command_line import parse
from screens.tui import review
from tests.machines import machine
from tests.screens.pretend import Pretended
from tests.wizard.planned import plan
from tests.wizard.test_plan_schema import VALIDATOR
from wizard import choices as vocabulary
from wizard import codec, engine, method
from wizard import methods as package
from wizard.choices import Choices
from wizard.engine import case_of
from wizard.errors import BadRequest, Exit, Impossible
from wizard.export.formats import to_powershell, to_shell, to_text
from wizard.facts import Facts, Tool
from wizard.knowledge import load
from wizard.method import methods
from wizard.plan import SCHEMA, Plan
from wizard.questions import completion, validation

MODULE = """
from backends.action import Command, RemoveFolder
from wizard.method import Recipe
from wizard.plan import Step
from wizard.refused import Refused


class Forge:
    name = "forge"
    order = 30
    label = "Forge: with its own Python"
    because = "Nothing else is possible here."
    brief = "With forge"
    noun = "the forge"
    phrase = "made by forge"
    compiles = False
    bundles = False
    fills_wheelhouses = False
    needs_tools = False

    def blocked_by(self, offer):
        if offer.case.facts.tool("forge"):
            return None
        return Refused("There is no forge on this machine.", ("Install forge first.",))

    def consequence(self, offer):
        return f"It brings cryptography {offer.listed.version} and all below it."

    def questions(self):
        return ()

    def recipe(self, case):
        forge, folder = case.facts.tool("forge"), case.target.folder
        make = Step(
            "install",
            "Make an environment with forge",
            "forge brings Python, OpenSSL and cryptography.",
            Command((forge.path, "create", folder, f"cryptography={case.choices.release}")),
            undo=(RemoveFolder(folder),),
        )
        return Recipe((make,), link="dynamic", note="Installed by forge.")

    def notes(self, case):
        return ("forge has its own OpenSSL.",)

    def warnings(self, case):
        return ()


METHOD = Forge()
"""
FORGE = Tool("forge", "/opt/forge/bin/forge", "1.0")
MADE = ("/opt/forge/bin/forge", "create", "/home/ada/project/forged", "cryptography=50.0.2")


def forget() -> None:
    """Let the methods be looked for again."""
    methods.cache_clear()
    vocabulary.described.cache_clear()


@pytest.fixture(autouse=True)
def forge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The new method's module."""
    (tmp_path / "forge.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    forget()
    yield
    monkeypatch.undo()
    forget()
    sys.modules.pop("wizard.methods.forge", None)
    assert "forge" not in methods()


def here(name: str = "debian-12") -> Facts:
    """A machine that has a forge."""
    facts = machine(name)
    return replace(facts, tools=(*facts.tools, FORGE), folder="/home/ada/project")


def made() -> Plan:
    """Its plan for the newest release."""
    choices = Choices(method="forge", venv="/home/ada/project/forged", release="50.0.2")
    return plan(here(), load(), choices)


def test_it_comes_after_the_others() -> None:
    assert tuple(methods()) == ("wheel", "source", "forge")


def test_the_question_offers_it_and_says_what_it_means() -> None:
    asked = {q.key: q for q in completion.applicable(case_of(here(), Choices()))}["method"]
    assert [option.value for option in asked.options] == ["wheel", "source", "forge"]
    offered = asked.options[2]
    assert (offered.label, offered.closed) == ("Forge: with its own Python", "")
    assert offered.consequence == "It brings cryptography 50.0.2 and all below it."
    assert asked.recommended == "wheel"


def test_it_is_closed_where_it_is_not_possible() -> None:
    facts = machine("debian-12")
    asked = {q.key: q for q in completion.applicable(case_of(facts, Choices()))}["method"]
    assert asked.options[2].closed == "There is no forge on this machine."
    with pytest.raises(Impossible) as refused:
        plan(facts, load(), Choices(method="forge"))
    assert refused.value.hints == (
        "What works here is “Wheel (ready-made download)”: --method wheel",
        "Install forge first.",
    )


def test_it_is_recommended_where_nothing_else_is_possible() -> None:
    facts = here()
    free = replace(facts.pythons[0], version="3.13.1", free_threaded=True, pip=None)
    bare = replace(facts, pythons=(free,), managers=(), tools=(FORGE,))
    assert completion.complete(case_of(bare, Choices())).choices.method == "forge"


def test_its_plan_is_made_and_proved() -> None:
    assert (made().method, made().link) == ("forge", "dynamic")
    install, proof = made().steps
    assert isinstance(install.action, Command)
    assert install.action.argv == MADE
    assert (proof.id, proof.needs) == ("proof", ("install",))
    assert made().notes[:2] == ("Installed by forge.", "forge has its own OpenSSL.")


def test_its_plan_is_written_in_every_form() -> None:
    assert "cryptography 50.0.2 from the forge into a new environment" in to_text(made())
    assert " ".join(MADE) in to_shell(made())
    assert "/opt/forge/bin/forge" in to_powershell(replace(made(), system="windows"))
    text = codec.to_json(made())
    VALIDATOR.validate(json.loads(text))
    assert codec.from_json(Plan, text, source="plan", schema=SCHEMA) == made()
    assert "made by forge, using this computer's OpenSSL" in review.headline(made(), Choices())


def test_its_flag_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse(["--yes", "--method", "forge"]).arguments.choices.method == "forge"
    with pytest.raises(BadRequest, match="did you mean 'forge'") as wrong:
        parse(["--yes", "--method", "forg"])
    assert wrong.value.hints == ("Allowed for method: wheel, source, forge.",)
    with pytest.raises(SystemExit):
        parse(["--help"])
    assert "wheel|source|forge" in capsys.readouterr().out


def test_what_only_a_build_needs_contradicts_it() -> None:
    with pytest.raises(BadRequest, match="--manager apt"):
        validation.check_contradictions(Choices(method="forge", manager="apt"))


def test_no_wheelhouse_comes_of_it() -> None:
    with pytest.raises(Impossible) as refused:
        plan(here(), load(), Choices(method="forge", wheelhouse="/wheels"))
    assert "This method produces no wheels" in refused.value.why


def test_it_is_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pretended = Pretended(facts=here())
    monkeypatch.setattr(engine, "real", pretended.engine)
    folder = str(tmp_path / "forged")
    assert cli.main(["--yes", "--method", "forge", "--venv", folder]) == Exit.DONE
    out = capsys.readouterr().out
    assert "cryptography 50.0.2 from the forge" in out
    assert "Make an environment with forge" in out


def test_nothing_compares_a_method_with_a_name() -> None:
    named = re.compile(r"""method\)?\s*(==|!=|in|not in)\s*[(\[{]?\s*["'](wheel|source)["']""")
    root = Path(method.__file__).parents[1]
    files = [*root.glob("wizard/**/*.py"), *root.glob("screens/**/*.py")]
    assert len(files) > 100
    found = [str(file) for file in files if named.search(file.read_text(encoding="utf-8"))]
    assert found == []
    assert named.search('if choices.method == "wheel":')
