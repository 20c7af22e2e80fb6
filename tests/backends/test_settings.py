"""Every setting has a rule, an explanation, and a reader."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backends import pip, settings, uv
from backends.action import Command
from wizard.target import describe

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def documented(tool: str) -> dict[str, str]:
    """The settings of a tool in the page, and their kinds."""
    text = PAGE.read_text(encoding="utf-8").partition(f"\n## {tool}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([\w-]+)` \| ([\w ]+) \|", text, re.MULTILINE))


@pytest.mark.parametrize(("tool", "rules"), [("pip", settings.PIP), ("uv", settings.UV)])
def test_the_page_says_what_the_rules_say(tool: str, rules: dict[str, settings.Rule]) -> None:
    assert documented(tool) == {name: rule.handling for name, rule in rules.items()}


def test_a_python_reports_exactly_the_settings_that_have_a_rule() -> None:
    assert {*describe.PIP_NAMES, "netrc", "config-file"} == settings.PIP.keys()


def test_what_is_replaced_has_another_value_and_a_variable_for_it() -> None:
    for rule in (*settings.PIP.values(), *settings.UV.values()):
        assert bool(rule.value) is (rule.handling == "replaced"), rule.name
        assert rule.variable or rule.handling != "replaced", rule.name


def test_a_variable_stands_for_one_setting() -> None:
    for rules in (settings.PIP, settings.UV):
        variables = [rule.variable for rule in rules.values() if rule.variable]
        assert len(variables) == len(set(variables))


def test_uv_s_files_can_be_left_out_of_each_of_its_commands() -> None:
    install = uv.install("/uv", "/env/bin/python", ("x==1",))
    changed = uv.adjusted(
        install, env=(("UV_OFFLINE", "0"),), unset=("UV_PYTHON",), no_config=True, options=("--a",)
    )
    assert changed.argv[:5] == ("/uv", "pip", "install", "--no-config", "--a")
    assert changed.argv[5:] == install.argv[3:]
    assert changed.env == (("UV_OFFLINE", "0"),)
    assert changed.unset == ("UV_PYTHON",)
    made = uv.adjusted(uv.make_environment("/uv", "/py", "/env"), no_config=True, options=("--a",))
    assert made.argv[:3] == ("/uv", "venv", "--no-config")
    assert "--a" not in made.argv
    removed = uv.adjusted(uv.uninstall("/uv", "/py", ("x",)), no_config=True, options=("--a",))
    assert removed.argv[:4] == ("/uv", "pip", "uninstall", "--no-config")
    assert "--a" not in removed.argv


def test_a_command_that_reads_no_settings_stays_as_it_is() -> None:
    offline = uv.install("/uv", "/py", ("x",), folder="/wheels")
    assert uv.adjusted(offline, env=(("A", "b"),), no_config=True) is offline
    isolated = pip.install("/py", ("x",), version="24.0", folder="/wheels")
    assert pip.adjusted(isolated, env=(("A", "b"),)) is isolated


def test_the_command_s_own_variables_come_last() -> None:
    command = pip.install("/py", ("x",), version="24.0", env=(("PIP_USER", "own"),))
    changed = pip.adjusted(command, env=(("PIP_USER", "0"),), unset=("PIP_TARGET",))
    assert dict(changed.env)["PIP_USER"] == "own"
    assert changed.unset == ("PIP_TARGET",)
    assert changed.argv == command.argv


def test_the_commands_of_the_tools_are_recognized() -> None:
    assert pip.is_pip(pip.uninstall("/py", ("x",)))
    for runner in ("", "/lib/pip/__pip-runner__.py"):
        call = pip.call_from_outside("/base", runner, "/env/bin/python")
        assert pip.is_pip(pip.install("/env/bin/python", ("x",), version="24.0", call=call))
    assert not pip.is_pip(pip.make_environment("/py", "/env", with_pip=True))
    assert uv.is_uv(uv.uninstall("/uv", "/py", ("x",)), "/uv")
    assert not uv.is_uv(pip.uninstall("/py", ("x",)), "/uv")
    assert not uv.is_uv(Command(("", "pip")), "")


@pytest.mark.parametrize(
    "line",
    [
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
        "error: incomplete-download",
        "pip._vendor.urllib3.exceptions.ProtocolError: ('Connection broken: IncompleteRead(1)')",
        "ERROR: Could not install packages due to an OSError: Response ended prematurely",
    ],
)
def test_pip_says_that_a_download_broke_off(line: str) -> None:
    command = pip.install("/py", ("x",), version="24.0")
    assert command.retries == 2
    assert re.search(command.interrupted, line)
    assert pip.install("/py", ("x",), version="24.0", folder="/wheels").retries == 0


@pytest.mark.parametrize(
    ("interpreter", "own"),
    [
        ("/env/bin/python", "/env/bin/pip"),
        (r"C:\env\Scripts\python.exe", r"C:\env\Scripts\pip.exe"),
    ],
)
def test_after_an_old_pip_from_outside_the_new_one_goes_on(interpreter: str, own: str) -> None:
    call = pip.call_from_outside("/base", "/lib/pip/__pip-runner__.py", interpreter)
    command = pip.install(interpreter, ("x",), version="24.0", call=call)
    assert command.again == (own, *command.argv[2:])
    assert pip.install(interpreter, ("x",), version="25.1", call=call).again == ()
    assert pip.install(interpreter, ("x",), version="24.0").again == ()
    assert pip.install(interpreter, ("x",), version="24.0", call=call, folder="/w").again == ()


def test_uv_says_that_a_download_broke_off() -> None:
    log = (Path(__file__).parents[1] / "logs" / "uv-cut-off.log").read_text(encoding="utf-8")
    command = uv.install("/uv", "/py", ("x",))
    assert command.retries == 2
    assert re.search(command.interrupted, log)
    assert not re.search(command.interrupted, "error: No solution found")
