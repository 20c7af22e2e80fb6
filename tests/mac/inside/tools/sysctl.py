"""``sysctl -n``: build logs of whisper.cpp and flutter show the answer of an Intel Mac."""

from __future__ import annotations

from tests.mac.inside import state
from tests.mac.inside.tools.start import say


def main(_program: str, arguments: list[str]) -> int:
    """Print one value."""
    names = [word for word in arguments if not word.startswith("-")]
    arm = state.read()["machine"] == "arm64"
    translated = "1" if state.architecture() == "x86_64" else "0"
    known = {"hw.optional.arm64": "1", "sysctl.proc_translated": translated} if arm else {}
    code = 0
    for name in names:
        if name in known:
            print(known[name])
        else:
            say(f"sysctl: unknown oid '{name}'")
            code = 1
    return code
