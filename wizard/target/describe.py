"""Describes the Python that runs it, as one JSON object on the last line of its output.

The wizard runs this file in every Python it finds: ``python -B describe.py``. With the names of
parts as arguments (``describe.py packages``), it describes only these. It needs no package and no
network, writes nothing, and asks that Python's own pip about pip. It must parse in Python
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
    # They are read in type comments.
    from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple  # noqa: F401

PIP_LISTS = ("extra-index-url", "find-links", "trusted-host")
PIP_ALIASES = {
    "pypi-url": "index-url",
    "default-timeout": "timeout",
    "no-dependencies": "no-deps",
}
NEEDED = ("cryptography", "cffi", "pycparser")
MOST_MODULES = 5
"""How many modules of a package are named: the wizard imports them to see whether it works."""
PIP_PLAIN = ("index-url", "no-index", "cert", "client-cert", "proxy", "timeout")
# Settings that decide what is installed, where, or whether: backends/settings.py has their rules.
PIP_OTHERS = re.findall(
    r"[\w-]+",
    """
    retries resume-retries keyring-provider cache-dir no-cache-dir only-binary prefer-binary
    build-constraint config-settings log report use-feature use-deprecated no-color constraint
    break-system-packages uploaded-prior-to require-hashes user dry-run no-deps only-deps pre
    ignore-installed force-reinstall upgrade require-virtualenv ignore-requires-python quiet
    verbose no-build-isolation upgrade-strategy no-binary all-releases target prefix root python
    platform python-version implementation abi requirement requirements-from-script editable
    group global-option build-option install-option
    """,
)
PIP_NAMES = frozenset(PIP_LISTS) | frozenset(PIP_PLAIN) | frozenset(PIP_OTHERS)


def describe(wanted=()):
    # type: (Sequence[str]) -> Dict[str, Any]
    """Return everything that is known about this Python; errors of a part go into ``errors``.

    ``wanted`` are the names of the parts to describe; by default, all of them. For a Python that is
    too old for any release, the version is enough.
    """
    facts = {"errors": {}}  # type: Dict[str, Any]
    for name, read in PARTS if sys.version_info >= (3, 6) else PARTS[:2]:
        if wanted and name not in wanted:
            continue
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


def macos():
    # type: () -> str
    """Return the version of macOS as a current pip sees it with this Python; empty elsewhere.

    A Python made before macOS 11 sees 10.16. pip then asks it again with this variable
    (mac_platforms in tags.py of packaging). One made before macOS 26 sees 16, and so does its pip.
    """
    seen = platform.mac_ver()[0]
    if seen.split(".")[:2] != ["10", "16"]:
        return seen
    import subprocess

    program = "import platform; print(platform.mac_ver()[0])"
    process = subprocess.Popen(
        [sys.executable, "-sS", "-c", program],
        env=dict(os.environ, SYSTEM_VERSION_COMPAT="0"),
        stdout=subprocess.PIPE,
    )
    answer = process.communicate()[0].decode("ascii", "replace").strip()
    return answer if re.match(r"\d+(\.\d+)*$", answer) else seen


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
    """Return the musl loader that this Python names, or that its process has in memory; or empty.

    pip also reads the name (PEP 656). In memory, the loader has the name of the file that it is: an
    installation by musl itself makes it a link to libc.so.
    """
    named = elf_interpreter(sys.executable)
    if "musl" in named:
        return named
    try:
        with open("/proc/self/maps") as maps:
            found = re.search(r"/\S*ld-musl-\S+\.so\S*", maps.read())
    except (IOError, OSError):
        return ""
    return found.group(0) if found else ""


def elf_interpreter(path):
    # type: (str) -> str
    """Return the loader that an ELF program names (PT_INTERP); empty if it is no such program."""
    import struct

    try:
        with open(path, "rb") as program:
            head = program.read(64)
            if head[:4] != b"\x7fELF":
                return ""
            order = "<" if head[5:6] == b"\x01" else ">"
            wide = head[4:5] == b"\x02"
            table = struct.unpack_from(order + ("Q" if wide else "L"), head, 32 if wide else 28)[0]
            size, count = struct.unpack_from(order + "HH", head, 54 if wide else 42)
            for number in range(count):
                program.seek(table + number * size)
                entry = program.read(size)
                if struct.unpack_from(order + "L", entry)[0] != 3:
                    continue
                form, place, length = ("Q", 8, 32) if wide else ("L", 4, 16)
                program.seek(struct.unpack_from(order + form, entry, place)[0])
                name = program.read(struct.unpack_from(order + form, entry, length)[0])
                return name.partition(b"\0")[0].decode("utf-8", "replace")
    except (IOError, OSError, struct.error):
        pass
    return ""


def relr():
    # type: () -> str
    """Return whether musl's loader understands DT_RELR, a short form of relocations: yes or no.

    Empty if the version says so (all since 1.2.4 do), or if it cannot be tried. Some distributions
    added it to older ones, so a library that needs it is loaded: a word in it is then changed.
    """
    name, number = libc()
    if name != "musl" or not number or [int(n) for n in number.split(".")] >= [1, 2, 4]:
        return ""
    if not hasattr(os, "memfd_create"):
        return ""
    import ctypes

    with open(sys.executable, "rb") as program:
        library = relr_library(program.read(64))
    handle = os.memfd_create("relr")
    try:
        os.write(handle, library)
        loaded = ctypes.CDLL("/proc/self/fd/%d" % handle)
        return "yes" if ctypes.c_size_t.in_dll(loaded, "word").value != RELR_WORD else "no"
    finally:
        os.close(handle)


RELR_WORD = 16


def relr_library(head):
    # type: (bytes) -> bytes
    """Return a shared library with one relocation, of a word with the name ``word``, in DT_RELR.

    ``head`` are the first 64 bytes of a program for this machine. The gABI documents the format.
    """
    import struct

    order = "<" if head[5:6] == b"\x01" else ">"
    wide = head[4:5] == b"\x02"
    word, size = ("Q", 8) if wide else ("L", 4)
    header, segment, symbol = (64, 56, 24) if wide else (52, 32, 16)
    dynamic = header + 2 * segment
    symbols = dynamic + 2 * size * 10
    texts = symbols + 2 * symbol
    table = texts + 8
    relocation = table + 5 * 4 + 4
    value = relocation + size
    end = value + size
    machine, flags = struct.unpack_from(order + "H", head, 18)[0], head[48 if wide else 36 :][:4]
    content = head[:16] + struct.pack(order + "HHL", 3, machine, 1)
    content += struct.pack(order + word * 3, 0, header, 0) + flags
    content += struct.pack(order + "HHHHHH", header, segment, 2, 0, 0, 0)
    for kind, start, length in ((1, 0, end), (2, dynamic, symbols - dynamic)):
        place, align = (start, start, start, length, length), 0x1000 if kind == 1 else size
        if wide:
            content += struct.pack(order + "LL5Q", kind, 6, *place)
        else:
            content += struct.pack(order + "6L", kind, *place) + struct.pack(order + "L", 6)
        content += struct.pack(order + word, align)
    named = ((4, table), (5, texts), (6, symbols), (10, 8), (11, symbol))
    short_form = ((36, relocation), (35, size), (37, size), (0, 0), (0, 0))
    for entries in (named, short_form):
        for tag, number in entries:
            content += struct.pack(order + word * 2, tag, number)
    content += b"\0" * symbol
    if wide:
        content += struct.pack(order + "LBBHQQ", 1, 0x11, 0, 1, value, size)
    else:
        content += struct.pack(order + "LLLBBH", 1, value, size, 0x11, 0, 1)
    content += b"\0word\0\0\0" + struct.pack(order + "5LL", 1, 2, 1, 0, 0, 0)
    return content + struct.pack(order + word * 2, value, RELR_WORD)


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


def extensions():
    # type: () -> List[str]
    """Return the extension files of the cryptography in this environment."""
    for folder in sys.path if environment() else ():
        bindings = os.path.join(folder, "cryptography", "hazmat", "bindings")
        if os.path.isdir(bindings):
            names = [
                name for name in sorted(os.listdir(bindings)) if re.match("_(rust|openssl)", name)
            ]
            found = [os.path.join(bindings, name) for name in names]
            return [path for path in found if path.endswith((".so", ".pyd"))]
    return []


def packages():
    # type: () -> Optional[Dict[str, Any]]
    """Return the packages in this environment, and the values of PEP 508's markers.

    None outside an environment: nothing is ever installed there. The metadata is read here, from
    the files that the specification of installed projects names: importlib.metadata is missing
    before Python 3.8, and takes several times as long.
    """
    if not environment():
        return None
    found = {}  # type: Dict[str, Dict[str, Any]]
    for folder in sys.path:
        for name in sorted(listed(folder)):
            if not name.endswith((".dist-info", ".egg-info")):
                continue
            package = installed_package(os.path.join(folder, name))
            # Python imports from the first folder that has it.
            if package and normalized(package["name"]) not in found:
                found[normalized(package["name"])] = package
    return {"markers": markers(), "found": [found[name] for name in sorted(found)]}


def listed(folder):
    # type: (str) -> List[str]
    """Return the names in a folder; none if it is a zip file or cannot be read, as for imports."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def normalized(name):
    # type: (str) -> str
    """Return a package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_package(place):
    # type: (str) -> Optional[Dict[str, Any]]
    """Return one package from its metadata, or None if there is nothing to read.

    ``requires`` are the lines of Requires-Dist. ``origin`` is ``index``, ``elsewhere`` (a folder or
    an address), or ``outside``: the environment also sees the packages of the system's Python.
    """
    text = read_text(place, "METADATA", "PKG-INFO", "")
    fields = re.sub(r"\n[ \t]+", " ", text.replace("\r\n", "\n").split("\n\n")[0])
    values = re.findall(r"^([\w-]+):[ \t]*(.*)$", fields, re.M)
    single = {key.lower(): value.strip() for key, value in values}
    if not single.get("name") or not single.get("version"):
        return None
    requires = [value.strip() for key, value in values if key.lower() == "requires-dist"]
    if not requires and place.endswith(".egg-info"):
        requires = list(egg_requires(read_text(place, "requires.txt")))
    package = {
        "name": single["name"],
        "version": single["version"],
        "requires": requires,
        "origin": origin(place),
    }
    if normalized(package["name"]) in NEEDED and is_damaged(place):
        package["damaged"] = True
    if any(re.match(r"cryptography\b(?![-_.])", line, re.I) for line in requires):
        package["modules"] = modules(place)
    return package


def is_damaged(place):
    # type: (str) -> bool
    """Return whether something was cut off while it installed or removed this package.

    Its code is not all there, or the list of its files, which is written last.
    """
    import csv

    if not place.endswith(".dist-info") or origin(place) == "outside":
        return False
    text = read_text(place, "RECORD")
    if "\0" in text:  # csv refuses it before Python 3.11
        return True
    try:
        rows = [row for row in csv.reader(text.splitlines()) if row]
    except csv.Error:  # a field without an end
        return True
    for row in rows:
        if row[0].endswith((".py", ".so", ".pyd", ".dylib")):
            path = os.path.join(os.path.dirname(place), row[0])
            if not os.path.isfile(path):
                return True
            recorded = int(row[2]) if len(row) > 2 and row[2].isdigit() else 0
            # Compiled files are often stripped in images of containers, which makes them smaller.
            least = recorded if path.endswith(".py") else min(recorded, 1)
            if os.path.getsize(path) < least:
                return True
    return not rows


def origin(place):
    # type: (str) -> str
    """Return where a package comes from: see `installed_package`."""
    inside = os.path.realpath(place).startswith(os.path.realpath(sys.prefix) + os.sep)
    if not inside and os.path.basename(os.path.dirname(place)).endswith("-packages"):
        return "outside"
    return "index" if inside and not read_text(place, "direct_url.json") else "elsewhere"


def read_text(place, *names):
    # type: (str, *str) -> str
    """Return the text of the first of these files in a folder; a name may be empty for ``place``
    itself. Empty if there is none."""
    for name in names:
        path = os.path.join(place, name) if name else place
        if os.path.isfile(path):
            with open(path, "rb") as file:
                return file.read().decode("utf-8", "replace")
    return ""


def egg_requires(text):
    # type: (str) -> Iterator[str]
    """Yield the lines of a requires.txt in the form of Requires-Dist.

    Its sections are named ``[extra:marker]``, and either may be missing.
    """
    conditions = []  # type: List[str]
    for line in map(str.strip, text.splitlines()):
        section = re.match(r"\[(.*)\]$", line)
        if section:
            extra, _, marker = section.group(1).partition(":")
            conditions = ["(%s)" % marker] if marker else []
            conditions += ['extra == "%s"' % extra] if extra else []
        elif line:
            yield "; ".join([line] + ([" and ".join(conditions)] if conditions else []))


def modules(place):
    # type: (str) -> List[str]
    """Return the modules that a package has at its top, from the list of its files.

    A package in a namespace (``google.auth``) is named with it.
    """
    import csv

    found = set()
    for row in csv.reader(read_text(place, "RECORD").splitlines()):
        parts = row[0].split("/") if row else []
        if parts and parts[-1] == "__init__.py":
            found.add(tuple(parts[:-1]))
        elif len(parts) == 1 and parts[0].endswith((".py", ".so", ".pyd")):
            found.add((parts[0].split(".")[0],))
    if not found:
        found = {(line.strip(),) for line in read_text(place, "top_level.txt").splitlines()}
    tops = [
        name
        for name in sorted(found, key=lambda name: (len(name), name))
        if all(re.match(r"[A-Za-z]\w*$", part) for part in name)
        and name[0] not in ("tests", "test", "docs", "examples")
        and not any(name[:length] in found for length in range(1, len(name)))
    ]
    return [".".join(name) for name in tops[:MOST_MODULES]]


def markers():
    # type: () -> Dict[str, str]
    """Return the values of the environment markers of PEP 508."""
    info = sys.implementation.version
    number = "%d.%d.%d" % info[:3]
    if info[3] != "final":
        number += info[3][0] + str(info[4])
    return {
        "implementation_name": sys.implementation.name,
        "implementation_version": number,
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "python_version": "%d.%d" % sys.version_info[:2],
        "sys_platform": sys.platform,
    }


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
    for name, read in (
        ("tags", tags),
        ("default", default_index),
        ("settings", settings),
        ("runner", runner),
    ):
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


def runner():
    # type: () -> str
    """Return the file that ``pip --python`` gives to the other Python; empty before pip 22.3."""
    folder = os.path.dirname(os.path.realpath(pip_module("pip").__file__))
    file = os.path.join(folder, "__pip-runner__.py")
    return file if os.path.isfile(file) else ""


def settings():
    # type: () -> List[List[Any]]
    """Return what pip's files and variables set for ``pip install``: [name, value, source].

    As in pip: files from the machine's to the environment's, in each the section [global] and then
    [install], and finally variables. The last one is used; values are never combined. A file that
    pip cannot read is returned as ``config-file``, with the reason as its value.
    """
    import configparser
    import locale

    layers = {}  # type: Dict[str, Tuple[str, str]]
    ordered = []  # type: List[Tuple[str, Dict[str, str]]]
    broken = {}  # type: Dict[str, str]
    encoding = locale.getpreferredencoding(False)
    for section in ("global", "install"):
        for name in config_files():
            parser = configparser.RawConfigParser()
            # pip also reads its files in the encoding of the user's locale.
            try:
                parser.read([name], encoding=encoding)
            except UnicodeDecodeError:
                broken[name] = "It contains invalid %s characters." % encoding
            except configparser.Error as error:
                broken[name] = str(error)
            if name not in broken and parser.has_section(section):
                ordered.append((name, dict(parser.items(section))))
    variables = sorted(name for name in os.environ if name.startswith("PIP_"))
    ordered += [(name, {name[4:].lower(): os.environ[name]}) for name in variables]
    for source, values in ordered:
        for key, value in values.items():
            key = key.lower().replace("_", "-")
            key = key[2:] if key.startswith("--") else key
            key = PIP_ALIASES.get(key, key)
            if key in PIP_NAMES and value.strip():
                layers[key] = (value, source)
    found = []  # type: List[List[Any]]
    for key in sorted(layers):
        value, source = layers[key]
        found.append([key, value.split() if key in PIP_LISTS else value.strip(), source])
    return found + netrc() + [["config-file", broken[name], name] for name in sorted(broken)]


def netrc():
    # type: () -> List[List[Any]]
    """Return the file with passwords that pip reads as well, as if it were a setting."""
    stated = os.environ.get("NETRC", "")
    names = [stated] if stated else ["~/.netrc", "~/_netrc"]
    files = [path for path in map(os.path.expanduser, names) if os.path.isfile(path)]
    return [["netrc", path, "NETRC" if stated else path] for path in files[:1]]


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
    ("relr", relr),
    ("macos", macos),
    ("externally_managed", externally_managed),
    ("writable", writable),
    ("ensurepip", lambda: bundled_pip()[1]),
    ("headers", headers),
    ("cryptography", cryptography),
    ("extensions", extensions),
    ("packages", packages),
    ("vendor", vendor),
    ("suffix", suffix),
    ("pip", pip),
)

if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(describe(sys.argv[1:])) + "\n")
