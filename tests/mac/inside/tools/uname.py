"""``uname``."""

from __future__ import annotations

from tests.mac.inside import state


def main(_program: str, arguments: list[str]) -> int:
    """Print what is asked for."""
    values = {
        "-s": "Darwin",
        "-m": state.architecture(),
        "-r": state.read()["kernel"],
        "-p": "arm" if state.architecture() == "arm64" else "i386",
    }
    print(values[arguments[0]] if arguments else "Darwin")
    return 0
