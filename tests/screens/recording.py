"""One animated SVG from several pictures of the wizard.

Each picture is a frame, shown for some seconds. Rows that frames share are in the file once.
Readers who asked their system for less motion see the last frame, which stands still.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree as ET

SVG = "http://www.w3.org/2000/svg"
_RULE = re.compile(r"\.terminal-\d+-(r\d+) \{ (.*?) \}")
_LINE = re.compile(r"-line-(\d+)")
_CLASS = re.compile(r"-(r\d+)$")


@dataclass(frozen=True)
class Frame:
    """A picture as Textual's ``export_screenshot`` draws it; it is shown for so many seconds."""

    picture: str
    seconds: float


def animated(frames: Sequence[Frame], title: str) -> str:
    """Return the recording. All pictures must have the same size. Raises ValueError."""
    boxes = {re.search(r'viewBox="([^"]*)"', frame.picture)[1] for frame in frames}  # type: ignore[index]
    if len(boxes) != 1:
        raise ValueError(f"the pictures have different sizes: {', '.join(sorted(boxes))}")
    styles: dict[str, str] = {}
    rows: dict[str, str] = {}
    groups = []
    for number, frame in enumerate(frames):
        drawn = _rows(frame.picture, styles)
        names = [rows.setdefault(row, f"r{len(rows)}") for row in drawn]
        used = "".join(f'<use href="#{name}"/>' for name in names)
        groups.append(f'<g class="frame f{number}">{used}</g>')
    defined = "".join(f'<g id="{name}">{row}</g>' for row, name in rows.items())
    return (
        f'<svg xml:space="preserve" viewBox="{boxes.pop()}" xmlns="{SVG}" role="img">'
        f"<title>{_escaped(title)}</title>\n"
        f"<style>\n{_style(styles, frames)}\n</style>\n"
        f"<defs>{defined}</defs>\n{_window(frames[0].picture)}\n"
        f'<g transform="translate(9, 41)" shape-rendering="crispEdges">{"".join(groups)}</g>\n'
        "</svg>\n"
    )


def _style(styles: dict[str, str], frames: Sequence[Frame]) -> str:
    """Return the colours, and when each frame can be seen."""
    whole = sum(frame.seconds for frame in frames)
    lines = [
        "text { font-family: Fira Code, ui-monospace, Menlo, monospace; font-size: 20px }",
        ".title { font-family: arial; font-size: 18px; font-weight: bold }",
        ".frame { visibility: hidden }",
        f".f{len(frames) - 1} {{ visibility: visible }}",
        *(f".{name} {{ {style} }}" for style, name in styles.items()),
        "@media (prefers-reduced-motion: no-preference) {",
    ]
    ends = list(itertools.accumulate(frame.seconds for frame in frames))
    for number, (frame, end) in enumerate(zip(frames, ends)):
        start, stop = (end - frame.seconds) / whole * 100, end / whole * 100
        lines.append(
            f"@keyframes k{number} {{ 0% {{ visibility: {'visible' if start == 0 else 'hidden'} }} "
            f"{start:.2f}% {{ visibility: visible }} {stop:.2f}%, 100% {{ visibility: hidden }} }}"
        )
        lines.append(f".f{number} {{ animation: k{number} {whole:g}s step-end infinite }}")
    return "\n".join([*lines, "}"])


def _rows(picture: str, styles: dict[str, str]) -> Iterator[str]:
    """Yield each row of a picture: its backgrounds and texts, with common names for the colours."""
    own = {
        name: styles.setdefault(rule, f"c{len(styles)}") for name, rule in _RULE.findall(picture)
    }
    grounds: dict[int, list[_Ground]] = {}
    texts: dict[int, list[str]] = {}
    for element in ET.fromstring(picture).iter():  # noqa: S314 - drawn by this program
        kind = element.tag.partition("}")[2]
        if kind == "rect" and element.get("shape-rendering") == "crispEdges":
            ground = _Ground.read(element)
            row = grounds.setdefault(round((ground.y - 1.5) / 24.4), [])
            if row and row[-1].fill == ground.fill and abs(row[-1].end - ground.x) < 0.1:
                ground = replace(row.pop(), end=ground.end)
            row.append(ground)
        elif kind == "text" and (line := _LINE.search(element.get("clip-path", ""))):
            name = _CLASS.search(element.get("class", ""))
            text = element.text or ""
            if name and text.strip("\n \u00a0"):
                texts.setdefault(int(line[1]), []).append(_text(element, own[name[1]], text))
    for number in sorted(grounds.keys() | texts.keys()):
        backs = "".join(ground.drawn() for ground in grounds.get(number, ()))
        yield backs + "".join(texts.get(number, ()))


@dataclass(frozen=True)
class _Ground:
    """The background of a part of a row."""

    fill: str
    x: float
    end: float
    y: float
    height: str

    @classmethod
    def read(cls, element: ET.Element) -> _Ground:
        """Read a rectangle of a picture."""
        given = element.attrib
        x, width = float(given["x"]), float(given["width"])
        return cls(given["fill"], x, x + width, float(given["y"]), given["height"])

    def drawn(self) -> str:
        """Return the rectangle."""
        place = f'x="{_short(self.x)}" y="{_short(self.y)}" width="{_short(self.end - self.x)}"'
        return f'<rect fill="{self.fill}" {place} height="{self.height}"/>'


def _text(element: ET.Element, style: str, text: str) -> str:
    place = " ".join(
        f'{name}="{_short(float(element.attrib[name]))}"' for name in ("x", "y", "textLength")
    )
    return f'<text class="{style}" {place}>{_escaped(text)}</text>'


def _short(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _window(picture: str) -> str:
    """Return the window around the screen, with its title."""
    found = re.search(r"</defs>\s*(.*?)<g transform", picture, re.DOTALL)
    if not found:
        raise ValueError("the picture has no window")
    return re.sub(r'class="terminal-\d+-(\w+)"', r'class="\1"', found[1].strip())


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
