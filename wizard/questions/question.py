"""One question and its options, as every interface shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from wizard.choices import Choices
from wizard.refused import Refused


@dataclass(frozen=True)
class Option:
    """One answer: its value in `Choices`, a label, and the consequence of choosing it.

    ``closed`` says why it cannot be chosen here; empty if it can. ``fills`` are the (name, value)
    pairs of the choices that it sets. If ``fills`` is empty, it sets one choice to ``value``.
    """

    value: str
    label: str
    consequence: str
    closed: str = ""
    fills: tuple[tuple[str, str], ...] = ()

    @classmethod
    def checked(
        cls,
        value: str,
        label: str,
        consequence: str,
        blocked: Refused | None,
        fills: tuple[tuple[str, str], ...] = (),
    ) -> Option:
        """Make an option, closed if something blocks it."""
        return cls(value, label, consequence, blocked.reason if blocked else "", fills)


@dataclass(frozen=True)
class Question:
    """One question. ``fields`` are the choices that an answer fills; by default, that of ``key``.

    An answer that the user types is for the first of them. ``prompt`` is one line; ``help`` is
    Markdown. ``recommended`` is the value of an open option and ``because`` says why in one
    sentence; it is empty if nothing is open. ``free`` is the label of an answer that the user
    types, or empty if only the options are possible; ``example`` is such an answer. If it is
    ``required``, only the user can answer it: without questions, nothing is assumed.
    """

    key: str
    prompt: str
    help: str
    options: tuple[Option, ...]
    recommended: str
    because: str = ""
    free: str = ""
    example: str = ""
    fields: tuple[str, ...] = ()
    required: bool = False

    @property
    def fills(self) -> tuple[str, ...]:
        """The names of the choices that an answer fills."""
        return self.fields or (self.key,)

    def put(self, choices: Choices, value: str) -> Choices:
        """Return the choices with this answer: an option's value, or a typed text."""
        option = next((o for o in self.options if o.value == value), None)
        filled = self._filled(option) if option else {self.fills[0]: value}
        return replace(choices, **filled)  # type: ignore[arg-type] # its fields

    def given(self, choices: Choices) -> str:
        """Return the answer that these choices contain; empty if they contain none.

        If they contain only part of an answer, it is the first option that agrees with them. An
        option that is possible takes precedence.
        """
        chosen = self.flags(choices)
        if not chosen:
            return ""
        matching = [option for option in self.options if self.contains(option, chosen)]
        matching.sort(key=lambda option: bool(option.closed))
        return matching[0].value if matching else chosen.get(self.fills[0], "")

    def contains(self, option: Option, chosen: Mapping[str, str]) -> bool:
        """Return whether an option sets all these choices to these values."""
        return chosen.items() <= self._filled(option).items()

    def flags(self, choices: Choices) -> dict[str, str]:
        """Return the choices of this question that have been made, by name."""
        answered = choices.answered()
        return {name: answered[name] for name in self.fills if name in answered}

    def _filled(self, option: Option) -> dict[str, str]:
        """Return the choices that an option sets."""
        return dict(option.fills or ((self.fills[0], option.value),))
