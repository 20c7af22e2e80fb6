"""The first page of a kit, for the browser of each laptop, and the files to start by a click."""

from __future__ import annotations

from html import escape
from string import Template

import assets
from wizard.kit.platforms import System, ranges
from wizard.kit.selection import Chosen, Selection
from wizard.proof.kit_manifest import WHEELS, WIZARD

STARTERS = ("start.command", "start.cmd", "start.sh")
"""Files that start the wizard by a double click: on macOS, on Windows, on Linux."""
_TITLES: tuple[tuple[System, str], ...] = (
    ("macos", "Mac"),
    ("windows", "Windows"),
    ("linux", "Linux"),
)

_HOMES: dict[System, str] = {
    "macos": "~/cryptography-env",
    "windows": r"%USERPROFILE%\cryptography-env",
    "linux": "~/cryptography-env",
}
"""Where the environment is made, as it is typed there."""


def starters() -> dict[str, bytes]:
    """Return the starters by name; those that this wizard does not include are left out."""
    found = {}
    for name in STARTERS:
        try:
            found[name] = assets.text(f"kit/{name}").encode()
        except FileNotFoundError:
            continue
    return found


def start(selection: Selection, *, has_wizard: bool) -> str:
    """Return the page ``START-HERE.html``: plain HTML, without anything from elsewhere."""
    systems = [
        (
            system,
            title,
            [each for each in selection.chosen if each.target.platform.system == system],
        )
        for system, title in _TITLES
    ]
    present = [row for row in systems if row[2]]
    sections = "\n".join(
        _section(system, title, chosen, has_wizard=has_wizard) for system, title, chosen in present
    )
    links = "\n".join(
        f'<li><a href="#{system}">{escape(title)}</a></li>' for system, title, _ in present
    )
    return Template(assets.text("kit/start.html")).substitute(
        newest=escape(selection.newest), links=links, sections=sections
    )


def _section(system: System, title: str, chosen: list[Chosen], *, has_wizard: bool) -> str:
    python = "py" if system == "windows" else "python3"
    if has_wizard:
        steps = _with_wizard(system, python)
    else:
        steps = _with_pip(system, python, chosen[-1].target.name)
    groups: dict[tuple[str, str, str], list[str]] = {}
    for each in chosen:
        place = each.target.platform.title, each.release, _from(each, system)
        groups.setdefault(place, []).append(each.target.python)
    rows = "\n".join(
        f'<tr><th scope="row">{escape(computer)}</th><td>{escape(ranges(pythons))}</td>'
        f"<td>{escape(release)}</td><td>{escape(oldest)}</td></tr>"
        for (computer, release, oldest), pythons in groups.items()
    )
    caveats = dict.fromkeys(
        f"{each.target.platform.title}: {each.caveat}" for each in chosen if each.caveat
    )
    notes = "".join(f"<li>{escape(text)}</li>" for text in caveats)
    return (
        f'<section id="{system}" aria-labelledby="{system}-title">\n'
        f'<h2 id="{system}-title">{escape(title)}</h2>\n{steps}\n'
        f"<h3>What is here for {escape(title)}</h3>\n"
        '<table>\n<thead><tr><th scope="col">Computer</th><th scope="col">Python</th>'
        '<th scope="col">cryptography</th><th scope="col">Works from</th></tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table>\n"
        + (f"<ul>{notes}</ul>\n" if notes else "")
        + "</section>"
    )


def _from(chosen: Chosen, system: System) -> str:
    if not chosen.oldest:
        return "any version"
    if system == "macos":
        return f"macOS {chosen.oldest}"
    libc = chosen.target.platform.libc
    return f"{libc} {chosen.oldest}"


def _with_wizard(system: System, python: str) -> str:
    click = {"macos": "start.command", "windows": "start.cmd", "linux": "start.sh"}[system]
    terminal = {
        "macos": "Open Terminal (press ⌘ and the space bar, type Terminal, press Enter).",
        "windows": "Open this folder in the Explorer, click its address bar, type <kbd>cmd</kbd>, "
        "press Enter.",
        "linux": "Open a terminal in this folder.",
    }[system]
    go = (
        "<li>Type <kbd>cd</kbd> and a space, drag the folder of this page into the window, press "
        "Enter.</li>\n"
        if system == "macos"
        else ""
    )
    # A stick may be read-only, and FAT32 has no links, which environments need.
    command = f"{python} {WIZARD} --from-wheelhouse . --venv {_HOMES[system]}"
    quick = (
        f"<p>If this folder has the file <code>{click}</code>: double-click it. Otherwise:</p>\n"
    )
    return (
        f"{quick if click in starters() else ''}<ol>\n<li>{terminal}</li>\n{go}"
        f"<li>Type this, and press Enter:<pre><code>{escape(command)}</code></pre></li>\n</ol>\n"
        "<p>It needs no network. It installs into the folder "
        "<code>cryptography-env</code> in your home folder, and proves that it works.</p>"
    )


def _with_pip(system: System, python: str, name: str) -> str:
    home = _HOMES[system]
    inside = rf"{home}\Scripts\python" if system == "windows" else f"{home}/bin/python"
    command = (
        f"{python} -m venv {home}\n{inside} -m pip install --no-index --find-links {WHEELS} "
        f"--require-hashes -r requirements/{name}.txt"
    )
    return (
        "<p>In a terminal in this folder, with the list for your computer and Python (one of the "
        f"table below):</p>\n<pre><code>{escape(command)}</code></pre>"
    )
