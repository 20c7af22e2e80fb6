"""The proxies in the settings of macOS: ``scutil --proxy`` prints them and changes nothing.

Browsers, pip and uv read these settings; cargo, rustup, Homebrew and curl read only variables.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from wizard.addresses import masked
from wizard.facts import Proxies
from wizard.programs.processes import ProgramTimeout, ask

SCUTIL = "/usr/sbin/scutil"
VARIABLES = ("http_proxy", "https_proxy", "all_proxy")
"""Variables that name a proxy, in lower or upper case."""
SECONDS = 3.0
_DEFAULT_PORTS = {"HTTP": 80, "HTTPS": 443, "SOCKS": 1080}


def read(variables: Mapping[str, str]) -> Proxies:
    """Return the proxies of this Mac; none if the user's variables name one, and elsewhere."""
    if sys.platform != "darwin" or any(variables.get(n) for n in with_upper_case(VARIABLES)):
        return Proxies()
    try:
        output = ask((SCUTIL, "--proxy"), env={"LC_ALL": "C"}, timeout=SECONDS)
    except (OSError, ProgramTimeout):
        return Proxies()  # without them, a download fails, which says what to do
    return parse(output.stdout)


def with_upper_case(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names, each also in upper case."""
    return tuple(form for name in names for form in (name, name.upper()))


def parse(text: str) -> Proxies:
    """Read the output of ``scutil --proxy``: lines ``KEY : VALUE``, and one list of exceptions.

    For example ``HTTPSEnable : 1``, ``HTTPSProxy : 127.0.0.1``, ``HTTPSPort : 7892``.
    """
    values = dict(re.findall(r"^ {2}(\w+) : (\S.*?)\s*$", text, re.MULTILINE))
    listed = re.search(r"^ {2}ExceptionsList : <array> \{(.*?)^ {2}\}", text, re.M | re.S)
    exceptions = re.findall(r"^ +\d+ : (\S+)\s*$", listed[1], re.MULTILINE) if listed else []
    automatic = ""
    if values.get("ProxyAutoConfigEnable") == "1":
        automatic = values.get("ProxyAutoConfigURLString", "")
    elif values.get("ProxyAutoDiscoveryEnable") == "1":
        automatic = "discovery"
    return Proxies(
        http=_address(values, "HTTP", "http"),
        https=_address(values, "HTTPS", "http"),
        socks=_address(values, "SOCKS", "socks5h"),
        automatic=masked(automatic),
        exceptions=tuple(exceptions),
    )


def _address(values: Mapping[str, str], kind: str, scheme: str) -> str:
    """Return the address of one proxy, or empty if it is off or its host is not usable."""
    host, port = values.get(f"{kind}Proxy", ""), values.get(f"{kind}Port", "0")
    if values.get(f"{kind}Enable") != "1" or not re.fullmatch(r"[\w.:-]+", host, re.ASCII):
        return ""
    number = int(port) if port.isdigit() and 0 < int(port) < 1 << 16 else _DEFAULT_PORTS[kind]
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{number}"
