"""Faults of the network: each of them × what is fetched × who fetches it, through the real wizard.

A server on loopback (`tests.faults.faulty`) has an index with real wheels, an archive of
OpenSSL, and rustup's installer; it spoils the answers. A fault that passes must end
proved; one that stays must be named, with what the server said.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.faults import faulty
from tests.faults.faulty import ALWAYS, JSON, Answer, Fault, Server, Spoiler, serving
from tests.faults.kind import Case, Kind, Setting, Wrong
from tests.faults.network_ways import Road, roads
from tests.live import machine
from tests.live.command import Wizard, finished
from tests.live.mirror import Mirror
from tests.mac import downloads

SECONDS = 240.0
"""The limit of one case. The longest are those of uv with a server that never answers."""
WAIT = "2"
"""Seconds for one wait for the network, in the settings of pip and uv."""
LAUNCHER = """\
import sys
sys.path.insert(0, {place!r})
from backends import pip, uv
from wizard.running import transfer
pip.INSTALL_SECONDS = uv.INSTALL_SECONDS = {limit}
transfer.READ_TIMEOUT = 2.0
transfer.PAUSES = (0.2,) * len(transfer.PAUSES)
from screens.cli import main
sys.exit(main())
"""
"""Starts the wizard with shorter time limits than the real ones."""
FORBIDDEN = ("Traceback (most recent call last)", "this is a bug", "Search the web")
TAMPERED = re.compile("tamper|not the expected one|differs from the published", re.IGNORECASE)


@dataclass(frozen=True)
class Damage:
    """One fault of a network, and what the wizard must say if it stays.

    ``page``, ``file`` and ``archive`` are regular expressions for what the wizard says if it
    happens to the index, to a wheel, or to a download of the wizard; empty if it does not there.
    ``passes`` says that it is also tried as a passing fault, which has to end well. With
    ``tampered``, the sentence may speak of another file than the expected one.
    """

    name: str
    spoil: Spoiler
    page: str = ""
    file: str = ""
    archive: str = ""
    passes: bool = False
    tampered: bool = False


CUT = "broke off"
CUT_PAGE = "before its answer was complete"
"""The words for a page, and for the line with a checksum."""
NOT_THE_FILE = "Something other than the file arrived"
"""uv only says that it is not a wheel; pip also says how long it is."""
DAMAGES = (
    Damage(
        "stall",
        faulty.stalls,
        r"did not answer within",
        rf"stopped sending|{CUT}",
        r"stalled|stopped|did not answer",
        passes=True,
    ),
    Damage(
        "silent",
        faulty.silent,
        r"did not answer within",
        r"stopped sending|too slow, or has stopped",
        r"did not answer in time",
        passes=True,
    ),
    Damage("reset", faulty.resets, CUT_PAGE, CUT, f"{CUT}|{CUT_PAGE}", passes=True),
    Damage("truncated", faulty.cut, CUT_PAGE, CUT, f"{CUT}|{CUT_PAGE}", passes=True),
    Damage(
        "truncated-chunks",
        faulty.cut_chunks,
        CUT_PAGE,
        rf"{CUT}|{NOT_THE_FILE}",
        rf"{CUT}|differs",
        passes=True,
    ),
    Damage("no-ranges", faulty.no_ranges, "", f"{CUT}|{NOT_THE_FILE}", CUT, passes=True),
    Damage("wrong-range", faulty.wrong_range, "", f"{CUT}|{NOT_THE_FILE}", CUT, passes=True),
    Damage("slow", faulty.slow, "", "too slow", ""),
    Damage(
        "redirect-loop",
        faulty.loops,
        "redirects endlessly",
        f"redirects the request endlessly|{NOT_THE_FILE}",
        "redirects endlessly",
    ),
    Damage(
        "sign-in-page",
        faulty.instead(faulty.SIGN_IN),
        "sign-in page",
        NOT_THE_FILE,
        "web page",
    ),
    Damage("bad-json", faulty.instead(b'{"files": [', JSON), "JSON that is not an index page"),
    Damage(
        "wrong-type",
        faulty.instead(b"\0\1\2", faulty.BINARY),
        "answered with application/octet-stream",
    ),
    Damage(
        "empty-listing",
        faulty.instead(b'{"meta": {"api-version": "1.0"}, "name": "x", "files": []}', JSON),
        "lists no file of cryptography",
    ),
    Damage(
        "gzip-garbage",
        faulty.bad_gzip,
        "compressed data that cannot be unpacked",
        NOT_THE_FILE,
        "differs from|compressed",
        tampered=True,
    ),
    Damage(
        "401",
        faulty.status(401),
        r"asks for a user name and password \(401\)",
        r"HTTP 401\)",
        r"401",
    ),
    Damage(
        "403",
        faulty.status(403, b'{"message": "blocked by a policy"}', "application/json"),
        r"refuses access \(403: “blocked by a policy”\)",
        r"refuses this file \(403\)",
        r"403",
    ),
    Damage("404", faulty.status(404), r"does not exist \(404\)", r"404", r"404"),
    Damage(
        "407",
        faulty.status(407),
        r"proxy asks for a user name and password",
        r"407",
        r"proxy asks for a user name and password",
    ),
    Damage(
        "429",
        faulty.status(429, Retry_After="1"),
        r"asked too often from here \(429\)",
        r"429",
        r"asked too often from here",
        passes=True,
    ),
    Damage("451", faulty.status(451), r"\(451\)", r"refuses this file \(451\)", r"451"),
    *(
        Damage(
            str(code),
            faulty.status(code),
            rf"server error \({code}\)",
            r"itself reports an error",
            str(code),
            passes=True,
        )
        for code in (500, 502, 503)
    ),
    Damage("another-wheel", faulty.replaced, "", TAMPERED.pattern, "", tampered=True),
    Damage(
        "wrong-hash",
        faulty.changed,
        "",
        f"{TAMPERED.pattern}|{NOT_THE_FILE}",
        TAMPERED.pattern,
        tampered=True,
    ),
)


@dataclass(frozen=True)
class House:
    """A user's home and folders below ``folder``, the wizard in it, and the user's variables."""

    folder: Path
    limit: float = 900.0
    """Seconds for an installation."""
    variables: dict[str, str] = field(default_factory=dict)

    def prepared(self) -> Wizard:
        """Make the folders, and return the wizard."""
        wizard = Wizard.below(self.folder)
        wizard.launcher.write_text(
            LAUNCHER.format(place=str(machine.CHECKOUT), limit=self.limit), encoding="utf-8"
        )
        for name in ("home", "tmp"):
            (self.folder / name).mkdir(exist_ok=True)
        return wizard

    def environment(self, server: Server, wizard: Wizard) -> dict[str, str]:
        """Return the variables of a user whose index is ``server``."""
        home = self.folder / "home"
        mine = {
            "HOME": str(home),
            "TMPDIR": str(self.folder / "tmp"),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "PIP_INDEX_URL": f"{server.url}/simple",
            "PIP_FIND_LINKS": "",
            "PIP_DEFAULT_TIMEOUT": WAIT,
            "UV_HTTP_TIMEOUT": WAIT,
            **self.variables,
        }
        given = wizard.environment(**mine)
        others: tuple[str, ...] = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
        others = (*others, "requests_ca_bundle", "curl_ca_bundle")
        return {
            name: value
            for name, value in given.items()
            if name in mine
            or name == "PIP_CERT"
            or (name.lower() not in others and not name.startswith(("UV_", "PIP_")))
        }


@dataclass(frozen=True)
class Seen:
    """How a run of the wizard has ended. ``stopped`` is the step after which it was stopped."""

    code: int
    out: str
    err: str
    server: Server
    folder: Path
    stopped: str = ""

    @property
    def report(self) -> dict[str, Any]:
        """What it wrote to standard output."""
        try:
            found: dict[str, Any] = json.loads(self.out)
        except ValueError:
            raise Wrong(f"no JSON: {self}") from None
        return found

    @property
    def said(self) -> str:
        """What it says about the error."""
        error = self.report.get("error") or {}
        return "\n".join((error.get("what", ""), error.get("why", ""), *error.get("hints", ())))

    def __str__(self) -> str:
        asked = [f"{method} {path} {part}" for method, path, part in self.server.seen][-20:]
        try:
            out = json.dumps(json.loads(self.out)["error"], indent=1, ensure_ascii=False)
        except (ValueError, KeyError):
            out = self.out[-2500:] + self.err[-1500:]
        return "\n".join((f"exit {self.code}", out, "asked for:", *asked))


def run(house: House, server: Server, arguments: tuple[str, ...], stop_after: str = "") -> Seen:
    """Run the wizard to its end; or end it when the step ``stop_after`` is done."""
    wizard = house.prepared()
    environment = house.environment(server, wizard)
    if "source" in arguments:
        _check_harmless(wizard, environment, arguments)
    stopped: list[str] = []
    process = subprocess.Popen(
        wizard.argv("--yes", "--json", *arguments),
        cwd=wizard.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    lines: list[str] = []

    def follow() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line)
            if stop_after and _is_end(line, stop_after):
                stopped.append(stop_after)
                process.send_signal(signal.SIGTERM)

    reader = threading.Thread(target=follow, daemon=True)
    reader.start()
    try:
        assert process.stdout is not None
        limit = threading.Timer(SECONDS - 10, process.kill)
        limit.start()
        out = process.stdout.read()
        process.wait(SECONDS)
        limit.cancel()
        reader.join(5)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
        process.stdout.close()  # type: ignore[union-attr]
        process.stderr.close()  # type: ignore[union-attr]
    return Seen(process.returncode, out, "".join(lines), server, house.folder, "".join(stopped))


def _check_harmless(wizard: Wizard, env: Mapping[str, str], arguments: tuple[str, ...]) -> None:
    """Skip the case if a run with these arguments would change this machine."""
    done = finished(wizard.argv("plan", "--json", *arguments), 120, cwd=wizard.folder, env=env)
    if done.code == 0:
        root = [step["title"] for step in done.report["steps"] if step["action"].get("root")]
        if root:
            pytest.skip(f"the package manager of this machine would run: {root}")


def _is_end(line: str, step: str) -> bool:
    """Return whether an event says that this step is done."""
    try:
        event = json.loads(line)
    except ValueError:
        return False
    return (event.get("kind"), event.get("step"), event.get("state")) == (
        *("step-ended", step, "done"),
    )


# --- What is right ---


def check_always(seen: Seen, *, tampered: bool) -> None:
    """No traceback, no false alarm, nothing half."""
    said = seen.said + "".join(line for line in seen.err.splitlines(True) if line[:1] != "{")
    for words in FORBIDDEN:
        if words in said:
            raise Wrong(f"says “{words}”: {seen}")
    if seen.code in (1, 3) and not tampered and TAMPERED.search(seen.said):
        raise Wrong(f"a false alarm about a changed file: {seen}")
    left = list((seen.folder / "tmp").iterdir())
    if left:
        raise Wrong(f"left in the temporary folder: {left}")
    partial = [path for path in (seen.folder / "cache").rglob(".*") if path.is_file()]
    if partial:
        raise Wrong(f"left in the cache: {partial}")


def check_proved(seen: Seen) -> None:
    """It is installed and proved."""
    if seen.code != 0 or not (seen.report.get("report") or {}).get("version"):
        raise Wrong(f"not proved: {seen}")


def check_named(seen: Seen, codes: tuple[int, ...], says: str) -> None:
    """It failed, with this sentence, and no half of the package is in the environment."""
    if seen.code not in codes:
        raise Wrong(f"exit {seen.code}, not {codes}: {seen}")
    if not re.search(says, seen.said):
        raise Wrong(f"does not say “{says}”: {seen}")
    half = list((seen.folder / "work").glob("env/lib/python*/site-packages/cryptography*"))
    if half:
        raise Wrong(f"half in the environment: {half}")


def check_nothing_started(seen: Seen) -> None:
    """The index is refused before any work."""
    if (seen.folder / "work" / "env").exists() or seen.server.count("/files/"):
        raise Wrong(f"work was begun: {seen}")


# --- The cases ---


def wheels(folder: Path) -> dict[str, bytes]:
    """Download what a new environment gets, from the index of this machine."""
    folder.mkdir()
    python = machine.newest()
    argv = (
        *(python, "-m", "pip", "download", "--quiet", "--only-binary", ":all:"),
        *("--dest", str(folder), "cryptography", "pip"),
    )
    subprocess.run(argv, check=True, timeout=300, capture_output=True)
    found = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    mirror = Mirror(machine.index())
    release = next(name for name in found if name.startswith("cryptography-")).split("-")[1]
    mirror.page("cryptography")
    source = f"cryptography-{release}.tar.gz"
    return {**found, source: mirror.file(source)}


def install(tool: str) -> tuple[str, ...]:
    """Return the arguments for an installation by pip or uv into a new environment."""
    return ("--venv", "env", "--python", machine.newest(), "--installer", tool)


def index_case(
    damage: Damage, tool: str, what: str, passing: bool, files: Mapping[str, bytes], folder: Path
) -> None:
    """The index's page, the same page after the listing, or one wheel is damaged."""
    where = "/simple/cryptography/" if what != "file" else "/files/cryptography-"
    server = Server(faulty.index(files))
    server.faults.append(
        Fault(where, damage.spoil, 2 if passing else ALWAYS, 1 if what == "page-later" else 0)
    )
    with serving(server):
        limit = 45.0 if damage.name in ("slow", "silent") and not passing else 900.0
        seen = run(House(folder, limit), server, install(tool))
    check_always(seen, tampered=damage.tampered)
    if passing:
        check_proved(seen)
        if server.count(where) < 3:
            raise Wrong(f"the fault did not happen: {seen}")
        return
    if what == "page":
        check_named(seen, (3,), damage.page)
        check_nothing_started(seen)
        settings = "PIP_INDEX_URL"
        if settings not in seen.said:
            raise Wrong(f"does not say whose setting the index is: {seen}")
    else:
        check_named(seen, (1,), damage.file if what == "file" else f"{damage.page}|{damage.file}")


def index_cases(files: Mapping[str, bytes]) -> Iterator[Case]:
    """Yield the cases of an index, directly."""
    for tool in ("pip", "uv"):
        for what in ("page", "page-later", "file"):
            for damage in DAMAGES:
                if not (damage.file if what == "file" else damage.page):
                    continue
                for passing in (False, True) if damage.passes else (False,):
                    name = f"{damage.name}{'-passes' if passing else ''} of a {what}, {tool}"
                    yield Case(name, partial(index_case, damage, tool, what, passing, files))


def archive_case(
    damage: Damage, what: str, passing: bool, files: Mapping[str, bytes], folder: Path
) -> None:
    """OpenSSL's archive, rustup's installer, or the checksum beside it, is damaged."""
    body = os.urandom(300_000)
    server = Server(faulty.index(files), forward={"/simple/": machine.index()})
    total = hashlib.sha256(body).hexdigest()
    if what == "archive":
        path, step = f"/{downloads.ARCHIVE}", "openssl-source"
    else:
        path = f"/rustup/dist/{os.uname().machine}-unknown-linux-gnu/rustup-init"
        step = "rustup"
        server.files[f"{path}.sha256"] = Answer(body=f"{total} *./rustup-init\n".encode())
    server.files[path] = Answer(body=body, ranges=True)
    where = f"{path}.sha256" if what == "checksum" else f"{path}$"
    server.faults.append(Fault(where, damage.spoil, 2 if passing else ALWAYS))
    with serving(server):
        variables = {"RUSTUP_UPDATE_ROOT": f"{server.url}/rustup", "RUSTUP_DIST_SERVER": server.url}
        arguments: tuple[str, ...] = ("--method", "source")
        if what == "archive":
            variables = {"RUSTUP_HOME": rustup_home()}  # so that Rust is there
            arguments += ("--openssl", downloads.OPENSSL, "--link", "static")
            arguments += ("--openssl-source", f"{server.url}{path}", "--openssl-sha256", total)
        else:
            arguments += ("--rust", "rustup")
        seen = run(House(folder, variables=variables), server, (*install("pip"), *arguments), step)
    if passing:
        if not seen.stopped:
            raise Wrong(f"the download was not done: {seen}")
        if server.count(path) < 3:
            raise Wrong(f"the fault did not happen: {seen}")
        return
    check_always(seen, tampered=damage.tampered)
    check_named(seen, (1,), damage.archive)


def rustup_home() -> str:
    """Return where the rustup of this machine keeps its Rust, if cargo is one of its programs."""
    return os.environ.get("RUSTUP_HOME", str(Path("~/.rustup").expanduser()))


_NO_SUM = ("no-ranges", "wrong-range", "sign-in-page", "truncated-chunks", "gzip-garbage")
"""What does not happen to a file with one line, or has other words there."""


def archive_cases(files: Mapping[str, bytes]) -> Iterator[Case]:
    """Yield the cases of the wizard's own downloads."""
    for what in ("archive", "installer", "checksum"):
        for damage in DAMAGES:
            if not damage.archive or (what == "checksum" and damage.name in _NO_SUM):
                continue
            for passing in (False, True) if damage.passes else (False,):
                name = f"{damage.name}{'-passes' if passing else ''} of the {what}"
                yield Case(name, partial(archive_case, damage, what, passing, files))


def road_case(road: Road, tool: str, files: Mapping[str, bytes], folder: Path) -> None:
    """The way to the index fails, or is a long one."""
    way = road.make(faulty.index(files), folder)
    with serving(way.server, way.context):
        seen = run(House(folder, variables=way.variables()), way.server, install(tool))
    check_always(seen, tampered=False)
    if not road.says:
        check_proved(seen)
        return
    check_named(seen, (1,) if road.late else (3,), road.says)
    if not road.late:
        check_nothing_started(seen)


def road_cases(files: Mapping[str, bytes]) -> Iterator[Case]:
    """Yield the cases of `tests.faults.network_ways`."""
    for road, tool in roads():
        yield Case(f"{road.name}, {tool}", partial(road_case, road, tool, files))


def cases(setting: Setting) -> Iterator[Case]:
    """Yield all cases, or those of the short form."""
    files = wheels(setting.folder / "wheels")
    every = [*road_cases(files), *index_cases(files), *archive_cases(files)]
    yield from setting.some(every)


KINDS = (
    Kind(
        "network",
        "The network fails: each fault × index, wheel, archive, installer × pip, uv",
        "A passing fault ends proved. A lasting one ends with its true cause, with whose "
        "setting it is, and with nothing half done.",
        cases,
        count=1000,
        short=3,
        seconds=SECONDS,
        at_once=2,
        found=(
            "One broken connection, stall or answer 429 for the index's page ended the run: it is "
            "read up to three times now.",
            "The wizard's own downloads began again by hand only: they are tried again, and go on "
            "where they ended.",
            "A sign-in page in the place of a wheel was called a file that somebody may have "
            "changed; a redirect loop, and 500 to 503 for a file, were not named or named wrongly.",
            "The advice for a proxy with a password lost its words USER:PASSWORD, as if they were "
            "a secret.",
            "The listing trusted pip's setting cert, but pip trusts REQUESTS_CA_BUNDLE first: the "
            "plan was made, and then pip failed.",
            "The advice --from-wheelhouse was left out of a refusal, with all advice on wheels.",
            "If pip cannot read a page after the wizard has read it, it only says that there are "
            "no versions: it is started again, and then the index is asked for the true cause.",
            "A page that is marked as compressed, and is not, was unknown in pip's words, and a "
            "broken connection in those of uv.",
            "A broken download by an old pip outside of the environment began again each time: the "
            "environment's new pip goes on now. What pip 26.3 says of it was unknown.",
        ),
    ),
)
