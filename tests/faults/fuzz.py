"""Fuzz: damaged answers, machines and logs, and strange command lines. Nothing crashes or hangs."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from screens import commands
from tests import machines
from tests.faults import mutations
from tests.faults.calls import checked, kind
from tests.faults.mutations import HOSTILE, damaged_bytes, damaged_json
from wizard.choices import described
from wizard.codec import to_json

LOGS = Path(__file__).parents[1] / "logs"
FLAGS = tuple(choice.flag for choice in described().values())
VALUES = (
    *("system", "3.5.0", "rustup", "none", "keep", "static", "dynamic", "wheel", "source", "pip"),
    *("uv", "pipx", "yes", "apt", "dnf", "50.0.2", "46.0.7", "3.4.8", "ignore", "new", "upgrade"),
    *("./env", "/tmp/env", "3.9,3.12", "ansible-core", "/usr/bin/python3", "a" * 64),
)


def any_choices(random: Random) -> dict[str, Any]:
    """Return some choices, most of them with a value that is allowed for some choice."""
    chosen: dict[str, Any] = {}
    for name, choice in described().items():
        if random.random() < 0.2:
            usual = random.choice(choice.values or VALUES)
            chosen[name] = usual if random.random() < 0.75 else random.choice(HOSTILE)
    return chosen


def answers_file(random: Random, folder: Path) -> str:
    """Damage an answers file, and plan with it."""
    data = any_choices(random)
    if random.random() < 0.3:
        data[random.choice([*data, "extra"])] = mutations.odd_value(random)
    raw = mutations.as_toml(data) or b'method = "wheel"\nrelease = 50\n'
    if random.random() < 0.5:
        raw = damaged_bytes(random, raw)
    file = folder / "answers.toml"
    file.write_bytes(raw)
    argv = ["plan", "--answers", str(file), *random.choice(FORMATS)]
    if random.random() < 0.6:
        argv += ["--facts", str(machine_file(folder, random))]
    return checked(argv, random, (str(file), *FLAGS, *OF_FORMATS))


FORMATS: tuple[list[str], ...] = (
    [],
    ["--json"],
    ["--format", "sh"],
    ["--format", "powershell"],
    ["--format", "dockerfile"],
    ["--ascii"],
)


OF_FORMATS = ("--format", "Windows", "Dockerfile", "container", "image")
"""Words in the refusals of a format that a machine or a plan does not have."""


@cache
def machine_data(name: str) -> Any:
    """A pretended machine as plain data, with every ninth release of the index."""
    data = json.loads(machine_text(name))
    data["listing"]["releases"] = data["listing"]["releases"][::9]
    return data


@cache
def machine_text(name: str) -> str:
    """A pretended machine as ``doctor --json`` writes it."""
    return to_json(machines.machine(name))


def machine_file(folder: Path, random: Random) -> Path:
    """Write the file of some pretended machine."""
    path = folder / "saved.json"
    path.write_text(machine_text(random.choice(machines.names())), encoding="utf-8")
    return path


def facts_file(random: Random, folder: Path) -> str:
    """Damage a saved machine, and ask for a plan or a diagnosis of it."""
    data = machine_data(random.choice(machines.names()))
    file = folder / "machine.json"
    file.write_bytes(damaged_json(random, data))
    source = ["--method", "source"] if random.random() < 0.4 else []
    argv = random.choice((["doctor"], ["plan", *source, *random.choice(FORMATS)]))
    return checked([*argv, "--facts", str(file)], random, (str(file), *FLAGS, *OF_FORMATS))


def believable_facts(random: Random, folder: Path) -> str:
    """Replace texts of a saved machine by others of the right type: the reader accepts them."""
    data = machine_data(random.choice(machines.names()))
    data = copy.deepcopy(data)
    for _ in range(random.choice((1, 1, 2, 4))):
        _replace_leaf(random, data)
    file = folder / "machine.json"
    file.write_bytes(mutations.as_json(random, data))
    source = ["--method", "source"] if random.random() < 0.6 else []
    argv = random.choice((["doctor"], ["plan", *source, *random.choice(FORMATS)]))
    return checked([*argv, "--facts", str(file)], random, (str(file), *FLAGS, *OF_FORMATS))


def _replace_leaf(random: Random, data: Any) -> None:
    """Replace one value by another of the same type."""
    here, parent, place = data, None, None
    while isinstance(here, (dict, list)) and here:
        places = list(here) if isinstance(here, dict) else range(len(here))
        parent, place = here, random.choice(places)
        here = here[place]
    if isinstance(here, bool):
        parent[place] = not here  # type: ignore[index]
    elif isinstance(here, int):
        parent[place] = random.choice((0, -1, 1, 7, 2**40, 10**30))  # type: ignore[index]
    elif isinstance(here, str):
        parent[place] = random.choice(HOSTILE)  # type: ignore[index]


def command(random: Random, folder: Path) -> str:
    """Call the wizard with words in any order; run nothing but what is pretended."""
    words: list[str] = []
    if random.random() < 0.85:
        words.append(random.choice(commands.names()))
    for _ in range(random.randrange(5)):
        kind = random.random()
        if kind < 0.45:
            choice = random.choice(list(described().values()))
            value = random.choice((*VALUES, *choice.values, *HOSTILE))
            words += random.choice(
                ([choice.flag, value], [f"{choice.flag}={value}"], [choice.flag])
            )
        elif kind < 0.7:
            words.append(random.choice(OTHER_FLAGS))
        else:
            words.append(random.choice((*HOSTILE, *VALUES)))
    if "plan" in words and random.random() < 0.8:
        words += ["--facts", str(machine_file(folder, random))]
    if words and words[0] == "verify":  # it runs the Python that is named
        words = ["verify", random.choice(("/nonexistent", *HOSTILE[:20]))]
    if words and words[0] in SERVERS:  # they would serve until Ctrl-C
        words += ["--port", random.choice(("65536", "-1", "0.5", *HOSTILE[:20]))]
    # The system passes bytes, which never become other surrogates.
    words = [
        word.replace("\0", "").replace("\ud800", "\udc80") for word in words if len(word) < 100_000
    ]
    if "run" in words or "--" in words or not words:  # they start the user's command
        program = random.choice(("true", "false", "/nonexistent", "..", "\x1b[2J"))
        words = ["run", program, *(word for word in words if word not in ("run", "--"))]
    before = set(folder.iterdir())
    problem = checked(words, random)
    made = [entry.name for entry in set(folder.iterdir()) - before]
    return problem or (f"{words}: it made {made}" if "PWNED" in str(made) else "")


SERVERS = ("room", "web")
"""The commands that serve pages."""
OTHER_FLAGS = (
    *("--json", "--ascii", "--yes", "--plain", "--prompts", "--verbose", "--all", "--show"),
    *("--anonymous", "--help", "-h", "--version", "--nonsense", "-x", "--", "---", "-", "--=", "="),
    *("--color=never", "--color=red", "--format=json", "--format", "--facts", "--answers"),
    *("--answers=/nonexistent", "--facts=/dev/null", "--output=/dev/full", "--explain", "--yse"),
)


@cache
def _logs() -> tuple[Path, ...]:
    return tuple(sorted(LOGS.rglob("*.log")))


def log(random: Random, folder: Path) -> str:
    """Damage a log several times, and diagnose it."""
    raw = random.choice(_logs()).read_bytes()[:60_000]
    for _ in range(random.choice((1, 1, 2, 4))):
        raw = damaged_bytes(random, raw)[:400_000]
    if random.random() < 0.2:
        raw = b"".join(random.sample(raw.splitlines(keepends=True), k=min(20, raw.count(b"\n"))))
    file = folder / "pip.log"
    file.write_bytes(raw)
    flags = random.choice(([], ["--json"], ["--all"]))
    return checked(["diagnose", str(file), *flags], random, log=True)


KINDS = (
    kind(
        "fuzz-answers",
        "Damaged answers files",
        answers_file,
        1500,
        found=(
            "Errors about a release or a Python did not say which choice or file they were about.",
        ),
    ),
    kind(
        "fuzz-facts",
        "Damaged saved machines",
        facts_file,
        1200,
        found=("Control characters in keys and values were written to the terminal.",),
    ),
    kind(
        "fuzz-values",
        "Saved machines with strange values",
        believable_facts,
        1300,
        found=("A path of certificate authorities that is not UTF-8 was reported as a bug.",),
    ),
    kind("fuzz-words", "Strange command lines", command, 1500),
    kind(
        "fuzz-logs",
        "Damaged logs, explained",
        log,
        1000,
        found=("Control codes of eight bits reached the terminal, and the JSON.",),
    ),
)
