"""``scutil --proxy``: httptoolkit/httptoolkit#151 shows the form of its answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.mac.inside import state


def main(_program: str, arguments: list[str]) -> int:
    """Print the proxies of the system's settings."""
    if arguments != ["--proxy"]:
        raise SystemExit(f"the rig has no recording of scutil {arguments}")
    parts = urlsplit(state.read()["proxy"])
    print("<dictionary> {")
    if parts.hostname:
        for kind in ("HTTP", "HTTPS"):
            print(
                f"  {kind}Enable : 1\n  {kind}Port : {parts.port}\n  {kind}Proxy : {parts.hostname}"
            )
    print("}")
    return 0
