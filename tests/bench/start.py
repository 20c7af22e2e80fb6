"""P5: how soon the first screen appears, and what the quick commands do not import."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

from tests.bench.place import CHECKOUT, Place
from tests.bench.terminal import started
from tests.bench.timing import Broken, Result, against, ratio, script_steps, seconds

HELLO = """\
from textual.app import App
from textual.widgets import Static


class Hello(App):
    def compose(self):
        yield Static("Hello, world!")


Hello().run()
"""
FACES = ("textual", "questionary", "prompt_toolkit", "rich")
ASK = """\
import sys
from cryptography_wizard.__main__ import main
code = main()
print(*sorted({{name.partition(".")[0] for name in sys.modules}} & {faces}), file=sys.stderr)
sys.exit(code)
"""


def measure(place: Place, runs: int) -> list[Result]:
    """A pair of first screens in a terminal, in turn; then the modules of the quick commands."""
    hello = place.folder / "hello.py"
    hello.write_text(HELLO, encoding="utf-8")
    facts = str(CHECKOUT / "tests" / "machines" / "debian-12.json")
    ways: dict[str, Callable[[], float]] = {
        "hello": lambda: _first_screen(place, (place.own_python, str(hello)), "Hello, world!"),
        "wizard": lambda: _first_screen(place, (place.wizard,), "This wizard installs", "Ready."),
        "help": lambda: _quick(place, "--help"),
        "plan": lambda: _quick(place, "plan", "--facts", facts),
    }
    for way in ways.values():
        way()
    taken = script_steps(ways, max(runs, 5))
    wizard, plain = taken["wizard"], taken["hello"]
    results = [
        Result(
            "P5",
            "first screen in a terminal against a Textual hello world",
            ratio(wizard, plain),
            "×",
            against(wizard, plain),
            limit=1.35,
        )
    ]
    for name, argv in (("help", ("--help",)), ("plan", ("plan", "--facts", facts))):
        faces = _faces(place, *argv)
        results.append(
            Result(
                "P5",
                f"modules of {', '.join(FACES)} that {' '.join(argv[:2])} imports",
                len(faces),
                "modules",
                ", ".join(faces) or f"none, {sorted(taken[name])[len(taken[name]) // 2]:.2f} s",
                limit=0,
            )
        )
    return results


def _first_screen(place: Place, argv: tuple[str, ...], text: str, rest: str = "") -> float:
    """Seconds from the start of the process to the first words on the terminal.

    The program is left alone until it says ``rest``: what the wizard has started to look at the
    machine would else go on beside the next program, and slow that down.
    """
    with started(argv, place.environment(uv=True), cwd=place.folder) as program:
        took = program.shows(text, 30) - program.begun
        if rest:
            program.shows(rest, 60)
        return took


def _quick(place: Place, *arguments: str) -> float:
    return seconds((place.wizard, *arguments), place.environment(uv=True), cwd=place.folder)


def _faces(place: Place, *arguments: str) -> list[str]:
    """Which of the faces' packages a command has imported when it is over."""
    code = ASK.format(faces=set(FACES))
    done = subprocess.run(
        (place.own_python, "-c", code, *arguments),
        cwd=place.folder,
        env=place.environment(uv=True),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if done.returncode:
        raise Broken(f"{' '.join(arguments)} ended with exit code {done.returncode}: {done.stderr}")
    return done.stderr.split()
