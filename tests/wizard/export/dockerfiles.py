"""Dockerfiles as BuildKit's own parser reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Optional

import pytest

parser: Any = pytest.importorskip("dockerfile", reason="its parser is there for some systems only")


@dataclass(frozen=True)
class Instruction:
    """One instruction: ``words`` is what follows its name and its ``flags``.

    ``exec`` says that it is written as a list, which no shell reads. ``document`` is the text of
    its here-document, and ``mark`` the word that ends that.
    """

    name: str
    flags: tuple[str, ...]
    words: tuple[str, ...]
    exec: bool = False
    document: Optional[str] = None
    mark: str = ""

    @property
    def script(self) -> str:
        """What the shell gets of a RUN, its here-document included."""
        if self.document is None:
            return self.words[0]
        return f"{self.words[0]}\n{self.document}{self.mark}\n"

    @property
    def mounts(self) -> tuple[dict[str, str], ...]:
        """The mounts of a RUN, each with its settings."""
        told = [flag[len("--mount=") :] for flag in self.flags if flag.startswith("--mount=")]
        return tuple(dict(pair.split("=", 1) for pair in text.split(",")) for text in told)


@dataclass(frozen=True)
class Stage:
    """A stage: the image it starts from, its name, and its instructions after FROM."""

    image: str
    name: str
    instructions: tuple[Instruction, ...]

    def all(self, name: str) -> tuple[Instruction, ...]:
        """The instructions of this name."""
        return tuple(each for each in self.instructions if each.name == name)

    @property
    def packages(self) -> frozenset[str]:
        """The packages that the system's package manager installs in it."""
        (run,) = (r for r in self.all("RUN") if not r.exec and re.search(_INSTALL, r.script))
        last = run.script.split(" && ")[-1]
        words = re.split(_INSTALL, last)[-1].split()
        return frozenset(
            word
            for before, word in zip(["", *words], words)
            if not (word + before).startswith("-") and before != "--cache-dir"
        )


_INSTALL = r"(?:apt-get|dnf) install|apk add"


def stages(text: str) -> tuple[Stage, ...]:
    """Read a Dockerfile."""
    return tuple(_stages([_instruction(each) for each in parser.parse_string(text)]))


def _stages(instructions: list[Instruction]) -> Iterator[Stage]:
    starts = [place for place, each in enumerate(instructions) if each.name == "FROM"]
    assert starts[0] == 0
    for start, end in zip(starts, [*starts[1:], len(instructions)]):
        image, *name = instructions[start].words
        yield Stage(image, name[1] if name else "", tuple(instructions[start + 1 : end]))


def _instruction(read: Any) -> Instruction:
    name = read.cmd.upper()
    documents = read.heredocs
    assert len(documents) < 2
    return Instruction(
        name,
        tuple(read.flags),
        tuple(read.value),
        read.json,
        documents[0].content if documents else None,
        documents[0].name if documents else "",
    )
