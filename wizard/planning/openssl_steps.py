"""The steps that build OpenSSL once, keep it in the cache, and copy it into an environment."""

from __future__ import annotations

from backends import openssl, pip
from backends.action import (
    CheckSignature,
    Command,
    Download,
    RemoveFolder,
    Seal,
    Unpack,
    WriteFile,
)
from wizard.choices import Choices
from wizard.facts import Facts, Python
from wizard.needs import build_limits
from wizard.needs.openssl import Library, OpenSSLBuild
from wizard.needs.openssl_sources import published_checksum
from wizard.openssl_archive import FLAG, SIGNATURE, VARIABLE
from wizard.plan import FileExists, Step
from wizard.target_environment import path_rules
from wizard.wording import joined

LAST_STEP = "openssl"
"""The id of the step after which the build is complete."""


def build_steps(
    facts: Facts, build: OpenSSLBuild, compiler: tuple[str, ...], jobs: str = ""
) -> tuple[Step, ...]:
    """Return the steps that build OpenSSL and keep it in the cache; empty if it is cached already.

    ``compiler`` are the ids of the steps that install the compiler, ``jobs`` that choice.
    """
    if build.cached:
        return ()
    folder = path_rules(facts).join(facts.cache, "openssl", "build", build.name)
    return (
        *_source_steps(facts, build, folder),
        *_compile_steps(facts, build, folder, compiler, jobs),
        *_cache_steps(facts, build, folder),
    )


def _source_steps(facts: Facts, build: OpenSSLBuild, folder: str) -> tuple[Step, ...]:
    """Return the steps that download the source, check it, and unpack it into ``folder``."""
    signature = _signature_step(facts, build)
    return (
        Step(
            "openssl-source",
            f"Download the source of OpenSSL {build.source.version}",
            "It comes from the OpenSSL project, or from the place you named."
            # Without a signature, the notes say what it is compared with.
            + (" Its checksum is checked." if build.source.sha256 and signature else ""),
            Download(
                build.source.url,
                build.archive,
                sha256=build.source.sha256,
                sha256_url="" if build.source.sha256 else published_checksum(build.source),
                otherwise=f"Or download it elsewhere, and name the place: {FLAG} FILE|FOLDER|URL, "
                f"or {VARIABLE}."
                + ("" if build.source.sha256 else " Its checksum: --openssl-sha256 SUM"),
            ),
            role="openssl",
        ),
        *signature,
        Step(
            "openssl-unpack",
            "Unpack the source",
            "It goes into a temporary folder in the wizard's cache.",
            Unpack(build.archive, folder),
            needs=(signature[-1].id if signature else "openssl-source",),
            role="openssl",
        ),
    )


def _compile_steps(
    facts: Facts, build: OpenSSLBuild, folder: str, compiler: tuple[str, ...], jobs: str
) -> tuple[Step, ...]:
    """Return the steps that configure and compile the source in ``folder``."""
    version = build.source.version
    rules = path_rules(facts)
    edits = (
        *_unique_names_step(build, rules.join(folder, "Configurations", "cryptography.conf")),
        *_no_manuals_step(build, rules.join(folder, *openssl.MANUALS)),
    )
    before = tuple(step.id for step in edits) or ("openssl-unpack",)
    return (
        *edits,
        Step(
            "openssl-configure",
            f"Configure OpenSSL {version} ({_kind(build)})",
            _why_options(build),
            openssl.configure(
                folder,
                build.prefix,
                facts.certificates or "/etc/ssl",
                build.target,
                build.options,
            ),
            needs=(*before, *compiler),
            role="openssl",
        ),
        Step(
            "openssl-build",
            f"Compile OpenSSL {version}",
            "Only its libraries, on all cores. This takes a minute or two.",
            openssl.build(folder, _link(build), build_limits.make_jobs(facts, jobs), build.objects),
            needs=("openssl-configure",),
            heavy=True,
            role="openssl",
        ),
    )


def _cache_steps(facts: Facts, build: OpenSSLBuild, folder: str) -> tuple[Step, ...]:
    """Return the steps that copy the result to the cache, seal it, and remove ``folder``."""
    header = path_rules(facts).join(build.prefix, "include", "openssl", "opensslv.h")
    return (
        Step(
            "openssl-install",
            "Copy its libraries and headers to the cache",
            "The next build can then reuse them and saves minutes.",
            openssl.install(folder, _link(build)),
            needs=("openssl-build",),
            undo=(RemoveFolder(build.prefix),),
            check=FileExists(header),
            role="openssl",
        ),
        Step(
            LAST_STEP,
            "Record the checksums of the build",
            "They show later whether the build is complete and unchanged.",
            Seal(build.prefix, f"OpenSSL {build.source.version}, {_kind(build)}"),
            needs=("openssl-install",),
            role="openssl",
        ),
        Step(
            "openssl-clean",
            "Remove the build folder",
            "It takes some hundred megabytes and is no longer needed.",
            RemoveFolder(folder),
            needs=(LAST_STEP,),
            role="clean-up",
        ),
    )


DLL_SUFFIXES = {"win-amd64": "-x64", "win-arm64": "-arm64", "win32": ""}
"""The ends of the names of OpenSSL's DLLs, by Python's name for the platform (OpenSSL's
``Configurations/10-main.conf``: ``multilib``)."""


def dll_names(
    facts: Facts, python: Python, choices: Choices, library: Library | None
) -> tuple[str, ...]:
    """Return the DLLs of OpenSSL that Windows must find at every import; empty if there are none.

    Also empty if their names are unknown, as those of LibreSSL are.
    """
    suffix = DLL_SUFFIXES.get(python.platform)
    if facts.system.name != "windows" or library is None or suffix is None:
        return ()
    if choices.link == "static" or not library.version[:1].isdigit():
        return ()
    major, minor = [*library.version.split("."), "0"][:2]
    number = f"{major}_{minor}" if major == "1" else major  # libcrypto-1_1-x64.dll
    return tuple(f"{name}-{number}{suffix}.dll" for name in ("libcrypto", "libssl"))


def dll_step(interpreter: str, names: tuple[str, ...], needs: tuple[str, ...]) -> Step:
    """Return the step that asks Windows for OpenSSL's DLLs, as an import of cryptography does."""
    # No double quotes: Windows PowerShell 5.1 cannot pass them on.
    code = (
        f"import ctypes; names = {names!r}; print('OpenSSL:', *names); "
        "[ctypes.WinDLL(name) for name in names]"
    )
    return Step(
        "dlls",
        "Check that Windows finds OpenSSL's DLLs",
        f"These are {joined(names)}. Without them, nothing is compiled.",
        Command(pip.python(interpreter, "-c", code), timeout=60.0),
        needs=needs,
        role="preparation",
    )


def _link(build: OpenSSLBuild) -> str:
    """Return how cryptography links the build; only a shared one is installed for it."""
    return "dynamic" if build.install_folder else "static"


def _kind(build: OpenSSLBuild) -> str:
    return "shared" if build.install_folder else "static"


def _signature_step(facts: Facts, build: OpenSSLBuild) -> tuple[Step, ...]:
    """Return the step that checks the archive's signature; empty if that is not possible here."""
    gpg = facts.tool("gpg")
    if gpg is None or not build.signed:
        return ()
    url = f"{build.source.url}{SIGNATURE}"
    return (
        Step(
            "openssl-signature",
            f"Check the signature of OpenSSL {build.source.version}",
            f"Your gpg checks it with the OpenSSL project's key {build.source.signer} from your "
            "keyring.",
            CheckSignature(url, build.archive, build.source.signer, gpg.path),
            needs=("openssl-source",),
            role="openssl",
        ),
    )


def copy_steps(facts: Facts, build: OpenSSLBuild, needs: tuple[str, ...]) -> tuple[Step, ...]:
    """Return the steps that copy a shared OpenSSL into the environment; empty for a static one.

    Clearing the cache does not remove it there.
    """
    if not build.install_folder:
        return ()
    rules = path_rules(facts)
    readme = (
        f"OpenSSL {build.source.version}, built by cryptography-wizard. cryptography in this "
        "environment is linked to it: do not remove it.\n"
    )
    after_build = (LAST_STEP,) if not build.cached else ()
    return (
        Step(
            "openssl-folder",
            "Make a folder for OpenSSL in the environment",
            "It belongs only to this environment, and is deleted together with it.",
            WriteFile(rules.join(build.install_folder, "README.txt"), readme),
            needs=needs,
            role="library",
        ),
        Step(
            "openssl-place",
            "Copy OpenSSL into the environment",
            "cryptography finds it there without any environment variable.",
            Command(("cp", "-R", f"{build.prefix}/.", f"{build.install_folder}/."), timeout=120),
            needs=("openssl-folder", *after_build),
            role="library",
        ),
    )


def _unique_names_step(build: OpenSSLBuild, path: str) -> tuple[Step, ...]:
    """Return the step that gives shared libraries unique names; empty if not needed."""
    text = openssl.definition(build.target)
    if not text:
        return ()
    return (
        Step(
            "openssl-name",
            "Give its libraries unique names",
            "Python's ssl uses the system's OpenSSL in the same process. If two libraries have "
            "the same name, the system uses the first one for both.",
            WriteFile(path, text),
            needs=("openssl-unpack",),
            role="openssl",
        ),
    )


def _no_manuals_step(build: OpenSSLBuild, path: str) -> tuple[Step, ...]:
    """Return the step that empties the list of manuals; empty if not needed."""
    if not openssl.configures_manuals(build.source.version, build.options):
        return ()
    return (
        Step(
            "openssl-manuals",
            "Leave out its manuals",
            "This version has no option for that. Half of the time of its configuration is for "
            "manuals, and nobody reads them here.",
            WriteFile(path, "# cryptography needs no manuals\n"),
            needs=("openssl-unpack",),
            role="openssl",
        ),
    )


def _why_options(build: OpenSSLBuild) -> str:
    """Return a sentence that says what each option does."""
    reasons = [reason for option, reason in _OPTION_REASONS.items() if option in build.options]
    reasons += [
        f"{option} makes it work on macOS {option[len(openssl.MACOS_OPTION) :]} and newer"
        for option in build.options
        if option.startswith(openssl.MACOS_OPTION)
    ]
    for names, omitted in _OMITTING_OPTIONS:
        options = [option for option in names if option in build.options]
        if options:
            reasons.append(f"{joined(options)} omit{'s' if len(options) == 1 else ''} {omitted}")
    reasons.append("--openssldir is the folder of this system's certificates and openssl.cnf")
    return f"Its options: {'; '.join(reasons)}."


_OMITTING_OPTIONS = (
    (("no-tests", "no-apps", "no-docs"), "what is not needed here"),
    (
        ("no-cms", "no-ts", "no-cmp", "no-quic"),
        "protocols that no release of cryptography can use",
    ),
)
"""Options that make OpenSSL smaller, and what they omit: see `backends.openssl`."""
_OPTION_REASONS = {
    "no-shared": "no-shared makes the linker use the static libraries",
    "-fPIC": "-fPIC, which OpenSSL's makefiles also set, allows it inside an extension file",
    "-Wl,-Bsymbolic-functions": "-Bsymbolic-functions, which they also set, makes it use its own "
    "functions even if another OpenSSL is in the process",
    "--libdir=lib": "--libdir=lib installs the libraries where every release looks for them",
    "-pipe": "-pipe makes compiler and assembler work at the same time",
    "no-makedepend": "no-makedepend omits files that only a second compilation would read",
    "no-module": "no-module includes old algorithms such as Blowfish in the library, instead of "
    "in a file that would not be found",
    "no-atexit": "no-atexit omits a clean-up at exit, as upstream's wheels do",
    "no-comp": "no-comp omits compression in TLS, as upstream's wheels do",
    "no-sm2-precomp": "no-sm2-precomp omits a table that makes SM2 faster, as upstream's wheels do",
    "enable-ec_nistp_64_gcc_128": "enable-ec_nistp_64_gcc_128 makes the curves P-224 and P-521 "
    "much faster, as in upstream's wheels",
}
