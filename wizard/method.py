"""Methods: the ways in which cryptography gets onto a machine, each a module of `wizard.methods`.

What differs between them is asked of the `Method`, so nothing else knows a method by its name. They
are found where they are: a new module in that folder is a new method, for every face and export.
Such a module is imported for every command line: what it works with, it imports when it works.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Callable, Optional, Protocol

if TYPE_CHECKING:
    # For the types only: a method uses all of these, and each of these may ask a method.
    from wizard.needs.case import Case, Offer
    from wizard.plan import Step
    from wizard.questions.question import Question
    from wizard.refused import Refused


@dataclass(frozen=True)
class Recipe:
    """What a method does, for a plan.

    ``steps`` are those before the proof. ``link`` is the linkage that the proof must find (empty:
    either), ``openssl`` the version of the OpenSSL that must be in use (empty: any). ``note`` is a
    sentence for the plan, or empty. ``prepares`` says that the steps only find out what is needed:
    there is nothing to prove, and a new plan follows.
    """

    steps: tuple[Step, ...]
    link: str
    note: str = ""
    openssl: str = ""
    prepares: bool = False


class Method(Protocol):
    """One way to install cryptography.

    ``name`` is the value of ``--method``, and the name of the module. The least ``order`` that is
    possible is recommended. ``label`` is the option's, ``because`` the sentence why it is
    recommended, and ``brief`` names it in the options of releases (``As a wheel``). ``noun`` is
    what cryptography comes from (``a wheel``), ``phrase`` how it comes (``compiled from source``).

    ``compiles``: it builds cryptography here, with a toolchain and an OpenSSL. ``bundles``: what it
    installs includes an OpenSSL chosen by the developers. ``fills_wheelhouses``: its wheels can be
    collected in a folder. ``looks_deep``: it needs the package managers and tools.
    """

    name: str
    order: int
    label: str
    because: str
    brief: str
    noun: str
    phrase: str
    compiles: bool
    bundles: bool
    fills_wheelhouses: bool
    looks_deep: bool

    def blocked_by(self, offer: Offer) -> Refused | None:
        """Why a release cannot be installed in this way; None if it can."""

    def consequence(self, offer: Offer) -> str:
        """What it means to choose it: one sentence."""

    def questions(self) -> tuple[Callable[[Case], Optional[Question]], ...]:
        """What is asked when it is chosen, in order; each gives None if it need not be asked."""

    def recipe(self, case: Case) -> Recipe:
        """What it does. The choices are complete, and nothing blocks it.

        Raises Impossible if it cannot be done after all.
        """

    def notes(self, case: Case) -> tuple[str, ...]:
        """Sentences that a user should read before saying yes."""

    def warnings(self, case: Case) -> tuple[str, ...]:
        """More of them, which come last."""


@cache
def methods() -> dict[str, Method]:
    """Every method by name, in the order in which they are recommended."""
    package = importlib.import_module(".methods", __package__)
    modules = (module.name for module in pkgutil.iter_modules(package.__path__))
    found: list[Method] = [
        importlib.import_module(f".{name}", package.__name__).METHOD for name in modules
    ]
    return {method.name: method for method in sorted(found, key=lambda method: method.order)}


def names() -> tuple[str, ...]:
    """The names of all methods, in the order in which they are recommended."""
    return tuple(methods())


def compiles(name: str) -> bool:
    """Whether a method of this name builds cryptography here; False if none is chosen yet."""
    return bool(name) and methods()[name].compiles
