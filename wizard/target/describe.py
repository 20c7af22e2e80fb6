"""Describes the Python that runs it, as one JSON object on the last line of its output.

The wizard runs this file in every Python it finds: ``python -B describe.py``. It needs no package
and no network, writes nothing, and asks that Python's own pip about pip. It must parse in Python
2.7 (which reports its version) and in every Python from 3.6 on, so it has no annotations and no
f-strings. What cannot be read is omitted, and ``errors`` says why.
"""

import os
import sys

# Python puts the folder of a script first on its module path; nothing must be imported from it.
# Some Pythons resolve the links in that folder's path and some do not, so both sides are resolved.
if sys.path and os.path.realpath(sys.path[0]) == os.path.dirname(os.path.realpath(__file__)):
    del sys.path[0]

import json
import platform
import re
import sysconfig

MYPY = False
if MYPY:
    from typing import Any, Dict, List, Optional, Tuple  # noqa: F401 - read in type comments

PIP_LISTS = ("extra-index-url", "find-links", "trusted-host")
PIP_ALIASES = {"pypi-url": "index-url", "default-timeout": "timeout"}
PIP_PLAIN = ("index-url", "no-index", "cert", "client-cert", "proxy", "timeout")


def describe():
    # type: () -> Dict[str, Any]
    """Return everything that is known about this Python; errors of a part go into ``errors``.

    For a Python that is too old for any release, the version is enough.
    """
    facts = {"errors": {}}  # type: Dict[str, Any]
    for name, read in PARTS if sys.version_info >= (3, 6) else PARTS[:2]:
        try:
            facts[name] = read()
        except (Exception, SystemExit) as error:
            facts["errors"][name] = sentence(error)
    return facts


def sentence(error):
    # type: (BaseException) -> str
    return "%s: %s" % (type(error).__name__, error)


def version():
    # type: () -> str
    text = "%d.%d.%d" % sys.version_info[:3]
    stage = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(sys.version_info[3], "")
    return text + stage + str(sys.version_info[4]) if stage else text


def implementation():
    # type: () -> str
    return platform.python_implementation().lower()


def free_threaded():
    # type: () -> bool
    return bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def bits():
    # type: () -> int
    return 64 if sys.maxsize > 2**32 else 32


def machine():
    # type: () -> str
    """Return the architecture this Python was built for, with the names that wheels use."""
    name = sysconfig.get_platform().lower()
    if name == "win32":
        return "x86"
    name = name.split("-", 2)[-1] if name.startswith("macosx") else name.split("-", 1)[-1]
    if name.startswith(("universal", "intel", "fat")):
        name = platform.machine().lower()  # the architecture that is running now
    if name == "amd64":
        return "x86_64"
    if bits() == 32:
        # A 32-bit Python on a 64-bit kernel gets the kernel's name; pip corrects it too.
        return {"x86_64": "i686", "aarch64": "armv7l", "arm64": "armv7l"}.get(name, name)
    return name


def base_prefix():
    # type: () -> str
    return str(getattr(sys, "real_prefix", "") or getattr(sys, "base_prefix", sys.prefix))


def environment():
    # type: () -> str
    """Return the folder of the virtual (or named conda) environment, or an empty string."""
    if sys.prefix != base_prefix():
        return sys.prefix
    conda = os.path.isdir(os.path.join(sys.prefix, "conda-meta"))
    return sys.prefix if conda and not os.path.isdir(os.path.join(sys.prefix, "condabin")) else ""


def base():
    # type: () -> str
    """Return the interpreter for making environments: this one, or the base of its environment."""
    if sys.prefix == base_prefix():
        return sys.executable or ""
    stated = getattr(sys, "_base_executable", "") or ""
    if stated and os.path.abspath(stated) != os.path.abspath(sys.executable):
        return str(stated)  # before 3.11, only some systems have it
    real = os.path.realpath(sys.executable)
    if not real.startswith(os.path.realpath(sys.prefix) + os.sep):
        return real
    for folder in ("bin", ""):
        for name in ("python%d.%d" % sys.version_info[:2], "python3", "python", "python.exe"):
            candidate = os.path.join(base_prefix(), folder, name)
            if os.path.isfile(candidate):
                return candidate
    return real


def libc():
    # type: () -> List[str]
    """Return the C library that this process uses, and its version."""
    if not sys.platform.startswith("linux"):
        return ["", ""]
    try:
        name, _, number = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
    except (ValueError, OSError, AttributeError):  # musl does not know the name
        name = ""
    if name == "glibc":
        return ["glibc", number]
    loader = musl_loader()
    if not loader:
        built_for = str(sysconfig.get_config_var("HOST_GNU_TYPE") or "")
        return ["musl", ""] if built_for.endswith("musl") else ["", ""]
    import subprocess

    # Without a program, musl's loader prints its version and exits with 1.
    process = subprocess.Popen([loader], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    found = re.search(r"Version (\d+\.\d+(?:\.\d+)?)", process.communicate()[1].decode("ascii"))
    return ["musl", found.group(1) if found else ""]


def musl_loader():
    # type: () -> str
    try:
        with open("/proc/self/maps") as maps:
            found = re.search(r"/\S*ld-musl-\S+\.so\S*", maps.read())
    except (IOError, OSError):
        return ""
    return found.group(0) if found else ""


def externally_managed():
    # type: () -> str
    """Return the system's message against installing into its own Python (PEP 668)."""
    if environment():
        return ""
    marker = os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED")
    if not os.path.isfile(marker):
        return ""
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read([marker], encoding="utf-8")
        return parser.get("externally-managed", "Error")
    except (configparser.Error, UnicodeDecodeError):
        return "This Python is managed by the operating system."


def writable():
    # type: () -> bool
    """Return whether this user may write to the package folder."""
    folder = sysconfig.get_path("purelib")
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    return os.access(folder, os.W_OK)


def bundled_pip():
    # type: () -> Tuple[str, str]
    """Return the wheel of the pip that ``python -m venv`` installs, and its version; or empty."""
    stdlib = sysconfig.get_path("stdlib")
    for package in ("venv", "ensurepip"):
        if not os.path.isfile(os.path.join(stdlib, package, "__init__.py")):
            return "", ""  # Debian without python3-venv
    folders = [os.path.join(stdlib, "ensurepip", "_bundled"), "/usr/share/python-wheels"]
    distribution_folder = sysconfig.get_config_var("WHEEL_PKG_DIR")
    for folder in ([str(distribution_folder)] if distribution_folder else []) + folders:
        for name in sorted(os.listdir(folder), reverse=True) if os.path.isdir(folder) else ():
            found = re.match(r"pip-(\d[^-]*)-.*\.whl$", name)
            if found:
                return os.path.join(folder, name), found.group(1)
    return "", ""


def headers():
    # type: () -> bool
    return os.path.isfile(os.path.join(sysconfig.get_path("include"), "Python.h"))


def distribution_version(name):
    # type: (str) -> str
    """Return the version of an installed package from the name of its metadata, without
    importing.
    """
    pattern = re.compile(name + r"-(\d[^-]*?)(?:-py[\d.]+)?\.(?:dist|egg)-info$", re.I)
    for folder in sys.path:
        for entry in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
            found = pattern.match(entry)
            if found:
                return found.group(1)
    return ""


def cryptography():
    # type: () -> str
    return distribution_version("cryptography")


def vendor():
    # type: () -> str
    """Return who made this installation, if that decides something."""
    if os.path.isdir(os.path.join(base_prefix(), "conda-meta")):
        return "conda"
    # Windows keeps what its store installs in this folder; nothing else may write there.
    return "microsoft-store" if "windowsapps" in base_prefix().lower() else ""


def suffix():
    # type: () -> str
    """Return the end of the names under which compiled modules are looked for first."""
    return str(sysconfig.get_config_var("EXT_SUFFIX") or "")


def pip():
    # type: () -> Optional[Dict[str, Any]]
    """Return this Python's pip, or the one that ensurepip would install, or None."""
    facts = {"installed": True, "errors": {}}  # type: Dict[str, Any]
    facts["version"] = distribution_version("pip")
    if not facts["version"]:
        wheel, facts["version"] = bundled_pip()
        if not wheel:
            return None
        facts["installed"] = False
        sys.path.insert(0, wheel)  # Python can import directly from a wheel
    for name, read in (("tags", tags), ("default", default_index), ("settings", settings)):
        try:
            facts[name] = read()
        except (Exception, SystemExit) as error:
            facts["errors"][name] = sentence(error)
    return facts


def pip_module(*names):
    # type: (*str) -> Any
    """Import the first of these modules that this pip has: pip renamed its modules over the
    years.
    """
    missing = None  # type: Optional[ImportError]
    for name in names:
        try:
            __import__(name)
        except ImportError as error:
            # Keep the first error about another module: it shows what is really broken.
            if missing is None or "No module named" in str(missing):
                missing = error
        else:
            return sys.modules[name]
    raise missing or ImportError("no name given")


def tags():
    # type: () -> List[str]
    """Return the tags that this pip accepts, best first; adjacent ones that differ only in the
    platform are joined.

    ``a-b-p1, a-b-p2`` becomes ``a-b-p1.p2``, the form that wheels' names have.
    """
    module = pip_module(
        "pip._internal.utils.compatibility_tags",  # since pip 20.1
        "pip._internal.pep425tags",  # since pip 10
        "pip.pep425tags",  # pip 9
    )
    found = []  # type: List[Tuple[str, List[str]]]
    for tag in module.get_supported():
        interpreter, abi, platform_tag = str(tag).split("-") if not isinstance(tag, tuple) else tag
        head = interpreter + "-" + abi
        if found and found[-1][0] == head:
            found[-1][1].append(platform_tag)
        else:
            found.append((head, [platform_tag]))
    return [head + "-" + ".".join(platforms) for head, platforms in found]


def default_index():
    # type: () -> str
    """Return the address of this pip's built-in index."""
    module = pip_module("pip._internal.models.index", "pip.models.index", "pip.models")
    return str(module.PyPI.simple_url)


def settings():
    # type: () -> List[List[Any]]
    """Return what pip's files and variables set for ``pip install``: [name, value, source].

    As in pip: files from the machine's to the environment's, in each the section [global] and then
    [install], and finally variables. The last one is used; values are never combined.
    """
    import configparser
    import locale

    layers = {}  # type: Dict[str, Tuple[str, str]]
    ordered = []  # type: List[Tuple[str, Dict[str, str]]]
    for section in ("global", "install"):
        for name in config_files():
            parser = configparser.RawConfigParser()
            # pip also reads its files in the encoding of the user's locale.
            parser.read([name], encoding=locale.getpreferredencoding(False))
            if parser.has_section(section):
                ordered.append((name, dict(parser.items(section))))
    variables = sorted(name for name in os.environ if name.startswith("PIP_"))
    ordered += [(name, {name[4:].lower(): os.environ[name]}) for name in variables]
    for source, values in ordered:
        for key, value in values.items():
            key = key.lower().replace("_", "-")
            key = key[2:] if key.startswith("--") else key
            key = PIP_ALIASES.get(key, key)
            if (key in PIP_PLAIN or key in PIP_LISTS) and value.strip():
                layers[key] = (value, source)
    found = []  # type: List[List[Any]]
    for key in sorted(layers):
        value, source = layers[key]
        found.append([key, value.split() if key in PIP_LISTS else value.strip(), source])
    return found


def config_files():
    # type: () -> List[str]
    """Return the existing settings files of this pip, lowest precedence first.

    pip's guide, "Configuration", documents which files count; pip itself names the folders.
    """
    configured = os.environ.get("PIP_CONFIG_FILE", "")
    if configured == os.devnull:
        return []
    folders = pip_module("pip._internal.utils.appdirs", "pip.utils.appdirs")
    name = "pip.ini" if os.name == "nt" else "pip.conf"
    legacy = os.path.join(os.path.expanduser("~"), "pip" if os.name == "nt" else ".pip")
    site = [os.path.join(folder, name) for folder in folders.site_config_dirs("pip")]
    user = [os.path.join(legacy, name), os.path.join(folders.user_config_dir("pip"), name)]
    if configured and os.path.isfile(configured):
        user = []
    paths = site + user + [os.path.join(sys.prefix, name), configured]
    return [path for path in paths if path and os.path.isfile(path)]


PARTS = (
    ("version", version),
    ("executable", lambda: sys.executable or ""),
    ("implementation", implementation),
    ("free_threaded", free_threaded),
    ("bits", bits),
    ("machine", machine),
    ("platform", sysconfig.get_platform),
    ("prefix", lambda: sys.prefix),
    ("base", base),
    ("base_prefix", base_prefix),
    ("environment", environment),
    ("libc", libc),
    ("macos", lambda: platform.mac_ver()[0]),
    ("externally_managed", externally_managed),
    ("writable", writable),
    ("ensurepip", lambda: bundled_pip()[1]),
    ("headers", headers),
    ("cryptography", cryptography),
    ("vendor", vendor),
    ("suffix", suffix),
    ("pip", pip),
)

if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(describe()) + "\n")
