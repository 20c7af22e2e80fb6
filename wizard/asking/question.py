"""One question and its options, as every face shows them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One answer: its value in `Choices`, a label, and the consequence of choosing it.

    ``closed`` says why it cannot be chosen here; empty where it can.
    """

    value: str
    label: str
    consequence: str
    closed: str = ""


@dataclass(frozen=True)
class Question:
    """One question. ``key`` is the field of `Choices` that it fills.

    ``prompt`` is one line; ``help`` is Markdown. ``recommended`` is the value of an open option
    and ``because`` says why in one sentence; it is empty where nothing is open. ``free`` is the
    label of an answer that the user types, or empty where only the options are possible.
    """

    key: str
    prompt: str
    help: str
    options: tuple[Option, ...]
    recommended: str
    because: str = ""
    free: str = ""
