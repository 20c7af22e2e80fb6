"""Pythons of unusual kinds, and variables that change what every Python imports."""

from __future__ import annotations

from wizard.facts import Facts, Python
from wizard.needs.condition import Condition, Subject
from wizard.refused import Refused
from wizard.target_environment import bases, path_rules, usable
from wizard.versions import at_least
from wizard.wording import joined, quoted_command

FIRST_MUSL_SUFFIX = "3.11"
"""The first CPython whose compiled modules for musl have another name than those for glibc
(measured: cffi's wheels for musl end in ``-linux-gnu.so`` for 3.10, in ``-linux-musl.so`` for
3.11)."""
CONDA_TOOLS = ("conda", "mamba", "micromamba")


def python_home(subject: Subject) -> Condition | None:
    """Return a condition if PYTHONHOME is set: no environment works while it is."""
    home = subject.facts.python_home
    if not home:
        return None
    refused = Refused(
        f"PYTHONHOME is set to {home}, so every Python takes its packages from there, and none "
        "from its environment.",
        (f"Remove the variable, and start again: {_unset(subject.facts, 'PYTHONHOME')}",),
    )
    return _impossible("PYTHONHOME", refused)


def shadowed(subject: Subject) -> Condition | None:
    """Return a condition if PYTHONPATH has a package that must come from the environment."""
    folders = subject.facts.shadowing
    if not folders:
        return None
    refused = Refused(
        f"PYTHONPATH contains {joined(folders)}, where every Python finds cryptography or cffi "
        "before those of its environment.",
        (f"Remove the variable, and start again: {_unset(subject.facts, 'PYTHONPATH')}",),
    )
    return _impossible("PYTHONPATH", refused)


def wrong_suffix(subject: Subject) -> Condition | None:
    """Return a condition if this Python looks for compiled modules by the names of another libc.

    It then takes the wheels for its own libc, but does not find cffi's compiled module in them
    (astral-sh/python-build-standalone, issue 724).
    """
    python = subject.python
    if not has_wrong_suffix(python):
        return None
    refused = Refused(
        f"{python.path} uses {python.libc}, but looks for compiled modules under names for another "
        f"C library ({python.suffix}), so it does not find those of cffi.",
        ("Update this Python, or choose another one.", *_other_python(subject)),
    )
    return _impossible("Python", refused)


def has_wrong_suffix(python: Python) -> bool:
    """Return whether a CPython on Linux looks for modules under names for another C library."""
    if python.implementation != "cpython" or not python.libc:
        return False
    has_musl_name = python.libc == "musl" and at_least(python.version, FIRST_MUSL_SUFFIX)
    return ("-gnu" if has_musl_name else "-musl") in python.suffix


def other_libc(subject: Subject) -> Condition | None:
    """Return a condition if Python and the system's compiler use different C libraries."""
    facts, python = subject.facts, subject.python
    if not python.libc or not facts.system.libc or python.libc == facts.system.libc:
        return None
    refused = Refused(
        f"{python.path} uses {python.libc}, but this system's compiler and OpenSSL are for "
        f"{facts.system.libc}.",
        ("Install the wheel instead.", *_other_python(subject)),
    )
    detail = f"{refused.reason} Wheels for {python.libc} fit it; a source build is not possible."
    return Condition("Python", detail, compiled=refused)


def conda(subject: Subject) -> Condition | None:
    """Return what a conda environment decides: conda has its own package of cryptography."""
    if not is_conda(subject.python):
        return None
    folder = subject.python.environment or subject.python.prefix
    command = conda_command(subject.facts, subject.python)
    note = (
        f"{folder} belongs to conda, which does not know what pip installs there, and may replace "
        f"it. conda's own package: {command}"
    )
    return Condition("conda", note, bundled=note, compiled=note)


def is_conda(python: Python) -> bool:
    """Return whether this Python is in an environment of conda, not in one made from it."""
    return python.vendor == "conda" and python.prefix == python.installation


def conda_command(facts: Facts, python: Python | None) -> str:
    """Return the command that installs conda-forge's package, into this Python's environment if it
    is one of conda."""
    tool = next((name for name in CONDA_TOOLS if facts.tool(name)), CONDA_TOOLS[0])
    prefix = ("--prefix", python.prefix) if python is not None and is_conda(python) else ()
    argv = (tool, "install", *prefix, "-c", "conda-forge", "cryptography")
    return quoted_command(argv, facts.system.name)


def store(subject: Subject) -> Condition | None:
    """Return what a Python of the Microsoft Store decides.

    Windows redirects what it writes below AppData to a private folder (Python's documentation,
    "Using Python on Windows", "Redirection of local data"). Other programs, also the wizard, do not
    find an environment there.
    """
    facts, python, folder = subject.facts, subject.python, subject.folder
    if python.vendor != "microsoft-store":
        return None
    detail = "This Python is from the Microsoft Store."
    if "\\appdata\\" not in f"{path_rules(facts).normcase(folder)}\\" or python.environment:
        return Condition("Store", detail)
    refused = Refused(
        f"{detail} Windows moves what it writes below AppData to a private folder, so an "
        f"environment in {folder} would not be found.",
        ("Choose a folder outside of AppData: --venv FOLDER",),
    )
    return _impossible("Store", refused)


def _impossible(title: str, refused: Refused) -> Condition:
    """Return a condition under which nothing is possible."""
    return Condition(title, refused.reason, "\n".join(refused.hints), refused, refused)


def _other_python(subject: Subject) -> tuple[str, ...]:
    """Return the hint to take a Python of this machine whose C library and names agree."""
    facts, python = subject.facts, subject.python
    for other in bases(facts):
        if other.path == python.path or not usable(other) or other.libc != facts.system.libc:
            continue
        if not has_wrong_suffix(other):
            return (f"For example: --python {other.path}",)
    return ()


def _unset(facts: Facts, variable: str) -> str:
    return f"set {variable}=" if facts.system.name == "windows" else f"unset {variable}"
