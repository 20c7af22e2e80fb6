"""The questions: one list, used by every face.

A face shows the questions that apply, one after the other, and puts each answer into `Choices`;
after each answer it asks for the list again, since an answer can open or close later questions.
"""

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
    (or, for free text, a text) and ``because`` says why in one sentence. ``free`` is the label of
    an answer that the user types himself, or empty where only the options are possible. A question
    without options is free text only.
    """

    key: str
    prompt: str
    help: str
    options: tuple[Option, ...]
    recommended: str
    because: str = ""
    free: str = ""
