"""Which folder is the default, and which paths name the same folder."""

from __future__ import annotations

from dataclasses import replace

from tests.machines import machine
from wizard.choices import Choices
from wizard.facts import Space
from wizard.knowledge import load
from wizard.needs.case import Case
from wizard.questions.target_questions import environment_question
from wizard.target_environment import default_folder, find_target, same_folder, short_name

MAC = replace(machine("mac-arm-brew"), home="/Users/ada")
KEPT = replace(MAC, spaces=(Space(MAC.folder, 50 << 30, cloud="iCloud"),))
DISKS = tuple(Space(folder, 1, ignores_case=True) for folder in ("/Users/ada", "/tmp"))


def test_in_a_folder_that_icloud_keeps_the_default_is_in_the_home_folder() -> None:
    assert default_folder(MAC) == f"{MAC.folder}/cryptography-env"
    assert default_folder(KEPT) == "/Users/ada/cryptography-env"
    assert default_folder(replace(KEPT, home="")) == f"{MAC.folder}/cryptography-env"


def test_in_a_clone_of_the_wizard_the_default_is_in_the_home_folder() -> None:
    """What is in the clone is deleted with it."""
    in_clone = replace(MAC, in_wizards_clone=True)
    assert default_folder(in_clone) == "/Users/ada/cryptography-env"
    question = environment_question(Case(in_clone, load()))
    assert question is not None
    assert question.recommended == "/Users/ada/cryptography-env"
    assert "outside of this folder" in question.because


def test_a_sentence_names_a_path_as_short_as_it_is_clear() -> None:
    facts = replace(MAC, folder="/Users/ada/project", home="/Users/ada")
    assert short_name(facts, "/Users/ada/project/env-2") == "./env-2"
    assert short_name(facts, "/Users/ada/env-2") == "~/env-2"
    assert short_name(facts, "/Users/adam/env") == "/Users/adam/env"
    assert short_name(facts, "/Users/ada/project") == "~/project"
    assert short_name(replace(facts, folder="/Users/ada"), "/Users/ada/env") == "~/env"
    assert short_name(replace(facts, folder="/", home=""), "/opt/env") == "/opt/env"
    windows = replace(machine("windows-64"), folder="C:\\work", home="C:\\Users\\ada")
    assert short_name(windows, "C:\\work\\env") == ".\\env"
    assert short_name(windows, "C:\\Users\\ada\\env") == "C:\\Users\\ada\\env"


def test_the_environment_there_is_used_again() -> None:
    folder = "/Users/ada/cryptography-env"
    python = replace(
        MAC.pythons[0], path=f"{folder}/bin/python", environment=folder, origin="folder"
    )
    facts = replace(KEPT, pythons=(python, *MAC.pythons))
    assert not find_target(facts, Choices()).new
    for choices in (Choices(), Choices(python=MAC.pythons[0].path)):
        question = environment_question(Case(facts, load(), choices))
        assert question is not None
        assert question.options[0].label == f"The environment {folder}"
        assert question.recommended == folder
        assert question.because == (
            "Recommended: this environment exists; cryptography is not in it yet."
        )


def test_names_that_differ_in_case_on_a_disk_that_ignores_it() -> None:
    assert not same_folder(MAC, "/Users/ada/Env", "/Users/ada/env")
    assert same_folder(replace(MAC, spaces=DISKS), "/Users/ada/Env", "/Users/ada/env")
    other = (*DISKS, Space("/Volumes/Work", 1))
    assert not same_folder(replace(MAC, spaces=other), "/Users/ada/Env", "/Users/ada/env")
