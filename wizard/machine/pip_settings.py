"""pip's settings as facts: masked, and with what they allow of cryptography."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Optional

from backends.settings import PIP
from wizard.addresses import masked, remember
from wizard.facts import Python, Setting
from wizard.index.source import IndexSource
from wizard.machine import cutoffs


def read(
    stated: Iterable[list[Any]], python: Python, source: Optional[IndexSource]
) -> tuple[Setting, ...]:
    """Return pip's settings that have a rule, from the (name, value, source) that a target reports.

    ``source`` is used to read a constraint file on a network.
    """
    settings = []
    for name, value, where in stated:
        if name not in PIP:
            continue
        if name == "config-file":
            problem = masked(_plain(value))
            settings.append(Setting("pip", name, masked(where), masked(where), problem=problem))
            continue
        text = shown(name, value)
        secret = text != _plain(value)
        setting = Setting("pip", name, text, masked(where), secret)
        settings.append(_with_limit(setting, _plain(value), python, source))
    return tuple(settings)


def shown(name: str, value: object) -> str:
    """Return the value without secrets, on one line."""
    text = _plain(value)
    if name == "proxy" and "://" not in text:
        return re.sub(r"^\S*@", "****@", text)  # pip also accepts user:password@host:port
    remember(text.split())
    return masked(text)


def _plain(value: object) -> str:
    return " ".join(map(str, value) if isinstance(value, list) else str(value).split())


def _with_limit(
    setting: Setting, value: str, python: Python, source: Optional[IndexSource]
) -> Setting:
    if setting.name == "uploaded-prior-to":
        try:
            return replace(setting, before=cutoffs.pip_cutoff(value, datetime.now(timezone.utc)))
        except ValueError as error:
            return replace(setting, problem=str(error))
    if setting.name == "constraint":
        from wizard.machine import constraints  # slow to import, and rarely needed

        limit = constraints.read(
            value.split(),
            str(Path.cwd()),
            constraints.markers(python),
            lambda address: download(address, source),
        )
        return replace(
            setting, specifier=limit.specifier, stated=limit.stated, problem=limit.problem
        )
    return setting


def download(address: str, source: Optional[IndexSource]) -> str:
    """Download a constraint file as pip would. Raises OSError."""
    import time

    from wizard.index.source import Unreadable
    from wizard.index.web import Web  # slow to import

    web = Web(source or IndexSource(""), patience=5.0, deadline=time.monotonic() + 10)
    try:
        return web.get(address).body.decode("utf-8", errors="replace")
    except Unreadable as problem:
        raise OSError(str(problem)) from None
