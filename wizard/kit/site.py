"""What a served kit answers to a request: an index for pip and uv, its files, and how to join.

Pure: no socket, and nothing is read after `build`. Only what the manifest names can be asked for,
by its exact path, so no request leads out of the folder.
"""

from __future__ import annotations

import json
import re
import shlex
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Optional, Union
from urllib.parse import quote, unquote

from packaging.utils import canonicalize_name

import assets
from wizard import checksums
from wizard.kit.resolving import wheel_of
from wizard.proof import kit_manifest, wheel_metadata
from wizard.proof.kit_manifest import START, WHEELS, WIZARD, Kit
from wizard.serving.server import TEXT, Response

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"
INDEX = "simple"
"""The folder of the index."""
WORKSHOP = "workshop.txt"
"""The requirements of the workshop, for laptops that join."""
JOINS = ("join.sh", "join.ps1")
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".txt": TEXT,
    ".sh": TEXT,
    ".ps1": TEXT,
    ".metadata": TEXT,
}
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)


@dataclass(frozen=True)
class _Wheel:
    file: str
    version: str
    sha256: str
    size: int
    requires_python: str
    metadata: bytes


@dataclass(frozen=True)
class Site:
    """Everything that can be asked for.

    ``files`` are those of the folder, by path, with their place and checksum; ``texts`` are made
    here; ``projects`` are the wheels of each package, by its normalized name.
    """

    kit: Kit
    files: Mapping[str, tuple[Path, kit_manifest.File]]
    texts: Mapping[str, bytes]
    projects: Mapping[str, Sequence[_Wheel]]
    wizard: str = ""
    """The checksum of the wizard's file in the kit; empty: the kit has none."""

    def respond(self, target: str, headers: Mapping[str, str], base: str) -> Response:
        """Return the answer to GET of ``target``, the path of the request line.

        The names of ``headers`` are in lower case. ``base`` is the address of this server as the
        laptop knows it: ``http://192.0.2.7:8000``.
        """
        path = unquote(target.partition("?")[0].partition("#")[0])
        if not path.startswith("/") or "\0" in path:
            return _error(400, "This is not a path.")
        path = path[1:]
        if path == "":
            return _text("text/html; charset=utf-8", self._welcome(base))
        if path in JOINS:
            if not self.wizard:
                return _error(404, "This kit has no wizard to start.")
            return _text(_type(path), self.join(path, base))
        if path == INDEX or path.startswith(f"{INDEX}/"):
            return self._index(path, headers.get("accept", ""))
        if path in self.texts:
            return _ranged(
                self.texts[path], checksums.of_bytes(self.texts[path]), _type(path), headers
            )
        if path in self.files:
            place, file = self.files[path]
            return _ranged((place, file.size), file.sha256, _type(path), headers)
        return _error(404, "This is not in the kit.")

    def _index(self, path: str, accept: str) -> Response:
        parts = path.split("/")
        kind = _negotiated(accept)
        if kind is None:
            return _error(406, f"Possible are {JSON}, {HTML} and text/html.")
        if parts[1:] == [] or (len(parts) == 2 and parts[1]):
            name = canonicalize_name(parts[1]) if parts[1:] else ""
            if name and name not in self.projects:
                return _error(404, "This package is not in the kit.")
            return _moved(f"/{INDEX}/{name}/" if name else f"/{INDEX}/")
        if parts[1:] == [""]:
            return _text(kind, self._list(kind))
        if len(parts) != 3 or parts[2]:
            return _error(404, "The index has no such page.")
        name = canonicalize_name(parts[1])
        if name not in self.projects:
            return _error(404, "This package is not in the kit.")
        if name != parts[1]:
            return _moved(f"/{INDEX}/{name}/")
        return _text(kind, self._project(name, kind))

    def _list(self, kind: str) -> bytes:
        names = sorted(self.projects)
        if kind == JSON:
            rows = [{"name": name} for name in names]
            return json.dumps({"meta": {"api-version": "1.1"}, "projects": rows}).encode()
        links = (f'<a href="{name}/">{name}</a><br>' for name in names)
        return _html("Packages", links)

    def _project(self, name: str, kind: str) -> bytes:
        wheels = self.projects[name]
        if kind == JSON:
            page = {
                "meta": {"api-version": "1.1"},
                "name": name,
                "versions": sorted({wheel.version for wheel in wheels}),
                "files": [
                    {
                        "filename": wheel.file,
                        "url": _address(wheel.file),
                        "hashes": {"sha256": wheel.sha256},
                        "size": wheel.size,
                        "yanked": False,
                        "core-metadata": {"sha256": checksums.of_bytes(wheel.metadata)},
                        "dist-info-metadata": {"sha256": checksums.of_bytes(wheel.metadata)},
                        **(
                            {"requires-python": wheel.requires_python}
                            if wheel.requires_python
                            else {}
                        ),
                    }
                    for wheel in wheels
                ],
            }
            return json.dumps(page).encode()
        return _html(name, map(_link, wheels))

    def join(self, name: str, base: str) -> bytes:
        """Return the script that makes a laptop join: it starts the wizard with this index."""
        quoted = _powershell_quoted if name.endswith(".ps1") else shlex.quote
        text = assets.text(f"kit/{name}")
        host = re.sub(r"^http://(.*?)(?::\d+)?$", r"\1", base)
        for mark, value in (
            ("@BASE@", base),
            ("@HOST@", host),
            ("@SHA256@", self.wizard),
            ("@WORKSHOP@", WORKSHOP if WORKSHOP in self.texts else ""),
        ):
            text = text.replace(mark, quoted(value))
        return text.encode()

    def _welcome(self, base: str) -> bytes:
        lines = one_liners(base) if self.wizard else ()
        joins = "".join(
            f"<h2>{escape(title)}</h2>\n<pre><code>{escape(line)}</code></pre>\n"
            for title, line in lines
        )
        return (
            Template(assets.text("kit/join.html"))
            .substitute(
                newest=escape(self.kit.newest),
                joins=joins or "<p>This kit has only packages.</p>\n",
                index=escape(f"{base}/{INDEX}/"),
                start=quote(START),
            )
            .encode()
        )


def one_liners(base: str) -> tuple[tuple[str, str], ...]:
    """Return what to type to join, each with its title."""
    return (
        ("Mac, and Linux with curl", f'sh -c "$(curl -fsS {base}/join.sh)"'),
        ("Linux with wget", f'sh -c "$(wget -qO- {base}/join.sh)"'),
        ("Windows, in PowerShell", f"irm {base}/join.ps1 | iex"),
    )


def build(folder: Path, kit: Kit) -> Site:
    """Return the site of a kit, whose files were compared with the manifest before.

    Raises OSError and the errors of `wheel_metadata.UNREADABLE` if a wheel cannot be read.
    """
    files = {file.path: (folder / file.path, file) for file in kit.files}
    projects: dict[str, list[_Wheel]] = {}
    metadata: dict[str, bytes] = {}
    for path, (place, file) in files.items():
        wheel = wheel_of(place.name) if path.startswith(f"{WHEELS}/") else None
        if wheel is None:
            continue
        with zipfile.ZipFile(place) as archive:
            text = wheel_metadata.text(archive)
        row = _Wheel(
            place.name,
            str(wheel.version),
            file.sha256,
            file.size,
            wheel_metadata.requires_python(text),
            text.encode(),
        )
        projects.setdefault(wheel.name, []).append(row)
        metadata[f"{path}.metadata"] = row.metadata
    texts = dict(metadata)
    if kit.order.requirements:
        lines = dict.fromkeys(("cryptography", *kit.order.requirements))
        texts[WORKSHOP] = "".join(f"{line}\n" for line in lines).encode()
    manifest = folder / kit_manifest.FILE
    texts[kit_manifest.FILE] = manifest.read_bytes()
    wizard = files[WIZARD][1].sha256 if WIZARD in files else ""
    return Site(kit, files, texts, projects, wizard)


def _negotiated(accept: str) -> Optional[str]:
    """Return the best type of an index page that a client accepts (RFC 9110); None if none is."""
    weights: dict[str, float] = {}
    for part in accept[:2000].split(",") if accept.strip() else ["text/html"]:
        name, *parameters = (word.strip().lower() for word in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            if match := re.fullmatch(r"q=([01](?:\.\d{0,3})?)", parameter):
                weight = min(1.0, float(match[1]))
        weights[name] = weight
    offers = {
        JSON: (JSON, "application/vnd.pypi.simple.latest+json", "application/*"),
        HTML: (HTML, "application/vnd.pypi.simple.latest+html", "application/*"),
        "text/html; charset=utf-8": ("text/html", "text/*", "*/*"),
    }
    best, most = None, 0.0
    for kind, names in offers.items():
        weight = next((weights[name] for name in names if name in weights), 0.0)
        if weight > most:
            best, most = kind, weight
    return best


def _ranged(
    content: Union[bytes, tuple[Path, int]],
    sha256: str,
    kind: str,
    headers: Mapping[str, str],
) -> Response:
    """Return a file or a part of it (RFC 9110). ``content`` is its bytes, or its path
    and its size."""
    size = len(content) if isinstance(content, bytes) else content[1]
    tag = f'"{sha256}"'
    usual = (
        ("Content-Type", kind),
        ("ETag", tag),
        ("Accept-Ranges", "bytes"),
        ("Cache-Control", "no-cache"),
    )

    def part(first: int, length: int) -> Union[bytes, tuple[Path, int, int]]:
        if isinstance(content, bytes):
            return content[first : first + length]
        return content[0], first, length

    if tag in (word.strip() for word in headers.get("if-none-match", "").split(",")):
        return Response(304, usual)
    asked = headers.get("range", "")
    match = _RANGE.fullmatch(asked.replace(" ", ""))
    fresh = headers.get("if-range", tag) == tag
    if not match or not fresh or match[1] == match[2] == "":
        return Response(200, usual, part(0, size))  # several ranges are answered with everything
    first = int(match[1]) if match[1] else max(0, size - int(match[2]))
    last = min(int(match[2]), size - 1) if match[1] and match[2] else size - 1
    if first >= size or first > last:
        whole = (("Content-Range", f"bytes */{size}"),)
        return Response(416, (*usual, *whole))
    stated = (("Content-Range", f"bytes {first}-{last}/{size}"),)
    return Response(206, (*usual, *stated), part(first, last - first + 1))


def _type(path: str) -> str:
    return _TYPES.get(Path(path).suffix, "application/octet-stream")


def _address(file: str) -> str:
    """Return the address of a wheel, relative to the page of its project."""
    return f"../../{WHEELS}/{quote(file)}"


def _link(wheel: _Wheel) -> str:
    python = (
        f' data-requires-python="{escape(wheel.requires_python)}"' if wheel.requires_python else ""
    )
    own = f"sha256={checksums.of_bytes(wheel.metadata)}"
    return (
        f'<a href="{_address(wheel.file)}#sha256={wheel.sha256}"{python} '
        f'data-core-metadata="{own}" data-dist-info-metadata="{own}">{escape(wheel.file)}</a><br>'
    )


def _html(title: str, links: object) -> bytes:
    body = "\n".join(links)  # type: ignore[arg-type]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="pypi:repository-version" content="1.1">'
        f"<title>{escape(title)}</title></head><body>\n<h1>{escape(title)}</h1>\n{body}\n"
        "</body></html>\n"
    ).encode()


def _text(kind: str, body: bytes) -> Response:
    return Response(
        200, (("Content-Type", kind), ("Cache-Control", "no-cache"), ("Vary", "Accept")), body
    )


def _moved(where: str) -> Response:
    return Response(301, (("Location", quote(where)),))


def _error(status: int, why: str) -> Response:
    return Response(status, (("Content-Type", TEXT),), f"{why}\n".encode())


def _powershell_quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
