"""Plans on machines where pip or uv has settings of its own."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import pytest

from backends.action import Command
from backends.settings import PIP, UV
from tests.machines import machine, names
from wizard import engine
from wizard.choices import Choices
from wizard.engine import case_of
from wizard.errors import Impossible, WizardError
from wizard.facts import Facts, Listed, PipIndex, Setting, Tool
from wizard.limits import Limit
from wizard.needs import tool_settings
from wizard.plan import Plan
from wizard.planning.planner import make_plan

NEWEST, OLDER = "50.0.2", "46.0.7"
BEFORE = "2026-03-01T00:00:00Z"


def pip(name: str, value: str, source: str = "/home/me/pip.conf", **more: Any) -> Setting:
    return Setting("pip", name, value, source, **more)


def uv(name: str, value: str, source: str = "/home/me/uv.toml", **more: Any) -> Setting:
    return Setting("uv", name, value, source, **more)


def dated(listed: Listed) -> Listed:
    """Every release from 47 on is newer than `BEFORE`."""
    new = int(listed.version.split(".", 1)[0]) >= 47
    return replace(listed, uploaded=f"2026-0{4 if new else 2}-10T10:00:00.123Z")


def facts(*settings: Setting, name: str = "debian-12", with_uv: bool = True) -> Facts:
    """A machine with these settings, whose index states dates."""
    found = machine(name)
    of_pip = tuple(setting for setting in settings if setting.tool == "pip")
    listing = found.listing
    if listing is not None:
        listing = replace(listing, releases=tuple(map(dated, listing.releases)))
    return replace(
        found,
        pythons=tuple(replace(python, settings=of_pip) for python in found.pythons),
        listing=listing,
        tools=(
            *(tool for tool in found.tools if tool.name != "uv"),
            *((Tool("uv", "/opt/uv/bin/uv", "0.13.9"),) if with_uv else ()),
        ),
        settings=tuple(setting for setting in settings if setting.tool == "uv"),
    )


def plan(found: Facts, **choices: str) -> Plan:
    return engine.settle(case_of(found, Choices(**choices))).plan  # type: ignore[arg-type]


def commands(made: Plan, word: str) -> list[Command]:
    """The commands, with those that undo, that have this word."""
    actions = [a for step in made.steps for a in (step.action, *step.undo)]
    return [a for a in actions if isinstance(a, Command) and word in a.argv]


def refused(found: Facts, **choices: str) -> Impossible:
    with pytest.raises(Impossible) as error:
        plan(found, **choices)
    return error.value


LIMITS = {
    "constraint": pip("constraint", "c.txt", specifier=f"=={OLDER}", stated="c.txt, line 1"),
    "uploaded": pip("uploaded-prior-to", "2026-03-01", before=BEFORE),
    "newer": uv("exclude-newer", "2026-03-01", before=BEFORE),
    "newer-package": uv("exclude-newer-package", "cryptography=2026-03-01", before=BEFORE),
    "dependencies": uv("constraint-dependencies", f"cryptography=={OLDER}", specifier="==46.0.7"),
    "override": uv("override-dependencies", f"cryptography=={OLDER}", specifier="==46.0.7"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_the_newest_release_that_is_allowed_is_planned_and_a_note_says_why(name: str) -> None:
    setting = LIMITS[name]
    made = plan(facts(setting))
    assert made.release == OLDER
    notes = [note for note in made.notes if setting.source in note]
    assert len(notes) == 1
    assert notes[0].startswith(f"{setting.tool}'s setting {setting.name} allows only")
    assert plan(facts()).release == NEWEST


@pytest.mark.parametrize("name", LIMITS)
def test_another_release_is_refused_with_the_setting_as_the_reason(name: str) -> None:
    error = refused(facts(LIMITS[name]), release=NEWEST)
    assert LIMITS[name].name in error.why
    assert any(OLDER in hint for hint in error.hints)
    assert all(NEWEST not in alternative.command for alternative in error.alternatives)


def test_uv_s_limits_do_not_count_if_uv_takes_no_part() -> None:
    assert plan(facts(LIMITS["newer"], with_uv=False)).release == NEWEST
    assert plan(facts(LIMITS["newer"]), installer="pip").release == NEWEST
    assert plan(facts(LIMITS["uploaded"]), installer="uv").release == OLDER


def test_a_date_for_cryptography_comes_before_the_general_one() -> None:
    special = uv("exclude-newer-package", "cffi=2020-01-01, cryptography=false")
    assert plan(facts(LIMITS["newer"], special)).release == NEWEST
    other = uv("exclude-newer-package", "cffi=2020-01-01")
    assert plan(facts(LIMITS["newer"], other)).release == OLDER


def test_an_index_without_dates_has_nothing_that_a_date_allows() -> None:
    found = facts(LIMITS["uploaded"])
    assert found.listing is not None
    undated = tuple(replace(listed, uploaded="") for listed in found.listing.releases)
    error = refused(replace(found, listing=replace(found.listing, releases=undated)))
    assert "the index states no dates" in error.why


def test_a_constraint_that_nothing_satisfies() -> None:
    error = refused(facts(pip("constraint", "c.txt", specifier="==1.0")))
    assert "constraint" in error.why


@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_checksums_for_all_are_refused_before_anything_is_done(tool: str) -> None:
    setting = (pip if tool == "pip" else uv)("require-hashes", "true")
    error = refused(facts(setting))
    assert "require-hashes" in error.why
    assert error.hints
    assert all("--method" not in alternative.command for alternative in error.alternatives)
    assert plan(facts(replace(setting, value="false"))).release == NEWEST
    if tool == "uv":
        assert plan(facts(setting), installer="pip").release == NEWEST


@pytest.mark.parametrize("name", [n for n, rule in PIP.items() if rule.handling == "replaced"])
@pytest.mark.parametrize("method", ["wheel", "source"])
def test_pip_gets_another_value(name: str, method: str) -> None:
    rule = PIP[name]
    value = "0" if name == "no-build-isolation" else "1"
    made = plan(facts(pip(name, value)), installer="pip", method=method)
    calls = commands(made, "pip")
    assert calls
    assert all(dict(call.env)[rule.variable] == rule.value for call in calls)
    assert any(name in note and "/home/me/pip.conf" in note for note in made.notes)


def test_a_variable_with_an_older_name_is_removed() -> None:
    made = plan(facts(pip("no-deps", "1", "PIP_NO_DEPENDENCIES")), installer="pip")
    for call in commands(made, "pip"):
        assert dict(call.env)["PIP_NO_DEPS"] == "0"
        assert call.unset == ("PIP_NO_DEPENDENCIES",)


def test_a_pip_that_is_run_from_its_file_does_not_read_such_a_setting_either() -> None:
    found = facts(pip("user", "true"))
    python = found.pythons[0]
    assert python.pip is not None
    runner = "/usr/lib/python3/dist-packages/pip/__pip-runner__.py"
    started = replace(python, pip=replace(python.pip, runner=runner))
    found = replace(found, pythons=(started, *found.pythons[1:]))
    calls = commands(plan(found, installer="pip", python=python.path), runner)
    assert len(calls) == 2
    assert all(dict(call.env)["PIP_USER"] == "0" for call in calls)


@pytest.mark.parametrize("value", ["0", "false", "No", "off"])
def test_a_setting_that_is_off_changes_nothing(value: str) -> None:
    made = plan(facts(pip("user", value), uv("offline", value)), installer="pip")
    assert made == plan(facts(), installer="pip")


@pytest.mark.parametrize("name", [n for n, rule in PIP.items() if rule.handling == "set aside"])
def test_pip_s_files_are_not_read_and_the_rest_is_passed_on(name: str) -> None:
    kept = (pip("proxy", "http://p.example:8080"), pip("cert", "/ca.pem", "PIP_CERT"))
    made = plan(facts(pip(name, "x"), pip("user", "1"), *kept), installer="pip")
    for call in commands(made, "pip"):
        env = dict(call.env)
        assert env["PIP_CONFIG_FILE"] == "/dev/null"
        assert env["PIP_PROXY"] == "http://p.example:8080"
        assert "PIP_CERT" not in env  # it stays in the environment
        assert env["PIP_USER"] == "0"
        assert PIP[name].variable in call.unset


def test_a_password_is_never_passed_on() -> None:
    secret = pip("proxy", "http://****@p.example:8080", secret=True)
    error = refused(facts(pip("target", "/x"), secret), installer="pip")
    assert "proxy" in error.why
    assert "target" in error.hints[0]
    assert plan(facts(secret), installer="pip").release == NEWEST


@pytest.mark.parametrize("name", [n for n, rule in UV.items() if rule.handling == "set aside"])
def test_uv_s_files_are_not_read_and_the_rest_is_passed_on(name: str) -> None:
    found = facts(uv(name, "==0.1"), uv("link-mode", "copy"), LIMITS["newer"])
    made = plan(found)
    calls = commands(made, "--no-config")
    assert len(calls) == len(commands(made, uv_path(found)))
    for call in calls:
        assert dict(call.env)["UV_LINK_MODE"] == "copy"
        assert dict(call.env)["UV_EXCLUDE_NEWER"] == "2026-03-01"
    assert any(name in note for note in made.notes)


def uv_path(found: Facts) -> str:
    tool = found.tool("uv")
    assert tool is not None
    return tool.path


def test_what_has_no_variable_lets_pip_take_over_and_the_step_says_why() -> None:
    made = plan(facts(uv("required-version", "==0.1"), LIMITS["dependencies"]))
    assert made.release == OLDER
    assert not commands(made, "venv") or "uv" not in commands(made, "venv")[0].argv[0]
    why = " ".join(step.why for step in made.steps)
    assert "uv is not used" in why
    assert "constraint-dependencies" in why
    error = refused(facts(uv("required-version", "==0.1"), LIMITS["dependencies"]), installer="uv")
    assert "required-version" in error.why


def test_the_required_version_may_be_the_installed_one() -> None:
    found = facts()
    tool = found.tool("uv")
    assert tool is not None
    for value in (tool.version, f"=={tool.version}", ">=0.1"):
        made = plan(facts(uv("required-version", value)))
        assert not commands(made, "--no-config")
        assert made == plan(found)


@pytest.mark.parametrize("name", [n for n, rule in UV.items() if rule.handling == "replaced"])
def test_uv_gets_another_value(name: str) -> None:
    made = plan(facts(uv(name, "lowest")))
    for call in commands(made, "install"):
        assert dict(call.env)[UV[name].variable] == UV[name].value
    assert any(name in note for note in made.notes)


def test_a_file_that_uv_cannot_read_lets_pip_take_over() -> None:
    broken = uv("config-file", "/uv.toml", problem="it cannot be read: no table")
    made = plan(facts(broken))
    assert "cannot be read" in " ".join(step.why for step in made.steps)
    assert commands(made, "pip")
    assert all(call.argv[0] != uv_path(facts()) for call in commands(made, "pip"))


def test_uv_follows_pip_s_settings() -> None:
    made = plan(
        facts(
            pip("cert", "/ca.pem"),
            pip("proxy", "http://p.example:8080"),
            pip("trusted-host", "index.example"),
            LIMITS["constraint"],
            pip("uploaded-prior-to", "P7D", before=BEFORE),
            uv("exclude-newer", "1 year", before="2025-01-01T00:00:00Z"),
            uv("exclude-newer-package", "cryptography=false"),
            uv("constraint", "d.txt", "UV_CONSTRAINT"),
        ),
        installer="uv",
    )
    (call,) = [c for c in commands(made, "install") if c.argv[1] == "pip"]
    env = dict(call.env)
    assert env["SSL_CERT_FILE"] == "/ca.pem"
    assert env["HTTPS_PROXY"] == env["HTTP_PROXY"] == "http://p.example:8080"
    assert env["UV_INSECURE_HOST"] == "index.example"
    assert env["UV_CONSTRAINT"] == "c.txt d.txt"
    assert env["UV_EXCLUDE_NEWER"] == "2025-01-01T00:00:00Z"
    alone = plan(facts(LIMITS["uploaded"]), installer="uv")
    (call,) = [c for c in commands(alone, "install") if c.argv[1] == "pip"]
    assert dict(call.env)["UV_EXCLUDE_NEWER"] == BEFORE


@pytest.mark.parametrize(
    "setting",
    [
        pip("proxy", "http://****@p.example", secret=True),
        pip("keyring-provider", "import"),
    ],
    ids=lambda setting: setting.name,
)
def test_what_uv_cannot_do_lets_pip_take_over(setting: Setting) -> None:
    made = plan(facts(setting))
    assert setting.name in " ".join(step.why for step in made.steps)
    assert all(call.argv[0] != uv_path(facts()) for call in commands(made, "pip"))


def with_index(found: Facts, index: PipIndex) -> Facts:
    pythons = tuple(
        replace(python, pip=replace(python.pip, index=index)) if python.pip else python
        for python in found.pythons
    )
    return replace(found, pythons=pythons)


def test_pip_gets_the_index_that_uv_s_settings_name() -> None:
    index = PipIndex(
        "https://u.example/simple", default=False, extra=("https://e.example",), owner="uv"
    )
    found = with_index(facts(uv("index-url", "https://u.example/simple")), index)
    for call in commands(plan(found, installer="pip"), "pip"):
        assert dict(call.env)["PIP_INDEX_URL"] == "https://u.example/simple"
        assert dict(call.env)["PIP_EXTRA_INDEX_URL"] == "https://e.example"
    (call,) = [c for c in commands(plan(found), "install") if c.argv[1] == "pip"]
    assert "UV_DEFAULT_INDEX" not in dict(call.env)  # uv reads it itself
    secret = with_index(found, replace(index, secret=True))
    assert plan(secret).release == NEWEST
    assert "password" in refused(secret, method="source").why


def test_pip_s_index_comes_before_uv_s() -> None:
    index = PipIndex("https://p.example/simple", default=False)
    found = with_index(facts(uv("index-url", "https://u.example"), uv("no-cache", "true")), index)
    (call,) = [c for c in commands(plan(found), "install") if c.argv[1] == "pip"]
    assert "--no-config" in call.argv
    assert dict(call.env)["UV_DEFAULT_INDEX"] == "https://p.example/simple"
    assert dict(call.env)["UV_NO_CACHE"] == "true"


def test_a_wheelhouse_is_made_under_the_same_settings() -> None:
    made = plan(facts(pip("user", "1"), LIMITS["constraint"]), wheelhouse="/wheels")
    assert made.release == OLDER
    calls = [call for call in commands(made, "pip") if "--isolated" not in call.argv]
    assert calls
    assert all(dict(call.env)["PIP_USER"] == "0" for call in calls if "-m" in call.argv)


def test_a_problem_of_pip_is_refused_before_pip_stops_there() -> None:
    error = refused(facts(pip("constraint", "c.txt", problem="c.txt cannot be read")))
    assert "c.txt cannot be read" in error.why


def test_a_file_that_pip_cannot_read_is_refused_with_what_pip_says() -> None:
    said = "File contains no section headers. file: '/pip.conf', line: 1"
    error = refused(facts(pip("config-file", "/pip.conf", problem=said)))
    assert said in error.why
    assert error.hints[0] == "Correct this file, or rename it."


SETS: tuple[tuple[Setting, ...], ...] = (
    (LIMITS["uploaded"],),
    (LIMITS["constraint"], LIMITS["newer"]),
    (pip("constraint", "c.txt", specifier="<45,>=40"), pip("target", "/x")),
    (LIMITS["newer"], uv("required-version", "==0.1"), uv("exclude-dependencies", "cffi")),
)


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("settings", SETS, ids=lambda each: "+".join(s.name for s in each))
def test_no_plan_promises_what_a_setting_forbids(name: str, settings: tuple[Setting, ...]) -> None:
    found = facts(*settings, name=name)
    listed = {each.version: each for each in found.listing.releases} if found.listing else {}
    for choices in (
        Choices(),
        Choices(method="source", installer="pip"),
        Choices(release=NEWEST),
    ):
        with contextlib.suppress(WizardError):  # refused: nothing is promised
            decision = engine.settle(case_of(found, choices))
            python = decision.case.target.python
            relevant = tool_settings.relevant(found, python, decision.choices)
            release = listed.get(decision.plan.release)
            for limit in tool_settings.limits(relevant):
                assert _allows(limit, decision.plan.release, release)


def _allows(limit: Limit, version: str, listed: Listed | None) -> bool:
    return limit.allows(version, listed.uploaded if listed else "")


def test_the_planner_itself_refuses_what_a_setting_forbids() -> None:
    """Choices from a file may name what no question would offer."""
    case = engine.complete(case_of(facts(), Choices(release=NEWEST)))
    limited = case_of(facts(LIMITS["newer"]), case.choices)
    with pytest.raises(Impossible, match="not possible"):
        make_plan(limited)
