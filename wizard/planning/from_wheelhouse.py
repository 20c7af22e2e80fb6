"""Install from a wheelhouse: exactly the files of its manifest, each with its checksum.

pip and uv compare the checksums when they read the files (``--require-hashes``), so a file that was
added or changed after the plan was made is not installed either. The list names every package, so
nothing is resolved at that moment. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from backends.action import WriteFile
from wizard.errors import Impossible
from wizard.facts import HeldWheel, Python
from wizard.installed import normalized
from wizard.markers import is_true, marker_environment
from wizard.needs.case import Case
from wizard.needs.tags import current_pip_tags, expand
from wizard.plan import Step
from wizard.target_environment import Target, path_rules
from wizard.versions import allows, key

LIST = "wheelhouse-requirements.txt"
PIP_LIST = "wheelhouse-pip.txt"
PIP = "pip"


def listed(path: str) -> tuple[str, ...]:
    """Return the words with which pip and uv install what a list of `list_step` names."""
    return ("--require-hashes", "--no-deps", "--requirement", path)


def path_of(case: Case, target: Target, name: str) -> str:
    """Return the path of the list ``name`` in the environment."""
    return str(path_rules(case.facts).join(target.folder, name))


def list_step(
    case: Case,
    target: Target,
    names: tuple[str, ...],
    *,
    file: str = LIST,
    needs: tuple[str, ...] = (),
    alone: bool = False,
) -> Step:
    """Return the step that writes the list of the packages ``names``, with all that they need.

    With ``alone``, it names only these. Raises Impossible if the wheelhouse lacks one of them.
    """
    chosen = _with_dependencies(case, target, names, alone=alone)
    lines = (_line(name, wheels) for name, wheels in chosen.items())
    return Step(
        file.partition(".")[0],
        "List the wheels with their checksums",
        "They are those of the manifest. The installation uses no other file, and none that has "
        "changed.",
        WriteFile(path_of(case, target, file), "".join(lines)),
        needs=needs,
        role="preparation",
    )


def _with_dependencies(
    case: Case, target: Target, names: tuple[str, ...], *, alone: bool
) -> dict[str, tuple[HeldWheel, ...]]:
    """Return the wheels of each package, in one version, by name."""
    from packaging.requirements import InvalidRequirement, Requirement  # slow to import

    python = target.python
    environment = marker_environment(python, case.facts.system.name)
    present = {} if target.new else _installed(python)
    chosen: dict[str, tuple[HeldWheel, ...]] = {}
    complete = () if alone else _set_of_kit(case.facts.held, python, case.choices.release)
    if complete and target.new:
        return {w.name: (w,) for w in complete if w.name != PIP or PIP in names}
    # What else a workshop needs goes into an environment that exists, too, if it is not there.
    names = (*names, *(w.name for w in complete if w.name not in (*names, *present, PIP)))
    pending = [(name, f"=={case.choices.release}" * (name == "cryptography")) for name in names]
    while pending:
        name, specifier = pending.pop(0)
        is_there = name not in names and name in present and allows(specifier, present[name])
        if name in chosen or is_there:
            continue
        chosen[name] = _wheels(case.facts.held, python, name, specifier)
        if alone:
            continue
        for line in chosen[name][0].requires:
            try:
                requirement = Requirement(line)
            except InvalidRequirement:
                continue  # pip ignores it too
            if requirement.marker is None or is_true(requirement.marker, environment):
                pending.append((normalized(requirement.name), str(requirement.specifier)))
    return chosen


def _set_of_kit(held: Iterable[HeldWheel], python: Python, release: str) -> tuple[HeldWheel, ...]:
    """Return the wheels that a kit chose for such a Python with this release; empty if none."""
    sets: dict[str, list[HeldWheel]] = {}
    for wheel in held:
        for name in wheel.sets:
            if name.endswith(f"-{python.label}"):
                sets.setdefault(name, []).append(wheel)
    accepted = set(expand(current_pip_tags(python)))
    for wheels in sets.values():
        has_release = any((w.name, w.version) == ("cryptography", release) for w in wheels)
        if has_release and accepted and all(_fits(w, python, accepted) for w in wheels):
            return tuple(sorted(wheels, key=lambda wheel: wheel.name))
    return ()


def _installed(python: Python) -> dict[str, str]:
    return {normalized(each.name): each.version for each in python.packages or ()}


def _wheels(
    held: Iterable[HeldWheel], python: Python, name: str, specifier: str
) -> tuple[HeldWheel, ...]:
    """Return all wheels of the newest version of a package that this Python can use.

    Those that it can use come first.
    """
    versions: dict[str, list[HeldWheel]] = {}
    for wheel in held:
        if wheel.name == name and allows(specifier, wheel.version):
            versions.setdefault(wheel.version, []).append(wheel)
    accepted = set(expand(current_pip_tags(python)))
    for version in sorted(versions, key=key, reverse=True):
        wheels = versions[version]
        fitting = [wheel for wheel in wheels if _fits(wheel, python, accepted)]
        if fitting:
            return (*fitting, *(wheel for wheel in wheels if wheel not in fitting))
    raise Impossible(
        f"The wheelhouse has no wheel of {name}{specifier} for {python.path}.",
        why=f"It has {', '.join(versions)}, for other Pythons." if versions else "",
        hints=("Make it again with this Python as one of --targets.",),
    )


def _fits(wheel: HeldWheel, python: Python, accepted: set[str]) -> bool:
    if not allows(wheel.requires_python, python.version):
        return False
    return not accepted or not accepted.isdisjoint(expand((wheel.tags,)))


def _line(name: str, wheels: tuple[HeldWheel, ...]) -> str:
    hashes = "".join(f" \\\n    --hash=sha256:{wheel.sha256}" for wheel in wheels)
    return f"{name}=={wheels[0].version}{hashes}\n"
