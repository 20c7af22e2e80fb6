"""Lays out the tree of a Mac: its programs, Pythons, package managers and their state."""

from __future__ import annotations

import compileall
import json
import os
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.mac import brew
from tests.mac.inside import places
from tests.mac.inside.tools import rust
from tests.mac.kinds import Kind, Python, apples

CHECKOUT = Path(__file__).resolve().parents[2]
HOME = "/Users/ada"
MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"
VERSION = ".".join(map(str, sys.version_info[:3]))
APPLES = apples()
_FOLDERS = (
    *("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/libexec", "/usr/local/bin"),
    *("/dev", "/opt", "/Applications", "/Library/Frameworks", "/Library/Developer", "/System"),
    *("/private/etc", "/private/tmp", "/private/var/db", "/private/var/folders/zz/ada/T"),
    *(f"{HOME}/Desktop", f"{HOME}/Library/Caches", "/Library/Application Support/pip"),
    *("/usr/share", "/usr/local/lib", f"{places.RIG}/state", places.ROOT, places.PROC),
)
TOOLS = {
    "/usr/bin": (
        *("sw_vers", "xcode-select", "xcrun", "lipo", "security", "sudo", "pbcopy", "arch"),
        *("uname", "perl", "pgrep"),
    ),
    "/usr/sbin": ("pkgutil", "softwareupdate", "sysctl", "scutil"),
    "/bin": ("ps",),
}
"""The imitated programs that every Mac has, where it has them."""
TOOLCHAIN = ("cc", "clang", "ld", "ar", "ranlib", "make", "git", "otool", "xcrun")
SHIMS = ("cc", "clang", "gcc", "ld", "ar", "ranlib", "make", "git", "python3", "pip3", "otool")
"""What ``/usr/bin`` has only in name until the Command Line Tools are installed."""
SHELLS = {"sh": "bash", "bash": "bash", "dash": "dash", "zsh": "bash"}
BSD = {
    "/bin": (
        *("cat", "chmod", "cp", "date", "echo", "expr", "kill", "ln", "ls", "mkdir", "mv", "rm"),
        *("rmdir", "sleep", "stty", "test"),
    ),
    "/usr/bin": (
        *("basename", "cut", "curl", "dirname", "env", "false", "find", "grep", "head", "id"),
        *("mktemp", "printf", "readlink", "sed", "shasum", "sort", "stat", "tail", "tar", "tee"),
        *("touch", "tr", "true", "uniq", "wc", "which", "xargs", "awk"),
    ),
}
"""The programs of the shell: the module ``bsd`` stands for them all."""


@dataclass(frozen=True)
class Tree:
    """A tree, and what is mounted in it: (what, where, whether it is read-only)."""

    folder: Path
    kind: Kind
    mounts: tuple[tuple[str, str, bool], ...]

    def path(self, inside: str) -> Path:
        """Return where a path of the Mac is, seen from the host."""
        return self.folder / inside.lstrip("/")


def make(folder: Path, kind: Kind, pip: Path) -> Tree:
    """Lay out a Mac of this kind in a new folder; ``pip`` is a folder with an unpacked pip."""
    tools = kind.tools in ("present", "licence")
    tree = Tree(folder, kind, _mounts(kind, pip, tools))
    for name in _FOLDERS:
        tree.path(name).mkdir(parents=True, exist_ok=True)
    for link in ("etc", "tmp", "var"):
        tree.path(f"/{link}").symlink_to(f"private/{link}")
    _system(tree)
    _programs(tree)
    (metadata,) = (path.name for path in pip.iterdir() if path.suffix == ".dist-info")
    for python in kind.pythons:
        _python(tree, python, python.prefix, ("pip", metadata))
    _python(tree, APPLES, _in_stock(APPLES.prefix), ("pip", metadata))
    for name in TOOLCHAIN:
        program(tree, f"{places.STOCK}/tools/usr/bin/{name}", "toolchain")
    shim = tree.path(f"{places.STOCK}/tools/usr/bin/python3")
    shim.symlink_to("../../Library/Frameworks/Python3.framework/Versions/3.9/bin/python3.9")
    if tools:
        tree.path(f"{places.STOCK}/tools").rename(tree.path(places.COMMAND_LINE_TOOLS))
    if kind.tools in ("present", "licence", "stale"):
        tree.path("/private/var/db/xcode_select_link").symlink_to(places.COMMAND_LINE_TOOLS)
    for prefix in kind.brews:
        brew.lay_out(tree, prefix, kind.installed.get(prefix, ("ca-certificates", "openssl@3")))
    if kind.port:
        brew.lay_out_port(tree, kind.installed.get("/opt/local", ("openssl3", "openssl")))
    _wizard(tree)
    tree.path(places.STATE).write_text(json.dumps(_state(kind)), encoding="utf-8")
    for what, where, _read_only in tree.mounts:
        place = tree.path(where)
        if Path(what).is_dir():
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
    compileall.compile_dir(CHECKOUT / "tests" / "mac" / "inside", quiet=2)
    return tree


def _mounts(kind: Kind, pip: Path, tools: bool) -> tuple[tuple[str, str, bool], ...]:
    real = os.path.realpath(sys.executable)
    found = [
        ("/usr", f"{places.HOST}/usr", True),
        (str(CHECKOUT), places.CHECKOUT, True),
        (sysconfig.get_path("purelib"), places.PACKAGES, True),
        (sysconfig.get_path("stdlib"), places.STDLIB, True),
        (str(pip), places.PIP, True),
    ]
    base = os.path.realpath(sys.base_prefix)
    if not base.startswith("/usr"):
        # Its program may name this folder for its library.
        found += [(base, f"{places.RIG}/base", True), (f"{base}/lib", f"{places.RIG}/lib", True)]
    prefixes = [python.prefix for python in kind.pythons]
    prefixes.append(APPLES.prefix if tools else _in_stock(APPLES.prefix))
    found += [(real, f"{prefix}/bin/python{MINOR}", True) for prefix in prefixes]
    return tuple(found)


def _in_stock(path: str) -> str:
    """Return where a part of the Command Line Tools lies before they are installed."""
    return f"{places.STOCK}/tools{path.removeprefix(places.COMMAND_LINE_TOOLS)}"


def _system(tree: Tree) -> None:
    for name in ("lib", "lib64"):  # of the host's interpreter; macOS has no such folders
        if Path(f"/{name}").exists():
            tree.path(f"/{name}").symlink_to(f"{places.HOST.lstrip('/')}/usr/{name}")
    if Path("/etc/ld.so.cache").exists():
        shutil.copyfile("/etc/ld.so.cache", tree.path("/private/etc/ld.so.cache"))
    base = os.path.realpath(sys.base_prefix)
    if not base.startswith("/usr"):
        library = tree.path(f"{base}/lib")
        library.mkdir(parents=True)
        for file in Path(f"{base}/lib").glob("libpython*"):
            (library / file.name).symlink_to(f"{places.RIG}/lib/{file.name}")
    texts = {
        "hosts": "127.0.0.1 localhost\n",
        "passwd": "root:*:0:0:System Administrator:/var/root:/bin/sh\n"
        f"ada:*:501:20:Ada:{HOME}:/bin/zsh\n",
        "group": "wheel:*:0:\nstaff:*:20:\n",
    }
    for name, text in texts.items():
        tree.path(f"/private/etc/{name}").write_text(text, encoding="ascii")
    plist = tree.path("/System/Library/CoreServices/SystemVersion.plist")
    plist.parent.mkdir(parents=True)
    plist.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0"><dict>'
        "<key>ProductName</key><string>macOS</string><key>ProductVersion</key>"
        f"<string>{tree.kind.system.version}</string></dict></plist>\n",
        encoding="ascii",
    )


def _programs(tree: Tree) -> None:
    real = os.path.realpath(sys.executable)
    base = os.path.realpath(sys.base_prefix)
    inside = (
        f"{places.HOST}{real}"
        if base.startswith("/usr")
        else real.replace(base, f"{places.RIG}/base")
    )
    tree.path(places.PYTHON).symlink_to(inside)
    for folder, names in TOOLS.items():
        for name in names:
            program(tree, f"{folder}/{name}", name.replace("-", "_"))
    for name in SHIMS:
        program(tree, f"/usr/bin/{name}", "shim")
    for folder, names in BSD.items():
        for name in names:
            program(tree, f"{folder}/{name}", "bsd")
    for name, shell in SHELLS.items():
        tree.path(f"/bin/{name}").symlink_to(f"{places.HOST}/usr/bin/{shell}")


def program(tree: Tree, path: str, module: str) -> None:
    """Put an imitated program at this path: the module of ``tests.mac.inside.tools``."""
    place = tree.path(path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(rust.launcher(module), encoding="ascii")
    place.chmod(0o755)


def _python(tree: Tree, python: Python, prefix: str, pip: tuple[str, ...]) -> None:
    """Put a Python into ``prefix``; its program is mounted."""
    version = python.version or VERSION
    minor = ".".join(version.split(".")[:2])
    library = tree.path(f"{prefix}/lib/python{MINOR}")
    library.mkdir(parents=True)
    for name, text in _own_modules(python).items():
        (library / name).write_text(text, encoding="utf-8")
    packages = library / "site-packages"
    packages.mkdir()
    for name in pip:
        (packages / name).symlink_to(f"{places.PIP}/{name}")
    for file in Path(sysconfig.get_path("stdlib")).iterdir():
        if not (library / file.name).exists() and file.name != "EXTERNALLY-MANAGED":
            (library / file.name).symlink_to(f"{places.STDLIB}/{file.name}")
    include = tree.path(f"{prefix}/include/python{minor}")
    include.mkdir(parents=True)
    (include / "Python.h").write_text("/* Python.h */\n", encoding="ascii")
    programs = tree.path(f"{prefix}/bin")
    programs.mkdir(exist_ok=True)
    names = [f"python{MINOR}", *([f"python{minor}"] if minor != MINOR else []), "python3"]
    for name, goal in zip(names[1:], names):
        (programs / name).symlink_to(goal)
    if minor != MINOR:
        library.parent.joinpath(f"python{minor}").symlink_to(f"python{MINOR}")
    for link in python.links:
        if prefix == python.prefix:
            place = tree.path(link)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(os.path.relpath(f"{prefix}/bin/python{minor}", Path(link).parent))
    described = {
        "machines": python.machines,
        "framework": python.framework,
        "executable": f"{python.prefix}/bin/python{minor}",
        "version": version,
        "compat": python.compat,
    }
    tree.path(f"{prefix}/rig.json").write_text(json.dumps(described), encoding="utf-8")


def _own_modules(python: Python) -> dict[str, str]:
    """Return the files in which the standard library of a Mac differs."""
    start = f"import sys\nsys.path.insert(0, {places.CHECKOUT!r})\n"
    end = f"sys.path.remove({places.CHECKOUT!r})\n"
    digits = "".join((python.version or VERSION).split(".")[:2])
    arches = " ".join(f"-arch {machine}" for machine in sorted(python.machines))
    variables: dict[str, Any] = {
        "prefix": python.prefix,
        "exec_prefix": python.prefix,
        "Py_GIL_DISABLED": 0,
        "CC": "clang",
        "CFLAGS": f"{arches} -g",
        "LDSHARED": "clang -bundle",
        "EXT_SUFFIX": f".cpython-{digits}-darwin.so",
        "SOABI": f"cpython-{digits}-darwin",
        "MACOSX_DEPLOYMENT_TARGET": python.target,
        "PYTHONFRAMEWORK": python.framework,
        "MULTIARCH": "darwin",
        "SHLIB_SUFFIX": ".so",
        "Py_ENABLE_SHARED": 0,
        "Py_DEBUG": 0,
    }
    files = {
        "sitecustomize.py": f"{start}from tests.mac.inside import pretend\npretend.start()\n{end}",
        "_scproxy.py": f"{start}from tests.mac.inside.scproxy import *  # noqa: F403\n{end}",
        f"_sysconfigdata_{sys.abiflags}_darwin_darwin.py": f"build_time_vars = {variables!r}\n",
    }
    if python.libressl:
        real = f"{places.STDLIB}/ssl.py"
        files["ssl.py"] = (
            f"exec(compile(open({real!r}).read(), {real!r}, 'exec'))\n"
            "OPENSSL_VERSION = 'LibreSSL 2.8.3'\n"
        )
    if python.managed:
        from tests.machines.apple import BREW_MESSAGE

        text = BREW_MESSAGE.replace("\n", "\n ")
        files["EXTERNALLY-MANAGED"] = f"[externally-managed]\nError={text}\n"
    return files


def _wizard(tree: Tree) -> None:
    """Make the environment in which the wizard runs: its own, made with the first Python."""
    python = (*tree.kind.pythons, APPLES)[0]
    minor = ".".join((python.version or VERSION).split(".")[:2])
    folder = tree.path(f"{HOME}/wizard")
    packages = folder / "lib" / f"python{minor}" / "site-packages"
    packages.mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(f"{python.prefix}/bin/python{minor}")
    (folder / "pyvenv.cfg").write_text(
        f"home = {python.prefix}/bin\ninclude-system-site-packages = false\nversion = {VERSION}\n",
        encoding="utf-8",
    )
    lines = f"{places.CHECKOUT}\n{places.PACKAGES}\n"
    (packages / "wizard.pth").write_text(lines, encoding="utf-8")


def _state(kind: Kind) -> dict[str, Any]:
    """Return the state at the start: see `tests.mac.inside.state`."""
    system = kind.system
    return {
        "macos": system.version,
        "kernel": system.kernel,
        "machine": system.machine,
        "tools": kind.tools,
        "tools_version": system.tools,
        "label": system.label,
        "clang": system.clang,
        "dialog": kind.dialog,
        "arrives": kind.arrives,
        "window": kind.window,
        "sudo": kind.sudo,
        "offline": kind.offline,
        "proxy": kind.proxy,
        "installed": {},
        "locks": {},
        "clipboard": None,
    }
