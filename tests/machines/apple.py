"""Described Macs. Where the values come from: ``README.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tests.apple_outputs import GONE
from tests.machines.parts import GIB, TAKEN, manager, pip
from tests.machines.recorded import SUDO, WINDOW
from tests.machines.versions import HOMEBREW, MACPORTS
from wizard.facts import Facts, Headers, Manager, Package, Python, System, Tool

HOME = "/Users/ada"
FRAMEWORK = "Library/Frameworks/Python.framework/Versions"
TOOLS = "/Library/Developer/CommandLineTools"
MISSING = "Apple's command line tools are missing."
PLACEHOLDERS = ("cc", "gcc", "clang", "make")
BREW_MESSAGE = """\
To install Python packages system-wide, try brew install
xyz, where xyz is the package you are trying to
install.

If you wish to install a Python library that isn't in Homebrew,
use a virtual environment:

python3 -m venv path/to/venv
source path/to/venv/bin/activate
python3 -m pip install xyz

If you wish to install a Python application that isn't in Homebrew,
it may be easiest to use 'pipx install xyz', which will manage a
virtual environment for you. You can install pipx with

brew install pipx

You may restore the old behavior of pip by passing
the '--break-system-packages' flag to pip, or by adding
'break-system-packages = true' to your pip.conf file. The latter
will permanently disable this error.

If you disable this error, we STRONGLY recommend that you additionally
pass the '--user' flag to pip, or set 'user = true' in your pip.conf
file. Failure to do this can result in a broken Homebrew installation.

Read more about this behavior here: <https://peps.python.org/pep-0668/>"""


@dataclass(frozen=True)
class Mac:
    """A macOS and the Command Line Tools on it; the versions are those that belong together."""

    machine: str
    macos: str
    kernel: str
    tools: str
    clang: str
    perl: str

    @property
    def major(self) -> str:
        """What Pythons are built for: ``15.0``."""
        return f"{self.macos.partition('.')[0]}.0"


ARM = Mac("arm64", "15.6", "24.6.0", "16.4.0.0.1.1747106510", "17.0.0", "5.34.1")
INTEL = Mac("x86_64", "14.7", "23.6.0", "16.2.0.0.1.1733547573", "16.0.0", "5.34.1")
OLD = Mac("x86_64", "10.13.6", "17.7.0", "10.1.0.0.1.1539992718", "10.0.0", "5.18.2")


def brewed(mac: Mac) -> tuple[Python, Manager, Headers]:
    """Homebrew, its newest Python, and the OpenSSL that this Python needs."""
    prefix = "/opt/homebrew" if mac.machine == "arm64" else "/usr/local"
    path = f"{prefix}/bin/python3"
    inside = f"{prefix}/opt/python@3.14/Frameworks/Python.framework/Versions/3.14"
    platform = f"macosx-{mac.major}-{mac.machine}"
    own = _python(path, "path", "3.14.0", mac, platform, inside, "25.2", managed=BREW_MESSAGE)
    folder = f"{prefix}/opt/openssl@3"
    return (
        own,
        homebrew(mac.machine, (own,)),
        Headers(
            f"{folder}/include",
            HOMEBREW["openssl@3"],
            f"{folder}/lib",
            static=True,
            library=HOMEBREW["openssl@3"],
            machine=mac.machine,
            shared=True,
        ),
    )


def homebrew(machine: str, pythons: Sequence[Python]) -> Manager:
    """A Homebrew for this architecture that has installed its OpenSSL."""
    prefix = "/opt/homebrew" if machine == "arm64" else "/usr/local"
    here = {"openssl@3": HOMEBREW["openssl@3"]}
    own = manager("homebrew", f"{prefix}/bin/brew", pythons, HOMEBREW, here, f"{prefix}/opt")
    return replace(own, machine=machine)


def ported(mac: Mac) -> tuple[Python, Manager, tuple[Headers, ...]]:
    """MacPorts, its Python, and the OpenSSL that this Python needs."""
    path = "/opt/local/bin/python3.13"
    platform = f"macosx-{mac.major}-{mac.machine}"
    inside = f"/opt/local/{FRAMEWORK}/3.13"
    own = _python(path, "macports", "3.13.5", mac, platform, inside, "25.1.1")
    real = "/opt/local/libexec/openssl3"
    version = MACPORTS["openssl3"]
    headers = (
        Headers(f"{real}/include", version, f"{real}/lib", static=True, shared=True),
        Headers("/opt/local/include", version, "/opt/local/lib", static=True, shared=True),
    )
    return own, macports((own,)), headers


def macports(pythons: Sequence[Python]) -> Manager:
    """A MacPorts that has installed its OpenSSL, which is two ports."""
    here = {"openssl": "3_30", "openssl3": f"{MACPORTS['openssl3']}_0"}
    return manager("macports", "/opt/local/bin/port", pythons, MACPORTS, here)


def apples(mac: Mac) -> Python:
    """The Python 3.9 of the Command Line Tools."""
    path = f"{TOOLS}/usr/bin/python3"
    inside = f"{TOOLS}/Library/Frameworks/Python3.framework/Versions/3.9"
    platform = "macosx-10.9-universal2"
    own = _python("/usr/bin/python3", "path", "3.9.6", mac, platform, inside, "21.2.4")
    return replace(own, base=path, writable=False)


def with_both() -> Facts:
    """Homebrew and MacPorts side by side."""
    own, _brew, brew_headers = brewed(ARM)
    port_python, _port, port_headers = ported(ARM)
    pythons = (own, apples(ARM), port_python)
    both = (homebrew("arm64", pythons), macports(pythons))
    return _facts(ARM, pythons, both, headers=(brew_headers, *port_headers))


def with_brew(mac: Mac) -> Facts:
    """Homebrew and nothing else but Apple's tools."""
    own, _brew, headers = brewed(mac)
    pythons = (own, apples(mac))
    return _facts(mac, pythons, (homebrew(mac.machine, pythons),), headers=(headers,))


def with_two_brews() -> Facts:
    """Apple silicon with a Homebrew for each architecture; the one for Intel is of an older Mac.

    It has the only Rust, and a Python that runs under Rosetta (postmodern/ruby-install#488).
    """
    own, _brew, headers = brewed(ARM)
    old = replace(ARM, machine="x86_64")
    old_python, _old_brew, old_headers = brewed(old)
    old_python = replace(old_python, origin="homebrew")
    pythons = (own, apples(ARM), old_python)
    both = (homebrew("arm64", pythons), homebrew("x86_64", pythons))
    version = HOMEBREW["rust"]
    rust = tuple(
        Tool(name, f"/usr/local/bin/{name}", version, "homebrew", machine="x86_64")
        for name in ("rustc", "cargo")
    )
    intel = replace(both[1], packages=tuple(_installed(p, "rust") for p in both[1].packages))
    facts = _facts(ARM, pythons, (both[0], intel), headers=(headers, old_headers))
    return replace(facts, tools=(*facts.tools, *rust))


def _installed(package: Package, name: str) -> Package:
    return replace(package, installed=package.candidate) if package.name == name else package


def with_port(mac: Mac) -> Facts:
    """MacPorts and nothing else but Apple's tools."""
    own, _port, headers = ported(mac)
    pythons = (apples(mac), own)
    return _facts(mac, pythons, (macports(pythons),), headers=headers)


def bare() -> Facts:
    """A Mac without the Command Line Tools, with a Python from python.org."""
    inside = f"/{FRAMEWORK}/3.13"
    platform = "macosx-10.13-universal2"
    path = "/usr/local/bin/python3"
    own = _python(path, "path", "3.13.5", ARM, platform, inside, "25.1.1")
    tools = tuple(
        Tool(name, f"/usr/bin/{name}", origin="system", problem=MISSING)
        for name in ("cc", "gcc", "clang", "make", "perl")
    )
    return _facts(ARM, (own,), (), tools=tools)


def upgraded() -> Facts:
    """Homebrew, and Apple's tools of which an upgrade of macOS has removed a part."""
    facts = with_brew(ARM)
    tools = (
        replace(tool, version="", problem=GONE) if tool.name in PLACEHOLDERS else tool
        for tool in facts.tools
    )
    return replace(facts, tools=tuple(tools), pythons=facts.pythons[:1])


def over_ssh() -> Facts:
    """A Mac with Homebrew but without Apple's tools, used from another computer."""
    facts = with_brew(ARM)
    tools = tuple(
        replace(tool, version="", problem=MISSING) for tool in facts.tools if tool.name != "xcode"
    )
    remote = replace(facts.terminal, remote=True)
    return replace(facts, tools=tools, pythons=facts.pythons[:1], terminal=remote)


def rosetta() -> Facts:
    """Apple silicon with an Intel Python of python.org, and a Homebrew for Apple silicon."""
    inside = f"/{FRAMEWORK}/3.9"
    platform = "macosx-10.9-x86_64"
    path = "/usr/local/bin/python3"
    # Built for macOS before 11, it sees the system as 10.16.
    seen = replace(ARM, machine="x86_64", macos="10.16")
    own = _python(path, "path", "3.9.13", seen, platform, inside, "22.0.4")
    _own, _brew, headers = brewed(ARM)
    return _facts(ARM, (own,), (homebrew("arm64", (own,)),), headers=(headers,))


def old() -> Facts:
    """The last macOS of many Intel Macs, with a Python of its time from python.org."""
    inside = f"/{FRAMEWORK}/3.8"
    platform = "macosx-10.9-x86_64"
    own = _python("/usr/local/bin/python3", "path", "3.8.10", OLD, platform, inside, "21.1.1")
    return _facts(OLD, (own,), ())


def _python(
    path: str,
    origin: str,
    version: str,
    mac: Mac,
    platform: str,
    prefix: str,
    its_pip: str,
    managed: str = "",
) -> Python:
    own = Python(
        path,
        origin,
        version=version,
        machine=mac.machine,
        platform=platform,
        prefix=prefix,
        base=path,
        macos=mac.macos,
        externally_managed=managed,
        ensurepip=its_pip,
        headers=True,
    )
    return replace(own, pip=pip(own, its_pip))


def _tools(mac: Mac) -> tuple[Tool, ...]:
    compilers = (Tool(n, f"/usr/bin/{n}", mac.clang, "system") for n in ("cc", "gcc", "clang"))
    return (
        *compilers,
        Tool("make", "/usr/bin/make", "3.81", "system"),
        Tool("perl", "/usr/bin/perl", mac.perl, "system"),
        Tool("xcode", TOOLS, mac.tools, "system"),
    )


def _facts(
    mac: Mac,
    pythons: Sequence[Python],
    managers: Sequence[Manager],
    *,
    headers: Sequence[Headers] = (),
    tools: Sequence[Tool] | None = None,
) -> Facts:
    temporary = "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T"
    return Facts(
        System(
            "macos",
            mac.machine,
            mac.kernel,
            "macos",
            f"macOS {mac.macos}",
            mac.macos,
            memory=16 * GIB,
            cores=8,
            temporary=temporary,
            temporary_free=100 * GIB,
        ),
        tuple(pythons),
        managers=tuple(managers),
        tools=_tools(mac) if tools is None else tuple(tools),
        openssl=tuple(headers),
        privilege=SUDO,
        terminal=replace(WINDOW, machine=mac.machine),
        folder=f"{HOME}/project",
        cache=f"{HOME}/Library/Caches/cryptography-wizard",
        taken=TAKEN,
    )


MACHINES: Mapping[str, Callable[[], Facts]] = {
    "mac-arm-brew": lambda: with_brew(ARM),
    "mac-arm-two-brews": with_two_brews,
    "mac-arm-port": lambda: with_port(ARM),
    "mac-arm-both": with_both,
    "mac-arm-none": lambda: _facts(ARM, (apples(ARM),), ()),
    "mac-arm-bare": bare,
    "mac-intel-brew": lambda: with_brew(INTEL),
    "mac-intel-port": lambda: with_port(INTEL),
    "mac-intel-none": lambda: _facts(INTEL, (apples(INTEL),), ()),
    "mac-arm-upgraded": upgraded,
    "mac-arm-ssh": over_ssh,
    "mac-rosetta": rosetta,
    "mac-old": old,
}
