"""FIPS mode: whether the kernel, the crypto policy or OpenSSL's configuration demands it.

Each of them is enough. The kernel's flag makes a system's own OpenSSL (of RHEL, Ubuntu Pro, SUSE)
use only validated algorithms; elsewhere the configuration does: OpenSSL's ``fips_module(7)``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from wizard.facts import Fips

KERNEL_FLAG = "/proc/sys/crypto/fips_enabled"
POLICY = "/etc/crypto-policies/state/current"
"""The crypto policy in effect (RHEL, Fedora: ``crypto-policies(7)``)."""
CONFIGURATION = "openssl.cnf"
MAX_INCLUDES = 50
"""The number of included files that are read: a file may include itself."""

Sections = dict[str, dict[str, str]]
"""The values of a configuration by section and name; what is before the first section is in the
section ``default``."""
Include = Callable[[str], tuple[str, ...]]
"""Returns the texts of an included file, or of each file in an included folder."""


def read(folder: str, variables: Mapping[str, str]) -> Fips:
    """Read what demands FIPS mode here.

    ``folder`` is the folder of OpenSSL's configuration, or empty; ``variables`` are the environment
    variables, of which OPENSSL_CONF names another file. A file that cannot be read demands nothing,
    because OpenSSL cannot read it either.
    """
    named = variables.get("OPENSSL_CONF", "")
    file = named or (f"{folder}/{CONFIGURATION}" if folder else "")
    sections = parse_configuration(_text(file), _included) if file else {}
    demands = is_demanded(sections)
    return Fips(
        kernel=_text(KERNEL_FLAG).strip() == "1",
        policy=parse_policy(_text(POLICY)),
        configuration=file if demands else "",
        variable=demands and bool(named),
        module=demands and (bool(variables.get("OPENSSL_MODULES")) or names_module(sections)),
    )


def parse_policy(text: str) -> str:
    """Return the name of the crypto policy if it is one of FIPS; otherwise empty."""
    policy = text.strip()
    return policy if policy.split(":")[0] == "FIPS" else ""


def parse_configuration(text: str, include: Include) -> Sections:
    """Parse a configuration of OpenSSL (``config(5)``), with the files that it includes.

    Variables in values (``$name``) are not replaced.
    """
    sections: Sections = {}
    remaining = MAX_INCLUDES
    section = "default"
    # An included file continues the current section, and may leave another one behind.
    pending = _lines(text)[::-1]
    while pending:
        line = pending.pop()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
            continue
        name, _, value = (part.strip() for part in line.partition("="))
        if line.startswith(".include"):
            path = value if name == ".include" else line[len(".include") :].strip()
            for included in include(path.strip("\"'")) if remaining else ():
                remaining -= 1
                pending += _lines(included)[::-1]
        elif name and not name.startswith("."):
            sections.setdefault(section, {})[name] = value.strip("\"'")
    return sections


def is_demanded(sections: Sections) -> bool:
    """Return whether a configuration demands FIPS mode.

    Its default properties contain ``fips=yes``, it says ``fips_mode`` (OpenSSL 1), or its FIPS
    provider is active and the default one is not.
    """
    start = _section(sections, "default", "openssl_conf")
    algorithms = _section(sections, start, "alg_section")
    values = sections.get(algorithms, {})
    properties = values.get("default_properties", "").replace(" ", "").split(",")
    if "fips=yes" in properties or "fips" in properties:
        return True
    if values.get("fips_mode", "").lower() in ("yes", "on", "true", "1"):
        return True
    providers = sections.get(_section(sections, start, "providers"), {})
    return _is_active(sections, providers, "fips") and not _is_active(
        sections, providers, "default"
    )


def names_module(sections: Sections) -> bool:
    """Return whether a configuration says by an absolute path where the FIPS provider is."""
    start = _section(sections, "default", "openssl_conf")
    providers = sections.get(_section(sections, start, "providers"), {})
    return sections.get(providers.get("fips", ""), {}).get("module", "").startswith("/")


def _section(sections: Sections, section: str, name: str) -> str:
    """Return the name of the section that this value names, or empty."""
    return sections.get(section, {}).get(name, "") if section else ""


def _is_active(sections: Sections, providers: Mapping[str, str], name: str) -> bool:
    # Before OpenSSL 3.2, any value of activate counts; since then "0" and "no" do not.
    value = sections.get(providers.get(name, ""), {}).get("activate", "")
    return value.lower() not in ("", "0", "no", "off", "false")


def _lines(text: str) -> list[str]:
    joined = text.replace("\\\n", "")
    lines = (line.split("#", 1)[0].strip() for line in joined.splitlines())
    return [line for line in lines if line]


def _included(path: str) -> tuple[str, ...]:
    if os.path.isdir(path):  # noqa: PTH112 - unlike Path, it accepts any text
        files = (f for f in sorted(Path(path).iterdir()) if f.suffix in (".cnf", ".conf"))
        return tuple(_text(str(file)) for file in files)
    return (_text(path),)


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError):
        return ""  # usual: most systems have none of these files
