"""What a log says about itself: the machine, the tools, and which package each line is about.

The notes of ``assets/failures.toml`` find these facts. The names and values of facts are those of
the conditions in the tables (`conditions`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from wizard.diagnosis import systems
from wizard.diagnosis.scan import Match

CRYPTOGRAPHY = "cryptography"
PARTS = frozenset(("cryptography", "cryptography-rust"))

_NEEDED = "cffi cffi-backend pycparser openssl pyopenssl"
NEEDED = frozenset(_NEEDED.split())
"""What it needs to be imported. Their failure is one of cryptography if the log names it."""

_BUILDERS = """
    typing-extensions maturin puccinialin setuptools-rust semantic-version tomli setuptools wheel
    pkg-resources pip pyproject-hooks pep517 build installer importlib-metadata
"""
BUILDERS = frozenset(_BUILDERS.split())
"""What installs and builds it, of which the same is true."""

PASSING = frozenset(["requests", "urllib3", "poetry", "uv", "jwt", "pyjwt"])
"""Packages that import it: an error that comes through them is one of cryptography. What fails when
they are installed is not."""

_ONCE_NEEDED = frozenset(["six", "idna", "asn1crypto", "enum34", "ipaddress"])
"""What earlier releases of it needed."""

OURS = PARTS | NEEDED | BUILDERS | PASSING

BELOW = 2
"""How far below a message the packages are listed that it means."""
NEAR, USED = 12, 6
"""A line of a traceback says what the next lines are about, as far as this; and the line that
imports a package what crashes after it."""

SYSTEMS = {
    **dict.fromkeys(("macosx", "macos", "darwin"), "macos"),
    **dict.fromkeys(("win", "windows", "mingw", "cygwin"), "windows"),
    **dict.fromkeys(("linux", "manylinux", "musllinux"), "linux"),
    **dict.fromkeys(("android", "termux"), "android"),
    **dict.fromkeys(("solaris", "sunos"), "solaris"),
    **{name: name for name in ("freebsd", "openbsd", "netbsd", "aix", "ios")},
}
MACHINES = {
    **dict.fromkeys(("amd64", "x64"), "x86_64"),
    **dict.fromkeys(("arm64", "arm64e"), "aarch64"),
    **dict.fromkeys(("i386", "i486", "i586", "win32"), "i686"),
    **dict.fromkeys(("arm", "armv7", "armv8l"), "armv7l"),
    "powerpc64le": "ppc64le",
    "riscv64gc": "riscv64",
    "universal2": "",
}
CRATES = {"0.9.117": "50"}
"""Versions of the crate openssl-sys, and the release whose archive names them first: Cargo.lock."""


@dataclass(frozen=True)
class Mark:
    """At this line, the log begins or ends to be about a package."""

    number: int
    package: str
    kind: str


@dataclass(frozen=True)
class Context:
    """``facts`` are names and values, for example ``os`` and ``linux``.

    ``named`` says whether the log names cryptography, or is known to be one of its installation:
    no other failure is one of cryptography. ``stages`` are the lines where
    something else began: see the notes ``stage:…`` of ``assets/failures.toml``.
    """

    facts: Mapping[str, str]
    marks: tuple[Mark, ...]
    named: bool = True
    stages: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def went_on(self, stages: Iterable[str], number: int) -> bool:
        """Return whether one of these stages began after a line."""
        return any(self.stages.get(stage, (0,))[-1] > number for stage in stages)

    def attempt(self, number: int) -> int:
        """Return how often an installation had been asked for up to this line."""
        return bisect_right(self.stages.get("install", ()), number)

    def ours(self, package: str, *, imported: bool = False) -> bool:
        """Return whether a failure of this package is one of cryptography."""
        if package in PARTS:
            return True
        if package in NEEDED or package in BUILDERS:
            return self.named
        return self.named and imported and package in PASSING

    def package(
        self,
        match: Match,
        *,
        imported: bool = False,
        crashed: bool = False,
        located: bool = False,
    ) -> str:
        """Return the package that a line is about, normalised; empty if nothing says which.

        ``imported`` says that the failure is one of an import, which tracebacks are about;
        ``located`` that it is one of an installed file; ``crashed`` that it is a crash, which has
        no traceback: the command before it says what was imported, or what Python prints after it.
        """
        named = match.slots.get("package", "")
        if named:
            return _normal_name(named)
        if _OF_PYTHON.search(match.text):
            return ""
        ours = _OUR_NAMES.search(match.found)
        if ours and not _COMPILED_FOR.search(match.text):
            return _normal_name(ours.group())
        named = _package_in(match.text, imported=imported or located)
        if named:
            return self._whole(_normal_name(named))
        if _OUR_FILES.search(match.text):
            return CRYPTOGRAPHY
        if crashed:
            named = self._crashed(match)
            if named:
                return named
        if imported:
            # The last call, or the import in it: of what is not a package for Python, such as one
            # compiled file, there is no call.
            calls = [_last(self._frames, match.number), _last(self._used, match.number)]
            near = [call for call in calls if call and match.number - call.number <= NEAR]
            if near:
                return max(near, key=lambda call: call.number).package
        if _COMPILED_FOR.search(match.text):
            numbers, frames = self._frames
            called = frames[bisect_right(numbers, match.number - NEAR) :]
            called = [f for f in called if f.number <= match.number and f.package != "cffi"]
            if called:
                return called[-1].package
        if _LISTED.search(match.found):
            numbers, starts = self._builds
            first = bisect_right(numbers, match.number)
            if starts[first:] and numbers[first] <= match.number + BELOW:
                return starts[first].package
        if not imported and self.after_installation(match.number, CRYPTOGRAPHY):
            return ""  # it is one of something else, which the log does not name
        after = bisect_right(self._builds[0], match.number)
        following = next(iter(self._builds[1][after : after + 1]), None)
        if following and following.kind == "failed":
            return following.package
        last = _last(self._builds, match.number)
        together = _last(self._together, match.number)
        if together and not imported and not (last and last.number > together.number):
            return ""  # it is one of all that are installed together
        if last and not imported:
            return last.package
        return self.subject

    def about(self, match: Match) -> str:
        """Return the package that a line is about of which no sign is known."""
        named = _NAMED.search(match.text)
        if named:
            return _normal_name(named["package"])
        return self.package(match, imported=match.text.startswith(("ImportError", "ModuleNot")))

    def _crashed(self, match: Match) -> str:
        """Return what was imported when a program crashed, or nothing."""
        used = _last(self._used, match.number)
        if used and match.number - used.number <= USED:
            return used.package
        numbers, frames = self._frames
        after = next(iter(frames[bisect_right(numbers, match.number) :][:1]), None)
        # Python's own report of a crash has the last call first.
        if after and after.number - match.number <= NEAR and "Python error" in match.text:
            return after.package
        return ""

    @cached_property
    def subject(self) -> str:
        """The package that the log is about if its lines do not say it."""
        failed = [mark.package for mark in self.marks if mark.kind == "failed"]
        if failed:
            return CRYPTOGRAPHY if CRYPTOGRAPHY in failed else failed[0]
        if self.named:
            return CRYPTOGRAPHY
        # What calls or imports something did not fail, and what was installed did not, either.
        passed = ("frame", "used", "installed", "built", "together")
        others = [m.package for m in self.marks if m.package != "*" and m.kind not in passed]
        return next(
            (other for other in reversed(others) if other not in BUILDERS),
            others[-1] if others else "",
        )

    def installed_after(self, number: int, package: str) -> bool:
        """Return whether a package was installed after this line, so that this was not the end."""
        return any(
            mark.package in (package, "*") or (package in OURS and mark.package == CRYPTOGRAPHY)
            for mark in self._installed[1][bisect_right(self._installed[0], number) :]
        )

    def after_installation(self, number: int, package: str = "") -> bool:
        """Return whether everything that was to be installed was so before this line, among it
        this package."""
        last = _last(self._ends, number)
        if last is None or last.kind != "installed":
            return False
        return not package or any(
            mark.number == last.number and mark.package in (package, "*") for mark in self._ends[1]
        )

    @property
    def began_last(self) -> str:
        """The package that was the last one to begin."""
        return next((mark.package for mark in reversed(self.marks) if mark.kind == "start"), "")

    @property
    def success(self) -> Mark | None:
        """The last line that says that a package was installed."""
        return next((mark for mark in reversed(self.marks) if mark.kind == "installed"), None)

    @property
    def installed(self) -> bool:
        """Whether the log says that cryptography was installed."""
        return any(mark.package in (CRYPTOGRAPHY, "*") for mark in self._installed[1])

    @cached_property
    def _builds(self) -> tuple[list[int], list[Mark]]:
        return _indexed(
            Mark(mark.number, self._whole(mark.package), mark.kind) if mark.kind == "part" else mark
            for mark in self.marks
            if mark.kind in ("start", "part", "failed")
        )

    def _whole(self, part: str) -> str:
        """Return the package that a module belongs to: another one of the log may have its name in
        its own."""
        return next(
            (
                mark.package
                for mark in self.marks
                if mark.kind in ("start", "failed")
                and (part in mark.package.split("-") or part.startswith(f"{mark.package}-"))
            ),
            part,
        )

    @cached_property
    def _ends(self) -> tuple[list[int], list[Mark]]:
        return _indexed(m for m in self.marks if m.kind in ("start", "failed", "installed"))

    @cached_property
    def _together(self) -> tuple[list[int], list[Mark]]:
        """What is installed at once with something that cryptography does not need."""
        return _indexed(
            mark
            for mark in self.marks
            if mark.kind == "together" and mark.package not in OURS | _ONCE_NEEDED
        )

    @cached_property
    def _installed(self) -> tuple[list[int], list[Mark]]:
        return _indexed(mark for mark in self.marks if mark.kind in ("installed", "built"))

    @cached_property
    def _used(self) -> tuple[list[int], list[Mark]]:
        return _indexed(mark for mark in self.marks if mark.kind == "used")

    @cached_property
    def _frames(self) -> tuple[list[int], list[Mark]]:
        return _indexed(mark for mark in self.marks if mark.kind == "frame")


def _indexed(marks: Iterable[Mark]) -> tuple[list[int], list[Mark]]:
    found = list(marks)
    return [mark.number for mark in found], found


def _last(marks: tuple[list[int], list[Mark]], number: int) -> Mark | None:
    """Return the last mark at or before this line."""
    numbers, found = marks
    index = bisect_right(numbers, number)
    return found[index - 1] if index else None


def read(matches: Iterable[Match], *, ours: bool = False) -> Context:
    """Read the notes among the matches. ``ours``: the log is one of installing cryptography."""
    facts: dict[str, str] = {}
    marks: list[Mark] = []
    stages: dict[str, list[int]] = {}
    ordered = sorted(matches, key=lambda match: match.sign.owner == "fact:target")
    for match in ordered:
        owner, _, kind = match.sign.owner.partition(":")
        if owner == "mark":
            names = match.slots.get("package", "*")
            marks += [
                Mark(match.number, _normal_name(_VERSION.sub("", name)), kind)
                for name in re.findall(r"\*|[A-Za-z][\w.+!-]*", names)
            ] or [Mark(match.number, "*", kind)]
        elif owner == "stage":
            stages.setdefault(kind, []).append(match.number)
        elif owner == "fact" and not (
            kind.startswith(_OF_SYSTEMS) and systems.is_advice(match.text)
        ):
            for name, value in _facts(kind, match.slots):
                # What a build is for counts, not where it runs.
                if kind == "target":
                    facts[name] = value
                else:
                    facts.setdefault(name, value)
    # A proof is one of cryptography, too: its log is the wizard's own.
    about = ("about-cryptography", "fact:proof=yes")
    named = ours or any(match.sign.owner in about for match in ordered)
    for number, name in () if named else _loaded(ordered):
        name = _PROGRAM_VERSION.sub("", name)
        file = name.partition(".")[0]
        program = name == file
        marks.append(Mark(number, file if program else _normal_name(file), "start"))
        if program:
            facts.setdefault("place", "program")
    return Context(
        facts,
        tuple(sorted(marks, key=lambda mark: mark.number)),
        named,
        {stage: tuple(sorted(numbers)) for stage, numbers in stages.items()},
    )


_OUR_NAMES = re.compile(
    r"cryptography|_cffi_backend|\bcffi\b"
    r"|\b_(?:rust|openssl)(?=\.(?:abi3|cpython|cp3|pypy|so|pyd|c\b)|\W*$|:)"
)


def names_ours(text: str) -> bool:
    """Return whether a part of a line names cryptography, or something of it."""
    return bool(_OUR_NAMES.search(text))


_COMPILED_FOR = re.compile(r"\bcffi\.\S*VerificationError\b")
"""cffi compiles for another package, which its traceback names."""
_OF_PYTHON = re.compile(
    r"DLL load failed while importing "
    r"(?:_(?:sqlite3|ssl|hashlib|ctypes|socket|lzma|bz2|tkinter|elementtree|decimal|uuid|asyncio"
    r"|multiprocessing|overlapped|queue)|pyexpat|select|unicodedata)\b"
)
"""Parts of Python itself: whatever imports them did not fail."""
_LISTED = re.compile("DO NOT MATCH THE HASHES")
_OUR_FILES = re.compile(r"[/\\]_(?:rust|openssl|constant_time|padding)\.(?:abi3|cpython|cp3|pypy)")
_BUILT = re.compile(
    r"(?:pip-(?:build|install|unpacked-wheel|wheel|resolver)-(?!env-)[\w-]+"
    r"|easy_install-\w+|sdists-v\d+[/\\]\w+(?:[/\\][0-9a-f]{16})?)"
    r"[/\\](?P<package>[A-Za-z][A-Za-z0-9.-]*(?:_(?![0-9a-f]{8,}[/\\])[A-Za-z0-9.]+)*)(?:_[0-9a-f]{8,})?[/\\]"
)
_INSTALLED = re.compile(
    r"(?:site|dist)-packages[/\\]{1,4}(?P<package>[A-Za-z_]\w+)(?:[/\\]|\.[\w.-]*(?:so|pyd|dylib)\b)"
    r"|/(?:var/task|opt/python)/(?!lib/|python/)(?P<bundled>[A-Za-z_]\w+)(?:/[\w./-]*)?\.so\b"
)


def _package_in(text: str, *, imported: bool) -> str:
    if _PYCRYPTO.search(text):
        return "pycrypto"
    match = _BUILT.search(text) or (_INSTALLED.search(text) if imported else None)
    name = (match["package"] or match.groupdict().get("bundled") or "") if match else ""
    return "" if name.startswith("pip-") else _VERSION.sub("", name)


_PYCRYPTO = re.compile(r"\bCrypto[/\\]+\w+[/\\]+_[A-Z]\w*\.(?:so|pyd|cpython)")
"""Both pycrypto and pycryptodome have the module Crypto: the names of their files differ."""
_VERSION = re.compile(r"-\d[\w.+!]*$")


_NAMED = re.compile(
    r"(?:[Nn]o module named|[Nn]o matching distribution found for|satisfies the requirement"
    r"|cannot import name '?\w+'? from|Failed to (?:build|download)|installation candidates for"
    r"|module(?= '\w+' has no attribute)) '?(?P<package>[A-Za-z]\w*)"
)


_LOADED = re.compile(
    r"dlopen\((?P<mac>[^,)]+)|required by '?(?!(?:crate|the|this|an?|your)\b)(?P<version>[^\s')]+)"
    r"|Error relocating (?P<musl>[^\s:]+):"
    r"|^\s*(?P<program>[^\s:]+): error while loading shared libraries"
)
_PROGRAM_VERSION = re.compile(r"-?\d+(?:\.\d+)+$")
_NOT_A_PACKAGE = re.compile(r"_|python|lib|(?:rustc|cargo|rustup\S*|cc|gcc|clang|ld|git)\b")


_OF_SYSTEMS = ("system=", "manager=")


def _loaded(matches: Iterable[Match]) -> Iterable[tuple[int, str]]:
    """Yield the files that the system could not load as a whole, if they are those of a package or
    a program: a log that does not name cryptography is about them."""
    for match in matches:
        found = _LOADED.search(match.text)
        if not found:
            continue
        path = found[found.lastgroup or 0]
        installed = _INSTALLED.search(path)
        name = re.split(r"[/\\]", path)[-1]
        if installed:
            name = f"{installed['package'] or installed['bundled']}.so"
        if name and not _NOT_A_PACKAGE.match(name):
            yield match.number, name


MODULES = {
    "crypto": "pycryptodome",
    "cryptodome": "pycryptodomex",
    "nacl": "pynacl",
    "yaml": "pyyaml",
    "pil": "pillow",
}
"""Modules whose package has another name."""


WRITTEN = {"pyopenssl": "pyOpenSSL"}
"""Names that people know only with capital letters."""


def written(package: str) -> str:
    """Return the name of a package as its project writes it."""
    return WRITTEN.get(package, package)


def _normal_name(name: str) -> str:
    if name == "OpenSSL":
        return "pyopenssl"
    if name in ("_cffi_backend", "_rust", "_openssl"):
        return "cffi" if "cffi" in name else CRYPTOGRAPHY
    if name.startswith("cryptography-"):
        return CRYPTOGRAPHY  # one of its crates
    if name.lower() in MODULES:
        return MODULES[name.lower()]
    if name.partition("_")[0].lower() in OURS:
        name = name.partition("_")[0]  # with the name of a temporary folder
    return re.sub(r"[-_.]+", "-", re.sub(r"\[.*", "", name)).lower().strip("-") or "*"


_AS_WRITTEN = (
    *("release", "python", "pip_release", "folder", "program"),
    *("interpreter", "home", "cpu", "variable", "where"),
)
"""Facts whose case matters."""


def _facts(kind: str, slots: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Yield facts with the values that conditions use."""
    for name, value in slots.items():
        text = value.lower()
        if name == "system":
            if text in SYSTEMS:
                yield "os", SYSTEMS[text]
            if text == "musllinux":
                yield "libc", "musl"
            if text == "termux":
                yield "place", "termux"
        elif name == "machine":
            yield "machine", MACHINES.get(text, text)
        elif name == "crate":
            if value in CRATES:
                yield "release", CRATES[value]
        elif name == "digits":
            yield "python", f"{value[0]}.{value[1:]}"
        else:
            yield name, value if name in _AS_WRITTEN else text
    if kind and "=" in kind:
        name, _, value = kind.partition("=")
        yield name, value
