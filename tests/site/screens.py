"""Every screen with its picture, and every question with its help."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import assets
from tests.site.markdown import deeper, front, plain
from wizard.choices import described

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CHECKOUT = Path(__file__).parents[2]
PICTURES = CHECKOUT / "assets" / "screenshots"
TITLES = CHECKOUT / "docs" / "site" / "screens.toml"


def titles() -> dict[str, dict[str, str]]:
    """Return the title of each picture and the help page that explains it, in their order."""
    return dict(tomllib.loads(TITLES.read_text(encoding="utf-8")))


def files() -> dict[str, str]:
    """Return the name of each picture's file, by the name of the picture."""
    return {file.stem: file.name for file in PICTURES.iterdir() if file.suffix in (".svg", ".png")}


def pages() -> dict[str, str]:
    """Return the pages by their paths. Raises ValueError if a picture has no title."""
    known = titles()
    missing = files().keys() ^ known.keys()
    if missing:
        raise ValueError(f"{TITLES.name} and the pictures differ: {', '.join(sorted(missing))}")
    return {"screens.md": _screens(known), "questions.md": _questions()}


def _screens(known: dict[str, dict[str, str]]) -> str:
    parts = [
        front(
            title="Every screen", description="Each screen of the wizard with its picture and help"
        ),
        "# Every screen",
        "Everything works with the keyboard alone, in light and dark terminals, with 16 colours "
        "or none. `--prompts` asks the same questions line by line, `--plain` as numbered text.",
    ]
    for name, row in known.items():
        parts += [f"## {plain(row['title'])}", f"![{row['title']}](pictures/{files()[name]})"]
        if "help" in row:
            text = assets.text(f"help/{row['help']}.md").strip()
            parts.append(deeper(_without_title(text), 2))
    return "\n\n".join(parts) + "\n"


def _without_title(text: str) -> str:
    """Return a help text without its first line, if that is a title."""
    first, _, rest = text.partition("\n")
    return rest.strip() if re.fullmatch(r"\*\*.*\*\*|#+ .*", first.strip()) else text


def _questions() -> str:
    parts = [
        front(
            title="Every question", description="What the wizard asks, and what each answer means"
        ),
        "# Every question",
        "The wizard asks only what matters on your machine. Each question is also a flag, and a "
        "key of an [answers file](commands/install.md).",
    ]
    files = {file.stem: file for file in (CHECKOUT / "assets" / "questions").glob("*.md")}
    for name, choice in described().items():
        # Two questions can be about one choice: `openssl` and `openssl_version`.
        for own in [own for own in (name, f"{name}_version") if own in files]:
            text = files.pop(own).read_text(encoding="utf-8").strip()
            title, _, rest = text.partition("\n")
            parts += [f"## {title.lstrip('# ')}", f"`{choice.flag}`: {plain(choice.help)}."]
            parts.append(deeper(rest.strip(), 1))
    if files:
        raise ValueError(f"no choice has the help {', '.join(sorted(files))}")
    return "\n\n".join(parts) + "\n"
