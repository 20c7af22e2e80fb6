"""What a face needs of the machine, as one object, so that a pretended one can take its place."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Callable, Protocol

from wizard.choices import Choices
from wizard.events import Event, RunEnded
from wizard.facts import Facts
from wizard.plan import Plan


class Run(Protocol):
    """Runs a plan and tells what happens."""

    def __call__(
        self,
        plan: Plan,
        choices: Choices,
        facts: Facts,
        emit: Callable[[Event], None],
        cancel: threading.Event,
        done: frozenset[str] = frozenset(),
    ) -> RunEnded:
        """Run the steps of ``plan`` that are not in ``done``; return the last event.

        ``emit`` is called from the calling thread only. Setting ``cancel`` (from any thread) ends
        everything within two seconds. Never raises for what a step does.
        """


@dataclass(frozen=True)
class Engine:
    """The machine below a face.

    ``probe`` reads the machine for some choices (a wheel needs less looking than a source build);
    ``probe(choices, everything=True)`` reads all there is. ``run`` runs a plan. ``unlock`` makes
    root possible without another password (``sudo -v`` on the terminal) and says whether it is.
    """

    probe: Callable[..., Facts]
    run: Run
    unlock: Callable[[Facts], bool]
