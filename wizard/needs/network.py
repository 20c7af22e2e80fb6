"""The variables with which programs find the proxy that macOS knows, and the notes about it."""

from __future__ import annotations

import re

from wizard.facts import Facts, Proxies, Python
from wizard.versions import at_least

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


def authority_notes(facts: Facts, python: Python, *, builds: bool) -> tuple[str, ...]:
    """Return a note if programs of the plan do not know authorities that this Mac trusts.

    curl and rustup read the keychain (rust-lang/rustup#4373). cargo does not since its curl has
    OpenSSL (alexcrichton/curl-rust#620, of 2025), and pip only since Python 3.10 (truststore).
    """
    programs = ["cargo"] if builds else []
    programs += [] if at_least(python.version, "3.10") else ["pip"]
    if not facts.authorities or not programs:
        return ()
    return (
        "An administrator added certificate authorities to this Mac's keychain, which "
        f"{' and '.join(programs)} may not read. If a download fails because of a certificate, "
        f"run the following, and start again: {BUNDLE}",
    )


BUNDLE = (
    "security find-certificate -a -p /Library/Keychains/System.keychain"
    " | cat /etc/ssl/cert.pem - > ~/authorities.pem"
    " && export CARGO_HTTP_CAINFO=~/authorities.pem PIP_CERT=~/authorities.pem"
)
"""Writes all authorities to a file: those of macOS, and those of the administrator."""


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
