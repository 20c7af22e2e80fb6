"""What a machine saved by an earlier version lacks, as far as the file itself proves it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backends.manager import managers
from wizard.facts import Facts, Headers, Manager, System, Tool
from wizard.knowledge import Knowledge
from wizard.needs import architecture, macos

_TOOLCHAIN = re.compile(r"/toolchains/[^/]*?-((?:aarch64|x86_64)-apple-darwin)/")
"""The folder of a rustup toolchain ends with its triple."""


def completed(facts: Facts, knowledge: Knowledge, keys: Mapping[str, Any]) -> Facts:
    """Return these facts with the architectures and the version that earlier versions did not read.

    Only Macs lack any: there, the folders of Homebrew hold packages for one architecture. ``keys``
    is the file as plain data, which shows what an earlier version did not write.
    """
    if facts.system.name != "macos":
        return facts
    return replace(
        facts,
        system=_system(facts.system),
        managers=tuple(_manager(manager, knowledge) for manager in facts.managers),
        tools=tuple(_tool(tool, knowledge) for tool in facts.tools),
        openssl=tuple(
            headers if "more_machines" in written else _headers(headers, knowledge)
            for headers, written in zip(facts.openssl, keys.get("openssl", ()))
        ),
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


def _headers(headers: Headers, knowledge: Knowledge) -> Headers:
    """Earlier versions read only the first architecture of a universal library.

    So this one may not be the only one, and counts as unknown, except in a folder of a manager
    whose packages all have one architecture.
    """
    single = (manager for name, manager in managers().items() if _has_one(name, knowledge))
    if any(headers.folder.startswith(owned) for manager in single for owned in manager.owned):
        return headers
    return replace(headers, machine="")


def _has_one(manager: str, knowledge: Knowledge) -> bool:
    names = knowledge.packages_of(manager)
    return names is not None and bool(names.architectures)


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
