"""Methods: the ways to install cryptography, each a module of `wizard.methods`.

Everything that differs between them is in the `Method`, so no other code names one. `methods` finds
the modules, so a new module there is a new method in every interface and export. The modules are
imported for every command line: they import inside functions what their work needs.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Callable, Optional, Protocol

if TYPE_CHECKING:
    # Only for the types: methods use all of these modules, and these modules use methods.
    from wizard.needs.case import Case, Offer
    from wizard.plan import Step
    from wizard.questions.question import Question
    from wizard.refused import Refused


@dataclass(frozen=True)
class Recipe:
    """What a method does, for a plan.

    ``steps`` are those before the proof. ``link`` is the linkage that the proof must find (empty:
    any), ``openssl`` the version of OpenSSL that must be in use (empty: any), or with ``any_patch``
    another one of its series. ``note`` is a sentence for the plan, or empty. ``prepares`` says that
    the steps only find out what is needed: nothing is proved, and a new plan follows.
    """

    steps: tuple[Step, ...]
    link: str
    note: str = ""
    openssl: str = ""
    any_patch: bool = False
    prepares: bool = False


class Method(Protocol):
    """One way to install cryptography.

    ``name`` is the value of ``--method``, and the name of the module. The possible method with the
    smallest ``order`` is recommended. ``label`` is the label of the option, ``because`` the
    sentence why it is recommended, and ``brief`` its name in the list of releases (``From
    source``). ``noun`` is what cryptography is installed from (``a wheel``), ``phrase`` how it was
    made (``compiled from source``).

    ``compiles``: it builds cryptography here, with a toolchain and an OpenSSL. ``bundles``: what it
    installs includes an OpenSSL chosen by the developers. ``fills_wheelhouses``: its wheels can be
    collected in a folder. ``needs_tools``: it needs package managers and tools, so the probe must
    look for them.
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
    needs_tools: bool

    def blocked_by(self, offer: Offer) -> Refused | None:
        """Return why a release cannot be installed in this way, or None if it can."""

    def consequence(self, offer: Offer) -> str:
        """Return the consequence of choosing it, in one sentence."""

    def questions(self) -> tuple[Callable[[Case], Optional[Question]], ...]:
        """Return the builders of its questions, in order."""

    def recipe(self, case: Case) -> Recipe:
        """Return its steps, for a case with complete choices that nothing blocks.

        Raises Impossible if the machine cannot do it after all.
        """

    def notes(self, case: Case) -> tuple[str, ...]:
        """Return sentences that a user should read before starting."""

    def warnings(self, case: Case) -> tuple[str, ...]:
        """Return more such sentences, which come last in the plan."""


@cache
def methods() -> dict[str, Method]:
    """Return every method by name, the recommended ones first."""
    package = importlib.import_module(".methods", __package__)
    modules = (module.name for module in pkgutil.iter_modules(package.__path__))
    found: list[Method] = [
        importlib.import_module(f".{name}", package.__name__).METHOD for name in modules
    ]
    return {method.name: method for method in sorted(found, key=lambda method: method.order)}


def names() -> tuple[str, ...]:
    """Return the names of all methods, the recommended ones first."""
    return tuple(methods())


def compiles(name: str) -> bool:
    """Return whether this method builds cryptography here; False if the name is empty."""
    return bool(name) and methods()[name].compiles
