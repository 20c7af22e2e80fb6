"""The variables with which programs find the proxy that macOS knows, and the notes about it."""

from __future__ import annotations

import re

from wizard.facts import Facts, Proxies

LOCAL = ("localhost", "127.0.0.1", "::1")
"""What is never reached through a proxy."""


def variables(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return the variables for all programs of a build; empty if none is needed.

    In lower case, which every program reads; curl ignores HTTP_PROXY (curl's manual,
    "Environment").
    """
    proxies = facts.proxies
    named = (("http_proxy", proxies.http), ("https_proxy", proxies.https))
    found = tuple((name, address) for name, address in named if address)
    return (*found, ("no_proxy", _exceptions(proxies))) if found else ()


def notes(facts: Facts) -> tuple[str, ...]:
    """Return the notes about proxies for a plan that builds."""
    proxies = facts.proxies
    found = variables(facts)
    if found:
        shown = " ".join(f"{name}={value}" for name, value in found)
        return (
            "cargo, rustup and curl do not read the proxy in this Mac's settings. The programs of "
            f"this plan get it as variables: {shown}",
        )
    if not proxies.automatic and not proxies.socks:
        return ()
    kind = "a SOCKS proxy"
    if proxies.automatic:
        kind = "a proxy that is found automatically"
        kind += f" ({proxies.automatic})" if proxies.automatic != "discovery" else ""
    return (
        f"This Mac's settings name {kind}, which cargo, rustup and curl do not read. If a download "
        "fails, ask your administrator for the proxy's address, and start again after: "
        "export https_proxy=http://HOST:PORT",
    )


def _exceptions(proxies: Proxies) -> str:
    """Return the hosts without a proxy, in the form that most programs read.

    macOS writes ``*.local`` for ``.local``, and ``169.254/16`` for ``169.254.0.0/16``.
    """
    hosts = [host[1:] if host.startswith("*.") else host for host in proxies.exceptions]
    hosts = [_whole_network(host) for host in hosts if re.fullmatch(r"[\w.:/-]+", host, re.ASCII)]
    return ",".join(dict.fromkeys((*LOCAL, *hosts)))


def _whole_network(host: str) -> str:
    match = re.fullmatch(r"(\d+(?:\.\d+){0,2})/(\d+)", host)
    if match is None:
        return host
    parts = match[1].split(".")
    return ".".join((*parts, *["0"] * (4 - len(parts)))) + f"/{match[2]}"
