"""What a machine saved by an earlier version lacks, as far as the file itself proves it."""

from __future__ import annotations

import re
from dataclasses import replace

from wizard.facts import Facts, Manager, System, Tool
from wizard.knowledge import Knowledge
from wizard.needs import architecture, macos

_TOOLCHAIN = re.compile(r"/toolchains/[^/]*?-((?:aarch64|x86_64)-apple-darwin)/")
"""The folder of a rustup toolchain ends with its triple."""


def completed(facts: Facts, knowledge: Knowledge) -> Facts:
    """Return these facts with the architectures and the version that earlier versions did not read.

    Only Macs lack any: there, the folders of Homebrew hold packages for one architecture.
    """
    if facts.system.name != "macos":
        return facts
    return replace(
        facts,
        system=_system(facts.system),
        managers=tuple(_manager(manager, knowledge) for manager in facts.managers),
        tools=tuple(_tool(tool, knowledge) for tool in facts.tools),
    )


def _system(system: System) -> System:
    version = macos.real_version(system.distribution_version, system.release)
    if version == system.distribution_version:
        return system
    name = system.distribution_name.replace(system.distribution_version, version)
    return replace(system, distribution_version=version, distribution_name=name)


def _manager(manager: Manager, knowledge: Knowledge) -> Manager:
    names = knowledge.packages_of(manager.name)
    if manager.machine or names is None:
        return manager
    return replace(manager, machine=architecture.of_folder(names, manager.program))


def _tool(tool: Tool, knowledge: Knowledge) -> Tool:
    """A Rust that is not Homebrew's may be in its folder too, so that its origin decides."""
    if tool.machine or tool.name not in ("rustc", "cargo"):
        return tool
    toolchain = _TOOLCHAIN.search(tool.path)
    if toolchain:
        return replace(tool, machine=architecture.of_triple(toolchain[1]))
    names = knowledge.packages_of(tool.origin)
    roots = names.architectures if names else ()
    machine = next((m for root, m in roots if tool.path.startswith(f"{root}/")), "")
    return replace(tool, machine=machine)
