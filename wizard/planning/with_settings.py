"""A plan whose commands read pip's and uv's own settings so that they cannot break it."""

from __future__ import annotations

from dataclasses import replace

from backends import pip, pipx, uv
from backends.action import Action, Command
from wizard.errors import Impossible
from wizard.facts import Facts, Python, Setting
from wizard.needs import release_limits, tool_settings
from wizard.needs.case import Case
from wizard.needs.tool_settings import Adjustment
from wizard.plan import Plan
from wizard.refused import Refused


def adjusted(case: Case, plan: Plan) -> Plan:
    """Return the plan with adjusted commands, and with notes about the settings that matter.

    Raises Impossible if a command cannot be kept from reading a setting that would break it.
    """
    if case.choices.from_wheelhouse:
        return plan  # its commands read no settings
    tools = _Tools(case.facts, case.targets[0].python)
    steps = tuple(
        replace(
            step,
            action=tools.adjusted(step.action),
            undo=tuple(tools.adjusted(action) for action in step.undo),
        )
        for step in plan.steps
    )
    notes = (*_limit_notes(case), *tool_settings.notes(tools.settings))
    return replace(plan, steps=steps, notes=(*plan.notes, *notes))


class _Tools:
    """Adjusts commands, and collects the settings that do not apply to them."""

    def __init__(self, facts: Facts, python: Python) -> None:
        self._facts = facts
        self._python = python
        tool, pipx_tool = facts.tool("uv"), facts.tool("pipx")
        self._uv = tool.path if tool else ""
        self._pipx = pipx_tool.path if pipx_tool else ""
        self.settings: tuple[Setting, ...] = ()

    def adjusted(self, action: Action) -> Action:
        if not isinstance(action, Command):
            return action
        if uv.is_uv(action, self._uv):
            how = self._used(tool_settings.for_uv(self._facts, self._python))
            return uv.adjusted(
                action,
                env=how.env,
                unset=how.unset,
                no_config=how.no_config,
                options=how.options,
            )
        if pip.is_pip(action):
            how = self._used(tool_settings.for_pip(self._python))
            return pip.adjusted(action, env=how.env, unset=how.unset)
        if pipx.is_pipx(action, self._pipx):
            return self._for_both(action)
        return action

    def _for_both(self, command: Command) -> Command:
        """Return a command of pipx, which calls uv if it finds one, and otherwise pip."""
        how = self._used(tool_settings.for_pip(self._python))
        env, unset = how.env, how.unset
        of_uv = tool_settings.for_uv(self._facts, self._python)
        if isinstance(of_uv, Refused) or of_uv.options:
            env = (*env, pipx.WITH_PIP)
        else:
            self._used(of_uv)
            env = (*env, *of_uv.env, *((("UV_NO_CONFIG", "1"),) if of_uv.no_config else ()))
            unset = (*unset, *of_uv.unset)
        return replace(
            command,
            env=tuple({**dict(env), **dict(command.env)}.items()),
            unset=(*command.unset, *unset),
        )

    def _used(self, how: Adjustment | Refused) -> Adjustment:
        if isinstance(how, Refused):
            raise Impossible(
                "pip's or uv's own settings do not allow this plan.",
                why=how.reason,
                hints=how.hints,
            )
        self.settings = tuple(dict.fromkeys((*self.settings, *how.settings)))
        return how


def _limit_notes(case: Case) -> tuple[str, ...]:
    """Return a note about each setting that does not allow the newest release."""
    newest = case.newest
    against = [limit for limit in case.limits_against(newest) if limit.kind == "setting"]
    return tuple(release_limits.sentence(limit, newest) for limit in against)
