"""A plan whose programs know the certificate authorities that an administrator added to this Mac.

Which programs read the keychain by themselves:

- Apple's curl does (tontinton/maki#1016), and so do scripts and Homebrew, which run it. Homebrew's
  own curl has a file of authorities, to which its formula ca-certificates adds those of the
  keychain (Homebrew/homebrew-core#103812).
- rustup does (rust-lang/rustup#4373).
- cargo does not since its curl has OpenSSL (alexcrichton/curl-rust#620, of 2025).
- pip does since 24.2, and on Python 3.10 and later (its documentation, "HTTPS Certificates").
- uv does on request (its documentation, "TLS certificates"); older versions know only the
  variable UV_NATIVE_TLS (astral-sh/uv#8070).
"""

from __future__ import annotations

from dataclasses import replace

from backends import pip, pipx
from backends.action import Command, ExportAuthorities, RemoveFolder
from wizard.facts import Python
from wizard.method import compiles
from wizard.needs.case import Case
from wizard.plan import FileExists, Plan, Step
from wizard.target_environment import path_rules
from wizard.versions import at_least
from wizard.wording import joined

FILE = "authorities.pem"
STEP = "authorities"
_FROM_KEYCHAIN = (("UV_SYSTEM_CERTS", "true"), ("UV_NATIVE_TLS", "true"))
"""Newer and older name; uv ignores the one that it does not know."""


def with_authorities(case: Case, plan: Plan) -> Plan:
    """Return the plan with what its programs need to trust these authorities.

    What the user has set for a program stays as it is.
    """
    facts, choices = case.facts, case.choices
    if not facts.authorities or choices.from_wheelhouse:
        return plan
    rules = path_rules(facts)
    folder = rules.join(facts.cache or facts.folder, "authorities")
    file = rules.join(folder, FILE)
    files = tuple((name, file) for name in _file_variables(case, plan))
    switches = _FROM_KEYCHAIN if _starts_uv(case, plan) and not _uv_decided(case) else ()
    variables = (*files, *switches)
    if not variables:
        return plan
    names = {"CARGO_HTTP_CAINFO": "cargo", "PIP_CERT": "this Python's pip"}
    readers = [names[name] for name, _ in files]
    programs = joined([*readers, *(["uv"] if switches else [])])
    verb = "do" if len(readers) + bool(switches) > 1 else "does"
    shown = " ".join(f"{name}={value}" for name, value in variables)
    note = (
        "An administrator added certificate authorities to this Mac's keychain, which "
        f"{programs} {verb} not read by default. The programs of this plan get them by these "
        f"variables: {shown}"
    )
    plan = replace(plan, variables=(*plan.variables, *variables), notes=(*plan.notes, note))
    if not files:
        return plan
    export = Step(
        STEP,
        "Write this Mac's certificate authorities to a file",
        f"For {joined(readers)}: the file contains Apple's authorities, and those of an "
        "administrator that macOS trusts.",
        ExportAuthorities(file),
        undo=(RemoveFolder(folder),),
        check=FileExists(file),
        role="preparation",
    )
    waiting = (step if step.needs else replace(step, needs=(STEP,)) for step in plan.steps)
    return replace(plan, steps=(export, *waiting))


def _file_variables(case: Case, plan: Plan) -> tuple[str, ...]:
    """Return the variables that must name the file, for the programs that read no keychain."""
    found: tuple[str, ...] = ()
    if compiles(case.choices.method) and not case.facts.cargo_authorities:
        found = ("CARGO_HTTP_CAINFO",)
    tool_pipx = _path(case, "pipx")
    starts_pip = any(pip.is_pip(c) or pipx.is_pipx(c, tool_pipx) for c in _commands(plan))
    lacking = any(_reads_no_keychain(target.python) for target in case.targets)
    return (*found, "PIP_CERT") if starts_pip and lacking and not _pip_decided(case) else found


def _reads_no_keychain(python: Python) -> bool:
    """Return whether its pip does not, or may not, use the system's store."""
    return not (
        at_least(python.version, "3.10") and python.pip and at_least(python.pip.version, "24.2")
    )


def _starts_uv(case: Case, plan: Plan) -> bool:
    """Return whether uv runs, also because pipx starts it."""
    tool_uv, tool_pipx = _path(case, "uv"), _path(case, "pipx")
    return bool(tool_uv) and any(
        c.argv[0] == tool_uv or pipx.is_pipx(c, tool_pipx) for c in _commands(plan)
    )


def _path(case: Case, name: str) -> str:
    tool = case.facts.tool(name)
    return tool.path if tool else ""


def _uv_decided(case: Case) -> bool:
    """Return whether the user's settings say which authorities uv trusts.

    uv gets the ``cert`` of pip too: `wizard.needs.tool_settings.for_uv`.
    """
    names = {setting.name for setting in case.facts.settings}
    return bool(names & {"system-certs", "native-tls"}) or _pip_decided(case)


def _pip_decided(case: Case) -> bool:
    found = (setting for target in case.targets for setting in target.python.settings)
    return any(setting.name == "cert" for setting in found)


def _commands(plan: Plan) -> tuple[Command, ...]:
    actions = (action for step in plan.steps for action in (step.action, *step.undo))
    return tuple(action for action in actions if isinstance(action, Command))
