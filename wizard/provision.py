"""The steps by which a package manager provides what is missing."""

from __future__ import annotations

from backends.manager import managers
from wizard.plan import PackagesInstalled, Step


def refresh(manager: str) -> Step:
    """Fetch the manager's package lists."""
    return Step(
        "packages-refresh",
        f"Fetch {manager}'s package lists",
        "So that the newest packages are installed, and none that is gone by now is asked for.",
        managers()[manager].refresh(),
    )


def steps(manager: str, names: tuple[str, ...], *, step: str, why: str) -> tuple[Step, ...]:
    """Fetch the lists and install ``names`` in one call; nothing where there is nothing to do.

    ``step`` is the id of the installing step, ``why`` its reason.
    """
    backend = managers()[manager]
    install, remove = backend.install(names), backend.remove(names)
    if install is None or remove is None:
        return ()
    first = refresh(manager)
    return (
        first,
        Step(
            step,
            f"Install what is missing: {', '.join(names)}",
            why,
            install,
            needs=(first.id,),
            undo=(remove,),
            check=PackagesInstalled(manager, names),
        ),
    )
