"""Microsoft's compiler: the question to vswhere, and its answer as its documentation shows it."""

from __future__ import annotations

import json

import pytest

from backends import msvc
from backends.action import Output

ANSWER = [
    {
        "instanceId": "3a7e1ab2",
        "installationName": "VisualStudio/17.14.0+36109.1",
        "installationPath": r"C:\Program Files (x86)\Microsoft Visual Studio\2022\BuildTools",
        "installationVersion": "17.14.36109.1",
        "displayName": "Visual Studio Build Tools 2022",
    }
]


def test_the_free_build_tools_are_asked_for_too() -> None:
    command = msvc.find(r"C:\vswhere.exe", msvc.COMPONENTS["msvc"])
    assert command.argv[:4] == (r"C:\vswhere.exe", "-latest", "-products", "*")
    assert msvc.COMPONENTS["msvc"] in command.argv
    assert command.timeout <= 30
    assert not command.root


def test_the_answer_names_vcvarsall_and_the_version() -> None:
    studio = msvc.read_answer(Output(0, json.dumps(ANSWER)))
    assert studio is not None
    assert studio.vcvarsall == (
        r"C:\Program Files (x86)\Microsoft Visual Studio\2022\BuildTools"
        r"\VC\Auxiliary\Build\vcvarsall.bat"
    )
    assert studio.version == "17.14.36109.1"


@pytest.mark.parametrize("text", ["[]", ""])
def test_nothing_installed(text: str) -> None:
    assert msvc.read_answer(Output(0, text)) is None


@pytest.mark.parametrize("text", ["{}", "Error 0x57", "<html>"])
def test_an_answer_of_another_shape_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        msvc.read_answer(Output(0, text))


@pytest.mark.parametrize(
    ("machine", "bits", "tool", "architecture"),
    [
        ("AMD64", 64, "msvc", "x64"),
        ("x86_64", 64, "msvc", "x64"),
        ("x86_64", 32, "msvc", "x86"),
        ("x86", 32, "msvc", "x86"),
        ("arm64", 64, "msvc-arm64", "arm64"),
    ],
)
def test_each_architecture_has_its_compiler(
    machine: str, bits: int, tool: str, architecture: str
) -> None:
    assert msvc.tool(machine) == tool
    assert msvc.architecture(machine, bits) == architecture
